"""CxC uploads a statement, and says what the columns of an unknown one are."""

import pytest

from accounts.models import AuditEvent
from reconciliation.models import Movement, Statement, TableMapping
from tests import factories
from tests.reconciliation.desk import text_of
from tests.reconciliation.statement_pages.desk import UPLOAD, page_of, upload
from tests.reconciliation.test_mappings import deposit, table

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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

    def test_what_was_said_is_read_in_words(self, client, asked):
        client.post(page_of(Statement.objects.get(), "columnas"), self.DATA)
        known = TableMapping.objects.get()
        page = text_of(client.get(f"/admin/reconciliation/tablemapping/{known.pk}/change/"))
        assert (
            "Fecha: Día de operación; Descripción: Detalle, Más detalle; "
            "Depósitos (abonos): Entradas; Retiros (cargos): Salidas; Saldo: Queda; "
            "Los importes se escriben así: 1,234.00"
        ) in page

    def test_a_wrong_one_is_forgotten(self, client, asked):
        client.post(page_of(Statement.objects.get(), "columnas"), self.DATA)
        known = TableMapping.objects.get()
        address = f"/admin/reconciliation/tablemapping/{known.pk}/delete/"
        client.post(address, {"post": "yes"})
        assert not TableMapping.objects.exists()
        assert AuditEvent.objects.filter(action="tablemapping.forgotten").exists()
