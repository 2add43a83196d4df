"""Where a reference of ours stands in what the bank wrote. Knows no database.

Seven digits with the right check digit are a candidate unless they belong to something else: a
bank's folio, a CLABE, a card, an RFC, a telephone, a date, a time, an amount, a tracking key, an
account. The digits are looked at first, because nearly every text fails there; only then what
surrounds them. Whatever is in doubt is no candidate: a person finds what a rule left out, nobody
finds what a rule made up. So `PAGO1001012AB` is left to a person: it has the shape of an RFC.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from payments.references import LEGACY_LENGTH, LENGTH, is_valid

# A reference field may pad it with zeros up to here.
_LONGEST_FIELD: Final = 20


class Kind(Enum):
    """How far a candidate can be trusted."""

    VALID = "valid"  # seven digits with their check digit
    LEGACY = "legacy"  # six digits of the old system: for a person
    BROKEN = "broken"  # seven digits whose check digit is wrong: somebody mistyped


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reference that may be meant, with its place in the bank's text, to highlight it.

    `start` and `end` count in the description, or in the reference field when `in_field`.
    """

    reference: str
    start: int
    end: int
    kind: Kind = Kind.VALID
    in_field: bool = False


# Digits, and what may part them: blanks, line breaks, hyphens, dots, slashes, brackets, commas.
_CLUSTER = re.compile(r"\d+(?:[^\w#*]{1,3}\d+)*", re.ASCII)
_GROUP = re.compile(r"\d+", re.ASCII)
_PRINTED_GAP = re.compile(r"[ \-\u00a0‐‑‒–—]{1,3}|\s{0,3}\n\s{0,3}")
_YEAR = re.compile(r"20\d\d", re.ASCII)

# How BBVA begins the lines of deposits; what follows is the payer's text.
# SPEI and TEF: folio, bank, then seven digits of reference with the concept glued to them.
_TRANSFER = re.compile(
    r"\s*(?:SPEI|TEF) (?:RECIBID|DEVUELT)[OA][^/\n]{0,40}/\s*\d{7,12}\s+\d{3}\s+(?=\d)", re.ASCII
)
# Between accounts of BBVA: folio and the payer's account.
_THIRD_PARTY = re.compile(r"\s*PAGO CUENTA DE TERCERO\s*/\s*\d{10}\s+BNET\s*\d{10}", re.ASCII)
# The teller's line: digits, of which the last seven are the reference.
_TELLER = re.compile(r"\s*DEPOSITO EN EFECTIVO\s*/\s*(?=\d{7,30}(?!\d))", re.ASCII)

