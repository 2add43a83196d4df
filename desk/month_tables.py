"""The month's pack as tables, for the XLSX, the PDF and the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from desk.month import Month, Share, add_up
from desk.month_data import Balance, Deposit, Invoice, Money, Pack
from facturamos.exports import Cell, Sheet
from facturamos.money import ZERO, format_money, format_rate

_TOTALS_HEADER = ("Concepto", "Cuántos", "Subtotal", "IVA", "De más", "Total")
_MONEY_HEADER = (
    *("Fecha del depósito", "Confirmado", "Confirmó", "Referencia", "RFC", "Cliente", "Tasa"),
    *("Subtotal", "IVA", "De más", "Total"),
)
_INVOICE_HEADER = (
    *("Referencia", "RFC", "Nombre", "Solicitada", "Emitida", "Folio fiscal", "Estado"),
    *("Subtotal", "IVA", "Total"),
)
# Classes of static/pdf/month.css; a column without one shares what is left.
_WIDTHS = {
    "Fecha del depósito": "day",
    "Solicitada": "day",
    "Emitida": "day",
    "Confirmado": "moment",
    "Deshecho": "moment",
    "Confirmó": "day",
    "Deshizo": "day",
    "Referencia": "short",
    "RFC": "rfc",
    "Tasa": "rate",
    "Folio fiscal": "uuid",
    "Estado": "state",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One of the pack's lists. `foot` is its last line, if it adds up to something."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    foot: Sequence[Cell] = ()

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The header, each with the class that gives its width on paper."""
        return [
            (word, "n" if number else _WIDTHS.get(word, "")) for word, number in self.head_words()
        ]

    def sheet(self) -> Sheet:
        """For the XLSX."""
        return Sheet(self.name, self.header, [*self.rows, *([self.foot] if self.foot else [])])

    def words(self) -> list[list[tuple[str, bool]]]:
        """The rows in words, and whether each cell is a number."""
        return [in_words(row) for row in self.rows]

    def foot_words(self) -> list[tuple[str, bool]]:
        """The last line in words."""
        return in_words(self.foot)

    def head_words(self) -> list[tuple[str, bool]]:
        """The header, and whether a column holds numbers."""
        sample = self.foot or (self.rows[0] if self.rows else ())
        numbers = [_is_number(cell) for cell in sample] or [False] * len(self.header)
        return list(zip(self.header, numbers, strict=True))


def in_words(row: Iterable[Cell]) -> list[tuple[str, bool]]:
    """Each cell as people read it, and whether it is a number."""
    return [(_words(cell), _is_number(cell)) for cell in row]


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, Decimal | int)


