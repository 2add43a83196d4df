"""The look: colours that can be read in light and dark, and icons that exist."""

import re
from itertools import product

import pytest

from payments.state import Mark
from tests.live import ROOT

PORTAL = (ROOT / "static/css/portal.css").read_text()
ADMIN = (ROOT / "static/css/admin.css").read_text()
HEX = r"#[0-9a-f]{3,6}"


def colours() -> dict[str, dict[str, str]]:
    """Each style sheet's own colours, in light and in dark, by name."""
    light, dark = (
        dict(re.findall(rf"--([\w-]+): ({HEX})", block))
        for block in re.findall(r":root \{(.*?)\}", PORTAL, re.S)[:2]
    )
    pairs = re.findall(rf"--([\w-]+): light-dark\(({HEX}), ({HEX})\)", ADMIN)
    return {
        "light": light,
        "dark": dark,
        "admin light": {name: one for name, one, _ in pairs},
        "admin dark": {name: other for name, _, other in pairs},
    }


def brightness(colour: str) -> float:
    """Relative luminance (WCAG 2.2), from 0 for black to 1 for white."""
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Between 1 and 21 (WCAG 2.2)."""
    dim, bright = sorted((brightness(one), brightness(other)))
    return (bright + 0.05) / (dim + 0.05)


COLOURS = colours()
WORDS = ("ink", "quiet", "accent", "accent-strong", "done", "wait", "stop")
PAPERS = ("surface", "raised", "accent-soft")


def test_the_formula_is_the_standards():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
class TestPortal:
    """WCAG 2.2: 4.5 for text (1.4.3), 3 for what has to be seen (1.4.11)."""

    def test_words_can_be_read_on_every_paper(self, scheme):
        named = COLOURS[scheme]
        pairs = [*product(WORDS, PAPERS), *((w, f"{w}-soft") for w in ("done", "wait", "stop"))]
        pairs += [("surface", "accent"), ("surface", "accent-strong")]  # filled buttons
        faint = {pair: contrast(named[pair[0]], named[pair[1]]) for pair in pairs}
        assert {pair: found for pair, found in faint.items() if found < 4.5} == {}
        assert contrast("#fff", named["band"]) > 4.5

    def test_borders_of_controls_and_the_focus_can_be_seen(self, scheme):
        named = COLOURS[scheme]
        for each, paper in product(("edge", "focus"), PAPERS):
            assert contrast(named[each], named[paper]) >= 3, (each, paper)
        arrow = re.search(HEX, (ROOT / "static/img/flecha.svg").read_text())
        assert arrow
        assert contrast(arrow[0], named["surface"]) >= 3


def test_each_colour_of_light_has_one_of_dark():
    assert COLOURS["dark"].keys() == COLOURS["light"].keys()


@pytest.mark.parametrize("scheme", ["admin light", "admin dark"])
def test_the_admin_can_be_read_too(scheme):
    named = COLOURS[scheme]
    words = ("body-fg", "body-quiet-color", "link-fg", "error-fg", "done", "wait", "late")
    for word, paper in product(words, ("body-bg", "darkened-bg", "selected-row")):
        assert contrast(named[word], named[paper]) >= 4.5, (word, paper)
    for paper in ("primary", "header-bg", "breadcrumbs-bg", "button-bg", "close-button-bg"):
        assert contrast("#fff", named[paper]) >= 4.5, paper
    assert contrast(named["edge"], named["body-bg"]) >= 3


def test_the_admin_carries_the_portals_colours():
    for scheme in ("light", "dark"):
        portal, admin = COLOURS[scheme], COLOURS[f"admin {scheme}"]
        assert admin["link-fg"] == portal["accent"]
        assert admin["header-bg"] == portal["band"]
        assert admin["body-bg"] == portal["surface"]
        assert admin["body-fg"] == portal["ink"]


def test_every_icon_that_a_page_asks_for_is_drawn():
    drawn = set(re.findall(r'name == "(\w+)"', (ROOT / "templates/includes/icon.html").read_text()))
    asked = set()
    for page in (ROOT / "templates").rglob("*.html"):
        asked |= set(re.findall(r'icons?\.html" with name="(\w+)"', page.read_text()))
    states = {mark.icon for mark in Mark}
    assert asked | states == drawn


def test_a_label_of_a_stacked_table_never_breaks_within_a_word():
    (label,) = re.findall(r"\.stack \[data-label\]::before \{(.*?)\}", PORTAL)
    assert "white-space: nowrap" in label
    breaking = re.findall(r"^([^{}]*)\{ overflow-wrap: anywhere; \}", PORTAL, re.M)
    assert breaking
    assert "dt" not in " ".join(breaking).replace(",", " ").split()
    assert ".summary-list dt" not in " ".join(breaking)


def test_what_is_no_link_in_the_bar_does_not_look_like_one():
    rules = dict(re.findall(r"^\.top-bar (a|span) \{(.*?)\}", PORTAL, re.M))
    assert "text-decoration: none" not in rules["a"]
    assert "color: #d5e6f1" in rules["span"]


def test_a_box_for_a_date_is_drawn_as_the_others():
    (date_box,) = re.findall(r'#content input\[type="date"\] \{(.*?)\}', ADMIN)
    assert "border: 1px solid var(--edge)" in date_box
