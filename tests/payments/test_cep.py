"""What a CEP says, and how it compares with a constancia."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.cep import MAX_BYTES, Cep, Finding, NotACepError, compare, parse_cep
from tests.payments import proof_samples as samples

CLABE = "012164001016446374"


def test_what_it_says():
    assert parse_cep(samples.cep()) == Cep(
        paid_on=date(2026, 11, 22),
        amount=Decimal("1305.00"),
        tracking_key="BNET01002611220001",
        concept="1234567 FACTURAMOS",
        account=CLABE,
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b"claveRastreo", b"ClaveRastreo"),
        lambda xml: xml.replace(b"<SPEI_Tercero", b'<SPEI_Tercero xmlns="http://example.com/"'),
        lambda xml: xml.replace(
            b'FechaOperacion="2026-11-22"', b'FechaOperacion="2026-11-22T12:00"'
        ),
        lambda xml: b"\xef\xbb\xbf" + xml,
    ],
    ids=["another case", "a namespace", "a day with its hour", "a byte order mark"],
)
def test_small_differences_between_sources_do_not_matter(change):
    assert parse_cep(change(samples.cep())) == parse_cep(samples.cep())


def test_the_payer_is_not_taken_for_the_beneficiary_whatever_the_order():
    xml = samples.cep().decode()
    start, end = xml.index("<Ordenante"), xml.index("</SPEI_Tercero>")
    payer = xml[start:end]
    turned = xml.replace(payer, "").replace("<Beneficiario", payer + "<Beneficiario")
    assert parse_cep(turned.encode()) == parse_cep(samples.cep())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hola",
        b"<otro/>",
        b"<SPEI_Tercero/>",
        samples.SVG,
        samples.BILLION_LAUGHS,
        samples.OUTSIDE_ENTITY,
        samples.cep(day="22/11/2026"),
        samples.cep(amount="1,305.00"),
        samples.cep(amount="-1305.00"),
        samples.cep(amount="1E9"),
        samples.cep(amount="NaN"),
        samples.cep(amount=""),
        samples.cep(account=""),
        samples.cep(account="<"),
        samples.cep(account="٠١٢"),
        samples.cep() + b" " * MAX_BYTES,
        b'<?xml version="1.0" encoding="no-such"?><a/>',
    ],
)
def test_anything_else_is_no_cep(content):
    with pytest.raises(NotACepError):
        parse_cep(content)


@given(st.binary(max_size=400), st.integers(0, 600))
def test_a_damaged_one_is_no_cep_or_a_cep_and_nothing_else(junk, at):
    xml = samples.cep()
    with suppress(NotACepError):
        parse_cep(xml[:at] + junk + xml[at + len(junk) :])


@given(
    st.dates(),
    st.decimals("0.00", "999999.99", places=2),
    st.text(max_size=30),
    st.text("0123456789", max_size=18),
)
def test_it_comes_back_from_its_column_as_it_was(day, amount, text, account):
    cep = Cep(day, amount, text, text, account)
    assert Cep.from_json(cep.as_json()) == cep


def compared(*, paid_on=date(2026, 11, 22), typed="BNET01002611220001", **said) -> list[Finding]:
    return [
        *compare(
            parse_cep(samples.cep(**said)),
            total=Decimal("1305.00"),
            clabe=CLABE,
            issued_on=date(2026, 11, 22),
            paid_on=paid_on,
            tracking_key=typed,
        )
    ]


def disagreements(**said) -> list[str]:
    found = compared(**said)
    assert [finding.name for finding in found if finding.agrees is None] == ["concepto"]
    return [finding.name for finding in found if finding.agrees is False]


@pytest.mark.parametrize(
    ("said", "disagree"),
    [
        ({}, []),
        ({"day": "2026-12-24", "paid_on": date(2026, 12, 24)}, []),
        ({"typed": "bnet01002611220001"}, []),
        ({"amount": "1305"}, []),
        ({"day": "2026-11-21", "paid_on": date(2026, 11, 21)}, ["fecha"]),
        ({"day": "2026-11-23"}, ["fecha, frente a la del cliente"]),
        ({"typed": "OTRA1"}, ["clave de rastreo"]),
        ({"key": ""}, ["clave de rastreo"]),
        ({"amount": "1304.99"}, ["importe"]),
        ({"account": "012164001016446375"}, ["cuenta del beneficiario"]),
    ],
)
def test_what_agrees_and_what_does_not(said, disagree):
    assert disagreements(**said) == disagree


def test_a_clave_that_the_customer_did_not_type_is_not_compared():
    found = {finding.name: finding for finding in compared(typed="")}
    assert found["clave de rastreo"].agrees is None
    assert found["clave de rastreo"].says == "BNET01002611220001"


def test_it_tells_who_expected_something_else():
    found = compared(day="2026-11-21", typed="OTRA1", paid_on=date(2026, 11, 23))
    assert [finding.expected for finding in found if finding.agrees is False] == [
        "la constancia pide 22/11/2026 o después",
        "el cliente escribió 23/11/2026",
        "el cliente escribió OTRA1",
    ]
