import pytest
from django.core.checks import run_checks
from django.db.utils import ConnectionHandler

from facturamos import checks
from facturamos.checks import pdf_font_is_installed, sqlite_keeps_its_promises


@pytest.fixture
def sqlite(db, tmp_path, monkeypatch):
    """Puts a SQLite file, opened with the given PRAGMAs, in the place of the database."""
    opened = []

    def open_with(pragmas: str) -> None:
        options = {"init_command": pragmas}
        handler = ConnectionHandler(
            {
                "default": {
                    "ENGINE": "django.db.backends.sqlite3",
                    "NAME": tmp_path / "db.sqlite3",
                    "OPTIONS": options,
                }
            }
        )
        monkeypatch.setattr(checks, "connections", handler)
        opened.append(handler["default"])

    yield open_with
    for connection in opened:
        connection.close()


def test_the_database_under_test_has_no_problem(db):
    # On SQLite because its settings are right; on PostgreSQL because it is not asked.
    assert sqlite_keeps_its_promises(None, databases=["default"]) == []


@pytest.mark.parametrize(
    "pragmas",
    [
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA recursive_triggers=ON;",
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
    ],
)
def test_settings_that_could_lose_a_payment_are_an_error(sqlite, pragmas):
    sqlite(pragmas)
    (problem,) = sqlite_keeps_its_promises(None, databases=["default"])
    assert problem.id == "facturamos.E001"
    assert problem.is_serious()
    assert "facturamos/settings.py" in problem.hint


def test_settings_that_let_replace_pass_the_triggers_are_an_error(sqlite):
    sqlite("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    (problem,) = sqlite_keeps_its_promises(None, databases=["default"])
    assert problem.id == "facturamos.E002"


def test_settings_that_keep_every_payment_are_fine(sqlite):
    sqlite("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;")
    assert sqlite_keeps_its_promises(None, databases=["default"]) == []


def test_the_database_is_looked_at_whenever_django_checks_databases(sqlite):
    sqlite("PRAGMA synchronous=OFF; PRAGMA recursive_triggers=ON;")
    problems = run_checks(tags=["database"], databases=["default"])
    assert [problem.id for problem in problems] == ["facturamos.E001"]


def test_no_database_is_opened_unless_it_was_asked_for():
    assert sqlite_keeps_its_promises(None) == []


def test_a_machine_without_the_font_is_warned(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "FONT_FOLDERS", (tmp_path, tmp_path / "missing"))
    (problem,) = pdf_font_is_installed(None)
    assert problem.id == "facturamos.W001"
    assert not problem.is_serious()
    assert "fonts-lato" in problem.hint


def test_the_font_is_found_wherever_it_lies_below_the_folders(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "FONT_FOLDERS", (tmp_path / "missing", tmp_path))
    folder = tmp_path / "truetype" / "lato"
    folder.mkdir(parents=True)
    (folder / "Lato-Regular.ttf").touch()
    assert pdf_font_is_installed(None) == []


def test_this_machine_has_the_font():
    assert pdf_font_is_installed(None) == []
