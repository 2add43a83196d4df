"""Statements that are tables with a header: one engine, told by each bank which column is which."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from facturamos.money import ZERO
from facturamos.tables.cells import cell_text, header_key
from facturamos.tables.source import MAX_LINE, Row, Source
from facturamos.tables.values import Cell, parse_amount, parse_date
from reconciliation.movement import Movement, Problem, Reading, problem

# What stands instead of a day in the lines that close a table: sums of others, and notes.
_TOTAL = re.compile(r"(?:sub)?(?:total(?:es)?|saldo|suma)\b", re.IGNORECASE)
_NOTE = re.compile(r"(?:fin|resumen|nota|aviso|importante)\b", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?<!\d)\d{10,20}(?!\d)", re.ASCII)
_NAMED = re.compile(r"cuenta|clabe", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Which header is what. Deposits and withdrawals in two columns, or one signed `amount`, whose
    sign may stand apart in `sign` (`+`, `-`, `abono`, `cargo`). `description` may take several
    headers, in the order in which they are joined. `decimal` is `,` where amounts are written
    `1.234,00`.

    Raises ValueError, in Spanish, when it cannot describe a statement.
    """

    date: str
    description: tuple[str, ...]
    deposit: str = ""
    withdrawal: str = ""
    amount: str = ""
    sign: str = ""
    reference: str = ""
    balance: str = ""
    tracking_key: str = ""
    folio: str = ""
    account: str = ""
    payer_name: str = ""
    payer_account: str = ""
    payer_bank: str = ""
    decimal: str = "."

    def __post_init__(self) -> None:
        if not self.date or not self.description:
            raise ValueError("Indique qué columna es la fecha y cuál la descripción.")
        if bool(self.amount) == bool(self.deposit):
            raise ValueError(
                "Indique la columna de los depósitos, o la de un importe con signo, pero no ambas."
            )

    def headers(self) -> list[str]:
        """Every header it names."""
        others = {"description", "decimal"}
        named = [getattr(self, field.name) for field in fields(self) if field.name not in others]
        return [name for name in [*named, *self.description] if name]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLayout:
    """A bank's table. `marks` are headers that only this bank has, besides those mapped.

    `describe` joins the cells of the description; `refine` completes a movement from what its text
    says.
    """

    name: str
    mapping: Mapping
    marks: tuple[str, ...] = ()
    describe: Callable[[Sequence[str]], str] | None = None
    refine: Callable[[Movement], Movement] | None = None

    def recognizes(self, source: Source) -> bool:
        """Whether the header is this bank's."""
        return find_header(source.head, self._headers()) is not None

    def read(self, source: Source) -> Reading:
        """The statement. The header must be there (`recognizes`)."""
        found = find_header(source.head, self._headers())
        if found is None:
            raise ValueError(f"no header of {self.name}")
        at, places = found
        reading = Reading(layout=self.name, account=_account_above(source.head, at))
        reading.take(_Table(self, places, reading).lines(source.rows(), at))
        return reading

    def _headers(self) -> list[str]:
        return [*self.mapping.headers(), *self.marks]


def find_header(head: Sequence[Row], wanted: Sequence[str]) -> tuple[int, dict[str, int]] | None:
    """The number of the row that has every wanted header, and the place of each; None without one.

    `D�a` is as good as `Día`.
    """
    keys = {name: header_key(name) for name in wanted}
    for number, cells in head:
        found = [header_key(cell) for cell in cells]
        places = {name: _place(key, found) for name, key in keys.items()}
        if all(place >= 0 for place in places.values()):
            return number, places
    return None


def _place(key: str, found: Sequence[str]) -> int:
    if key in found:
        return found.index(key)
    for place, header in enumerate(found):
        if "�" in header:
            pieces = [re.escape(piece) for piece in re.split("�+", header)]
            if len(header) > 1 and re.fullmatch(".{1,2}".join(pieces), key):
                return place
    return -1


def _account_above(head: Sequence[Row], header: int) -> str:
    """The first number above the header that fills a cell, or stands behind the word, and is long
    enough for an account."""
    for number, cells in head:
        if number >= header:
            break
        texts = [cell_text(cell) for cell in cells]
        for text in texts:
            if _ACCOUNT.fullmatch(text):
                return text
        if (match := _ACCOUNT.search(" ".join(texts))) and _NAMED.search(" ".join(texts)):
            return match[0]
    return ""


def code_text(cell: Cell) -> str:
    """A reference, key or account. Dashes or zeros alone stand for nothing."""
    text = cell_text(cell).strip("' ")
    return text if text.strip("-0") else ""


