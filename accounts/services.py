"""The rules about people, their privacy notice and their company's version."""

import hashlib

from django.db import transaction
from django.utils import timezone

from accounts import audit, request_info
from accounts.models import Customer, PrivacyConsent, PrivacyNotice, User

BOX_LABEL = "He leído y estoy de acuerdo con el Aviso de Privacidad de Datos."


class NoticeReplacedError(Exception):
    """The notice the user read is no longer the one in force."""


def notice_in_force(user: User | None = None) -> PrivacyNotice | None:
    """The published notice in force, or None before the first. With `user`, it has `.accepted`."""
    notices = PrivacyNotice.objects.published()
    if user is not None:
        notices = notices.with_acceptance(user)
    return notices.first()


@transaction.atomic
def publish_notice(*, notice: PrivacyNotice, by: User | None) -> PrivacyNotice:
    """Put a draft in force from now on; every user will be asked again.

    Returns the notice. One that is already published stays as it is.
    """
    text = f"{notice.simplified_text}\n\n{notice.integral_text}"
    published = PrivacyNotice.objects.filter(pk=notice.pk, published_at=None).update(
        text_sha256=hashlib.sha256(text.encode()).hexdigest(), published_at=timezone.now()
    )
    notice.refresh_from_db()
    if published:
        audit.record("privacy_notice.published", by=by, target=notice, sha256=notice.text_sha256)
    return notice


@transaction.atomic
def accept_notice(*, user: User, notice_id: int) -> PrivacyConsent:
    """Keep the evidence that the user accepts the notice they were shown; once for each notice.

    Raises NoticeReplacedError when another notice came into force while they read.
    """
    notice = notice_in_force()
    if notice is None or notice.pk != notice_id:
        raise NoticeReplacedError
    info = request_info.current.get()
    consent, created = PrivacyConsent.objects.get_or_create(
        user=user,
        notice=notice,
        defaults={
            "notice_version": notice.version,
            "text_sha256": notice.text_sha256,
            "decision": PrivacyConsent.Decision.ACCEPTED,
            "box_label": BOX_LABEL,
            "ip": info.ip,
            "user_agent": info.user_agent,
        },
    )
    if created:
        audit.record("privacy_notice.accepted", by=user, target=notice)
    return consent


@transaction.atomic
def move_to_version_4(*, customer: Customer, by: User | None) -> None:
    """The customer may issue CFDI 4.0 from now on. Doing it again changes nothing."""
    moved = Customer.objects.filter(pk=customer.pk, cfdi_version=Customer.CfdiVersion.V33).update(
        cfdi_version=Customer.CfdiVersion.V40
    )
    if moved:
        audit.record("customer.version", by=by, target=customer, before="3.3", after="4.0")