def _words(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return format_money(cell)
        case datetime():
            return f"{cell:%d/%m/%Y %H:%M}"
        case date():
            return f"{cell:%d/%m/%Y}"
        case int():
            return f"{cell:,}"
    return cell


def for_paper(pack: Pack) -> list[Table]:
    """What an accountant files, the totals first."""
    return [
        totals(pack),
        _money("Pagos", pack.payments),
        _money("Pagos deshechos", pack.reversals, back=True),
        _invoices("Facturas pendientes", pack.pending),
        _invoices("Facturas emitidas", pack.issued),
        _balances(pack.balances),
    ]


def for_book(pack: Pack) -> list[Table]:
    """The same, and every reference and deposit."""
    return [*for_paper(pack), _slips(pack), _deposits(pack)]


# --- The totals --------------------------------------------------------------------------
def totals(pack: Pack) -> Table:
    """What the month comes to: money by rate of IVA, then everything else by its state."""
    rows: list[Sequence[Cell]] = []
    for rate in sorted({money.rate for money in (*pack.payments, *pack.reversals)}):
        came = [money for money in pack.payments if money.rate == rate]
        went = [money for money in pack.reversals if money.rate == rate]
        tax = f"IVA {format_rate(rate)}"
        rows.append(_sum(f"Pagos confirmados, {tax}", came))
        rows.append(_sum(f"Pagos deshechos, {tax}", went))
        rows.append(_sum(f"Neto, {tax}", [*came, *went]))
    rows.append(_sum("Neto del mes", [*pack.payments, *pack.reversals]))
    late = [money for money in pack.payments if Month.of(money.paid_on) != pack.month]
    rows.append(_sum("De los pagos confirmados: depositados en otro mes", late))
    rows += _other_totals(pack)
    return Table("Totales", _TOTALS_HEADER, rows)


def _sum(concept: str, moneys: Sequence[Money]) -> Sequence[Cell]:
    share = add_up(money.share for money in moneys)
    return (concept, len(moneys), share.subtotal, share.iva, share.over, share.total)


def _other_totals(pack: Pack) -> list[Sequence[Cell]]:
    """Counts and amounts of what has no IVA of its own in the month."""
    happened: list[tuple[str, list[Decimal]]] = [
        ("Referencias generadas", [slip.total for slip in pack.slips if slip.issued]),
        ("Referencias pagadas", [slip.total for slip in pack.slips if slip.paid]),
        ("Referencias vencidas", [slip.total for slip in pack.slips if slip.expired]),
        ("Referencias canceladas", [slip.total for slip in pack.slips if slip.cancelled]),
    ]
    pesos = _in_pesos(pack.deposits)
    happened += [
        (
            f"Depósitos en el banco: {state}",
            [deposit.amount for deposit in pesos if deposit.state == state],
        )
        for state in sorted({deposit.state for deposit in pesos})
    ]
    happened += [
        ("Facturas pendientes", [invoice.total for invoice in pack.pending]),
        ("Facturas emitidas", [invoice.total for invoice in pack.issued]),
        ("Saldos a favor al cierre", [balance.over for balance in pack.balances]),
    ]
    rows: list[Sequence[Cell]] = [
        (concept, len(amounts), None, None, None, sum(amounts, ZERO))
        for concept, amounts in happened
    ]
    if foreign := len(pack.deposits) - len(pesos):
        rows.append(("Depósitos en otra moneda, que no se suman", foreign, *[None] * 4))
    return rows


def _in_pesos(deposits: Sequence[Deposit]) -> list[Deposit]:
    return [deposit for deposit in deposits if deposit.currency == "MXN"]


# --- The lists ---------------------------------------------------------------------------
def _money(name: str, moneys: Sequence[Money], *, back: bool = False) -> Table:
    header: Sequence[str] = _MONEY_HEADER
    if back:
        header = (*header[:1], "Deshecho", "Deshizo", *header[3:], "Motivo")
    rows: list[Sequence[Cell]] = [
        (
            money.paid_on,
            timezone.localtime(money.at).replace(tzinfo=None, microsecond=0),
            *(money.by, money.reference, money.rfc, money.customer, format_rate(money.rate)),
            *_parts(money.share),
            *([money.reason] if back else []),
        )
        for money in moneys
    ]
    share = add_up(money.share for money in moneys)
    foot = ("Suma", *[None] * 6, *_parts(share), *([None] if back else []))
    return Table(name, header, rows, foot)


def _parts(share: Share) -> tuple[Decimal, ...]:
    return share.subtotal, share.iva, share.over, share.total


def _slips(pack: Pack) -> Table:
    header = (
        *("Referencia", "RFC", "Cliente", "Generada", "Pagada", "Vencida", "Cancelada"),
        *("Estado de hoy", "Total"),
    )
    rows = [
        (
            *(slip.reference, slip.rfc, slip.customer),
            *(slip.issued, slip.paid, slip.expired, slip.cancelled),
            *(slip.status, slip.total),
        )
        for slip in pack.slips
    ]
    return Table("Referencias", header, rows)


def _deposits(pack: Pack) -> Table:
    header = (
        *("Fecha", "Concepto del banco", "Ordenante", "Clave de rastreo"),
        *("Estado", "Veredicto", "Moneda", "Importe"),
    )
    rows = [
        (
            *(deposit.day, deposit.text, deposit.payer, deposit.tracking_key),
            *(deposit.state, deposit.verdict, deposit.currency, deposit.amount),
        )
        for deposit in pack.deposits
    ]
    amount = sum((deposit.amount for deposit in _in_pesos(pack.deposits)), ZERO)
    return Table("Depósitos", header, rows, ("Suma en MXN", *[None] * 6, amount))


def _invoices(name: str, invoices: Sequence[Invoice]) -> Table:
    rows = [
        (
            *(invoice.reference, invoice.rfc, invoice.name, invoice.requested, invoice.issued),
            *(invoice.uuid, invoice.state, invoice.subtotal, invoice.iva, invoice.total),
        )
        for invoice in invoices
    ]
    sums = (
        sum((invoice.subtotal for invoice in invoices), ZERO),
        sum((invoice.iva for invoice in invoices), ZERO),
        sum((invoice.total for invoice in invoices), ZERO),
    )
    return Table(name, _INVOICE_HEADER, rows, ("Suma", *[None] * 6, *sums))


def _balances(balances: Sequence[Balance]) -> Table:
    rows = [
        (each.reference, each.rfc, each.customer, each.total, each.paid, each.over)
        for each in balances
    ]
    header = ("Referencia", "RFC", "Cliente", "Total", "Pagado", "De más")
    over = sum((each.over for each in balances), ZERO)
    return Table("Saldos a favor", header, rows, ("Suma", *[None] * 4, over))
