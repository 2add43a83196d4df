"""How the portal writes Spanish where Django, or a clock, would write it otherwise."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.forms import DateField, Form
from django.utils import formats, translation
from django.utils.translation import trans_real

from facturamos.dates import long_hour, long_moment
from facturamos.plain_text import to_html


def test_nothing_asks_to_introduce():
    """Django's and allauth's whole Spanish, as a form may say it."""
    spanish = trans_real.translation("es-mx")
    words = " ".join(spanish.gettext(source) for source in _sources(spanish))
    assert "Escriba una fecha válida." in words
    assert "ntroduzca" not in words
    assert "ntroduce " not in words


def _sources(spanish):
    """What it translates without a context, its fallback's too."""
    while spanish:
        yield from (source for source, _ in spanish._catalog.items() if isinstance(source, str))
        spanish = spanish._fallback


@pytest.mark.parametrize(
    "source",
    ["Enter a valid date.", "Enter a number.", "Enter a valid email address."],
)
def test_what_a_form_says_is_in_the_portals_words(source):
    assert translation.gettext(source).startswith("Escriba ")


def test_a_wrong_date_is_answered_with_escriba():
    class Paid(Form):
        on = DateField()

    assert Paid({"on": "ayer"}).errors["on"] == ["Escriba una fecha válida."]


def test_months_are_written_in_lower_case():
    assert formats.date_format(date(2026, 11, 22)) == "22 de noviembre de 2026"


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        (ZoneInfo("America/Ciudad_Juarez"), "12:44, hora de Ciudad Juárez"),
        (ZoneInfo("America/Mexico_City"), "12:44, hora de la Ciudad de México"),
        (ZoneInfo("America/Tijuana"), "12:44, hora de Tijuana"),
        (UTC, "12:44, hora de UTC"),
    ],
)
def test_an_hour_says_whose_it_is(zone, told):
    moment = datetime(2026, 11, 22, 12, 44, tzinfo=zone)
    assert long_hour(moment) == told
    assert long_moment(moment) == f"22 de noviembre de 2026 a las {told}"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "Está en www.ejemplo.com.mx/aviso.",
            '<p>Está en <a href="https://www.ejemplo.com.mx/aviso">www.ejemplo.com.mx/aviso</a>.</p>',
        ),
        (
            "- Vea (http://ejemplo.test/?a=1&b=2)",
            '<ul><li>Vea (<a href="http://ejemplo.test/?a=1&amp;b=2">'
            "http://ejemplo.test/?a=1&amp;b=2</a>)</li></ul>",
        ),
        ("<b>www</b>. javascript:alert(1)", "<p>&lt;b&gt;www&lt;/b&gt;. javascript:alert(1)</p>"),
        (
            'www.a.mx"><script>',
            '<p><a href="https://www.a.mx">www.a.mx</a>&quot;&gt;&lt;script&gt;</p>',
        ),
    ],
)
def test_an_address_of_the_web_is_a_link_and_nothing_else_is(text, html):
    assert to_html(text) == html
