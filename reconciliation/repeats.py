"""Twice is once: which lines of a file lie already in other statements, under whichever account of
ours they came.

A text export names no account and counts as that of the account in force. When the account changes,
its lines are those of the new one from then on, so each line is looked up under the others too.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F

from payments.models import BankAccount
from reconciliation.fingerprints import fingerprints
from reconciliation.models import Movement, Statement
from reconciliation.movement import Reading, UnreadableStatementError

# Fingerprints in one query.
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class OtherKeys:
    """The fingerprints under another account of ours, line by line.

    `only_assumed`: the file says that it is not of this account, so that they are the same lines
    only where a file that named none was taken for one of this account.
    """

    keys: list[str]
    only_assumed: bool


@dataclass(frozen=True, slots=True)
class Keys:
    """The fingerprints of a file's lines in its order: under its account, and under our others."""

    account: BankAccount
    own: list[str]
    others: list[OtherKeys]


def keys_of(reading: Reading) -> Keys:
    """The keys of what was read. Raises UnreadableStatementError for somebody else's account."""
    approved = BankAccount.objects.filter(approved_at__isnull=False)
    accounts = list(approved.order_by(F("retired_at").desc(nulls_first=True)))
    digits = "".join(filter(str.isdigit, reading.account))
    account = _ours(digits, reading.account, accounts)
    may_be = {each.clabe: not digits or _is_same(digits, each) for each in accounts}
    return Keys(
        account=account,
        own=fingerprints(reading.movements, account.clabe),
        others=[
            OtherKeys(fingerprints(reading.movements, clabe), only_assumed=not same)
            for clabe, same in may_be.items()
            if clabe != account.clabe
        ],
    )


def _ours(digits: str, said: str, accounts: list[BankAccount]) -> BankAccount:
    """Our account that the file speaks of; that in force when it does not say."""
    for account in accounts:
        if not digits or _is_same(digits, account):
            return account
    if digits:
        raise UnreadableStatementError(
            f"El archivo es de la cuenta {said}, que no es de la empresa. Revise de qué cuenta lo "
            "descargó; si es nueva, regístrela primero en Cuentas bancarias."
        )
    raise UnreadableStatementError("No hay ninguna cuenta de la empresa. Regístrela primero.")


def _is_same(digits: str, account: BankAccount) -> bool:
    """Whether digits that a bank gives are this account: with zeros before, or within its CLABE."""
    number = account.account_number.lstrip("0")
    return digits == account.clabe or (bool(number) and digits.lstrip("0").endswith(number))


def held_elsewhere(statement: Statement | None, keys: Keys) -> dict[str, int]:
    """The movements (ids) of other statements that these lines are, by the line's own key.

    Equal lines have numbered keys, so each of them is one movement under any account.
    """
    held = dict(_found(statement, keys.own))
    for other in keys.others:
        own_of = {
            theirs: own for theirs, own in zip(other.keys, keys.own, strict=True) if own not in held
        }
        rows = _found(statement, list(own_of), only_assumed=other.only_assumed)
        held.update((own_of[key], pk) for key, pk in rows)
    return held


def _found(
    statement: Statement | None, keys: list[str], *, only_assumed: bool = False
) -> Iterable[tuple[str, int]]:
    others = Movement.objects.exclude(state=Movement.State.VOID).exclude(statement=statement)
    if only_assumed:
        others = others.filter(statement__account="")
    for start in range(0, len(keys), CHUNK):
        found = others.filter(fingerprint__among=keys[start : start + CHUNK])
        yield from found.values_list("fingerprint", "pk")
