"""What a statement comes to, group by group: the same for what was read and for a dry run."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Aggregate, Count, Q, Sum

from facturamos.money import ZERO
from reconciliation.models import Movement, Statement
from reconciliation.movement import Reading
from reconciliation.reading import Judged
from reconciliation.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Tally:
    """So many movements, and what came in and went out with them (MXN; `withdrawals` negative).

    Those of another currency count, and are not added up.
    """

    count: int = 0
    deposits: Decimal = ZERO
    withdrawals: Decimal = ZERO
    foreign: int = 0

    @property
    def amount(self) -> Decimal:
        """What came in less what went out, in MXN."""
        return self.deposits + self.withdrawals

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(
            count=self.count + other.count,
            deposits=self.deposits + other.deposits,
            withdrawals=self.withdrawals + other.withdrawals,
            foreign=self.foreign + other.foreign,
        )

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> "Tally":
        """One movement's."""
        if currency != "MXN":
            return cls(count=1, foreign=1)
        return cls(count=1, deposits=max(amount, ZERO), withdrawals=min(amount, ZERO))


@dataclass(slots=True)
class Summary:
    """The groups of a statement's movements; together they are `total`.

    `people` is what waits for a person, by verdict. `repeated` are the file's lines that earlier
    statements hold; they are in no group.
    """

    exact: Tally = Tally()
    people: dict[Movement.Verdict, Tally] = field(default_factory=dict)
    not_ours: Tally = Tally()
    ignored: Tally = Tally()
    applied: Tally = Tally()
    void: Tally = Tally()
    repeated: Tally = Tally()

    @property
    def for_people(self) -> Tally:
        """All that waits for a person."""
        return sum(self.people.values(), Tally())

    @property
    def total(self) -> Tally:
        """Every movement that the statement brought."""
        groups = (self.exact, self.for_people, self.not_ours, self.ignored, self.applied, self.void)
        return sum(groups, Tally())

    def add(self, state: str, verdict: str, tally: Tally) -> None:
        """Put movements of one state and one verdict where they belong."""
        match state:
            case Movement.State.WAITING if verdict == Movement.Verdict.EXACT:
                self.exact += tally
            case Movement.State.WAITING:
                kind = Movement.Verdict(verdict)
                self.people[kind] = self.people.get(kind, Tally()) + tally
            case Movement.State.OTHER:
                self.not_ours += tally
            case Movement.State.IGNORED:
                self.ignored += tally
            case Movement.State.APPLIED:
                self.applied += tally
            case Movement.State.VOID:
                self.void += tally


def summary_of(statement: Statement) -> Summary:
    """What the database holds of a statement: two queries."""
    summary = Summary()
    groups = statement.movements.order_by("verdict").values("state", "verdict")
    columns = _counted("")
    for state, verdict, *counted in groups.annotate(**columns).values_list(
        "state", "verdict", *columns
    ):
        summary.add(state, verdict, Tally(*counted))
    summary.repeated = Tally(**statement.sightings.aggregate(**_counted("movement__")))
    return summary


def _counted(prefix: str) -> dict[str, Aggregate]:
    """The columns of a Tally, in its order, over movements or what leads to them."""
    pesos = Q(**{f"{prefix}currency": "MXN"})

    def total(**sign: int) -> Sum:
        chosen = pesos & Q(**{f"{prefix}amount__{name}": value for name, value in sign.items()})
        return Sum(f"{prefix}amount", filter=chosen, default=ZERO)

    return {
        "count": Count("pk"),
        "deposits": total(gt=0),
        "withdrawals": total(lt=0),
        "foreign": Count("pk", filter=~pesos),
    }


def summary_of_preview(reading: Reading, judged: Judged) -> Summary:
    """What an import would bring."""
    summary = Summary()
    for (line, _key), verdict in zip(judged.ours, judged.verdicts, strict=True):
        is_other = verdict.outcome is Outcome.NOT_A_DEPOSIT
        state = Movement.State.OTHER if is_other else Movement.State.WAITING
        summary.add(state, verdict.outcome.value, Tally.of(line.amount, line.currency))
    held = {number for _movement, number in judged.repeated}
    for line in reading.movements:
        if line.line in held:
            summary.repeated += Tally.of(line.amount, line.currency)
    return summary
