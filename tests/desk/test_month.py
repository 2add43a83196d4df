"""The accountant's month: its days, the IVA of each payment, its files."""

import io
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pikepdf
import pypdfium2
import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEvent
from desk import month_pages
from desk.month import Month, Share, add_up, shares
from desk.month_data import read_month
from desk.month_tables import for_book, totals
from facturamos.money import to_cents
from payments.models import Constancia, InvoiceRequest, Payment
from payments.recording import record_payment
from payments.reverting import revert_payments
from tests import factories
from tests.payments import cfdis
from tests.reconciliation.bank import imported, spei, statement

JUAREZ = ZoneInfo("America/Ciudad_Juarez")
OCTOBER = Month(2026, 10)
PAGE = "/admin/cierre/"
FILE = "/admin/cierre/archivo/"

amounts = st.decimals("0.01", "99999.99", places=2)


class TestMonth:
    """The calendar."""

    @pytest.mark.parametrize(
        ("code", "read"),
        [
            ("2026-11", Month(2026, 11)),
            ("2026-00", None),
            ("2026-13", None),
            ("26-11", None),
            ("2026-11 ", None),
            ("٢٠٢٦-11", None),
            ("", None),
            ("1999-12", None),
        ],
    )
    def test_codes(self, code, read):
        assert Month.read(code) == read

    @given(st.dates(date(2000, 1, 1), date(2099, 11, 30)))
    def test_each_day_is_of_one_month(self, day):
        month = Month.of(day)
        assert month.first <= day <= month.last
        assert month.next.first == month.last + timedelta(days=1)
        assert month.next.previous == month
        start, end = month.bounds(JUAREZ)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=JUAREZ)
        assert start <= noon < end
        assert month.bounds(JUAREZ)[1] == month.next.bounds(JUAREZ)[0]

    def test_its_moments_are_of_the_companys_clock(self):
        start, end = Month(2026, 11).bounds(JUAREZ)
        assert start.astimezone(UTC) == datetime(2026, 11, 1, 6, tzinfo=UTC)  # summer time still
        assert end.astimezone(UTC) == datetime(2026, 12, 1, 7, tzinfo=UTC)
        assert Month(2026, 11).name == "noviembre de 2026"


def text_of(pdf: bytes) -> str:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


@st.composite
def slips_with_changes(draw):
    """A constancia's total and IVA, and deposits of which some are taken back."""
    subtotal = draw(amounts)
    iva = to_cents(subtotal * draw(st.sampled_from([Decimal("0.16"), Decimal("0.08"), Decimal(0)])))
    total = subtotal + iva
    changes, standing = [], []
    for amount, back in draw(st.lists(st.tuples(amounts, st.booleans()), max_size=12)):
        if back and standing:
            changes.append(-standing.pop(draw(st.integers(0, len(standing) - 1))))
        else:
            standing.append(amount)
            changes.append(amount)
    return total, iva, changes, sum(standing, Decimal(0))


class TestShares:
    """How much of each payment is IVA."""

    @given(slips_with_changes())
    def test_they_add_up_to_the_cent(self, made):
        total, iva, changes, standing = made
        parts = list(shares(total=total, iva=iva, changes=changes))
        assert [part.total for part in parts] == changes
        whole = add_up(parts)
        assert whole.over == max(standing - total, 0)
        assert whole.iva == to_cents(iva * min(standing, total) / total)
        if standing >= total:
            assert (whole.iva, whole.subtotal) == (iva, total - iva)
        for part in parts:
            signs = {value > 0 for value in (part.subtotal, part.iva, part.over) if value}
            assert len(signs) < 2, part

    @given(slips_with_changes(), amounts)
    def test_what_comes_later_changes_nothing_before(self, made, later):
        total, iva, changes, _ = made
        before = list(shares(total=total, iva=iva, changes=changes))
        assert list(shares(total=total, iva=iva, changes=[*changes, later]))[:-1] == before

    @pytest.mark.parametrize(
        ("deposits", "wanted"),
        [
            (["1305.00"], [("1125.00", "180.00", "0.00")]),
            (
                ["435.00", "435.00", "435.00"],
                [("375.00", "60.00", "0.00")] * 3,
            ),
            (
                ["0.01", "0.03", "1304.96"],
                [
                    ("0.01", "0.00", "0.00"),
                    ("0.02", "0.01", "0.00"),
                    ("1124.97", "179.99", "0.00"),
                ],
            ),
            (["1400.00"], [("1125.00", "180.00", "95.00")]),
            (["1305.00", "5.00"], [("1125.00", "180.00", "0.00"), ("0.00", "0.00", "5.00")]),
            # The first is taken back: the second, which was too much, pays the constancia now.
            (
                ["1305.00", "1305.00", "-1305.00"],
                [
                    ("1125.00", "180.00", "0.00"),
                    ("0.00", "0.00", "1305.00"),
                    ("0.00", "0.00", "-1305.00"),
                ],
            ),
        ],
    )
    def test_cases(self, deposits, wanted):
        parts = shares(
            total=Decimal("1305.00"), iva=Decimal("180.00"), changes=map(Decimal, deposits)
        )
        assert list(parts) == [Share(*map(Decimal, each)) for each in wanted]


