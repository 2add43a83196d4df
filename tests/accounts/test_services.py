import pytest
from django.utils import timezone

from accounts import request_info
from accounts.models import AuditEvent, Customer, PrivacyConsent, PrivacyNotice
from accounts.services import (
    NoticeReplacedError,
    accept_notice,
    move_to_version,
    notice_in_force,
    publish_notice,
)
from tests import factories

pytestmark = pytest.mark.django_db

# SHA-256 of "Aviso simplificado.\n\n## Todo\n\nTexto.", the text of `factories.make_notice`.
SHA256 = "72758ec414ad79f46b9ae36bf269c414f34464a5fd1f0a0258f41c57b38371cc"


@pytest.fixture
def person():
    """A person of a customer who has not accepted anything yet."""
    return factories.make_user(factories.make_customer())


@pytest.fixture
def request_from():
    """Makes what follows part of a request with these properties."""
    tokens = []

    def begin(**fields) -> None:
        tokens.append(request_info.current.set(request_info.RequestInfo(**fields)))

    yield begin
    for token in reversed(tokens):
        request_info.current.reset(token)


def draft(version: str = "1") -> PrivacyNotice:
    return PrivacyNotice.objects.create(
        version=version, simplified_text="Aviso simplificado.", integral_text="## Todo\n\nTexto."
    )


# --- publish_notice and notice_in_force -------------------------------------------------


def test_publishing_stamps_the_time_and_the_hash_of_the_whole_text():
    before = timezone.now()
    notice = publish_notice(notice=draft(), by=None)
    assert before <= notice.published_at <= timezone.now()
    assert notice.text_sha256 == SHA256


def test_publishing_again_changes_nothing():
    notice = publish_notice(notice=draft(), by=None)
    again = publish_notice(notice=PrivacyNotice.objects.get(), by=None)
    assert again.published_at == notice.published_at
    assert AuditEvent.objects.filter(action="privacy_notice.published").count() == 1


def test_the_audit_says_who_published_which_text(cxc):
    notice = publish_notice(notice=draft(), by=cxc)
    event = AuditEvent.objects.get(action="privacy_notice.published")
    assert (event.actor_id, event.actor) == (cxc.pk, cxc.username)
    assert (event.target_type, event.target_id) == ("accounts.privacynotice", str(notice.pk))
    assert event.data == {"sha256": SHA256}


def test_before_the_first_notice_none_is_in_force():
    assert notice_in_force() is None


def test_a_draft_is_not_in_force():
    notice = factories.make_notice("1")
    draft("2")
    assert notice_in_force() == notice


def test_the_newest_notice_is_in_force():
    factories.make_notice("2")
    newest = factories.make_notice("1")
    assert notice_in_force() == newest


# --- accept_notice ----------------------------------------------------------------------


def test_the_consent_keeps_what_was_accepted_and_by_whom(person):
    notice = factories.make_notice("2026-1")
    consent = accept_notice(user=person, notice_id=notice.pk)
    consent.refresh_from_db()
    assert (consent.user, consent.notice) == (person, notice)
    assert consent.notice_version == "2026-1"
    assert consent.text_sha256 == SHA256
    assert consent.decision == "accepted"
    assert consent.box_label == "He leído y estoy de acuerdo con el Aviso de Privacidad de Datos."


def test_the_consent_says_when_it_was_given(person):
    notice = factories.make_notice()
    before = timezone.now()
    consent = accept_notice(user=person, notice_id=notice.pk)
    assert before <= consent.decided_at <= timezone.now()


def test_the_consent_keeps_where_it_came_from(person, request_from):
    notice = factories.make_notice()
    request_from(ip="203.0.113.7", user_agent="Navegador de prueba/1.0", request_id="abc")
    consent = accept_notice(user=person, notice_id=notice.pk)
    assert consent.ip == "203.0.113.7"
    assert consent.user_agent == "Navegador de prueba/1.0"


def test_the_audit_keeps_where_a_change_came_from(person, request_from):
    notice = factories.make_notice()
    request_from(ip="2001:db8::7", request_id="abc")
    accept_notice(user=person, notice_id=notice.pk)
    event = AuditEvent.objects.get(action="privacy_notice.accepted")
    assert (event.ip, event.request_id, event.actor) == ("2001:db8::7", "abc", person.username)


def test_a_consent_is_given_once_and_the_first_one_stays(person, request_from):
    notice = factories.make_notice()
    request_from(ip="203.0.113.7")
    first = accept_notice(user=person, notice_id=notice.pk)
    request_from(ip="203.0.113.8")
    again = accept_notice(user=person, notice_id=notice.pk)
    assert again == first
    assert PrivacyConsent.objects.get().ip == "203.0.113.7"
    assert AuditEvent.objects.filter(action="privacy_notice.accepted").count() == 1


def test_a_notice_that_was_replaced_while_reading_cannot_be_accepted(person):
    read = factories.make_notice("1")
    factories.make_notice("2")
    with pytest.raises(NoticeReplacedError):
        accept_notice(user=person, notice_id=read.pk)
    assert not PrivacyConsent.objects.exists()


def test_a_draft_cannot_be_accepted(person):
    with pytest.raises(NoticeReplacedError):
        accept_notice(user=person, notice_id=draft().pk)


def test_accepting_is_remembered(person):
    notice = factories.make_notice()
    assert notice_in_force(person).accepted is False
    accept_notice(user=person, notice_id=notice.pk)
    assert notice_in_force(person).accepted is True


def test_one_person_s_consent_is_not_another_s(person):
    notice = factories.make_notice()
    accept_notice(user=person, notice_id=notice.pk)
    colleague = factories.make_user(person.customer)
    assert notice_in_force(colleague).accepted is False


def test_a_new_version_asks_again_and_the_old_consent_stays(person):
    accept_notice(user=person, notice_id=factories.make_notice("1").pk)
    second = factories.make_notice("2")
    assert notice_in_force(person).accepted is False
    accept_notice(user=person, notice_id=second.pk)
    assert notice_in_force(person).accepted is True
    versions = PrivacyConsent.objects.order_by("pk").values_list("notice_version", flat=True)
    assert list(versions) == ["1", "2"]


# --- move_to_version --------------------------------------------------------------------


def test_a_customer_moves_to_version_4(cxc):
    customer = factories.make_customer()
    assert customer.cfdi_version == "3.3"
    move_to_version(Customer.CfdiVersion.V40, customers=[customer.pk], by=cxc)
    customer.refresh_from_db()
    assert customer.cfdi_version == "4.0"
    event = AuditEvent.objects.get(action="customer.version")
    assert (event.actor, event.target_id) == (cxc.username, str(customer.pk))
    assert (event.target_type, event.target) == ("accounts.customer", str(customer))
    assert event.data == {"before": "3.3", "after": "4.0"}


def test_moving_again_changes_nothing(cxc):
    customer = factories.make_customer()
    move_to_version(Customer.CfdiVersion.V40, customers=[customer.pk], by=cxc)
    move_to_version(Customer.CfdiVersion.V40, customers=[customer.pk], by=cxc)
    customer.refresh_from_db()
    assert customer.cfdi_version == "4.0"
    assert AuditEvent.objects.filter(action="customer.version").count() == 1


def test_only_the_one_customer_moves(cxc):
    one, other = factories.make_customer(), factories.make_customer()
    move_to_version(Customer.CfdiVersion.V40, customers=[one.pk], by=cxc)
    other.refresh_from_db()
    assert other.cfdi_version == "3.3"
