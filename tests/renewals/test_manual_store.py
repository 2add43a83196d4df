"""The store of the manuals: drawn once for what they say, served from it, kept up by the worker."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.conf import settings
from django.core.management import call_command

from facturamos.texts.in_force import as_if
from facturamos.texts.words import DEFAULTS
from renewals import manuals
from renewals.manuals import MANUALS, PAYMENT
from tests.renewals.test_manuals import edition


@pytest.fixture
def anew():
    """What a process reads once it reads again, before and after: as a new release would."""
    manuals._edition.cache_clear()
    yield manuals._edition.cache_clear
    manuals._edition.cache_clear()


@pytest.fixture
def cheap(monkeypatch):
    """Drawing takes no time; what was drawn, in turn."""
    made = []

    def draw(edition):
        made.append(edition.manual.template)
        return f"%PDF- {edition.key}".encode()

    monkeypatch.setattr(manuals, "draw", draw)
    return made


def stored() -> list[str]:
    folder = edition(PAYMENT).path.parent
    return sorted(path.name for path in folder.iterdir())


class TestStore:
    def test_what_is_stored_is_never_drawn_again(self, db, cheap):
        first = manuals.pdf_of(manuals.edition_of(PAYMENT))
        assert manuals.pdf_of(manuals.edition_of(PAYMENT)) == first
        assert cheap == ["pago"]

    @pytest.mark.parametrize("change", ["words", "banks", "stylesheet", "pictures", "weasyprint"])
    def test_what_changes_a_page_changes_the_key(self, change, monkeypatch, tmp_path, anew):
        before = edition(PAYMENT)
        if change == "stylesheet":
            other = tmp_path / "manual.css"
            other.write_text("p { color: red }", "utf-8")
            monkeypatch.setattr(manuals, "STYLESHEET", other)
        if change == "pictures":
            others = dict.fromkeys(manuals._pictures(), b"another")
            monkeypatch.setattr(manuals, "_pictures", lambda: others)
        if change == "weasyprint":
            monkeypatch.setattr(manuals, "version", lambda _: "1000")
        words = DEFAULTS
        if change == "words":
            words = DEFAULTS.but("contacts.promise_hours", "48")
        elif change == "banks":
            words = DEFAULTS.but("contacts.banks", "Banco Uno")
        else:
            anew()
        with as_if(words):
            assert manuals.edition_of(PAYMENT).key != before.key

    def test_what_stays_as_it_is_is_not_rendered_again(self, monkeypatch, anew):
        before = edition(PAYMENT)
        monkeypatch.setattr(manuals, "_html", lambda *_: 1 / 0)
        with as_if(DEFAULTS.but("contacts.site", DEFAULTS.contacts.site)):  # read anew, the same
            assert manuals.edition_of(PAYMENT) == before

    def test_the_command_draws_what_is_missing_and_removes_what_is_old(self, db, cheap, capsys):
        old = edition(PAYMENT).path.with_name("pago-0123.pdf")
        old.parent.mkdir(parents=True)
        old.write_bytes(b"%PDF-")
        being_written = old.with_name("somebody.part")
        being_written.touch()
        call_command("draw_manuals")
        call_command("draw_manuals")
        assert cheap == ["pago", "version_4_0"]
        names = [edition(manual).path.name for manual in MANUALS]
        assert stored() == sorted([*names, "somebody.part"])
        said = capsys.readouterr().out
        assert said.count("was drawn already") == 2
        assert "1 of before removed" in said

    def test_the_worker_draws_again_what_says_something_else_now(self, db, cheap):
        assert manuals.redraw() == 0
        assert cheap == []  # nobody asked for one yet
        manuals.pdf_of(edition(PAYMENT))
        with as_if(DEFAULTS.but("contacts.promise_hours", "48")):
            later = manuals.edition_of(PAYMENT)
            assert (manuals.redraw(), manuals.redraw()) == (1, 0)
        assert cheap == ["pago", "pago"]
        assert stored() == [later.path.name]
        assert "renewals.manuals.redraw" in settings.DUE_JOBS

    def test_one_that_cannot_be_drawn_is_not_tried_in_every_round(self, db, cheap, monkeypatch):
        manuals.pdf_of(edition(PAYMENT))
        monkeypatch.setattr(manuals, "draw", lambda _: 1 / 0)
        with as_if(DEFAULTS.but("contacts.promise_hours", "48")):
            with pytest.raises(ZeroDivisionError):
                manuals.redraw()
            assert manuals.redraw() == 0

    def test_without_room_on_the_disk_it_is_served_all_the_same(self, db, cheap, monkeypatch):
        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(manuals, "_store", full)
        assert manuals.pdf_of(manuals.edition_of(PAYMENT)).startswith(b"%PDF-")

    def test_on_a_full_disk_no_part_of_it_is_left(self, db, cheap, monkeypatch):
        def full(_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(manuals.os, "fsync", full)
        manuals.pdf_of(manuals.edition_of(PAYMENT))
        assert stored() == []

    def test_what_gets_its_name_meanwhile_is_no_error(self, db, cheap, monkeypatch):
        manuals.pdf_of(edition(PAYMENT))
        folder = edition(PAYMENT).path.parent
        finished = folder / f"somebody{manuals.HALF_MADE}"
        monkeypatch.setattr(type(folder), "glob", lambda *_: iter([finished]))
        assert manuals.remove_old() == 0

    @pytest.mark.slow
    def test_of_many_who_come_at_once_one_draws(self, db, monkeypatch):
        made, another = [], threading.Barrier(2)

        def draw_pdf(*_):
            made.append(1)
            with suppress(threading.BrokenBarrierError):
                another.wait(timeout=0.3)
            return b"%PDF-"

        monkeypatch.setattr(manuals, "draw_pdf", draw_pdf)
        monkeypatch.setattr(manuals, "_html", lambda *_: "")
        ours = edition(PAYMENT)
        manuals.draw.cache_clear()
        with ThreadPoolExecutor(4) as pool:
            assert [*pool.map(manuals.pdf_of, [ours] * 4)] == [b"%PDF-"] * 4
        assert made == [1]
        manuals.draw.cache_clear()

    def test_nothing_half_written_is_left_behind(self, db, cheap):
        manuals.pdf_of(manuals.edition_of(PAYMENT))
        assert stored() == [edition(PAYMENT).path.name]


class TestPage:
    def test_it_opens_in_the_browser_under_a_name_that_says_what_it_is(
        self, user, signed_in, cheap
    ):
        answer = signed_in(user).get("/manuales/pago/")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == (
            'inline; filename="manual-para-realizar-el-pago.pdf"'
        )
        assert answer.content.startswith(b"%PDF-")

    def test_a_browser_that_has_it_asks_and_is_sent_nothing(self, user, signed_in, cheap):
        client = signed_in(user)
        first = client.get("/manuales/pago/")
        assert first.headers["Cache-Control"] == "private, no-cache"
        again = client.get("/manuales/pago/", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == "private, no-cache"

    def test_only_drawing_counts_against_the_limit(self, user, signed_in, cheap, settings):
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "pdf": "1/h/user"}
        client = signed_in(user)
        assert [client.get("/manuales/pago/").status_code for _ in range(3)] == [200] * 3
        manuals.edition_of(PAYMENT).path.unlink()
        assert client.get("/manuales/pago/").status_code == 429

    def test_one_that_cannot_be_drawn_says_so(self, user, signed_in, monkeypatch, caplog):
        def broken(_):
            raise RuntimeError("no fonts")

        monkeypatch.setattr(manuals, "draw", broken)
        answer = signed_in(user).get("/manuales/pago/")
        assert answer.status_code == 503
        assert "No pudimos abrir el manual" in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"
        assert "The manual pago could not be drawn" in caplog.text

    def test_the_one_of_version_4_waits_for_the_payment(self, user, signed_in, cheap):
        answer = signed_in(user).get("/manuales/version-4.0/")
        assert answer.headers["Location"] == "/panel/"
        assert cheap == []
