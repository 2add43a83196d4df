"""Where a constancia stands: whose turn it is, what to do now, and when something happens.

Decides from rows that others read, and says it with the contacts in force.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from facturamos.dates import long_date, long_moment
from facturamos.money import format_money, format_mxn
from payments.models import Constancia
from payments.timeline import Review
from payments.ways import Action, Ways, company, new_quote

NO_BREAK = "\N{NO-BREAK SPACE}"


class Mark(Enum):
    """How a state looks (the end of its CSS class), its icon, and what it says."""

    ACT = ("act", "turno", "Le toca a usted")
    WAIT = ("wait", "espera", "Nos toca a nosotros")
    DONE = ("done", "listo", "Listo")
    STOPPED = ("stop", "alto", "No siguió")

    @property
    def look(self) -> str:
        """`state-act` and so on."""
        return f"state-{self.value[0]}"

    @property
    def icon(self) -> str:
        """Its name among the icons."""
        return self.value[1]

    @property
    def words(self) -> str:
        """What is read beside the icon."""
        return self.value[2]


@dataclass(frozen=True, slots=True)
class State:
    """What a customer reads at a glance; `then` is what follows after that."""

    mark: Mark
    heading: str
    text: str
    when: str
    primary: Action
    others: tuple[Action, ...] = ()
    then: str = ""


@dataclass(frozen=True, slots=True)
class RowState:
    """A constancia in a list: its icon, what is read beside it, and whether it may be paid."""

    icon: str
    words: str
    is_payable: bool


def row_state(constancia: Constancia, today: date, *, in_review: bool) -> RowState:
    """How a constancia (from `with_paid`) stands; `in_review`: a proof of it waits for CxC."""
    mark = _row_mark(constancia, today, in_review=in_review)
    words = _row_words(constancia, today, in_review=in_review)
    return RowState(mark.icon, words, constancia.is_payable(today))


def _row_mark(constancia: Constancia, today: date, *, in_review: bool) -> Mark:
    if constancia.paid_at:
        return Mark.DONE
    if in_review:
        return Mark.WAIT
    return Mark.ACT if constancia.is_open and not constancia.has_lapsed(today) else Mark.STOPPED


def _row_words(constancia: Constancia, today: date, *, in_review: bool) -> str:
    """One that may still be paid begins with «Vigente» or «Falta una parte», unless a proof is in
    review and no part was confirmed: nobody is to pay twice.
    """
    words = [constancia.status_on(today)]
    if constancia.is_payable(today) and (constancia.paid or in_review):
        words = []
    if constancia.is_open and constancia.paid:
        words.append("falta una parte")
    if in_review:
        words.append("comprobante en revisión")
    return capfirst(", ".join(words))


def constancia_state(
    constancia: Constancia, review: Review | None, today: date, *, on_its_page: bool = False
) -> State:
    """Where a constancia (from `with_paid`) stands, for the panel or for its own page."""
    see = Ways(constancia, on_its_page)
    if constancia.paid_at:
        return _paid(constancia, see)
    if review and review.rest_is_due:
        return _partly_paid(constancia, today, see, review)
    if review and review.is_waiting:
        return _in_review(constancia, review, today, see)
    if not constancia.is_open:
        return _stopped(constancia, see)
    if review:
        return _refused(constancia, review, today, see)
    if constancia.paid:
        return _partly_paid(constancia, today, see)
    if constancia.is_overdue(today):
        return _overdue(constancia, today, see)
    return _waiting(constancia, today, see)


def _waiting(constancia: Constancia, today: date, see: Ways) -> State:
    left = (constancia.expires_on - today).days
    heading = "Su constancia de pago espera el depósito"
    if left == 0:
        heading = "Su constancia de pago vence hoy"
    elif left <= settings.EXPIRES_SOON_DAYS:
        heading = "Su constancia de pago está por vencer"
    pay, *also = reversed(see.pay("Ver cómo pagar"))
    return State(
        Mark.ACT,
        heading,
        f"Pague {format_mxn(constancia.total)} en cualquier banco con la referencia "
        f"{unbroken(constancia)}, y envíe su comprobante.",
        f"Páguela {until(constancia.expires_on, today)}.",
        pay,
        (*also, see.proof("Enviar mi comprobante")),
        _what_follows(),
    )


def _partly_paid(
    constancia: Constancia, today: date, see: Ways, review: Review | None = None
) -> State:
    """`review`: of what was sent before the part was confirmed, if it still waits."""
    heading = "Recibimos una parte de su pago"
    text = _received(constancia)
    proof = see.proof("Enviar mi comprobante")
    if review:
        text += (
            f" Seguimos revisando el comprobante que envió el {long_date(review.sent_at.date())}: "
            "si con él ya depositó lo que falta, no lo pague otra vez."
        )
        proof = see.proof("Ver mi comprobante")
    if constancia.is_overdue(today):
        when = f"Su fecha límite, el {long_date(constancia.expires_on)}, ya pasó."
        ask = f"Escriba a {company().cxc_email} antes de depositar el resto."
        ways = (see.page("Ver mi constancia"), proof)
        return State(Mark.ACT, heading, f"{text} {ask}", when, see.write(), ways)
    when = f"Deposite lo que falta {until(constancia.expires_on, today)}."
    pay, *paper = see.pay("Ver cómo pagar lo que falta")
    return State(Mark.ACT, heading, text, when, pay, (proof, *paper), _what_follows())


def _overdue(constancia: Constancia, today: date, see: Ways) -> State:
    text = (
        f"No la pague con la referencia {unbroken(constancia)}. Si ya la había pagado, "
        "envíe su comprobante."
    )
    proof = see.proof("Enviar mi comprobante")
    when = f"Venció el {long_date(constancia.expires_on)}."
    heading = "Su constancia de pago venció: no la pague"
    quote = constancia.quote
    if quote.has_expired(today):
        again = f"Para generar otra, pida una cotización nueva a {company().sales_email}."
        ask = new_quote()
        return State(Mark.STOPPED, heading, text, when, ask, (proof,), again)
    again = f"Puede elegir de nuevo y generar otra {until(quote.valid_until, today)}."
    return State(Mark.STOPPED, heading, text, when, see.choose_again(), (proof,), again)


def _in_review(constancia: Constancia, review: Review, today: date, see: Ways) -> State:
    text = (
        f"Lo recibimos el {long_moment(review.sent_at)}, de la "
        f"referencia {unbroken(constancia)}. {_meanwhile(constancia, review, today)}"
    )
    ways = (see.proof("Ver mi comprobante"), see.page("Ver mi constancia"))
    if review.is_late:
        heading = "Le debemos una respuesta sobre su comprobante"
        return State(Mark.WAIT, heading, text, review.promise, see.write(), ways)
    # What comes for one that was cancelled goes to another constancia, if to any.
    opens = constancia.takes_deposits and not constancia.paid
    then = "En cuanto lo confirmemos se abrirá la versión 4.0." if opens else ""
    heading = "Su comprobante está en revisión"
    return State(Mark.WAIT, heading, text, review.promise, ways[0], ways[1:], then)


def _meanwhile(constancia: Constancia, review: Review, today: date) -> str:
    """What is left to do while a proof is in review, with a part confirmed or none."""
    if not constancia.paid:
        return "No pague dos veces." + ("" if review.is_late else " No necesita hacer nada más.")
    if constancia.is_overdue(today):
        rest = f"su fecha límite ya pasó: escriba a {company().cxc_email} antes de depositarlos"
    else:
        rest = f"deposítelos {until(constancia.expires_on, today)}"
    return (
        f"Ya confirmamos {format_money(constancia.paid)} de {format_money(constancia.total)}. Si "
        f"ya depositó los {format_mxn(constancia.missing)} que faltan, no los pague otra "
        f"vez; si no, {rest}."
    )


def _refused(constancia: Constancia, review: Review, today: date, see: Ways) -> State:
    about = _received(constancia) if constancia.paid else f"Referencia {unbroken(constancia)}."
    text = f"{about}\nMotivo: {review.reason}\nRevíselo y envíe otro."
    when = f"Su constancia puede pagarse {until(constancia.expires_on, today)}."
    if constancia.is_overdue(today):
        when = (
            f"Su fecha límite, el {long_date(constancia.expires_on)}, ya pasó: no la pague ahora."
        )
    send = see.proof("Enviar otro comprobante")
    pay = see.page("Ver mi constancia")
    return State(
        Mark.ACT, "Su comprobante no corresponde", text, when, send, (pay,), _what_follows()
    )


def _paid(constancia: Constancia, see: Ways) -> State:
    over = ""
    if constancia.missing < 0:
        over = (
            f" Son {format_mxn(-constancia.missing)} más que el total: quedan como saldo a su "
            f"favor. Escriba a {company().cxc_email} para decirnos qué hacer con ellos."
        )
    return State(
        Mark.DONE,
        "Esta constancia está pagada",
        f"Recibimos su pago de {format_mxn(constancia.paid)}. Gracias.{over}",
        f"Confirmamos su pago el {day_of(constancia.paid_at)}.",
        see.invoice(),
        (
            Action("Ver el aviso de la versión 4.0", reverse("renewals:migration")),
            see.page("Ver mi constancia"),
        ),
    )


def _stopped(constancia: Constancia, see: Ways) -> State:
    at = constancia.cancelled_at or constancia.expired_at
    word = constancia.get_status_display()
    return State(
        Mark.STOPPED,
        f"Esta constancia está {word}: no la pague",
        "Si ya había hecho el depósito con esta referencia, envíe su comprobante y lo revisamos.",
        f"Está {word} desde el {day_of(at)}.",
        Action("Ver qué sigue en mi panel", reverse("payments:panel")),
        (see.proof("Enviar mi comprobante"),),
    )


def _received(constancia: Constancia) -> str:
    """What came of the total, and what is missing."""
    return (
        f"Con la referencia {unbroken(constancia)} llegaron {format_money(constancia.paid)}"
        f" de {format_money(constancia.total)}. Faltan {format_mxn(constancia.missing)}."
    )


def unbroken(constancia: Constancia) -> str:
    """Its reference as printed, which no line's end tears apart."""
    return constancia.printed_reference.replace(" ", NO_BREAK)


def until(day: date, today: date) -> str:
    """`a más tardar el 22 de diciembre de 2026 (quedan 30 días)`; a last day counts to its end."""
    left = (day - today).days
    if left == 0:
        return f"a más tardar hoy, {long_date(day)}, antes de que termine el día"
    days = "queda 1 día" if left == 1 else f"quedan {left} días"
    return f"a más tardar el {long_date(day)} ({days})"


def day_of(moment: datetime | None) -> str:
    """The day of a moment on the company's clock, spelled out."""
    return long_date(timezone.localdate(moment)) if moment else ""


def _what_follows() -> str:
    return (
        f"Cuando envíe su comprobante, confirmaremos su pago en {company().promise_hours} horas y "
        "se abrirá la versión 4.0."
    )
