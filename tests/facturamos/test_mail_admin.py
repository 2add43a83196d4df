"""The outbox in the admin, and the page of example mails."""

import re
from html import unescape
from pathlib import Path

import pytest

from facturamos.letters import Letter, examples
from facturamos.mail import Mail, post
from facturamos.models import OutboxMessage
from payments.models import Constancia
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LIST = "/admin/facturamos/outboxmessage/"
EXAMPLES = LIST + "ejemplos/"
ADDRESS = re.compile(r"https?://\S+")
# Every pair of templates is a mail.
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
OURS = {file.stem for file in (TEMPLATES / "emails").glob("*.txt")} - {"base"}
ALLAUTH_S = TEMPLATES.glob("*/email/*_message.txt")
NAMES = sorted(OURS | {file.stem.removesuffix("_message") for file in ALLAUTH_S})


@pytest.fixture
def admin(signed_in):
    return signed_in(factories.make_user(is_staff=True, is_superuser=True))


def write(subject: str, **fields) -> OutboxMessage:
    letter = Letter(subject=subject, text="secreto de texto", html="<p>secreto en HTML</p>")
    post([Mail(letter=letter, to="ana@example.com", about=subject)])
    OutboxMessage.objects.filter(subject=subject).update(**fields)
    return OutboxMessage.objects.get(subject=subject)


def order(page: str) -> list[str]:
    """The subjects in the list, from the top."""
    return re.findall(r'field-subject"><a[^>]*>([^<]+)<', page)


class TestOutbox:
    """What stopped comes first and says why; a person tries it again."""

    def test_the_parked_come_first_with_their_error(self, admin):
        write("Detenido", state="parked", last_error="SMTPDataError(554, b'spam')")
        write("Por enviar")
        write("Otro por enviar")
        page = admin.get(LIST).content.decode()
        assert order(page) == ["Detenido", "Otro por enviar", "Por enviar"]
        assert "SMTPDataError(554, b'spam')" in unescape(page)
        assert '<td class="field-reader">ana@example.com</td>' in page

    def test_of_one_that_left_the_old_error_is_not_told_in_the_list(self, admin):
        row = write("Enviado", last_error="TimeoutError('timed out')")
        OutboxMessage.objects.update(state="sent", sent_at=row.created_at)
        assert "timed out" not in admin.get(LIST).content.decode()

    def test_it_is_filtered_by_state(self, admin):
        write("Detenido", state="parked")
        write("Por enviar")
        assert order(admin.get(LIST + "?state__exact=parked").content.decode()) == ["Detenido"]

    def test_trying_again(self, admin):
        row = write("Detenido", state="parked", attempts=10)
        page = admin.post(
            LIST, {"action": "retry_parked", "_selected_action": [row.pk]}, follow=True
        )
        assert "1 correo se volverá a intentar." in page.content.decode()
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("waiting", 0)

    def test_what_did_not_stop_is_not_tried_again(self, admin):
        row = write("Por enviar", attempts=3)
        chosen = {"action": "retry_parked", "_selected_action": [row.pk]}
        page = admin.post(LIST, chosen, follow=True).content.decode()
        assert "Ninguno de los que eligió está detenido" in page
        row.refresh_from_db()
        assert row.attempts == 3

    def test_what_a_mail_says_is_for_its_reader(self, admin):
        row = write("Por enviar", last_error="TimeoutError('timed out')")
        page = admin.get(f"{LIST}{row.pk}/change/").content.decode()
        assert "secreto" not in page
        assert "timed out" in page
        assert row.message_id in unescape(page)

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_takes_a_fixed_number_of_queries(
        self, admin, count, django_assert_num_queries
    ):
        for number in range(count):
            write(f"Correo {number}")
        with django_assert_num_queries(4):
            assert len(order(admin.get(LIST).content.decode())) == count


class TestExamples:
    """Administrators see each mail as its reader would, with invented data."""

    def test_every_mail_is_there_with_its_subject_and_text(self, admin):
        page = unescape(admin.get(EXAMPLES).content.decode())
        for letter in examples().values():
            assert letter.subject in page
        assert "Peña & D'Ángel" in page

    def test_there_is_an_example_of_every_mail(self):
        assert sorted(examples()) == NAMES

    @pytest.mark.parametrize("name", NAMES)
    def test_text_and_html_of_each_say_the_same_and_stand_alone(self, name):
        letter = examples()[name]
        assert not re.search(r"&\w+;|&#|<\w|\n{3,}|{{|{%", letter.text)
        body = letter.html.partition("<body")[2].partition(">")[2]
        seen = unescape(re.sub(r"<[^>]+>", " ", body))
        told = ADDRESS.sub("", letter.text)
        assert re.findall(r"\w+", seen) == re.findall(r"\w+", told)
        links = re.findall(r'href="(http[^"]+)"', letter.html)
        assert links == ADDRESS.findall(letter.text)
        assert not re.search(r"<(script|img|link|iframe|form)\b", letter.html)
        assert '<html lang="es-MX">' in letter.html

    @pytest.mark.parametrize("name", NAMES)
    def test_the_html_is_shown_alone_and_can_do_nothing(self, admin, name):
        page = admin.get(f"{EXAMPLES}{name}/")
        assert page.content.decode() == examples()[name].html
        policy = page.headers["Content-Security-Policy"]
        assert policy == (
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        )
        assert page.headers["X-Frame-Options"] == "DENY"

    def test_the_page_that_lists_them_keeps_the_strict_policy(self, admin):
        assert "unsafe-inline" not in admin.get(EXAMPLES).headers["Content-Security-Policy"]

    def test_nothing_is_written(self, admin):
        admin.get(EXAMPLES)
        for name in NAMES:
            admin.get(f"{EXAMPLES}{name}/")
        assert not OutboxMessage.objects.exists()
        assert not Constancia.objects.exists()

    def test_another_name_is_not_found(self, admin):
        assert admin.get(EXAMPLES + "otro/").status_code == 404

    @pytest.mark.parametrize("path", [EXAMPLES, EXAMPLES + "welcome/"])
    def test_only_administrators_see_them(self, client, signed_in, cxc, user, path):
        assert signed_in(cxc).get(path).status_code == 403
        for stranger in (client, signed_in(user)):
            assert stranger.get(path).status_code == 302

    def test_the_list_leads_administrators_there(self, admin):
        assert f'href="{EXAMPLES}"' in admin.get(LIST).content.decode()