@pytest.fixture
def _stamps_follow_the_clock(monkeypatch):
    """These fields took hold of the real clock when they were defined."""
    for model, name in ((Constancia, "issued_at"), (InvoiceRequest, "requested_at")):
        field = model._meta.get_field(name)
        monkeypatch.setattr(field, "_get_default", lambda: timezone.now())


@pytest.fixture
def october(_stamps_follow_the_clock, clock, cxc, user, outsider):
    """A month with a bit of everything; ends with the clock in November."""
    clock(date(2026, 9, 29), 9)
    second = factories.make_constancia(outsider)
    clock(date(2026, 10, 2), 9)
    first = factories.make_constancia(user)
    clock(date(2026, 10, 31), 23, 59)
    record_payment(deposit=factories.make_deposit(first, "600.00"), by=cxc)
    record_payment(
        deposit=factories.make_deposit(second, "1400.00", paid_on=date(2026, 9, 30)), by=cxc
    )
    factories.make_invoice_request(second)
    imported(statement(spei(None, "77.00", day=date(2026, 10, 31))), cxc)
    clock(date(2026, 11, 1), 0, 0)
    record_payment(
        deposit=factories.make_deposit(first, "705.00", seen_paid=Decimal("600.00")), by=cxc
    )
    clock(date(2026, 11, 20), 12)
    return first, second


@pytest.mark.django_db
class TestPack:
    """What is of the month and what is not."""

    def test_the_month_ends_at_midnight_in_juarez(self, october):
        first, second = october
        pack = read_month(OCTOBER)
        assert [(row.reference, row.share.total) for row in pack.payments] == sorted(
            [
                (first.printed_reference, Decimal("600.00")),
                (second.printed_reference, Decimal("1400.00")),
            ]
        )
        (later,) = read_month(OCTOBER.next).payments
        assert later.share == Share(Decimal("607.76"), Decimal("97.24"), Decimal("0.00"))
        assert sum(
            row.share.iva
            for row in (*pack.payments, later)
            if row.reference == first.printed_reference
        ) == Decimal("180.00")

    def test_lists(self, october):
        first, second = october
        pack = read_month(OCTOBER)
        assert [row.reference for row in pack.slips if row.issued] == [first.printed_reference]
        assert [row.reference for row in pack.slips if row.paid] == [second.printed_reference]
        assert [(row.amount, row.state) for row in pack.deposits] == [
            (Decimal("77.00"), "por decidir")
        ]
        assert [row.reference for row in pack.pending] == [second.printed_reference]
        assert pack.issued == []
        assert [(row.reference, row.over) for row in pack.balances] == [
            (second.printed_reference, Decimal("95.00"))
        ]

    def test_money_of_another_currency_is_told_and_not_added_up(self, october):
        pack = read_month(OCTOBER)
        (own,) = pack.deposits
        both = replace(pack, deposits=[own, replace(own, currency="USD", amount=Decimal("9.00"))])
        told = {row[0]: row[1:] for row in totals(both).rows}
        assert told["Depósitos en el banco: por decidir"][::4] == (1, Decimal("77.00"))
        assert told["Depósitos en otra moneda, que no se suman"] == (1, *[None] * 4)
        listed = for_book(both)[-1]
        assert [row[-2:] for row in listed.rows] == [
            ("MXN", Decimal("77.00")),
            ("USD", Decimal("9.00")),
        ]
        assert (listed.foot[0], listed.foot[-1]) == ("Suma en MXN", Decimal("77.00"))

    def test_what_happens_later_never_changes_a_month_that_ended(self, october, cxc, clock):
        first, second = october
        before = read_month(OCTOBER)
        cfdis.issue(second.invoice_request, cxc)
        revert_payments(
            payments=[Payment.objects.get(amount="600.00").pk], reason="Era de otro", by=cxc
        )
        after = read_month(OCTOBER)
        assert (after.payments, after.reversals) == (before.payments, before.reversals)
        assert after.balances == before.balances
        assert [row.reference for row in after.pending] == [second.printed_reference]
        now = read_month(OCTOBER.next)
        (back,) = now.reversals
        assert back.reason == "Era de otro"
        assert back.reference == first.printed_reference
        assert back.share == Share(Decimal("-517.24"), Decimal("-82.76"), Decimal("0.00"))
        assert [row.reference for row in now.issued] == [second.printed_reference]
        assert now.pending == []

    def test_it_asks_once_for_each_list(self, october, django_assert_num_queries, cxc, clock):
        for _ in range(3):
            with django_assert_num_queries(6):
                read_month(OCTOBER)
            person = factories.make_user(factories.make_customer())
            clock(date(2026, 10, 20), 12)
            another = factories.make_constancia(person)
            factories.make_invoice_request(factories.pay(another, cxc))


