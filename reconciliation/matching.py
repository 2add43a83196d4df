"""What a movement pays for: a verdict with its reason, for each line of a statement.

Pure functions from movements and constancias; nothing is written here. Only an exact verdict may be
confirmed without a person. The sum a verdict attributes never exceeds the deposit.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from facturamos.money import ZERO, format_money
from payments.references import format_reference
from reconciliation import reversals
from reconciliation.expected import Expected, Index, Status
from reconciliation.movement import Movement
from reconciliation.order import chronological
from reconciliation.references_in_text import Candidate, Kind, find
from reconciliation.verdict import Allocation, Outcome, Verdict, given_back, gives_back

# More proposals than these help nobody.
_MOST_PROPOSALS: Final = 5


def match(movement: Movement, index: Index, *, tolerance: Decimal = ZERO) -> Verdict:
    """The verdict on one movement by itself. `tolerance`: so much too much (MXN) is still exact."""
    return match_all([movement], index, tolerance=tolerance)[0]


def match_all(
    movements: Sequence[Movement],
    index: Index,
    *,
    earlier: Sequence[Movement] = (),
    tolerance: Decimal = ZERO,
) -> list[Verdict]:
    """A verdict for each movement of a statement, in the order given.

    Deposits are judged from the oldest to the newest, and each takes account of those before it.
    Only what is exact counts as paid for those after it: what needs a person may be decided in
    another way. One that the bank gave back pays for nothing. `earlier` are deposits and returns of
    other statements, whose other half may be in this one.
    """
    pairs = reversals.pair(movements, earlier)
    returns = {id(back): deposit for back, deposit in pairs}
    undone = {id(deposit): back for back, deposit in pairs}
    ledger = _Ledger(index)
    verdicts: dict[int, Verdict] = {}
    for place in chronological(movements):
        movement = movements[place]
        if movement.amount <= 0:
            verdicts[place] = _negative(movement, returns.get(id(movement)))
        elif id(movement) in undone:
            verdicts[place] = given_back(movement, undone[id(movement)])
        else:
            verdicts[place] = _deposit(movement, ledger, tolerance)
            ledger.take(verdicts[place])
    return [verdicts[place] for place in range(len(movements))]


class _Ledger:
    """What the constancias lack while the deposits of a statement come in one after another."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._received: dict[str, Decimal] = defaultdict(lambda: ZERO)
        self._undecided: dict[str, Decimal] = defaultdict(lambda: ZERO)
        # Every amount that some constancia lacks, or lacked before: most deposits match none.
        self.amounts = set(index.amounts)

    def paid(self, expected: Expected) -> Decimal:
        """What was paid before, with the exact deposits of this statement."""
        return expected.paid + self._received.get(expected.reference, ZERO)

    def missing(self, expected: Expected) -> Decimal:
        """What is still to be paid."""
        return expected.total - self.paid(expected)

    def waits(self, expected: Expected, movement: Movement) -> bool:
        """Whether it takes a deposit of that day."""
        return expected.waits_on(movement.date, self.paid(expected))

    def undecided(self, expected: Expected) -> Decimal:
        """What deposits before this one would add, if a person agrees."""
        return self._undecided.get(expected.reference, ZERO)

    def take(self, verdict: Verdict) -> None:
        """Count what a verdict attributes; only what is certain is as good as paid."""
        counted = self._received if verdict.is_certain else self._undecided
        for allocation in verdict.allocations:
            counted[allocation.reference] += allocation.amount
            self.amounts.add(self.missing(self.index.by_reference[allocation.reference]))


def _negative(movement: Movement, deposit: Movement | None) -> Verdict:
    if deposit:
        return gives_back(movement, deposit)
    if reversals.speaks_of_return(movement):
        return Verdict(
            Outcome.NOT_A_DEPOSIT,
            "Es un cargo que habla de una devolución, pero no se encontró qué depósito devuelve.",
        )
    return Verdict(Outcome.NOT_A_DEPOSIT, "Es un cargo o una comisión, no un depósito.")


def _deposit(movement: Movement, ledger: _Ledger, tolerance: Decimal) -> Verdict:
    candidates = find(movement.description, movement.reference)
    by_reference = ledger.index.by_reference
    known = [
        (candidate, by_reference[candidate.reference])
        for candidate in candidates
        if candidate.reference in by_reference
    ]
    valid = [expected for candidate, expected in known if candidate.kind is Kind.VALID]
    if known and (reason := _for_a_person(movement, bool(valid))):
        proposals = tuple(expected.id for _, expected in known)
        verdict = Verdict(Outcome.SUGGESTION, reason, proposals=proposals)
    elif len(valid) > 1:
        verdict = _several(movement, valid, ledger)
    elif valid:
        verdict = _one(movement, valid[0], ledger, tolerance)
    else:
        return _without_reference(movement, candidates, ledger)
    return replace(verdict, candidates=tuple(candidate for candidate, _ in known))


def _for_a_person(movement: Movement, has_check_digit: bool) -> str:
    """Why a reference of ours is not enough by itself; empty when it is."""
    if movement.currency != "MXN":
        return f"El depósito está en {movement.currency}, no en pesos."
    if reversals.speaks_of_return(movement):
        return "El texto habla de una devolución: revise si es un pago."
    if not has_check_digit:
        return "La referencia es del sistema anterior, sin dígito de control: revísela."
    return ""


