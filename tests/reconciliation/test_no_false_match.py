"""The digits of everything a bank writes about other things: none may ever match by itself.

Every deposit has an amount that open constancias wait for, so only the digits stand between a
chance and a false confirmation; and every other number is built around an open reference.
"""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from payments.references import is_valid, new_reference
from reconciliation.expected import Expected, Index
from reconciliation.matching import match
from reconciliation.movement import Movement
from reconciliation.references_in_text import find
from reconciliation.verdict import Outcome

pytestmark = pytest.mark.slow

AMOUNT = Decimal("1305.00")
DAY = date(2026, 8, 10)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MONTHS = ["ENE", "FEB", "MAR", "ABR", "MAY", "JUN", "JUL", "AGO", "SEP", "OCT", "NOV", "DIC"]
BANKS = ["BANORTE", "SANTANDER", "HSBC", "BANAMEX", "AZTECA", "STP", "BAJIO", "SCOTIABANK"]
WORDS = ["PAGO", "RENOVACION", "FACTURA", "TIMBRES", "ANUALIDAD", "GRACIAS", "DE LA", "EMPRESA"]


class Corpus:
    """Texts without a reference, drawn with a seed."""

    def __init__(self, seed, references):
        self.random = random.Random(seed)
        self.references = references

    def digits(self, count):
        """Digits that hold an open reference as often as not."""
        plain = "".join(self.random.choices("0123456789", k=count))
        if count < 7 or self.random.random() < 0.5:
            return plain
        reference = self.random.choice(self.references)
        at = self.random.choice([0, count - 7, self.random.randint(0, count - 7)])
        held = plain[:at] + reference + plain[at + 7 :]
        # Zeros before a reference are a zero-padded reference, and that would be no lie.
        return held if held.lstrip("0") not in self.references else "9" + held[1:]

    def words(self, most=3):
        return " ".join(self.random.choices(WORDS, k=self.random.randint(1, most)))

    def letters(self, count):
        return "".join(self.random.choices(LETTERS, k=count))

    def folio(self):
        return self.random.choice(
            [
                f"FOLIO:{self.digits(4)}",
                f"FOLIO {self.digits(7)}",
                f"FOLIO:{self.digits(10)}",
                f"AUT. {self.digits(6)}",
                f"AUTORIZACION: {self.digits(7)}",
                f"CAJA {self.digits(4)} SUC {self.digits(4)}",
                f"CHEQUE {self.digits(7)}",
                f"FOLIO INTERNET: {self.digits(7)}",
                f"NO. OPERACION {self.digits(7)}",
            ]
        )

    def clabe(self):
        clabe = self.random.choice("123456789") + self.digits(17)
        return self.random.choice(["", "CLABE ", "CLABE: ", "A LA CUENTA "]) + clabe

    def card(self):
        number = self.random.choice("345") + self.digits(15)
        grouped = " ".join(number[at : at + 4] for at in range(0, 16, 4))
        return self.random.choice(
            [
                number,
                grouped,
                grouped.replace(" ", "-"),
                f"******{number[-4:]}",
                f"{number[:6]}******{number[-4:]}",
                f"XXXXXXXXXXXX{number[-4:]}",
            ]
        )

    def rfc(self):
        day = date(1960, 1, 1) + timedelta(self.random.randint(0, 20_000))
        homoclave = "".join(self.random.choices(LETTERS + "0123456789" * 3, k=3))
        letters = self.letters(self.random.choice([3, 4]))
        rfc = f"{letters}{self.random.choice(['', '', '-', ' '])}{day:%y%m%d}{homoclave}"
        return self.random.choice(["", "RFC ", "RFC: ", "R.F.C. "]) + rfc

    def telephone(self):
        ten = self.random.choice("23456789") + self.digits(9)
        return self.random.choice(
            [
                ten,
                f"TEL {ten}",
                f"{ten[:3]}-{ten[3:6]}-{ten[6:]}",
                f"{ten[:3]} {ten[3:6]} {ten[6:]}",
                f"({ten[:3]}) {ten[3:6]}-{ten[6:]}",
                f"{ten[:2]} {ten[2:6]} {ten[6:]}",
                f"{ten[:3]} {ten[3:]}",
                f"+52 {ten[:3]} {ten[3:]}",
                f"+52 1 {ten}",
                f"TEL. {ten[3:]}",
                f"CEL {ten[3:6]} {ten[6:]}",
                f"{ten[:3]}.{ten[3:6]}.{ten[6:]}",
                f"01 {ten}",
            ]
        )

    def day(self):
        day = date(2019, 1, 1) + timedelta(self.random.randint(0, 4000))
        return self.random.choice(
            [
                f"{day:%d/%m/%Y}",
                f"{day:%d-%m-%Y}",
                f"{day:%d/%m/%y}",
                f"{day:%Y%m%d}",
                f"{day:%d%m%Y}",
                f"0{day:%y%m%d}",
                day.isoformat(),
                f"{day:%d %m %Y}",
                f"{day:%d%m%y}",
                f"{day:%d}/{MONTHS[day.month - 1]}/{day:%Y}",
                f"{day.day} {day.month} {day:%Y}",
                f"{day:%d}{MONTHS[day.month - 1]}{day:%Y}",
                f"{day.day}-{day.month}-{day:%Y}",
                f"{day:%d/%m/%Y} {self.digits(2)}:{self.digits(2)}:{self.digits(2)}",
            ]
        )

    def text(self):
        """A line of a bank's, of words and two such numbers."""
        kinds = [self.folio, self.clabe, self.card, self.rfc, self.telephone, self.day]
        first, second = self.random.choice(kinds)(), self.random.choice(kinds)()
        mine = f"{self.words()} {first} {self.words()} {second}"
        bank = f"{self.random.choice(BANKS)}/{self.digits(10)}  072"
        return self.random.choice(
            [
                mine,
                f"SPEI RECIBIDO{bank} 0260825{mine}",
                f"SPEI RECIBIDO{bank} 0000000{mine}",
                f"TEF RECIBIDO{bank} {self.digits(3)}0000 {mine}",
                f"PAGO CUENTA DE TERCERO/ {self.digits(10)} BNET {self.digits(10)} {mine}",
                f"DEPOSITO EFECTIVO PRACTIC/******{self.digits(4)} {mine} FOLIO:{self.digits(4)}",
                f"SPEI RECIBIDO CVE RAST: {self.letters(4)}{self.digits(14)} {mine}",
                f"{mine} CVE RAST {self.digits(7)}",
            ]
        )


