"""The figures of the desk's charts, for the company's days and weeks.

They read months of rows, and nobody acts on them within the minute: they are kept for a while.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import caches
from django.db.models import Count, Exists, Min, OuterRef, Sum
from django.db.models.functions import TruncDate, TruncWeek
from django.utils import timezone

from accounts.models import PrivacyConsent, User
from desk.charts import Chart, Series
from desk.percentile import percentile
from facturamos.money import ZERO, format_money
from payments.models import Constancia, Payment
from renewals.models import MigrationNotice, Quote

WEEKS = 12
DAYS = 30
KEPT_SECONDS = 600
MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")


@dataclass(frozen=True, slots=True)
class Figures:
    """The charts, and when they were counted."""

    counted_at: datetime
    charts: tuple[Chart, ...]


def figures_for(user: User, now: datetime) -> list[Figures]:
    """The charts of all that the person may see."""
    return [
        _kept(key, count, now)
        for permission, key, count in (
            ("payments.view_constancia", "slips", _slips),
            ("payments.view_payment", "money", _money),
            ("accounts.view_customer", "people", _people),
        )
        if user.has_perm(permission)
    ]


def _kept(key: str, count: Callable[[datetime], tuple[Chart, ...]], now: datetime) -> Figures:
    found: Figures | None = caches["figures"].get(key)
    if found is None:
        found = Figures(now, count(now))
        caches["figures"].set(key, found, KEPT_SECONDS)
    return found


def _slips(now: datetime) -> tuple[Chart, ...]:
    """Constancias issued, paid and expired a week."""
    weeks = last_weeks(now)
    since = _start(weeks[0])
    recent = Payment.objects.filter(recorded_at__gte=since)
    paid = Constancia.objects.filter(
        pk__in=recent.values("constancia"), status=Constancia.Status.PAID, paid_at__gte=since
    )
    expired = Constancia.objects.filter(status=Constancia.Status.EXPIRED, expired_at__gte=since)
    rows = {
        "Generadas": (Constancia.objects.filter(issued_at__gte=since), "issued_at"),
        "Pagadas": (paid, "paid_at"),
        "Vencidas": (expired, "expired_at"),
    }
    series = []
    for name, (queryset, column) in rows.items():
        weekly = queryset.order_by().values(week=TruncWeek(column)).annotate(number=Count("pk"))
        number = {timezone.localdate(week): n for week, n in weekly.values_list("week", "number")}
        series.append(_counts(name, [number.get(week, 0) for week in weeks]))
    chart = Chart(
        key="slips",
        title="Constancias por semana",
        note=f"Las últimas {WEEKS} semanas, de lunes a domingo; la última aún corre.",
        first_column="Semana del",
        labels=tuple(map(short_date, weeks)),
        series=tuple(series),
    )
    return (chart,)


def _money(now: datetime) -> tuple[Chart, ...]:
    """Pesos confirmed a day, and how long confirming takes."""
    today = timezone.localdate(now)
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    standing = Payment.objects.standing().order_by()
    daily = (
        standing.filter(recorded_at__gte=_start(days[0]))
        .values(day=TruncDate("recorded_at"))
        .annotate(money=Sum("amount"))
    )
    pesos: dict[date, Decimal] = dict(daily.values_list("day", "money"))
    amounts = [pesos.get(day, ZERO) for day in days]
    confirmed = Chart(
        key="pesos",
        title="Pesos confirmados por día",
        note=f"Los últimos {DAYS} días, sin los pagos deshechos.",
        first_column="Día",
        labels=tuple(map(short_date, days)),
        series=(
            Series("Confirmado", tuple(map(float, amounts)), tuple(map(format_money, amounts))),
        ),
    )
    return confirmed, _hours(now)


def _hours(now: datetime) -> Chart:
    """From the first proof, or else the start of the day of the deposit, to its confirmation."""
    weeks = last_weeks(now)
    rows = Payment.objects.standing().filter(recorded_at__gte=_start(weeks[0])).order_by()
    rows = rows.annotate(proof_at=Min("constancia__proofs__sent_at"))
    taken: dict[date, list[float]] = defaultdict(list)
    for recorded_at, paid_on, proof_at in rows.values_list("recorded_at", "paid_on", "proof_at"):
        taken[_monday(recorded_at)].append(hours_to_confirm(recorded_at, paid_on, proof_at))
    series = tuple(
        _in_hours(
            name, [percentile(taken[week], share) if week in taken else None for week in weeks]
        )
        for name, share in (("Mediana", 0.5), ("Percentil 90", 0.9))
    )
    return Chart(
        key="hours",
        title="Horas del depósito a la confirmación",
        note=(
            "Desde el primer comprobante del cliente o, si no envió, desde el inicio del día del "
            "depósito. La mitad se confirmó antes de la mediana; nueve de cada diez, antes del "
            "percentil 90."
        ),
        first_column="Semana del",
        labels=tuple(map(short_date, weeks)),
        series=series,
    )


def hours_to_confirm(recorded_at: datetime, paid_on: date, proof_at: datetime | None) -> float:
    """The hours that the company took. A proof sent after the payment says nothing of it."""
    sent = proof_at if proof_at and proof_at <= recorded_at else _start(paid_on)
    return max((recorded_at - sent).total_seconds(), 0.0) / 3600


def _people(now: datetime) -> tuple[Chart, ...]:
    """Customers on the road. Who generated a constancia went through the steps before it."""
    entered = User.objects.filter(last_login__isnull=False, customer__isnull=False)
    accepted = entered.filter(Exists(PrivacyConsent.objects.filter(user=OuterRef("pk"))))
    quoted = accepted.filter(Exists(Quote.objects.filter(customer=OuterRef("customer"))))
    steps = {
        "Entraron al portal": _customers(entered),
        "Aceptaron el aviso": _customers(accepted),
        "Tienen cotización": _customers(quoted),
        "Generaron una constancia": Constancia.objects.order_by()
        .values("customer")
        .distinct()
        .count(),
        # Only a confirmed payment unlocks version 4.0.
        "Pagaron": MigrationNotice.objects.count(),
    }
    first = max(steps["Entraron al portal"], 1)
    numbers = list(steps.values())
    chart = Chart(
        key="funnel",
        title="Del acceso al pago",
        note="Clientes desde el principio; cada paso, como parte de los que entraron.",
        first_column="Paso",
        labels=tuple(steps),
        series=(
            Series(
                "Clientes",
                tuple(map(float, numbers)),
                tuple(f"{number:,} ({number / first:.0%})" for number in numbers),
            ),
        ),
        is_funnel=True,
    )
    return (chart,)


def _customers(users: Any) -> int:
    return users.order_by().values("customer").distinct().count()


def last_weeks(now: datetime) -> list[date]:
    """The Mondays of the last weeks, the present one included, oldest first."""
    this = _monday(now)
    return [this - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]


def short_date(day: date) -> str:
    """`5 oct`."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def _monday(moment: datetime) -> date:
    day = timezone.localdate(moment)
    return day - timedelta(days=day.weekday())


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min)).astimezone(UTC)


def _counts(name: str, numbers: Sequence[int]) -> Series:
    return Series(name, tuple(map(float, numbers)), tuple(f"{number:,}" for number in numbers))


def _in_hours(name: str, hours: Iterable[float | None]) -> Series:
    values = tuple(hours)
    return Series(name, values, tuple("–" if v is None else f"{v:.1f} h" for v in values))
