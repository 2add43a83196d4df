"""The ways on that a customer is offered: where each leads, and what its button says."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote as escaped

from django.urls import reverse
from django.utils import timezone

from facturamos.contacts import Contacts
from facturamos.texts.in_force import in_force
from payments.models import Constancia

SEE_ASKED = "Ver mi factura solicitada"
# The file is as it was made: it says neither that it was paid nor that it stopped.
OLD_PDF = "PDF de cuando se generó (ya no se paga)"


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it says, and where it leads."""

    label: str
    url: str


class Ways:
    """The ways on from a constancia. Its own page leads to its PDF where others lead to it."""

    def __init__(self, constancia: Constancia, on_its_page: bool) -> None:
        self.constancia = constancia
        self.on_its_page = on_its_page

    def page(self, label: str) -> Action:
        """To what is paid and how."""
        if not self.on_its_page:
            return self._to("constancia", label)
        if self.constancia.is_payable(timezone.localdate()):
            return self._to("constancia_pdf", "Descargar la constancia (PDF)")
        return self._to("constancia_pdf", OLD_PDF)

    def pay(self, label: str) -> tuple[Action, ...]:
        """To the data to pay with; on its own page, to where they stand there, and to the PDF."""
        if not self.on_its_page:
            return (self.page(label),)
        return Action("Ver los datos para pagar", "#datos"), self.page(label)

    def proof(self, label: str) -> Action:
        """To the proofs."""
        return self._to("proof", label)

    def choose_again(self) -> Action:
        """To closing an overdue one, without waiting for the worker to do it."""
        return self._to("cancel", "Cerrarla y elegir de nuevo")

    def invoice(self) -> Action:
        """To its invoice, whatever is known of it (`select_related` saves a query)."""
        asked: Any = getattr(self.constancia, "invoice_request", None)
        if asked is None:
            return self._to("invoice", "Solicitar mi factura")
        return self._to("invoice", "Descargar mi factura" if asked.is_issued else SEE_ASKED)

    def write(self) -> Action:
        """To a mail about it."""
        subject = f"Constancia de pago {self.constancia.reference}"
        return mail(company().cxc_email, "Escribir a cuentas por cobrar", subject)

    def _to(self, name: str, label: str) -> Action:
        return Action(label, reverse(f"payments:{name}", args=[self.constancia.reference]))


def company() -> Contacts:
    """How to reach the company."""
    return in_force().contacts


def new_quote() -> Action:
    """To a mail that asks for a quote."""
    return mail(company().sales_email, "Pedir una cotización nueva", "Cotización de renovación")


def mail(address: str, label: str, subject: str) -> Action:
    """To a mail to the company, with its subject."""
    return Action(label, f"mailto:{address}?subject={escaped(subject)}")