_LABELS: Final = (
    r"FOLIO(?:\s{1,3}[A-Z]{1,15}){0,2}|FOL|OPERACION|OPER|OP|TRANSACCION|TERMINAL|TERM|TICKET|RASTREO|MOV|"
    r"AUT(?:ORIZACION|ORIZACI.N|\.)?|AUTH|CLABE|CTA|CUENTA|TARJETA|TARJ|TDC|TDD|CHEQUE|CHQ|"
    r"SUC(?:URSAL)?|CAJA|CAJERO|TEL(?:EFONO|.FONO|S)?|CEL(?:ULAR)?|WHATSAPP|HORA|FECHA|GUIA|"
    r"CONVENIO|CIE|IMPORTE|MONTO|MXN|CEDULA|CURP|NSS|CP|C\.P"
)
_MONTHS: Final = "ENE|FEB|MAR|ABR|MAY|JUN|JUL|AGO|SEP|OCT|NOV|DIC"
# The digits that are something else. Each alternative covers them whole, and every repetition that
# something must follow is bounded: time grows with the text, whatever the text.
_NOT_OURS = re.compile(
    rf"""
    # a tracking key, an RFC after its name
    (?:CVE|CLAVE)\s{{0,3}}(?:DE\s{{0,3}})?RAST(?:REO)?[.:\s]{{0,4}}[A-Z0-9]+(?:\s?\n\s?[A-Z0-9]+)?
  | R\.?F\.?C\.?[:\s]{{0,4}}[A-ZÑ&]{{3,4}}[-\s]?\d{{6}}[-\s]?[A-Z0-9]{{0,3}}
    # the folio after the slash, with the bank's three digits behind it; the account after BNET
  | /\s{{0,4}}\d{{10}}(?!\d)(?:\s{{1,4}}\d{{3}}(?=\s))?
  | (?:SPEI|TEF)\s[^/\n]{{1,60}}/\s{{0,4}}\d{{7,12}}(?!\d)(?:\s{{1,4}}\d{{3}}(?=\s))?
  | BNET\s{{0,4}}\d{{10}}
    # an RFC: letters, a day that exists, homoclave
  | [A-ZÑ&]{{3,4}}[-\s]?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-?[A-Z0-9]{{3}}(?![A-Z0-9])
    # masked cards and accounts
  | \d{{0,6}}[\s\-]?(?:\*{{2,16}}|X{{4,16}})[\s*X\-]{{0,12}}\d{{1,7}}
    # days and times
  | (?<!\d)\d{{1,2}}([/.\-])\d{{1,2}}\1\d{{2,4}}(?!\d)
  | (?<!\d)\d{{1,2}}[/.\-\s]?(?:{_MONTHS})[A-Z]{{0,8}}[/.\-\s]?(?:20)?\d\d
  | (?<!\d)0[1-9](?:0[1-9]|1[0-2])(?:19|20)\d\d(?!\d)
  | (?<!\d)20\d\d[\-/.]\d\d?[\-/.]\d\d?(?!\d)
  | (?<!\d)\d{{1,2}}:\d\d(?::\d\d)?(?!\d)
    # amounts
  | \$\s{{0,4}}\d[\d,]*(?:\.\d+)?
  | (?<![\d.,])\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?![\d,])
  | (?<![\d.,])\d+\.\d{{1,2}}(?!\d)
  | (?<![\d,])\d[\d,]{{0,14}}(?:\.\d{{1,4}})?\s{{0,3}}(?:MXN|M\.N|MN\b|PESOS)
    # whatever has its own name, up to the next word
  | (?<![A-Z])(?:{_LABELS})(?![A-Z])[\s.:#*\-]{{0,4}}(?:NO|NUM)?[\s.:#*\-]{{0,4}}\d[\d\s\-().]*
  | \+\s?\d[\d\s\-().]*
    """,
    re.ASCII | re.VERBOSE,
)
_LEGACY = re.compile(
    r"\bREF(?:ERENCIA|\.)?[\s.:#]{0,4}(?:NO|NUM)?[\s.:#]{0,4}(\d{3}[ \-]?\d{3})(?![\d])"
)


def find(description: str, reference: str = "", *, broken: bool = False) -> list[Candidate]:
    """The references of ours in a movement's texts, each once, in the order they stand.

    The reference field goes first. With `broken`, also the seven-digit numbers in the places where
    a reference could stand whose check digit is wrong.
    """
    found = _in_field(reference, broken) if reference else []
    found += _in_text(description, broken)
    if "REF" in description or "ref" in description.lower():
        found += _legacy(description)
    if len(found) < 2:
        return found
    seen: dict[str, Candidate] = {}
    for candidate in found:
        seen.setdefault(candidate.reference, candidate)
    return list(seen.values())


def _in_field(field: str, broken: bool) -> list[Candidate]:
    """A field of its own: the number, with zeros before it."""
    digits = re.sub(r"[\s\-]", "", field)
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_FIELD):
        return [
            Candidate(c.reference, c.start, c.end, c.kind, in_field=True)
            for c in _in_text(field, broken)
        ]
    bare = digits.lstrip("0")
    if len(bare) == LEGACY_LENGTH:
        return [Candidate(bare, 0, len(field), Kind.LEGACY, in_field=True)]
    kind = _kind(bare, broken)
    return [Candidate(bare, 0, len(field), kind, in_field=True)] if kind else []


def _in_text(text: str, broken: bool) -> list[Candidate]:
    """What the layout of the line keeps for the reference, then the payer's own words."""
    if head := _TRANSFER.match(text):
        return _after_transfer(text, head.end(), broken)
    if head := _THIRD_PARTY.match(text):
        return _in_words(text, head.end(), broken)
    if head := _TELLER.match(text):
        run = _GROUP.match(text, head.end())
        end = run.end() if run else head.end()
        return _candidate(text[end - LENGTH : end], end - LENGTH, end, broken) + _in_words(
            text, end, broken
        )
    return _in_words(text, 0, broken)