class _Table:
    """Reads the rows below the header. Holds where each column is."""

    def __init__(self, layout: TableLayout, places: dict[str, int], reading: Reading) -> None:
        mapping = layout.mapping
        self.layout = layout
        self.reading = reading
        self.date = places[mapping.date]
        self.texts = [places[name] for name in mapping.description]
        self.deposit = places.get(mapping.deposit, -1)
        self.withdrawal = places.get(mapping.withdrawal, -1)
        self.amount = places.get(mapping.amount, -1)
        self.sign = places.get(mapping.sign, -1)
        self.balance = places.get(mapping.balance, -1)
        self.account = places.get(mapping.account, -1)
        names = ["reference", "tracking_key", "folio", "payer_name", "payer_account", "payer_bank"]
        self.codes = [
            (name, places[getattr(mapping, name)]) for name in names if getattr(mapping, name)
        ]
        money = [self.deposit, self.withdrawal, self.amount]
        self.money = [place for place in money if place >= 0]
        self.width = max(self.date, *self.money) + 1

    def lines(self, rows: Iterator[Row], header: int) -> Iterator[Movement | Problem]:
        """A movement or a problem for each row; a row of only text continues the one before."""
        pending: Movement | None = None
        for number, cells in rows:
            if number <= header or not any(cells):
                continue
            kind = self._kind(cells)
            if kind == "more" and pending and len(pending.description) < MAX_LINE:
                more = self._description(cells)
                pending = replace(pending, description=f"{pending.description}\n{more}")
                continue
            if kind == "trailer":
                continue
            if pending:
                yield self._refined(pending)
            pending = None
            try:
                pending = self._movement(number, cells)
            except ValueError as error:
                yield problem(number, str(error), " ".join(map(cell_text, cells)))
        if pending:
            yield self._refined(pending)

    def _kind(self, cells: list[Cell]) -> str:
        """`more` and `trailer` carry no amount, or a total: leaving them out loses no money."""
        first = cells[self.date] if self.date < len(cells) else ""
        if not isinstance(first, str):
            if first:
                return "data"
            first = ""
        if first and first[0] in "0123":  # a day, nearly always
            return "data"
        if _TOTAL.match(first):
            return "trailer"
        if any(cell_text(cells[at]) for at in self.money if at < len(cells)):
            return "data"
        text = cell_text(first)
        if not text:
            return "more" if self._description(cells) else "trailer"
        return "trailer" if _NOTE.match(text) or not text.strip("*-= ") else "data"

    def _movement(self, number: int, cells: list[Cell]) -> Movement:
        if len(cells) < self.width:
            raise ValueError("le faltan columnas")
        description = self._description(cells)
        if len(description) > MAX_LINE:
            raise ValueError("el texto es demasiado largo para ser un movimiento")
        codes = {}
        if self.codes or self.account >= 0:
            self._check_account(cells)
            codes = {name: code_text(cells[at]) for name, at in self.codes if at < len(cells)}
        balance = None
        if 0 <= self.balance < len(cells):
            balance = parse_amount(cells[self.balance], self.layout.mapping.decimal)
        return Movement(
            line=number,
            date=parse_date(cells[self.date]),
            amount=self._signed(cells),
            description=description,
            balance=balance,
            **codes,
        )

    def _signed(self, cells: list[Cell]) -> Decimal:
        """Positive in, negative out. Which column it stands in decides for withdrawals."""
        decimal = self.layout.mapping.decimal
        if self.amount >= 0:
            amount = parse_amount(cells[self.amount], decimal)
            if amount and self.sign >= 0:
                amount = _with_sign(amount, _sign(cells[self.sign]))
        else:
            amount = parse_amount(cells[self.deposit], decimal) or ZERO
            out = parse_amount(cells[self.withdrawal], decimal) if self.withdrawal >= 0 else None
            if amount and out:
                raise ValueError("trae cargo y abono a la vez")
            amount = -abs(out) if out else amount
        if not amount:
            raise ValueError("no trae importe, o es cero")
        return amount

    def _description(self, cells: list[Cell]) -> str:
        if len(self.texts) == 1:
            return cell_text(cells[self.texts[0]]) if self.texts[0] < len(cells) else ""
        parts = [cell_text(cells[at]) for at in self.texts if at < len(cells)]
        describe = self.layout.describe or join
        return describe(parts)

    def _check_account(self, cells: list[Cell]) -> None:
        if not 0 <= self.account < len(cells):
            return
        account = code_text(cells[self.account])
        self.reading.account = self.reading.account or account
        if account and account != self.reading.account:
            raise ValueError(f"es de otra cuenta, la que termina en {account[-4:]}")

    def _refined(self, movement: Movement) -> Movement:
        return self.layout.refine(movement) if self.layout.refine else movement


def join(parts: Sequence[str]) -> str:
    """The texts that say something, with a blank between them."""
    return " ".join(part for part in parts if part and part != "-")


def _sign(cell: Cell) -> int:
    """1 for `+` or abono, -1 for `-` or cargo. Raises ValueError for anything else."""
    # `code_text` takes a lone dash for nothing, and here it is the sign.
    key = cell_text(cell).strip("' ").casefold()
    if key in {"+", "abono", "a", "c", "cr", "h", "haber", "crédito", "credito", "depósito"}:
        return 1
    if key in {"-", "cargo", "d", "db", "debe", "débito", "debito", "retiro"}:
        return -1
    raise ValueError("no dice si es cargo o abono")


def _with_sign(amount: Decimal, sign: int) -> Decimal:
    if amount < 0 < sign:
        raise ValueError("el importe es negativo y la columna dice abono")
    return abs(amount) * sign