def constancias(count, seed):
    drawn = random.Random(seed)
    days = (date(2019, 1, 1) + timedelta(days) for days in range(4000))
    # 06022029 is a day, and also a reference with a zero before it.
    like_days = [f"{day:%d%m%Y}"[1:] for day in days if day.day < 10]
    references = [reference for reference in like_days if is_valid(reference)]
    references += [new_reference(drawn.randrange) for _ in range(count - len(references))]
    references = list(dict.fromkeys(references))
    return references, Index(
        Expected(
            id=place,
            reference=reference,
            total=AMOUNT,
            subtotal=Decimal("1125.00"),
            issued_on=DAY - timedelta(5),
            expires_on=DAY + timedelta(25),
        )
        for place, reference in enumerate(references)
    )


def false_matches(lines, seed):
    references, index = constancias(2000, seed)
    corpus = Corpus(seed, references)
    harmless = {Outcome.UNIDENTIFIED, Outcome.SUGGESTION}
    found = []
    for line in range(lines):
        movement = Movement(line=line, date=DAY, amount=AMOUNT, description=corpus.text())
        verdict = match(movement, index)
        if verdict.outcome not in harmless or verdict.allocations:
            found.append((movement.description, verdict.reason))
    return found


def test_no_false_match_among_a_few_lines():
    assert false_matches(3000, seed=1) == []


@pytest.mark.slow
def test_no_false_match_among_100000_lines():
    assert false_matches(100_000, seed=2) == []


def test_the_corpus_is_dangerous():
    """Were every seven digits in a row taken for a reference, it would match all the time."""
    references, _ = constancias(2000, seed=1)
    corpus, known = Corpus(1, references), set(references)
    texts = [corpus.text() for _ in range(1000)]
    naive = [t for t in texts if any(t[at : at + 7] in known for at in range(len(t)))]
    assert len(naive) > 500


def test_the_same_lines_with_a_reference_are_found():
    """The care taken does not blind us: the reference glued into such a line is seen."""
    references, _ = constancias(2000, seed=3)
    corpus = Corpus(3, references)
    missed = 0
    for reference in references[-1000:]:
        kind = corpus.random.choice([corpus.clabe, corpus.card, corpus.rfc, corpus.day])
        text = f"SPEI RECIBIDOHSBC/{corpus.digits(10)}  021 {reference}{corpus.words()} {kind()}"
        missed += [c.reference for c in find(text)] != [reference]
    assert missed == 0