@pytest.mark.slow
@pytest.mark.django_db
class TestPages:
    """The page and the two files."""

    @pytest.fixture
    def client(self, signed_in):
        return signed_in(factories.make_user(is_staff=True, is_superuser=True))

    def test_the_page_offers_the_month_before(self, client, october):
        page = client.get(PAGE)
        text = page.content.decode()
        assert page.context["month"] == OCTOBER
        assert f"{FILE}?mes=2026-10&amp;formato=xlsx" in text
        assert "$1,904.59" not in text
        assert "Neto del mes" in text
        assert "no ha terminado" not in text
        assert "no ha terminado" in client.get(PAGE, {"mes": "2026-11"}).content.decode()
        for nonsense in ("2027-01", "x" * 5000, "2026-11-22"):
            assert client.get(PAGE, {"mes": nonsense}).context["month"] == OCTOBER

    def test_the_book_adds_up(self, client, october):
        page = client.get(FILE, {"mes": "2026-10", "formato": "xlsx"})
        book = openpyxl.load_workbook(io.BytesIO(page.content))
        assert book.sheetnames == [
            *("Totales", "Pagos", "Pagos deshechos", "Facturas pendientes", "Facturas emitidas"),
            *("Saldos a favor", "Referencias", "Depósitos"),
        ]
        header, *rows, foot = book["Pagos"].values
        column = header.index("IVA")
        assert to_cents(sum(Decimal(str(row[column])) for row in rows)) == to_cents(
            Decimal(str(foot[column]))
        )
        totals = {row[0]: row[1:] for row in book["Totales"].values}
        assert totals["Neto del mes"] == (2, 1642.24, 262.76, 95, 2000)
        assert totals["Pagos confirmados, IVA 16%"] == totals["Neto del mes"]
        assert totals["De los pagos confirmados: depositados en otro mes"][0] == 1
        assert totals["Depósitos en el banco: por decidir"][::4] == (1, 77)
        assert totals["Saldos a favor al cierre"][::4] == (1, 95)

    def test_the_pdf_has_the_same_figures_and_is_tagged(self, client, october):
        page = client.get(FILE, {"mes": "2026-10", "formato": "pdf"})
        assert page.headers["Content-Type"] == "application/pdf"
        text = text_of(page.content)
        for words in ("Cierre de octubre de 2026", "$2,000.00", "$262.76", "Página 1 de"):
            assert words in text
        with pikepdf.open(io.BytesIO(page.content)) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang) == "es-MX"
            width, height = pdf.pages[0].MediaBox[2:]
            assert (int(width), int(height)) == (792, 612)

    def test_a_long_list_is_only_summed_on_paper(self, client, october, monkeypatch):
        monkeypatch.setattr(month_pages, "MOST_ROWS_ON_PAPER", 1)
        page = client.get(FILE, {"mes": "2026-10", "formato": "pdf"})
        text = text_of(page.content)
        assert "Sus renglones (2) están en el archivo XLSX" in text
        assert "Suman $2,000.00." in text

    def test_the_lists_share_what_fits_on_paper(self, client, october, monkeypatch):
        monkeypatch.setattr(month_pages, "MOST_ROWS_ON_PAPER", 2)
        text = text_of(client.get(FILE, {"mes": "2026-10", "formato": "pdf"}).content)
        assert "Sus renglones (2)" not in text  # the payments
        assert text.count("Sus renglones (1)") == 2  # the invoice that waits, the balance

    def test_a_month_without_anything_has_its_files(self, client, db):
        for kind in ("xlsx", "pdf"):
            assert client.get(FILE, {"mes": "2020-01", "formato": kind}).status_code == 200
        assert client.get(FILE, {"mes": "2999-01"}).headers["Location"] == PAGE

    def test_who_took_it_is_written_down(self, client, october):
        client.get(FILE, {"mes": "2026-10", "formato": "pdf"})
        assert AuditEvent.objects.get(action="month_pack.downloaded").data == {
            "month": "octubre de 2026",
            "format": "PDF",
        }

    @pytest.mark.parametrize("missing", ["export_lists", "view_payment"])
    def test_both_permissions_are_needed(self, signed_in, missing, db):
        person = factories.make_user(is_staff=True)
        for codename in {"export_lists", "view_payment"} - {missing}:
            person.user_permissions.add(Permission.objects.get(codename=codename))
        client = signed_in(person)
        assert client.get(PAGE).status_code == 403
        assert client.get(FILE, {"mes": "2026-10"}).status_code == 403
