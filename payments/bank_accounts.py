"""The rules about the company's account. A changed CLABE is how money gets stolen.

One person proposes an account and another approves it; until then customers pay into the old one.
"""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from payments.models import BankAccount


class BankAccountError(Exception):
    """What was asked cannot be done. The message is a sentence for whoever asked."""


def account_in_force() -> BankAccount | None:
    """The account that a new constancia names, or None before the first was approved."""
    return BankAccount.objects.in_force().first()


@transaction.atomic
def propose_bank_account(*, account: BankAccount, by: User) -> BankAccount:
    """Save a new account, still without effect.

    Raises ValidationError when its CLABE or account number is wrong.
    """
    account.proposed_by = by
    account.full_clean()
    account.save(force_insert=True)
    audit.record("bank_account.proposed", by=by, target=account, **_content(account))
    return account


@transaction.atomic
def approve_bank_account(*, account: BankAccount, by: User) -> BankAccount:
    """Put a proposed account in force, and retire the one that was. What was issued stays.

    Raises BankAccountError when the same person proposed it or it waits no more.
    """
    if account.proposed_by_id == by.pk:
        raise BankAccountError(
            "Usted propuso esta cuenta, así que la tiene que aprobar otra persona."
        )
    now = timezone.now()
    list(BankAccount.objects.select_for_update().order_by("pk"))  # one approval at a time
    if not BankAccount.objects.proposed().filter(pk=account.pk).exists():
        raise BankAccountError("Esta cuenta ya no espera aprobación.")
    old = account_in_force()
    BankAccount.objects.in_force().update(retired_at=now, retired_by=by)
    BankAccount.objects.filter(pk=account.pk).update(approved_at=now, approved_by=by)
    account.refresh_from_db()
    audit.record(
        "bank_account.approved",
        by=by,
        target=account,
        before=_content(old) if old else None,
        after=_content(account),
    )
    return account


@transaction.atomic
def reject_bank_account(*, account: BankAccount, by: User) -> None:
    """Take back a proposal, so that nobody approves it by mistake later.

    Raises BankAccountError when it waits no more.
    """
    rejected = (
        BankAccount.objects.filter(pk=account.pk)
        .proposed()
        .update(retired_at=timezone.now(), retired_by=by)
    )
    if not rejected:
        raise BankAccountError("Esta cuenta ya no espera aprobación.")
    audit.record("bank_account.rejected", by=by, target=account, **_content(account))


def _content(account: BankAccount) -> dict[str, str]:
    return {
        "beneficiary": account.beneficiary,
        "bank": account.bank_name,
        "account": account.account_number,
        "clabe": account.clabe,
    }
