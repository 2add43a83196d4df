"""Administrators publish what customers read; each version stays, and nobody overwrites another."""

from collections import Counter

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError
from django.utils import timezone

from accounts import company_texts
from accounts.audit_sentences import sentence
from accounts.company_texts import NewerVersionError, publish_text
from accounts.models import AuditEvent
from facturamos.models import TextVersion
from tests import factories
from tests.accounts.people import forget_proof
from tests.live import played

LIST = "/admin/facturamos/textversion/"
HOURS = f"{LIST}texto/contacts.hours/"
SALES = f"{LIST}texto/contacts.sales_email/"
NEW = {"body": "De 9:00 a 15:00", "reason": "Horario de verano.", "seen": "0", "publish": "1"}


@pytest.fixture
def chief(db):
    return factories.make_user(is_staff=True, is_superuser=True, username="jefa")


@pytest.fixture
def client(chief, signed_in):
    return signed_in(chief)


def text(page) -> str:
    return page.content.decode()


def test_the_list_says_what_is_in_force_since_when_by_whom_and_what_is_to_confirm(client, chief):
    before = text(client.get(LIST))
    assert before.count("Por confirmar por la empresa") == 1
    assert "El texto original" in before
    publish_text(key="contacts.hours", body="De 9:00 a 15:00", reason="Sí.", seen=0, by=chief)
    after = text(client.get(LIST))
    assert "Por confirmar por la empresa" not in after
    assert "De 9:00 a 15:00" in after
    assert ", por jefa (versión 1)" in after


@pytest.mark.parametrize("versions", [1, 3])
def test_the_list_asks_once_for_all_texts_however_many_versions_there_are(
    client, chief, versions, django_assert_num_queries
):
    for number in range(versions):
        publish_text(key="contacts.hours", body=f"De {number}", reason="Sí.", seen=number, by=chief)
    client.get(LIST)
    with django_assert_num_queries(3):  # the session, the user, the texts
        client.get(LIST)


def test_publishing_puts_it_in_force_and_writes_it_down(client, chief):
    page = client.post(HOURS, NEW, follow=True)
    assert "«Horario de atención» está en vigor, versión 1." in text(page)
    row = TextVersion.objects.get()
    assert (row.key, row.number, row.body) == ("contacts.hours", 1, "De 9:00 a 15:00")
    assert (row.publisher_id, row.publisher) == (chief.pk, "jefa")
    event = AuditEvent.objects.get(action="text.published")
    assert event.data["before"].startswith("Lunes a viernes")
    assert event.data["after"] == "De 9:00 a 15:00"
    assert sentence(event) == (
        "Jefa publicó el texto «Horario de atención, versión 1»: Horario de verano."
    )
    assert client.get(f"{LIST}{row.pk}/change/").url == HOURS


def test_what_is_to_confirm_can_be_published_as_it_is(client):
    same = "Lunes a viernes de 9:00 a 18:00, hora de Ciudad Juárez"
    client.post(HOURS, NEW | {"body": same})
    assert TextVersion.objects.get().body == same


def test_pressing_twice_publishes_once(client):
    client.post(HOURS, NEW)
    again = client.post(HOURS, NEW)
    assert "ya está en vigor. No se publicó nada." in text(again)
    assert TextVersion.objects.count() == 1


def test_what_is_wrong_is_told_and_what_was_written_stays(client):
    page = client.post(SALES, NEW | {"body": "ventas en casa", "reason": ""})
    assert "«ventas en casa» no es un correo." in text(page)
    assert "Escriba el motivo" in text(page)
    assert 'value="ventas en casa"' in text(page)
    assert not TextVersion.objects.exists()


def test_whoever_saw_an_older_version_is_told_and_overwrites_nothing(client, chief):
    publish_text(key="contacts.hours", body="De 8:00 a 14:00", reason="Sí.", seen=0, by=chief)
    page = client.post(HOURS, NEW)
    assert "jefa publicó otra versión" in text(page)
    assert "De 9:00 a 15:00" in text(page)  # still in the editor
    assert "<ins>" in text(page)
    assert TextVersion.objects.count() == 1
    # They have seen it now: the same button publishes.
    assert 'name="seen" value="1"' in text(page)
    client.post(HOURS, NEW | {"seen": "1"})
    assert TextVersion.objects.get(number=2).body == "De 9:00 a 15:00"


def test_somebody_who_publishes_between_the_look_and_the_writing_is_not_overwritten(
    chief, monkeypatch
):
    look = company_texts.current_text

    def look_while_another_publishes(asked):
        seen = look(asked)
        monkeypatch.setattr(company_texts, "current_text", look)
        publish_text(key="contacts.hours", body="El otro", reason="Sí.", seen=0, by=chief)
        return seen

    monkeypatch.setattr(company_texts, "current_text", look_while_another_publishes)
    with pytest.raises(NewerVersionError, match="jefa publicó otra versión"):
        publish_text(key="contacts.hours", body="El mío", reason="Sí.", seen=0, by=chief)


