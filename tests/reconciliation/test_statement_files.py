"""The bank's file as it came: kept, given back, and gone when nothing came of it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEvent
from reconciliation.models import Statement
from reconciliation.movement import UnreadableStatementError
from reconciliation.reading import upload_statement
from tests import factories
from tests.reconciliation.bank import imported, spei, statement
from tests.reconciliation.desk import text_of
from tests.reconciliation.test_mappings import deposit, table

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LIST = "/admin/reconciliation/statement/"


def page_of(read: Statement, step: str = "change") -> str:
    return f"{LIST}{read.pk}/{step}/"


def upload(client, content: bytes, name: str = "movimientos.exp"):
    return client.post(f"{LIST}cargar/", {"file": SimpleUploadedFile(name, content)}, follow=True)


def files() -> list[Path]:
    """All that lies in the store."""
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.fixture
def client(cxc, signed_in):
    return signed_in(cxc)


@pytest.fixture
def content(user):
    return statement(spei(factories.make_constancia(user)))


@pytest.fixture
def read(content, cxc):
    return imported(content, cxc, name='dí"a <1>.html')


class TestDownloading:
    """Whoever may see statements may have the file."""

    @pytest.fixture
    def reader(self, signed_in):
        person = factories.make_user(is_staff=True)
        person.user_permissions.add(Permission.objects.get(codename="view_statement"))
        return signed_in(person)

    def test_it_is_the_file_to_keep_and_never_to_run(self, reader, read, content):
        answer = reader.get(page_of(read, "archivo"))
        assert b"".join(answer.streaming_content) == content
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "no-store"

    def test_it_is_audited_and_its_page_leads_there(self, client, read, cxc):
        assert f'href="{page_of(read, "archivo")}"' in client.get(page_of(read)).content.decode()
        list(client.get(page_of(read, "archivo")).streaming_content)
        event = AuditEvent.objects.get(action="statement.downloaded")
        assert (event.actor, event.target_id) == (cxc.username, str(read.pk))
        assert event.data["sha256"] == read.sha256

    def test_not_for_others(self, signed_in, user, read):
        assert (
            signed_in(factories.make_user(is_staff=True)).get(page_of(read, "archivo")).status_code
            == 403
        )
        assert signed_in(user).get(page_of(read, "archivo")).status_code in (302, 403)
        assert not AuditEvent.objects.filter(action="statement.downloaded").exists()

    def test_only_by_asking_for_it(self, client, read):
        assert client.post(page_of(read, "archivo")).status_code == 405
        assert client.get(f"{LIST}999999/archivo/").status_code == 404

    def test_a_lost_file_is_told(self, client, read):
        [path] = files()
        path.unlink()
        page = client.get(page_of(read, "archivo"), follow=True)
        assert "El archivo no está en el servidor" in text_of(page)
        assert not AuditEvent.objects.filter(action="statement.downloaded").exists()


class TestRefused:
    """Refused before there is a statement: neither a row nor a file."""

    @pytest.mark.parametrize("content", [b"", b"x" * 20])
    def test_what_is_empty_or_too_big(self, cxc, monkeypatch, content):
        monkeypatch.setattr("reconciliation.reading.MAX_BYTES", 10)
        with pytest.raises(UnreadableStatementError):
            upload_statement(name="x.exp", content=content, by=cxc)
        assert not Statement.objects.exists()
        assert files() == []

    def test_a_disk_that_fills_up_half_way(self, client, content, monkeypatch):
        class Half(ContentFile):
            def chunks(self, chunk_size=None):
                yield self.read(10)
                raise OSError(28, "No space left on device")

        monkeypatch.setattr("reconciliation.reading.ContentFile", Half)
        page = upload(client, content)
        assert "El servidor no pudo guardar el archivo" in text_of(page)
        assert not Statement.objects.exists()
        assert files() == []

    def test_a_row_that_cannot_be_written(self, cxc, content, monkeypatch):
        def broken(*_, **__):
            raise RuntimeError("the database is gone")

        monkeypatch.setattr("reconciliation.reading.audit.record", broken)
        with pytest.raises(RuntimeError, match="gone"):
            upload_statement(name="x.exp", content=content, by=cxc)
        assert not Statement.objects.exists()
        assert files() == []


class TestFailed:
    """A file that cannot be read is kept, and its page says why."""

    def test_the_upload_says_why_and_that_it_is_kept(self, client, content):
        page = upload(client, b"%PDF-1.7 nada")
        failed = Statement.objects.get()
        assert "Es un PDF." in text_of(page)
        assert "con la razón por la que no se pudo leer" in text_of(page)
        assert f'href="{page_of(failed)}"' in page.content.decode()
        assert len(files()) == 1

    def test_its_page_says_so_and_gives_the_file_back(self, client, content, cxc):
        failed = imported(b"%PDF-1.7 nada", cxc)
        page = client.get(page_of(failed))
        assert "De este archivo no entró nada; se conserva con la razón." in text_of(page)
        assert page_of(failed, "archivo") in page.content.decode()
        answer = client.get(page_of(failed, "archivo"))
        assert b"".join(answer.streaming_content) == b"%PDF-1.7 nada"

    @pytest.mark.parametrize("is_table", [True, False])
    def test_its_page_does_not_read_the_file_again(self, client, user, cxc, is_table):
        constancia = factories.make_constancia(user)
        failed = imported(table(deposit(constancia)) if is_table else b"%PDF-1.7", cxc)
        [path] = files()
        path.unlink()
        page = client.get(page_of(failed)).content.decode()
        assert (page_of(failed, "columnas") in page) is is_table
        assert ("Cargar otro archivo" in page) is not is_table
