"""CxC uploads statements, sees what they bring, confirms and undoes."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import AuditEvent
from payments.models import Payment
from reconciliation.deciding import DecisionError
from reconciliation.models import Movement, Statement, TableMapping
from reconciliation.reading import upload_statement
from reconciliation.work import go_on_with_all
from tests import factories
from tests.reconciliation.bank import imported, spei, statement
from tests.reconciliation.test_mappings import deposit, table

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LIST = "/admin/reconciliation/statement/"
UPLOAD = f"{LIST}cargar/"


def page_of(read: Statement, step: str = "change") -> str:
    return f"{LIST}{read.pk}/{step}/"


def text_of(page) -> str:
    """What is on the page, without its tags and spacing."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def upload(client, content: bytes, name: str = "movimientos.exp"):
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)}, follow=True)


@pytest.fixture
def client(cxc, signed_in):
    return signed_in(cxc)


@pytest.fixture
def reader(signed_in):
    """Somebody of the staff who may look, and nothing else."""
    person = factories.make_user(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_statement"))
    return signed_in(person)


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


@pytest.fixture
def content(constancia):
    fee = (timezone.localdate(), "COMISION", Decimal("-11.60"))
    stranger = spei(None, "700.00", folio=2, text="RENTA <b>")
    return statement(spei(constancia), stranger, fee)


@pytest.fixture
def read(content, cxc):
    return imported(content, cxc)


class TestUploading:
    """The file comes in."""

    def test_a_small_file_is_read_while_the_page_loads(self, client, content):
        page = upload(client, content)
        read = Statement.objects.get()
        assert page.redirect_chain == [(page_of(read), 302)]
        assert (read.state, read.original_name) == (Statement.State.READY, "movimientos.exp")
        assert "Confirmar 1 pago" in page.content.decode()

    def test_a_large_one_is_left_to_the_worker(self, client, content, monkeypatch):
        monkeypatch.setattr("reconciliation.admin.statement_files.SMALL_FILE", 10)
        page = upload(client, content)
        assert Statement.objects.get().state == Statement.State.READING
        assert "Espera su turno" in text_of(page)

    def test_the_same_file_again_leads_to_where_it_is(self, client, read, content):
        page = upload(client, content, name="otro-nombre.txt")
        assert page.redirect_chain == [(page_of(read), 302)]
        assert f"ya estaba cargado como «{read}»" in text_of(page)
        assert Statement.objects.count() == 1

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "El archivo está vacío."),
            (b"%PDF-1.7 nada", "Es un PDF."),
            (b"PK\x03\x04" + b"\x00" * 500, "Error:"),
            (b"MZ\x90" * 50, "Es un programa"),
            (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "Error:"),
            (b"\x00\x01\x02\x03" * 200, "no es un texto ni una hoja"),
            (b"hola, buenos dias", "no parece un estado de cuenta"),
            ("Día\tConcepto\r\n".encode("utf-16"), "no parece un estado de cuenta"),
        ],
    )
    def test_what_is_no_statement_gets_a_sentence(self, client, constancia, content, says):
        page = upload(client, content)
        assert page.status_code == 200
        assert says in text_of(page)
        assert "errorlist" in page.content.decode()
        assert not Movement.objects.exists()

    def test_without_a_file(self, client):
        assert "Elija el archivo del banco." in text_of(client.post(UPLOAD, {}))

    def test_too_big(self, client, monkeypatch, content):
        monkeypatch.setattr("reconciliation.statement_forms.MAX_BYTES", 10)
        assert "pesa más de 50 MB" in text_of(upload(client, content))
        assert not Statement.objects.exists()

    def test_a_full_disk_is_told(self, client, monkeypatch, content):
        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("django.core.files.storage.FileSystemStorage.save", full)
        assert "El servidor no pudo guardar el archivo" in text_of(upload(client, content))
        assert not Statement.objects.exists()

    def test_somebody_elses_account_is_refused(self, client, content):
        page = upload(client, b"Cuenta 0199999999\r\n" + content)
        assert "no es de la empresa" in text_of(page)
        assert not Movement.objects.exists()


