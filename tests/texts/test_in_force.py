"""What is published reads at once on pages and in mails; what was issued stays as it was."""

from contextlib import closing
from decimal import Decimal

import pypdfium2
import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.company_texts import publish_text
from facturamos import due
from facturamos.due import run_due
from facturamos.letters import examples
from facturamos.mail import Mail, post
from facturamos.models import OutboxMessage, TextVersion
from facturamos.texts import in_force as reading
from facturamos.texts.catalogue import CATALOGUE
from facturamos.texts.in_force import in_force, read_once
from facturamos.texts.words import DEFAULTS
from payments import letters, views
from payments.documents import stored_pdf
from tests import factories

TABLE = TextVersion._meta.db_table


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    """The test's transaction would end with its connection, which a round closes on PostgreSQL."""
    monkeypatch.setattr(due, "close_old_connections", lambda: None)


@pytest.fixture
def chief(db):
    return factories.make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def publish(chief):
    def now(key: str, body: str) -> None:
        seen = TextVersion.objects.filter(key=key).count()
        publish_text(key=key, body=body, reason="Sí.", seen=seen, by=chief)

    return now


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


def text(page) -> str:
    return page.content.decode()


def readings(queries: CaptureQueriesContext) -> int:
    return sum(TABLE in query["sql"] for query in queries)


def text_of(pdf: bytes) -> str:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        pages = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(pages.split())


def test_a_new_telephone_dials_on_the_next_page(client, publish):
    assert "tel:+526566168770" in text(client.get("/ingresar/"))
    publish("contacts.phones", "Ciudad Juárez: 656-000-0001")
    page = text(client.get("/ingresar/"))
    assert '<a href="tel:+526560000001">656-000-0001</a>' in page
    assert "656-616-8770" not in page


def test_the_road_of_a_customer_speaks_the_new_words(signed_in, user, constancia, publish):
    publish("contacts.promise_hours", "48")
    publish("contacts.banks", "Banco Uno\nBanco Dos")
    publish("channels.spei", "Por SPEI\nEscriba {importe} y {referencia}\nNo olvide: {referencia}")
    page = text(signed_in(user).get(f"/constancias/{constancia.reference}/"))
    assert "48 horas" in page
    assert "24 horas" not in page
    assert "Banco Uno, Banco Dos" in page
    assert f"<li>Escriba 1305.00 y <code>{constancia.reference}</code></li>" in page
    assert f"<li>No olvide: <code>{constancia.reference}</code></li>" in page


@pytest.mark.parametrize(
    "address", ["/ingresar/", "/panel/", "/constancias/", "/renovacion/", "/no-existe/"]
)
def test_a_page_reads_the_texts_once(signed_in, user, address):
    factories.make_quote(user.customer)
    with CaptureQueriesContext(connection) as asked:
        signed_in(user).get(address)
    assert readings(asked) <= 1
    with CaptureQueriesContext(connection) as asked:
        text(Client().get("/ingresar/"))
    assert readings(asked) == 1


def test_a_page_of_the_admin_that_shows_none_reads_none(signed_in, chief):
    with CaptureQueriesContext(connection) as asked:
        signed_in(chief).get("/admin/accounts/customer/")
    assert readings(asked) == 0


def test_each_request_reads_anew_and_each_read_once_within(db, publish):
    with CaptureQueriesContext(connection) as asked, read_once():
        assert in_force() is in_force()
    assert readings(asked) == 1
    publish("contacts.site", "www.otro.example")
    with read_once():
        assert in_force().contacts.site == "www.otro.example"


def test_the_newest_version_of_each_is_in_force(publish):
    for body in ("De 1 a 2", "De 3 a 4"):
        publish("contacts.hours", body)
    publish("contacts.site", "www.otro.example")
    words = in_force()
    assert (words.contacts.hours, words.contacts.site) == ("De 3 a 4", "www.otro.example")
    assert words.contacts.sales_email == DEFAULTS.contacts.sales_email


def test_mails_say_and_go_where_the_company_wants(user, constancia, publish):
    publish("contacts.cxc_email", "cobranza@example.com")
    publish("contacts.promise_hours", "48")
    publish("contacts.sales_email", "hola@example.com")
    factories.send_proof(constancia)
    assert OutboxMessage.objects.filter(to=["cobranza@example.com"]).exists()
    received = OutboxMessage.objects.get(key__startswith="proof-received")
    for part in (received.text, received.html):
        assert "48 horas" in part
        assert "hola@example.com" in part
    assert "hola@example.com" in examples()["password_changed"].text


