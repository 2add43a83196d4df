"""docs/guia-cxc.md says what is on the screen, with pictures that exist."""

import re
from itertools import chain

from django.utils.translation import gettext

from tests.live import ROOT

GUIDE = (ROOT / "docs/guia-cxc.md").read_text("utf-8")
APPS = ("accounts", "desk", "facturamos", "payments", "reconciliation", "renewals")
# Django's own buttons; and what only the world outside says.
NOT_OURS = {gettext("Go"), gettext("Log out"), "!", "550 No such user", "comillas"}


def _plain(text: str) -> str:
    return " ".join(text.split())


def _screens() -> str:
    files = chain(
        (ROOT / "templates").rglob("*.html"), *((ROOT / app).rglob("*.py") for app in APPS)
    )
    return _plain(" ".join(file.read_text("utf-8") for file in files)).lower()


def test_every_word_in_quotes_is_on_a_screen():
    screens = _screens()
    quoted = {_plain(words) for words in re.findall(r"«([^»]+)»", GUIDE)}
    assert [words for words in sorted(quoted - NOT_OURS) if words.lower() not in screens] == []


def test_every_link_leads_to_a_section():
    sections = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^## (.+)$", GUIDE, re.MULTILINE)
    }
    assert set(re.findall(r"\(#([^)]+)\)", GUIDE)) <= sections


def test_every_picture_is_there_and_used():
    used = set(re.findall(r"screenshots/([\w.-]+\.png)", GUIDE))
    there = {path.name for path in (ROOT / "docs/screenshots").glob("*.png")}
    assert used <= there
    assert {name for name in there if name.startswith("cxc-")} <= used