class TestColumns:
    """A table of no known bank."""

    DATA = {
        "date": "Día de operación",
        "description": ["Detalle", "Más detalle"],
        "deposit": "Entradas",
        "withdrawal": "Salidas",
        "balance": "Queda",
        "decimal": ".",
    }

    @pytest.fixture
    def asked(self, client, constancia):
        return upload(client, table(deposit(constancia)))

    def test_it_is_asked_about_and_read(self, client, asked):
        failed = Statement.objects.get()
        assert asked.redirect_chain == [(page_of(failed, "columnas"), 302)]
        assert "SPEI RECIBIDO" in text_of(asked)
        page = client.post(page_of(failed, "columnas"), self.DATA, follow=True)
        assert page.redirect_chain == [(page_of(failed), 302)]
        assert "Confirmar 1 pago" in page.content.decode()

    def test_the_next_one_is_read_at_once(self, client, asked, user):
        client.post(page_of(Statement.objects.get(), "columnas"), self.DATA)
        page = upload(client, table(deposit(factories.make_constancia(user))))
        assert "Confirmar 1 pago" in page.content.decode()

    def test_wrong_columns_are_told(self, client, asked):
        wrong = self.DATA | {"date": "Detalle", "description": ["Queda"]}
        page = client.post(page_of(Statement.objects.get(), "columnas"), wrong)
        assert "Con estas columnas no se pudo leer nada" in text_of(page)
        assert not TableMapping.objects.exists()

    def test_later_its_page_leads_there(self, client, asked):
        failed = Statement.objects.get()
        assert page_of(failed, "columnas") in client.get(page_of(failed)).content.decode()

    def test_there_is_nothing_to_ask_about_others(self, client, read):
        page = client.get(page_of(read, "columnas"), follow=True)
        assert "No hay columnas que indicar." in text_of(page)

    def test_a_wrong_one_is_forgotten(self, client, asked):
        client.post(page_of(Statement.objects.get(), "columnas"), self.DATA)
        known = TableMapping.objects.get()
        address = f"/admin/reconciliation/tablemapping/{known.pk}/delete/"
        client.post(address, {"post": "yes"})
        assert not TableMapping.objects.exists()
        assert AuditEvent.objects.filter(action="tablemapping.forgotten").exists()


