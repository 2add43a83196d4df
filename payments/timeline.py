"""The road of a constancia, as the customer and CxC see it alike. Knows no database."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from facturamos.contacts import Contacts
from facturamos.dates import long_date, long_moment
from facturamos.texts.words import DEFAULTS


class Turn(Enum):
    """Where a step stands, in the word that the company's people read."""

    DONE = "Listo"
    CUSTOMER = "Turno del cliente"
    COMPANY = "Turno de Facturamos"
    LATER = "Después"
    STOPPED = "No siguió"
    NEVER = "No aplica"

    @property
    def own(self) -> str:
        """The word that the customer reads."""
        return {"CUSTOMER": "Le toca a usted", "COMPANY": "Nos toca a nosotros"}.get(
            self.name, self.value
        )


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """A step: its name, whose turn it is, since when, and what is expected.

    `promise` is the sentence of when the company answers; a page says it once, here or elsewhere.
    """

    name: str
    turn: Turn
    since: date | None
    expected: str = ""
    promise: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """How the newest word about a proof stands: sent at a moment (on the company's clock) and in
    review, or refused on a day for a reason. `seen_at` is when somebody reads this; `rest_is_due`
    is whether a part of the total was confirmed after everything that was sent.
    """

    sent_at: datetime
    seen_at: datetime
    refused_on: date | None = None
    reason: str = ""
    contacts: Contacts = DEFAULTS.contacts
    rest_is_due: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether the company has not answered yet."""
        return self.refused_on is None

    @property
    def due_at(self) -> datetime:
        """Until when the company answers, on its clock.

        Counted in UTC: the day the clock changes has 23 or 25 hours.
        """
        until = self.sent_at.astimezone(UTC) + timedelta(hours=self.contacts.promise_hours)
        return until.astimezone(self.sent_at.tzinfo)

    @property
    def is_late(self) -> bool:
        """Whether the company should have answered by now."""
        return self.seen_at > self.due_at

    @property
    def promise(self) -> str:
        """A sentence with the hour until which the company answers, or should have."""
        due = long_moment(self.due_at)
        if self.is_late:
            return (
                f"Debimos contestarle a más tardar el {due}: escríbanos a "
                f"{self.contacts.cxc_email} con su referencia."
            )
        hours = self.contacts.promise_hours
        return f"Confirmaremos su pago en {hours} horas, a más tardar el {due}."


@dataclass(frozen=True, slots=True)
class Road:
    """What happened, and when; None is what has not happened.

    `expires_on` is the last day of the constancia and, before it is issued, of the quote.
    """

    quoted_on: date
    expires_on: date
    issued_on: date | None = None
    review: Review | None = None
    partly_paid_on: date | None = None
    paid_on: date | None = None
    stopped_on: date | None = None
    unlocked_on: date | None = None
    contacts: Contacts = DEFAULTS.contacts

    @property
    def is_in_review(self) -> bool:
        """Whether a proof waits for the company's answer."""
        return self.review is not None and self.review.is_waiting


def timeline(road: Road) -> list[TimelineStep]:
    """The five steps from the quote to version 4.0, the same for everyone who looks."""
    return [
        *_quote_and_constancia(road),
        _proof(road),
        _payment(road),
        _version_4(road),
    ]


def _quote_and_constancia(road: Road) -> tuple[TimelineStep, TimelineStep]:
    quote, constancia = "Cotización", "Constancia de pago"
    if road.issued_on:
        return (
            TimelineStep(quote, Turn.DONE, road.quoted_on),
            TimelineStep(constancia, Turn.DONE, road.issued_on),
        )
    choose = f"Elegir sus productos a más tardar el {long_date(road.expires_on)}."
    return (
        TimelineStep(quote, Turn.CUSTOMER, road.quoted_on, choose),
        TimelineStep(constancia, Turn.LATER, None, "La genera usted al aceptar su selección."),
    )


def _proof(road: Road) -> TimelineStep:
    name = "Depósito y comprobante"
    if road.issued_on is None:
        pay = "Pagar en cualquier banco y enviar el comprobante."
        return TimelineStep(name, Turn.LATER, None, pay)
    if road.paid_on:
        return TimelineStep(name, Turn.DONE, road.paid_on)
    review = road.review
    if review and road.is_in_review and not review.rest_is_due:
        return TimelineStep(name, Turn.DONE, review.sent_at.date())
    refused = f"Su comprobante no corresponde: {review.reason}" if review and review.reason else ""
    if road.stopped_on:
        return TimelineStep(name, Turn.STOPPED, road.stopped_on, refused)
    if review and not road.is_in_review:
        return TimelineStep(name, Turn.CUSTOMER, review.refused_on, f"{refused} Puede enviar otro.")
    if road.partly_paid_on:
        return TimelineStep(
            name, Turn.CUSTOMER, road.partly_paid_on, "Falta depositar el resto del total."
        )
    return TimelineStep(
        name,
        Turn.CUSTOMER,
        road.issued_on,
        f"Pagar a más tardar el {long_date(road.expires_on)} y enviar el comprobante.",
    )


def _payment(road: Road) -> TimelineStep:
    name = "Pago confirmado"
    if road.paid_on:
        return TimelineStep(name, Turn.DONE, road.paid_on)
    part = ""
    if road.partly_paid_on:
        part = f"Confirmamos una parte el {long_date(road.partly_paid_on)}; falta el resto."
    if road.review and road.review.rest_is_due:
        return TimelineStep(name, Turn.LATER, None, f"{part} Su comprobante sigue en revisión.")
    if road.review and road.is_in_review:
        expected, sent_on = f"{part} En revisión.".strip(), road.review.sent_at.date()
        return TimelineStep(name, Turn.COMPANY, sent_on, expected, road.review.promise)
    if road.stopped_on:
        return TimelineStep(name, Turn.NEVER, None)
    if part:
        return TimelineStep(name, Turn.LATER, None, part)
    expected = "Lo confirmamos cuando vemos su depósito en el banco."
    promise = f"Será en {road.contacts.promise_hours} horas a partir de su comprobante."
    return TimelineStep(name, Turn.LATER, None, expected, promise)


def _version_4(road: Road) -> TimelineStep:
    name = "Versión 4.0"
    if road.unlocked_on:
        return TimelineStep(name, Turn.DONE, road.unlocked_on)
    # One that stopped may have been paid in time: a proof in review can still open it.
    if road.stopped_on and not road.is_in_review:
        return TimelineStep(name, Turn.NEVER, None)
    return TimelineStep(name, Turn.LATER, None, "Se abre al confirmar el pago, con su manual.")