def _after_transfer(text: str, start: int, broken: bool) -> list[Candidate]:
    """Seven digits of reference and the concept behind them, which may begin with digits too."""
    run = _GROUP.match(text, start)
    if run is None or len(run[0]) < LENGTH:
        return _in_words(text, start, broken)
    end = start + LENGTH
    if run.end() > end and (whole := _candidate(run[0].lstrip("0"), start, run.end(), broken)):
        return whole + _in_words(text, run.end(), broken)
    return _candidate(run[0][:LENGTH], start, end, broken) + _in_words(text, end, broken)


def _in_words(text: str, start: int, broken: bool) -> list[Candidate]:
    """The digits first; what surrounds them only when they could be a reference."""
    if not _any_possible(text, start, broken):
        return []
    head, words = text[:start], _upper(text[start:])
    return _possible(head + _NOT_OURS.sub(_hash, words), start, broken)


def _any_possible(text: str, start: int, broken: bool) -> bool:
    """Whether a number, or two beside each other, has the shape and the check digit."""
    before: tuple[int, int] | None = None
    for group in _GROUP.finditer(text, start):
        here = group.span()
        if _fits(group[0]) and _kind(group[0].lstrip("0"), broken):
            return True
        if before and here[0] - before[1] <= 7 and _printed(text, before, here):
            both = text[before[0] : before[1]] + group[0]
            if _kind(both.lstrip("0"), broken):
                return True
        before = here
    return False


def _hash(match: re.Match[str]) -> str:
    return "#" * len(match[0])


def _upper(text: str) -> str:
    """Capitals, character by character, so that places stay the same."""
    upper = text.upper()
    return upper if len(upper) == len(text) else "".join(c.upper()[:1] for c in text)


def _possible(text: str, start: int, broken: bool) -> list[Candidate]:
    """The numbers left in a text without those that are something else."""
    found: list[Candidate] = []
    for cluster in _CLUSTER.finditer(text, start):
        if len(cluster[0]) < LENGTH:
            continue
        groups = [
            (cluster.start() + group.start(), cluster.start() + group.end())
            for group in _GROUP.finditer(cluster[0])
        ]
        for first, last in _units(text, groups):
            digits = "".join(_GROUP.findall(text[first:last])).lstrip("0")
            found += _candidate(digits, first, last, broken)
    return found


def _units(text: str, groups: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans among neighbouring groups of digits that could each be a whole reference.

    One group of seven, zeros before it or not; or `123 4567` as it is printed; or any two parts
    with a line break between them. Other groups beside it must be a year, or short ones beside a
    group of seven: `656 616-8770` is a telephone, not the reference 616-8770.
    """
    spans: list[tuple[int, int]] = []
    in_parts = has_others = False
    at = 0
    while at < len(groups):
        start, end = groups[at]
        if _fits(text[start:end]):
            spans.append((start, end))
        elif at + 1 < len(groups) and _printed(text, groups[at], groups[at + 1]):
            at += 1
            spans.append((start, groups[at][1]))
            in_parts = True
        elif not _YEAR.fullmatch(text[start:end]):
            has_others = True
            if end - start > 2:
                return []
        at += 1
    return [] if in_parts and has_others else spans


def _fits(digits: str) -> bool:
    return LENGTH <= len(digits) <= _LONGEST_FIELD and len(digits.lstrip("0")) == LENGTH


def _printed(text: str, first: tuple[int, int], second: tuple[int, int]) -> bool:
    gap = text[first[1] : second[0]]
    if not _PRINTED_GAP.fullmatch(gap):
        return False
    digits = text[first[0] : first[1]] + text[second[0] : second[1]]
    if "\n" in gap:
        return _fits(digits)
    bare = text[first[0] : first[1]].lstrip("0")
    return len(bare) == 3 and second[1] - second[0] == 4 and _fits(digits)


def _candidate(digits: str, start: int, end: int, broken: bool) -> list[Candidate]:
    kind = _kind(digits, broken)
    return [Candidate(digits, start, end, kind)] if kind else []


def _kind(digits: str, broken: bool) -> Kind | None:
    if is_valid(digits):
        return Kind.VALID
    if broken and len(digits) == LENGTH and digits[0] != "0":
        return Kind.BROKEN
    return None


def _legacy(text: str) -> list[Candidate]:
    """Six digits right after the word."""
    return [
        Candidate(re.sub(r"\D", "", match[1]), *match.span(1), Kind.LEGACY)
        for match in _LEGACY.finditer(_upper(text))
        if match[1][0] != "0"
    ]
