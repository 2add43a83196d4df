"""Each text's preview is the page on which customers read it, and shows the words to come."""

from contextlib import closing

import pypdfium2
import pytest

from facturamos.models import TextVersion
from facturamos.texts.catalogue import CATALOGUE
from facturamos.texts.kinds import Kind, Place
from tests import factories

NEW = {
    Kind.LINE: "Palabras nuevas de prueba",
    Kind.TEXT: "Palabras nuevas de prueba\n\n- una cosa\n- otra",
    Kind.LIST: "Palabras nuevas de prueba",
    Kind.STEPS: "Palabras nuevas de prueba\nHaga esto.",
    Kind.PHONES: "Palabras nuevas de prueba: 656-000-0000",
    Kind.MAIL: "palabras-nuevas@example.com",
    Kind.SITE: "www.palabras-nuevas.example",
    Kind.HOURS: "97",
}
SEEN = {Kind.MAIL: NEW[Kind.MAIL], Kind.SITE: NEW[Kind.SITE], Kind.HOURS: "97 horas"}


@pytest.fixture
def client(db, signed_in):
    return signed_in(factories.make_user(is_staff=True, is_superuser=True))


def text_of(pdf: bytes) -> str:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        text = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(text.split())


def test_the_steps_of_a_channel_lie_open(client):
    page = client.post(
        "/admin/facturamos/textversion/texto/channels.bbva/",
        {"body": CATALOGUE["channels.bbva"].default, "seen": "0", "preview": "1"},
    )
    assert page.content.decode().count('<details class="channel" open>') == 4


@pytest.mark.parametrize("key", CATALOGUE)
def test_the_preview_shows_the_words_on_their_page(client, key):
    text = CATALOGUE[key]
    body = " ".join([NEW[text.kind], *(f"{{{name}}}" for name in text.needs)])
    page = client.post(
        f"/admin/facturamos/textversion/texto/{key}/",
        {"body": body, "seen": "0", "reason": "", "preview": "1"},
    )
    assert page.status_code == 200
    if text.place is Place.PAPER:
        assert page["Content-Type"] == "application/pdf"
        shown = text_of(page.content)
    else:
        shown = page.content.decode()
        assert "Vista previa: nada se ha publicado" in shown
        shown = shown.split("</section>", 1)[1]  # past the bar, which carries the draft
    assert SEEN.get(text.kind, "Palabras nuevas de prueba") in shown
    assert not TextVersion.objects.exists()