@pytest.mark.slow
def test_of_many_at_once_one_publishes(tmp_path, ready):
    *rounds, versions, audited = played(tmp_path, ready, "tests.texts.publishing_at_once", "8")
    assert [Counter(told.split()) for told in rounds] == [{"published": 1, "newer": 5}] * 8
    assert (versions, audited) == ("versions: 8", "audited: 8")


def test_a_number_that_nobody_saw_is_refused(client):
    assert "mientras usted escribía" not in text(client.post(HOURS, NEW | {"seen": "x"}))
    client.post(HOURS, NEW)
    for seen in ("7", "-1", "", "99999999999999999999"):
        client.post(HOURS, NEW | {"body": "Otro", "seen": seen})
    assert TextVersion.objects.count() == 1


def test_the_history_tells_each_change_and_leads_back(client, chief):
    for number, body in enumerate(["De 9 a 15", "De 9 a 14"]):
        publish_text(key="contacts.hours", body=body, reason="Sí.", seen=number, by=chief)
    page = text(client.get(HOURS))
    assert page.index("Versión 2") < page.index("Versión 1") < page.index("Texto original")
    assert "15<span" in page
    assert "<del>" in page
    back = text(client.get(HOURS, {"desde": "1"}))
    assert "De 9 a 15</textarea>" in back
    assert "Vuelve a la versión 1." in back
    client.post(HOURS, NEW | {"body": "De 9 a 15", "seen": "2"})
    bodies = [row.body for row in TextVersion.objects.order_by("number")]
    assert bodies == ["De 9 a 15", "De 9 a 14", "De 9 a 15"]
    original = text(client.get(HOURS, {"desde": "0"}))
    assert "Lunes a viernes de 9:00 a 18:00, hora de Ciudad Juárez</textarea>" in original
    for nonsense in ("9", "-1", "a", "9" * 30):
        assert client.get(HOURS, {"desde": nonsense}).status_code == 200


def test_from_the_preview_one_goes_on_editing_or_publishes(client):
    draft = {"body": "De 9:00 a 15:00", "seen": "0", "reason": "Sí."}
    preview = text(client.post(HOURS, draft | {"preview": "1"}))
    assert '<input type="hidden" name="body" value="De 9:00 a 15:00">' in preview
    assert 'name="edit"' in preview
    assert "De 9:00 a 15:00</textarea>" in text(client.post(HOURS, draft | {"edit": "1"}))
    assert not TextVersion.objects.exists()
    client.post(HOURS, draft | {"publish": "1"})
    assert TextVersion.objects.get().body == "De 9:00 a 15:00"


def test_a_preview_of_what_cannot_go_says_why(client):
    page = client.post(SALES, {"body": "no", "seen": "0", "reason": "", "preview": "1"})
    assert "«no» no es un correo." in text(page)
    assert "Escriba el motivo" not in text(page)


def test_after_fifteen_minutes_it_asks_who_it_is_and_keeps_what_was_written(client):
    page = client.post(HOURS, NEW)
    assert page.status_code == 302
    page = forget_proof(client).post(HOURS, NEW | {"body": "Otro horario", "seen": "1"})
    assert "confirme antes que es usted" in text(page)
    assert "Otro horario</textarea>" in text(page)
    assert TextVersion.objects.count() == 1


def test_who_may_look_may_not_publish(signed_in, db):
    reader = factories.make_user(is_staff=True)
    reader.groups.add(Group.objects.get(name="Consulta"))
    browser = signed_in(reader)
    assert "Publicar" not in text(browser.get(HOURS))
    for button in ("publish", "preview", "edit"):
        assert browser.post(HOURS, NEW | {button: "1"}).status_code == 403
    stranger = signed_in(factories.make_user(is_staff=True))
    assert [stranger.get(page).status_code for page in (LIST, HOURS)] == [403, 403]
    publisher = factories.make_user(is_staff=True)
    publisher.user_permissions.add(Permission.objects.get(codename="publish_texts"))
    assert signed_in(publisher).post(HOURS, NEW).status_code == 302
    assert TextVersion.objects.count() == 1


def test_what_customers_do_not_read_is_not_said_to_be_in_force(client, chief):
    """A version that today's checks refuse: the default is in force instead."""
    TextVersion.objects.create(
        key="contacts.promise_hours",
        number=1,
        body="mucho",
        reason="Sí.",
        published_at=timezone.now(),
        publisher_id=chief.pk,
        publisher="jefa",
    )
    page = text(client.get(f"{LIST}texto/contacts.promise_hours/"))
    assert '<p class="bank-text">24</p>' in page
    assert "mucho" in page.split("Historial")[1]
    assert "mucho" not in page.split("Historial")[0]


def test_what_is_no_text_is_not_found(client):
    assert client.get(f"{LIST}texto/contacts.nothing/").status_code == 404
    assert client.get(f"{LIST}99/change/").status_code == 404


@pytest.mark.parametrize("fields", [{"number": 0}, {"body": ""}, {"number": 1}])
def test_the_table_refuses_what_is_no_version(chief, fields):
    publish_text(key="contacts.hours", body="De 9 a 15", reason="Sí.", seen=0, by=chief)
    row = TextVersion.objects.get()
    row.pk, row.number = None, 2
    for name, value in fields.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError):
        row.save(force_insert=True)