def _one(movement: Movement, expected: Expected, ledger: _Ledger, tolerance: Decimal) -> Verdict:
    """One constancia by its reference."""
    name = f"La constancia {format_reference(expected.reference)}"
    paid, missing = ledger.paid(expected), ledger.missing(expected)
    if refusal := _refusal(movement, expected, paid):
        outcome, why = refusal
        return Verdict(outcome, f"{name} {why}", proposals=(expected.id,))
    difference = movement.amount - missing
    attributed = (_allocate(expected, min(movement.amount, missing)),)
    before = f" (ya llevaba {format_money(paid)})" if paid else ""
    if difference == 0 or 0 < difference <= tolerance:
        outcome, why = Outcome.EXACT, f"esperaba exactamente {format_money(missing)}{before}."
        if difference:
            why = f"esperaba {format_money(missing)}{before}; la diferencia se tolera."
    elif difference > 0:
        outcome = Outcome.OVER
        why = f"esperaba {format_money(missing)}{before}: sobran {format_money(difference)}."
    elif not paid and movement.amount == expected.subtotal:
        outcome = Outcome.WITHOUT_IVA
        why = f"es de {format_money(missing)}: pagaron el subtotal sin el IVA."
    else:
        outcome = Outcome.PARTIAL
        why = f"esperaba {format_money(missing)}{before}: faltan {format_money(-difference)}."
    if difference < 0 and (undecided := ledger.undecided(expected)):
        whole = " y con eso se completa" if undecided == -difference else ""
        why += f" Antes vienen otros {format_money(undecided)} que esperan a una persona{whole}."
    return Verdict(outcome, f"{name} {why}", allocations=attributed, difference=difference)


def _refusal(movement: Movement, expected: Expected, paid: Decimal) -> tuple[Outcome, str] | None:
    """Why a constancia takes no deposit of that day, if so."""
    if expected.status is Status.CANCELLED:
        return Outcome.CANCELLED, "está cancelada."
    if expected.status is Status.PAID or paid >= expected.total:
        here = " con los depósitos anteriores de este estado" if paid > expected.paid else ""
        return Outcome.ALREADY_PAID, f"ya está pagada{here}: parece un pago doble."
    if movement.date < expected.issued_on:
        return Outcome.SUGGESTION, f"se generó después, el {expected.issued_on:%d/%m/%Y}."
    if not expected.waits_on(movement.date, paid):
        return Outcome.EXPIRED, f"venció el {expected.expires_on:%d/%m/%Y}, antes del depósito."
    return None


def _allocate(expected: Expected, amount: Decimal) -> Allocation:
    return Allocation(expected.id, expected.reference, amount)


def _several(movement: Movement, found: Sequence[Expected], ledger: _Ledger) -> Verdict:
    """Several references in one deposit: only when what they lack adds up to it exactly."""
    names = ", ".join(format_reference(expected.reference) for expected in found)
    total = sum(map(ledger.missing, found), ZERO)
    waiting = all(ledger.waits(expected, movement) for expected in found)
    if waiting and total == movement.amount:
        allocations = tuple(_allocate(expected, ledger.missing(expected)) for expected in found)
        reason = f"Trae {len(found)} referencias ({names}) y el importe es exactamente su suma."
        return Verdict(Outcome.SEVERAL, reason, allocations=allocations)
    return Verdict(
        Outcome.SUGGESTION,
        f"Trae {len(found)} referencias ({names}) y el importe no es la suma de lo que se espera.",
        proposals=tuple(expected.id for expected in found),
        difference=movement.amount - total,
    )


def _without_reference(
    movement: Movement, candidates: Sequence[Candidate], ledger: _Ledger
) -> Verdict:
    """No reference of ours: what else speaks for a constancia, never enough by itself."""
    if movement.amount in ledger.amounts and movement.currency == "MXN":
        if near := _mistyped(movement, ledger):
            return near
        if payers := _fitting(movement, ledger.index.of_payer(movement), ledger):
            reason = f"El importe y quien paga coinciden con {_names(payers)}; falta la referencia."
            return _suggestion(reason, payers, ())
    if valid := [candidate for candidate in candidates if candidate.kind is Kind.VALID]:
        names = ", ".join(format_reference(candidate.reference) for candidate in valid)
        reason = f"Trae la referencia {names}, que no es de ninguna constancia."
    else:
        reason = "No trae ninguna referencia nuestra."
    return Verdict(Outcome.UNIDENTIFIED, reason, candidates=tuple(candidates))


def _mistyped(movement: Movement, ledger: _Ledger) -> Verdict | None:
    for candidate in find(movement.description, movement.reference, broken=True):
        if candidate.kind is not Kind.BROKEN:
            continue
        if near := _fitting(movement, ledger.index.near(candidate.reference), ledger):
            reason = (
                f"Trae {format_reference(candidate.reference)}, que no existe pero casi es "
                f"{_names(near)}, y el importe coincide."
            )
            return _suggestion(reason, near, (candidate,))
    return None


def _fitting(movement: Movement, found: Sequence[Expected], ledger: _Ledger) -> list[Expected]:
    """Those that lack exactly this deposit and take it on its day."""
    return [
        expected
        for expected in found
        if ledger.missing(expected) == movement.amount and ledger.waits(expected, movement)
    ]


def _suggestion(
    reason: str, found: Sequence[Expected], candidates: tuple[Candidate, ...]
) -> Verdict:
    proposals = tuple(expected.id for expected in found[:_MOST_PROPOSALS])
    return Verdict(Outcome.SUGGESTION, reason, proposals=proposals, candidates=candidates)


def _names(found: Sequence[Expected]) -> str:
    shown = [format_reference(expected.reference) for expected in found[:_MOST_PROPOSALS]]
    return " o ".join(shown)
