"""The rules about people, their privacy notice and their company's version."""

import hashlib
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from accounts import audit, mails, request_info
from accounts.audit import Target
from accounts.models import Customer, PrivacyConsent, PrivacyNotice, User
from accounts.tokens import welcome_tokens

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
def move_to_version(
    version: Customer.CfdiVersion, *, customers: Collection[int], by: User | None
) -> dict[int, str]:
    """These customers (ids) issue CFDI of that version from now on. Twice changes nothing.

    Returns the name of each, as the audit has it, by id. Their rows stay locked until the caller's
    transaction ends.
    """
    rows = Customer.objects.select_for_update().filter(pk__among=customers).order_by("pk")
    locked = list(rows.values_list("pk", "legal_name", "rfc", "cfdi_version"))
    names = {pk: f"{legal_name} ({rfc})" for pk, legal_name, rfc, _ in locked}
    moving = [(pk, before) for pk, _, _, before in locked if before != version]
    label = Customer._meta.label_lower
    audit.record_all(
        "customer.version",
        by=by,
        events=[
            (Target(label, pk, names[pk]), {"before": before, "after": version.value})
            for pk, before in moving
        ],
    )
    Customer.objects.filter(pk__among={pk for pk, _ in moving}).update(cfdi_version=version)
    return names


@transaction.atomic
def send_welcome(*, user: User, by: User | None) -> bool:
    """Mail the link to choose the first password to the user's own address.

    False, and no mail, for whoever has signed in with a password of their own, is not active or
    has no address. `by` is None when the person asks for another link.
    """
    is_new = user.last_login is None or not user.has_usable_password()
    if not (is_new and user.is_active and user.email):
        return False
    mails.welcome(users=[user])
    audit.record("user.welcomed", by=by, target=user)
    return True


@transaction.atomic
def choose_first_password(*, user: User, token: str, password: str) -> bool:
    """Set the password that the holder of the welcome link chose; False if it was used already."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not welcome_tokens.check_token(user, token):
        return False
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record("user.password_chosen", by=user, target=user)
    return True
