"""Finding a reference in what a bank wrote, and leaving alone the digits of everything else."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from payments.references import new_reference
from reconciliation.references_in_text import Candidate, Kind, find

pytestmark = pytest.mark.slow

REFERENCE, OTHER, WRONG = "1234566", "1000002", "1234567"
SPEI = "SPEI RECIBIDOBANORTE/0087654321  072 "
THIRD_PARTY = "PAGO CUENTA DE TERCERO/ 0055512345 BNET 0100000099 "

references = st.integers(0, 899_999).map(lambda draw: new_reference(lambda count: draw))


def found(text, **more):
    return [candidate.reference for candidate in find(text, **more)]


WHERE = [
    # where the layouts put it
    (SPEI + "1234566FACTURAMOS", "1234566"),
    (SPEI + "1234566", "1234566"),
    (SPEI + "0001234566FACTURAMOS", "0001234566"),
    (SPEI + "00000000000001234566 PAGO", "00000000000001234566"),
    (SPEI + "0260825RENOVACION 1234566", "1234566"),
    (SPEI + "02608251234566 RENOVACION", "1234566"),
    (SPEI + "0260825123 4566", "123 4566"),
    (SPEI + "00000011234566", "1234566"),
    ("TEF RECIBIDOHSBC/0087654321  021 1234566PAGO", "1234566"),
    (THIRD_PARTY + "FACT 1234566", "1234566"),
    (THIRD_PARTY + "123 4566", "123 4566"),
    (THIRD_PARTY.strip() + "1234566 FACT", "1234566"),
    ("DEPOSITO EN EFECTIVO/0001234566", "1234566"),
    ("DEPOSITO EN EFECTIVO/77771234566", "1234566"),
    ("DEPOSITO EFECTIVO PRACTIC/******4321 PAGO 1234566 FOLIO:9876", "1234566"),
    ("CONCEPTO: RENOVACION REFERENCIA: 1234566 CVE RAST: BNTE26080300001000002", "1234566"),
    # as people write it
    ("1234566", "1234566"),
    ("ref 123-4566", "123-4566"),
    ("REF.1234566.", "1234566"),
    ("renovación nº123 4566 gracias", "123 4566"),
    ("PAGOFACT1234566", "1234566"),
    ("1234566FACTURAMOS", "1234566"),
    ("0001234566FACTURAMOS", "0001234566"),
    ("FACTURAMOS 123–4566", "123–4566"),
    ("RENOVACION 2026 1234566", "1234566"),
    ("PAGO TOTAL 1234566", "1234566"),
    ("2 TIMBRES 1234566", "1234566"),
    ("1234566 15/08/2026", "1234566"),
    ("1234566 $1,305.00", "1234566"),
    # cut by the end of a field or a line
    ("PAGO 12\n34566", "12\n34566"),
    ("PAGO 123456\n6 X", "123456\n6"),
    ("PAGO 123\n 4566", "123\n 4566"),
]


@pytest.mark.parametrize(("text", "shown"), WHERE)
def test_where_it_stands(text, shown):
    (candidate,) = find(text)
    assert (candidate.reference, candidate.kind) == (REFERENCE, Kind.VALID)
    assert text[candidate.start : candidate.end] == shown


@pytest.mark.parametrize("text", [text for text, _ in WHERE])
def test_a_wrong_check_digit_is_only_found_when_asked_for(text):
    wrong = text.replace("1234566", "1234567").replace("34566", "34567").replace("4566", "4567")
    wrong = wrong.replace("123456\n6", "123456\n7")
    assert found(wrong) == []
    candidates = find(wrong, broken=True)
    assert WRONG in [candidate.reference for candidate in candidates]
    assert {candidate.kind for candidate in candidates} == {Kind.BROKEN}


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("1234566, 1000002", [REFERENCE, OTHER]),
        ("1234566 1000002", [REFERENCE, OTHER]),
        ("123 4566/100 0002", [REFERENCE, OTHER]),
        ("123 4566 Y 100-0002", [REFERENCE, OTHER]),
        (SPEI + "1234566PAGO 1000002", [REFERENCE, OTHER]),
        ("1234566 1234566", [REFERENCE]),
    ],
)
def test_several_in_one_text(text, both):
    assert found(text) == both


@pytest.mark.parametrize(
    "text",
    [
        # folios and authorizations
        "SPEI RECIBIDOBANORTE/0001234566  072 0260825PAGO",
        "SPEI RECIBIDOBANORTE/1234566  072 0260825PAGO",
        "SPEI ENVIADO SANTANDER/0001234566  014 0000123PAGO",
        "PAGO CUENTA DE TERCERO/ 0001234566 BNET 0100000099 FACT",
        "DEPOSITO EFECTIVO PRACTIC/******4321 PAGO FOLIO:1234566",
        "DEPOSITO FOLIO 1234566",
        "FOLIO1234566",
        "FOLIO: 123 4566",
        "AUTORIZACION: 1234566",
        "AUT. 1234566",
        "CHEQUE 1234566",
        "SUC 0123 CAJA 1234566",
        "GUIA:1234566",
        # accounts
        "PAGO CUENTA DE TERCERO/ 0055512345 BNET 0001234566 FACT",
        "CUENTA: 1234566",
        "CTA 0001234566",
        "CLABE 012180000001234566",
        "012180001234566123",
        "012180000001234566",
        "012 180 00123456 612 3",
        # cards
        "4152313123456612",
        "4152 3131 2345 6612",
        "******1234566",
        "XXXXXXXXX1234566",
        "415231******1234 566",
        # RFCs
        "RFC ABC123456612",
        "ABC1208256A1",
        "PAGO DE AEC9801256A1",
        "PAGO DE AEC 9801256A1",
        "RFC:XAXX010101000",
        # telephones
        "TEL 6561234566",
        "656 123 4566",
        "(656) 123-4566",
        "656-123-4566",
        "656 1234566",
        "01 656 123 4566",
        "+52 1234566",
        "CEL: 123-4566",
        # days, times and amounts
        "12/34/566 1/12/2026",
        "1-12-2026",
        "1 12 2026",
        "20261208 123456",
        "06022029",
        "12:34:56 6",
        "$1,234,566",
        "1,234,566.00",
        "1234566.00",
        "$1234566",
        "1234566 MXN",
        "IMPORTE 1234566",
        # tracking keys
        "CVE RAST: 1234566",
        "CVE RASTREO BNTE1234566",
        "CLAVE DE RASTREO 1234566",
        # other lengths
        "12345661",
        "123 45661",
        "9123 4566",
        "123 4566 1",
    ],
)
def test_what_is_not_ours(text):
    assert found(text) == []


@pytest.mark.parametrize("field", ["1234566", "0001234566", "00000000000001234566", "123 4566"])
def test_the_field_of_its_own(field):
    assert find("", field) == [Candidate(REFERENCE, 0, len(field), Kind.VALID, in_field=True)]


@pytest.mark.parametrize("field", ["0", "1234567", "12345661", "000000000000001234566", "ABC", "-"])
def test_a_field_with_something_else(field):
    assert found("", reference=field) == []


def test_a_field_that_holds_words():
    (candidate,) = find("", "REF 1234566")
    assert (candidate.reference, candidate.start, candidate.in_field) == (REFERENCE, 4, True)


@pytest.mark.parametrize(
    ("text", "field"),
    [("", "935447"), ("", "0935447"), ("PAGO REF 935447", ""), ("Ref. 935-447", "")],
)
def test_references_of_the_old_system(text, field):
    (candidate,) = find(text, field)
    assert (candidate.reference, candidate.kind) == ("935447", Kind.LEGACY)


@pytest.mark.parametrize("text", ["935447", "PAGO 935447", "REF 9354472", "PREFERENTE935447X"])
def test_six_digits_alone_are_nothing(text):
    assert find(text) == []


# Glued between letters like this, it cannot be told from an RFC.
RFC = re.compile(r"[A-ZÑ&]{3}\s?\d{7}[A-Z0-9]{2}(?![A-Z0-9])")

# What may touch a reference: letters and punctuation, not digits.
around = st.text("ABCDEFGHIJKLMNOPQRSTUVWYZ áñ:,;#", max_size=12).map(lambda t: f"{t}W")


@given(references, around, around)
@settings(max_examples=300)
def test_any_reference_in_any_words(reference, before, after):
    text = f"{before}{reference}{after}"
    assume(not RFC.search(text.upper()))
    (candidate,) = find(text)
    assert candidate.reference == text[candidate.start : candidate.end] == reference


@given(references, st.data())
@settings(max_examples=300)
def test_any_wrong_digit_or_swap_gives_no_reference(reference, data):
    place = data.draw(st.integers(0, 6))
    digit = data.draw(st.sampled_from("0123456789".replace(reference[place], "")))
    wrong = reference[:place] + digit + reference[place + 1 :]
    swapped = reference[:5] + reference[6] + reference[5]
    for text in {wrong, swapped} - {reference}:
        assert found(SPEI + text + "PAGO") == found(THIRD_PARTY + text) == []


@given(st.text(max_size=200), st.text(max_size=30))
@settings(max_examples=200)
def test_any_text_at_all_gives_spans_within_it(text, field):
    for candidate in find(text, field, broken=True):
        source = field if candidate.in_field else text
        shown = source[candidate.start : candidate.end]
        digits = "".join(c for c in shown if c.isdigit())
        assert digits.lstrip("0") == candidate.reference


def test_capitals_that_change_the_length_of_a_text_move_no_span():
    text = "straße ﬁnal ŉ 1234566"
    (candidate,) = find(text)
    assert text[candidate.start : candidate.end] == REFERENCE