def test_a_mail_that_waits_as_a_draft_leaves_in_the_words_of_its_hour(user, publish):
    draft = letters.confirmed("1234569", "Empresa", Decimal("1305.00"))
    post([Mail(letter=draft, to="ana@example.com", about="prueba")])
    publish("contacts.sales_email", "nuevo@example.com")
    run_due()
    row = OutboxMessage.objects.get(key="prueba:ana@example.com")
    assert row.state == OutboxMessage.State.SENT
    assert "nuevo@example.com" in row.text


def test_a_round_of_the_worker_reads_once_a_job_whatever_it_sends(user):
    def round_of(count: int) -> int:
        for number in range(count):
            draft = letters.confirmed("1234569", "Empresa", Decimal("1305.00"))
            post([Mail(letter=draft, to=f"a{number}@example.com", about=f"prueba {count}")])
        with CaptureQueriesContext(connection) as asked:
            run_due()
        return readings(asked)

    assert (round_of(1), round_of(3)) == (1, 1)


@pytest.mark.slow
def test_a_constancia_keeps_its_paper_and_the_next_takes_the_new_words(
    user, outsider, constancia, publish
):
    before = stored_pdf(constancia)
    publish("payment.reference", "Escriba siempre su referencia.")
    publish("contacts.site", "www.otro.example")
    assert stored_pdf(constancia) == before
    later = text_of(stored_pdf(factories.make_constancia(outsider)))
    assert "Escriba siempre su referencia." in later
    assert "www.otro.example" in later
    assert "NÚMERO DE REFERENCIA" in text_of(before)


# --- When the database is away ----------------------------------------------------------


@pytest.fixture
def nobody_answers(monkeypatch):
    def refuse(*args, **kwargs):
        raise DatabaseError("the database is away")

    monkeypatch.setattr(TextVersion.objects, "newest", refuse)


@pytest.mark.usefixtures("db", "nobody_answers")
def test_a_page_falls_back_to_the_words_of_the_manual(client):
    page = client.get("/ingresar/")
    assert page.status_code == 200
    assert "656-616-8770" in text(page)


@pytest.mark.usefixtures("db")
def test_it_asks_in_vain_once(client, monkeypatch):
    asked = []

    def refuse():
        asked.append(1)
        raise DatabaseError("the database is away")

    monkeypatch.setattr(TextVersion.objects, "newest", refuse)
    assert client.get("/ingresar/").status_code == 200
    assert len(asked) == 1


def test_what_leaves_or_is_stored_is_not_made_of_yesterdays_words(constancia, request):
    assert in_force()  # so that this process knows words
    request.getfixturevalue("nobody_answers")
    with pytest.raises(DatabaseError):
        stored_pdf(constancia)
    constancia.refresh_from_db()
    assert not constancia.pdf
    with pytest.raises(DatabaseError):
        examples()


def test_or_to_what_this_process_read_last(client, publish, monkeypatch):
    publish("contacts.phones", "Ciudad Juárez: 656-000-0001")
    client.get("/ingresar/")
    monkeypatch.setattr(TextVersion.objects, "newest", lambda: 1 / 0)
    page = Client(raise_request_exception=False).get("/ingresar/")
    assert page.status_code == 500  # not the database: a fault of ours is told as one
    assert "656-000-0001" in text(page)


def test_the_pages_about_what_went_wrong_ask_nothing(user, signed_in, monkeypatch, settings):
    monkeypatch.setattr(reading, "_read", lambda: 1 / 0)
    client = signed_in(user, raise_request_exception=False)
    monkeypatch.setattr(views, "pending_of", lambda customer: 1 / 0)
    page = client.get("/panel/")
    assert (page.status_code, "656-616-8770" in text(page)) == (500, True)
    page = client.get("/ingresar/", headers={"Host": "evil.test"})
    assert (page.status_code, "656-616-8770" in text(page)) == (400, True)


def test_every_text_has_a_name_that_is_its_own():
    names = [entry.name for entry in CATALOGUE.values()]
    assert len(set(names)) == len(names)
