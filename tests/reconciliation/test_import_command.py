"""`manage.py import_statement`: what it prints, what it writes, and how it ends."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEvent, User
from payments.models import Payment
from reconciliation import work
from reconciliation.mappings import explain
from reconciliation.models import Movement, Statement, TableMapping
from reconciliation.reading import upload_statement
from tests import factories
from tests.reconciliation.bank import spei, statement
from tests.reconciliation.test_mappings import HEADERS, MAPPING, deposit, table

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


@pytest.fixture
def content(constancia):
    fee = (timezone.localdate(), "COMISION", Decimal("-11.60"))
    stranger = spei(None, "700.00", folio=2, text="RENTA")
    return statement(spei(constancia), stranger, fee)


@pytest.fixture
def path(tmp_path, content):
    file = tmp_path / "movimientos.exp"
    file.write_bytes(content)
    return file


def run(*args) -> str:
    out = StringIO()
    call_command("import_statement", *map(str, args), stdout=out)
    return out.getvalue()


def refused(*args) -> str:
    """The sentence it ends with; the exit code is 1."""
    with pytest.raises(CommandError) as raised:
        run(*args)
    assert raised.value.returncode == 1
    return str(raised.value)


def everything() -> list[int]:
    return [
        model.objects.count()
        for model in (Statement, Movement, Payment, User, AuditEvent, TableMapping)
    ]


def test_it_imports_and_says_what_came(path):
    said = run(path)
    statement = Statement.objects.get()
    assert f"movimientos.exp: leído, es el estado de cuenta {statement.pk}." in said
    assert "Depósitos $2,005.00, retiros -$11.60, en total 3 ($1,993.40)." in said
    assert "Listos para confirmar: 1 ($1,305.00)" in said
    assert "Sin identificar: 1 ($700.00)" in said
    assert "No son para nosotros: 1 (-$11.60)" in said
    assert (statement.original_name, statement.uploaded_by.username) == (path.name, "importador")
    assert not Payment.objects.exists()


def test_twice_it_says_that_it_was_there(path):
    run(path)
    before = everything()
    assert "ya estaba cargado" in run(path)
    assert everything() == before


def test_a_dry_run_says_the_same_and_writes_nothing(path, settings):
    before = everything()
    dry = json.loads(run(path, "--dry-run", "--json"))
    assert everything() == before
    assert not (settings.MEDIA_ROOT / "estados-de-cuenta").exists()
    assert "esto traería; no se escribió nada" in run(path, "--dry-run")
    wet = json.loads(run(path, "--json"))
    own = {"dry_run", "statement", "state"}
    assert {key: value for key, value in dry.items() if key not in own} == {
        key: value for key, value in wet.items() if key not in own
    }
    assert dry["people"]["unidentified"]["amount"] == "700.00"


def test_a_dry_run_counts_what_is_there_already(path):
    run(path)
    dry = json.loads(run(path, "--dry-run", "--json"))
    assert (dry["total"]["count"], dry["repeated"]["count"]) == (0, 3)
    assert dry["repeated"]["amount"] == "1993.40"


def test_confirm_pays_the_exact_ones_once(path, constancia):
    assert "Pagos confirmados: 1." in run(path, "--confirm")
    constancia.refresh_from_db()
    assert (constancia.status, constancia.paid_by.username) == ("paid", "importador")
    assert json.loads(run(path, "--confirm", "--json"))["confirmed"] == 0
    assert Payment.objects.count() == 1


def test_confirm_takes_up_what_was_only_imported(path):
    run(path)
    assert json.loads(run(path, "--confirm", "--json"))["confirmed"] == 1


def test_problems_and_gaps_are_told(path, content):
    lines = content.split(b"\r\n")
    path.write_bytes(b"\r\n".join([*lines, b"99-99-2026\tMAL \x1b[2J\t\t10.00\t1.00"]))
    said = run(path)
    assert "Ilegible, línea 5:" in said
    assert "\x1b" not in said
    told = json.loads(run(path, "--json"))
    assert [each["line"] for each in told["problems"]] == [5]
    assert told["unread"] == 1


def test_the_importer_cannot_sign_in(path):
    run(path)
    importer = User.objects.get(username="importador")
    assert not importer.is_active
    assert not importer.has_usable_password()


def test_it_does_not_act_as_a_person(path):
    factories.make_user(username="importador")
    assert "nadie debe poder entrar con él" in refused(path)
    assert not Statement.objects.exists()


def test_what_is_no_file(tmp_path, path):
    assert "No existe el archivo" in refused(tmp_path / "nada.txt")
    assert "no es un archivo" in refused(tmp_path)
    assert "Use --dry-run o --confirm" in refused(path, "--dry-run", "--confirm")
    with pytest.raises(CommandError, match="FILE"):
        run()
    with pytest.raises(CommandError, match="--nonsense"):
        run(path, "--nonsense")


def test_a_path_that_cannot_be():
    assert "No se pudo leer" in refused("x" * 5000)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "vacío"), (b"%PDF-1.7", "Es un PDF"), (b"hola", "no parece un estado de cuenta")],
)
@pytest.mark.parametrize("option", [[], ["--dry-run"]])
def test_what_cannot_be_read(path, content, says, option):
    path.write_bytes(content)
    assert says in refused(path, *option)


def test_an_error_is_an_object_too(path):
    path.write_bytes(b"%PDF-1.7")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("import_statement", str(path), "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["file"] == path.name
    assert "Es un PDF" in told["error"]


def test_a_table_nobody_explained_and_one_that_somebody_did(path, constancia, cxc):
    path.write_bytes(table(deposit(constancia)))
    assert "indicar qué es cada columna" in refused(path, "--dry-run")
    assert "indicar qué es cada columna" in refused(path)
    failed = Statement.objects.get()
    explain(statement=failed, headers=HEADERS, mapping=MAPPING, by=cxc)
    assert "Listos para confirmar: 1" in run(path)


def test_it_waits_for_whoever_is_at_it(path, content, cxc, monkeypatch):
    """The worker took the file first, and dies; this command goes on when it has fallen silent."""
    taken, _ = upload_statement(name="x", content=content, by=cxc)
    Statement.objects.update(worked_at=timezone.now(), attempts=1)

    def wait(_seconds):
        Statement.objects.update(worked_at=timezone.now() - 2 * work.SILENCE)

    monkeypatch.setattr("time.sleep", wait)
    assert "ya estaba cargado" in run(path)
    taken.refresh_from_db()
    assert taken.state == Statement.State.READY