class TestLight:
    """What the statement brings, before anything is confirmed."""

    def test_the_groups_add_up(self, client, read):
        page = text_of(client.get(page_of(read)))
        assert "Listos para confirmar 1 · $1,305.00" in page
        assert "Necesitan a una persona 1 · $700.00" in page
        assert "No son para nosotros 1 · -$11.60" in page
        assert "Ya aplicados 0 · $0.00" in page
        assert "Depósitos $2,005.00; retiros -$11.60; en total $1,993.40 en 3 movimientos" in page
        assert not Payment.objects.exists()

    def test_each_verdict_leads_to_its_queue(self, client, read):
        page = client.get(page_of(read)).content.decode()
        query = f"?statement__id__exact={read.pk}&amp;verdict__exact=unidentified"
        [address] = re.findall(rf'"([^"]*{re.escape(query)})"', page)
        queue = client.get(address.replace("&amp;", "&"))
        assert queue.status_code == 200
        assert "RENTA" in queue.content.decode()

    def test_the_digits_that_matched_are_marked(self, client, read, constancia):
        page = client.get(page_of(read)).content.decode()
        assert f"<mark>{constancia.reference}</mark>FACTURAMOS" in page
        assert constancia.printed_reference in page
        assert constancia.customer_name in page

    def test_repeated_lines_are_told_apart(self, client, read, content, cxc):
        again = imported(content.replace(b"\r\n", b"\n"), cxc)
        page = text_of(client.get(page_of(again)))
        assert "Repetidas: 3 · $1,993.40" in page
        assert "en total $0.00 en 0 movimientos" in page

    def test_what_was_undone_before_an_invoice_stopped_it_is_told(self, client, read):
        read.movements.filter(verdict="unidentified").update(state="void")
        page = text_of(client.get(page_of(read)))
        assert "Necesitan a una persona 0 · $0.00" in page
        assert "en total $1,993.40 en 3 movimientos" in page
        assert "y de lo que se deshizo: 1 · $700.00" in page

    def test_another_currency_is_counted_and_not_added_up(self, client, read):
        dollars = read.movements.get(verdict="unidentified")
        values = {
            field.attname: getattr(dollars, field.attname)
            for field in Movement._meta.concrete_fields
            if not field.primary_key
        }
        Movement.objects.create(**values | {"fingerprint": "usd", "currency": "USD"})
        page = text_of(client.get(page_of(read)))
        assert "Necesitan a una persona 2 · $700.00" in page
        assert "1 en otra moneda: se cuentan, pero no se suman." in page

    def test_unreadable_lines_and_gaps_are_listed(self, client, constancia, cxc):
        lines = statement(*(spei(None, "10.00", folio=n) for n in range(6))).split(b"\r\n")
        bad = b"99-99-2026\t<script>SIN FECHA\t\t10.00\t1.00"
        read = imported(b"\r\n".join([*lines[:3], *lines[4:], bad]), cxc)
        page = client.get(page_of(read))
        assert "&lt;script&gt;SIN FECHA" in page.content.decode()
        assert "No se pudo leer 1 línea." in text_of(page)
        assert "Faltan movimientos por $10.00" in text_of(page)

    def test_the_exact_ones_come_page_by_page(self, client, monkeypatch, user, cxc):
        monkeypatch.setattr("reconciliation.admin.statement_page.EXACT_SHOWN", 2)
        rows = [spei(factories.make_constancia(user), folio=n + 20) for n in range(3)]
        many = imported(statement(*rows), cxc)
        first = client.get(page_of(many)).content.decode()
        assert "1 a 2 de 3" in first
        assert "?p=2" in first
        assert "3 a 3 de 3" in client.get(page_of(many) + "?p=2").content.decode()
        assert client.get(page_of(many) + "?p=tonto").status_code == 200

    @pytest.mark.parametrize("number", [1, 3])
    def test_its_queries_do_not_grow(self, client, user, cxc, number, django_assert_num_queries):
        people = [factories.make_consenting_user() for _ in range(number)]
        rows = [spei(factories.make_constancia(each), folio=n) for n, each in enumerate(people)]
        read = imported(statement(*rows), cxc)
        with django_assert_num_queries(11):
            client.get(page_of(read))

    @pytest.mark.parametrize("number", [1, 3])
    def test_nor_do_the_lists(self, client, constancia, cxc, number, django_assert_num_queries):
        for n in range(number):
            imported(statement(spei(constancia, folio=n), spei(None, "5.00", folio=50 + n)), cxc)
        with django_assert_num_queries(6):
            page = client.get(LIST)
        assert page.content.decode().count("$1,310.00") == number

    def test_the_list_tells_what_became_of_each(self, client, read):
        client.post(page_of(read, "confirmar"))
        row = text_of(client.get(LIST))
        assert re.search(r"movimientos\.exp leído .* 3 1 1 \$2,005\.00", row)


class TestConfirming:
    """One button."""

    def test_it_confirms_the_exact_ones(self, client, read, cxc, constancia):
        page = client.post(page_of(read, "confirmar"), follow=True)
        assert "Se confirmó 1 pago." in text_of(page)
        assert "Ya aplicados 1 · $1,305.00" in text_of(page)
        [applied] = re.findall(r'href="([^"]*state__exact=applied)"', page.content.decode())
        assert "$1,305.00" in text_of(client.get(applied.replace("&amp;", "&")))
        assert "Confirmar" not in re.findall(r'value="([^"]*)"', page.content.decode())
        assert Payment.objects.get().recorded_by == cxc

    def test_twice_says_so(self, client, read):
        client.post(page_of(read, "confirmar"))
        page = client.post(page_of(read, "confirmar"), follow=True)
        assert "No hay pagos exactos por confirmar" in text_of(page)
        assert Payment.objects.count() == 1

    def test_what_changed_meanwhile_waits(self, client, read, constancia, cxc):
        factories.pay(constancia, cxc)
        page = text_of(client.post(page_of(read, "confirmar"), follow=True))
        assert "Se confirmaron 0 pagos." in page
        assert "De los exactos, 1 cambiaron mientras tanto" in page

    def test_a_lot_is_left_to_the_worker(self, client, read, monkeypatch):
        monkeypatch.setattr("reconciliation.admin.statements.SMALL_WORK", 0)
        page = client.post(page_of(read, "confirmar"), follow=True)
        assert "Confirmando los pagos" in text_of(page)
        assert not Payment.objects.exists()

    def test_so_is_a_lot_to_judge_again(self, client, read, monkeypatch, constancia, cxc):
        factories.pay(constancia, cxc)
        monkeypatch.setattr("reconciliation.admin.statements.SMALL_WORK", 1)
        page = client.post(page_of(read, "revisar"), follow=True)
        assert "Comparando lo que espera con las constancias de ahora" in text_of(page)
        assert "Espera su turno" in text_of(page)
        assert go_on_with_all() == 1
        page = text_of(client.get(page_of(read)))
        assert "Ya pagada : 1" in page

    def test_nothing_left_to_judge_is_told(self, client, constancia, cxc):
        read = imported(statement(spei(constancia)), cxc)
        client.post(page_of(read, "confirmar"))
        page = client.post(page_of(read, "revisar"), follow=True)
        assert "No queda nada por decidir" in text_of(page)

    def test_the_light_promises_what_the_button_does(self, client, constancia, user, cxc):
        """A part and the rest of it: nobody confirmed the part, so neither is ready."""
        other = factories.make_constancia(user)
        rows = [
            spei(constancia, "1000.00"),
            spei(constancia, "305.00", folio=2),
            spei(other, folio=3),
            spei(other, folio=4),
        ]
        read = imported(statement(*rows), cxc)
        page = text_of(client.get(page_of(read)))
        assert "Listos para confirmar 1 · $1,305.00" in page
        assert "Necesitan a una persona 3 · $2,610.00" in page
        assert "en total $3,915.00 en 4 movimientos" in page
        page = text_of(client.post(page_of(read, "confirmar"), follow=True))
        assert "Se confirmó 1 pago." in page
        assert "cambiaron mientras tanto" not in page

    def test_the_worker_may_be_quicker(self, client, read, monkeypatch):
        monkeypatch.setattr("reconciliation.admin.statements.go_on", lambda statement: None)
        page = text_of(client.post(page_of(read, "confirmar"), follow=True))
        assert "Confirmando los pagos" in page
        assert "cambiaron mientras tanto" not in page

    def test_looking_is_not_confirming(self, client, read):
        assert client.get(page_of(read, "confirmar")).status_code == 302
        assert client.get(page_of(read, "revisar")).status_code == 302
        assert not Payment.objects.exists()

    def test_what_waits_is_judged_again(self, client, user, cxc):
        constancia = factories.make_constancia(user)
        read = imported(statement(spei(constancia)), cxc)
        factories.pay(constancia, cxc)
        page = client.post(page_of(read, "revisar"), follow=True)
        assert "se revisaron otra vez: 1" in text_of(page)
        assert read.movements.get().verdict == "already_paid"


class TestUndoing:
    """The whole statement, with a reason."""

    def test_it_asks_why_and_takes_all_back(self, client, read, constancia):
        client.post(page_of(read, "confirmar"))
        assert "Los pagos de 1 depósito quedan deshechos" in text_of(
            client.get(page_of(read, "deshacer"))
        )
        page = client.post(page_of(read, "deshacer"), {"reason": "Era otro mes."}, follow=True)
        assert "La carga se deshizo: Era otro mes." in text_of(page)
        constancia.refresh_from_db()
        assert constancia.status == "open"

    def test_without_a_reason_nothing_happens(self, client, read):
        page = client.post(page_of(read, "deshacer"), {"reason": " "})
        assert "Escriba el motivo" in text_of(page)
        read.refresh_from_db()
        assert read.state == Statement.State.READY

    def test_one_that_another_builds_on_is_refused(self, client, read, content, cxc):
        imported(content.replace(b"\r\n", b"\n"), cxc, name="despues.exp")
        assert "Deshaga primero aquel" in text_of(client.get(page_of(read, "deshacer")))
        page = client.post(page_of(read, "deshacer"), {"reason": "x"}, follow=True)
        assert "Deshaga primero aquel" in text_of(page)
        read.refresh_from_db()
        assert read.state == Statement.State.READY

    def test_an_invoice_issued_at_the_last_moment_stops_it(self, client, read, monkeypatch):
        def refuse(**_):
            raise DecisionError("Ya tiene factura.")

        monkeypatch.setattr("reconciliation.work.undo_some", refuse)
        page = client.post(page_of(read, "deshacer"), {"reason": "x"}, follow=True)
        assert "No se deshizo todo." in text_of(page)


class TestProgress:
    """While the worker has it."""

    @pytest.fixture
    def waiting(self, content, cxc):
        return upload_statement(name="grande.exp", content=content, by=cxc)[0]

    def show(self, client, waiting, **changes) -> str:
        Statement.objects.filter(pk=waiting.pk).update(**changes)
        return client.get(page_of(waiting)).content.decode()

    def test_it_shows_how_far_it_is_and_looks_again(self, client, waiting):
        page = self.show(client, waiting, done=2000, total=8000, worked_at=timezone.now())
        assert '<meta http-equiv="refresh" content="3">' in page
        assert 'max="8000" value="2000"' in page
        assert "No avanza" not in page

    def test_a_silence_is_told(self, client, waiting):
        page = self.show(client, waiting, worked_at=timezone.now() - timedelta(minutes=2))
        assert "No avanza desde las" in page
        assert "el trabajo sigue solo" in page

    def test_done_it_looks_no_more(self, client, read):
        assert "refresh" not in client.get(page_of(read)).content.decode()

    def test_a_failure_says_why(self, client, constancia, cxc):
        failed = imported(b"%PDF-1.7", cxc)
        page = text_of(client.get(page_of(failed)))
        assert "Es un PDF." in page
        assert "Cargar otro archivo" in page


class TestPermissions:
    """Who may what."""

    def steps(self, read):
        return [page_of(read, step) for step in ("confirmar", "revisar", "deshacer", "columnas")]

    def test_a_reader_sees_and_cannot_touch(self, reader, read):
        for address in (LIST, page_of(read)):
            page = reader.get(address)
            assert page.status_code == 200
            assert "Cargar un estado" not in text_of(page)
            content = page.content.decode().partition('id="content"')[2].partition("<footer")[0]
            assert content
            assert "<form method" not in content
            assert "deshacer" not in page.content.decode()
        for address in (UPLOAD, *self.steps(read)):
            assert reader.get(address).status_code == 403
            assert reader.post(address, {"reason": "x"}).status_code == 403
        assert not Payment.objects.exists()

    def test_staff_without_permission_sees_nothing(self, signed_in, read):
        stranger = signed_in(factories.make_user(is_staff=True))
        for address in (LIST, page_of(read), UPLOAD, *self.steps(read)):
            assert stranger.get(address).status_code == 403

    def test_customers_are_kept_out(self, signed_in, user, read):
        customer = signed_in(user)
        for address in (LIST, page_of(read), UPLOAD, *self.steps(read)):
            page = customer.get(address)
            assert page.status_code in (302, 403)
            assert "movimientos.exp" not in page.content.decode()

    @pytest.mark.parametrize("pk", ["999999", "tonto", "9" * 30])
    def test_what_is_not_there(self, client, pk):
        assert client.get(f"{LIST}{pk}/change/").status_code == 404
