"""Walks the demo portal's road with its detours and mistakes; keeps each page in a folder.

Usage: python scripts/html/road.py FOLDER
"""

import re
import sys
from pathlib import Path

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from pages import AS_BROWSER, Kept, Visitor

from accounts.models import User
from accounts.tokens import welcome_tokens
from facturamos import errors, letters
from facturamos.models import OutboxMessage
from payments.management.commands.demo import PASSWORD
from payments.models import Constancia
from renewals.services import current_quote
from tests import factories
from tests.payments import proof_samples

TODAY = timezone.localdate().isoformat()
NEW_PASSWORD = "ballena azul de madera"  # noqa: S105 (of the demo)
LONG = "Comercializadora e Importadora de Refacciones Industriales del Norte y Anexas " * 2


def one(username: str) -> User:
    """A person of the demo."""
    return User.objects.get(username=username)


def sign_in(kept: Kept, username: str) -> Visitor:
    """Past the sign-in page and the privacy notice."""
    visitor = Visitor(kept)
    visitor.send("/ingresar/", login=username, password=PASSWORD)
    visitor.send("/privacidad/", accept="on")
    return visitor


def outside(kept: Kept) -> None:
    """What is seen before signing in."""
    visitor = Visitor(kept)
    visitor.open("/ingresar/", "sign-in")
    visitor.send("/ingresar/", "sign-in empty")
    visitor.send("/ingresar/", "sign-in wrong", login="cliente", password="no es esta")
    visitor.open("/registro/", "sign-up closed")
    visitor.open("/cuenta/inactiva/", "inactive")
    visitor.open("/privacidad/integral/", "privacy notice whole")
    visitor.open("/verificar/no-existe/", "verify nothing", status=404)
    visitor.open("/contrasena/bienvenida/otra/", "welcome again")
    visitor.open("/contrasena/bienvenida/x/y/", "welcome used")
    visitor.open("/contrasena/olvidada/", "password forgotten")
    visitor.send("/contrasena/olvidada/", "password forgotten wrong", email="no es un correo")
    visitor.send("/contrasena/olvidada/", "password mail sent", email="distribuidor@example.com")
    mail = OutboxMessage.objects.latest("pk")
    (link,) = re.findall(r"https://localhost(/contrasena/nueva/\S+)", mail.text)
    visitor.open(link, "password new")
    step = f"{link.partition('-')[0]}-set-password/"
    visitor.send(step, "password new wrong", password1="corta", password2="otra")
    visitor.send(step, "password new set", password1=NEW_PASSWORD, password2=NEW_PASSWORD)
    visitor.open(link, "password link used")


def mistakes(kept: Kept) -> None:
    """The pages for what went wrong."""
    Visitor(kept).open("/no-existe/", "error 404", status=404)
    strict = Visitor(kept)
    strict.client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost", headers=AS_BROWSER)
    strict.send("/ingresar/", "error 403 form", status=403)
    foreign = Visitor(kept, one("cxc"))
    foreign.open("/admin/payments/bankaccount/add/", "error 403", status=403)
    lost = Visitor(kept)
    lost.open("/ingresar/?q=%00", "error 400", status=400)
    busy = Visitor(kept)
    for _ in range(100):
        if busy.client.get("/verificar/x/", secure=True).status_code == 429:
            break
    busy.open("/verificar/x/", "error 429", status=429)
    page = errors.server_error(RequestFactory().get("/")).content
    kept.page("error 500", page.decode(), sent=len(page))


def quote_to_constancia(kept: Kept) -> tuple[Visitor, str]:
    """The manual's steps 1 to 5."""
    visitor = Visitor(kept)
    visitor.open("/panel/")
    visitor.send("/ingresar/", "privacy notice", login="cliente2", password=PASSWORD)
    visitor.send("/privacidad/", "privacy notice not accepted")
    visitor.send("/privacidad/", accept="on")
    customer = one("cliente2").customer
    quote = current_quote(customer) if customer else None
    assert quote is not None
    lines = [str(pk) for pk in quote.lines.values_list("pk", flat=True)]
    picked = {"quote": quote.public_id, "lines": lines}
    visitor.open("/panel/", "panel to renew")
    visitor.open("/constancias/", "constancias none")
    visitor.open("/renovacion/", "quote")
    visitor.send("/renovacion/", "quote recalculated", recalculate="1", **picked)
    visitor.send("/renovacion/", "confirm", generate="1", **picked)
    visitor.send("/renovacion/confirmar/", "total changed", accept="1", total="$1.00", **picked)
    visitor.send("/renovacion/confirmar/", "constancia", accept="1", **picked)
    reference = Constancia.objects.get(customer=customer).reference
    return visitor, f"/constancias/{reference}/"


def proof_and_invoice(visitor: Visitor, constancia: str) -> None:
    """What follows a payment, and each way to get it wrong."""
    proof, invoice = f"{constancia}comprobante/", f"{constancia}factura/"
    visitor.open("/panel/", "panel to pay")
    visitor.open("/constancias/", "constancias")
    visitor.open("/constancias/?q=no-existe", "constancias not found")
    visitor.open(proof, "proof")
    visitor.send(proof, "proof empty")
    wrong = [SimpleUploadedFile(name, content) for name, content in (
        ("hoja.docx", b"PK"), ("vacio.pdf", b""), (f"{LONG}.png", b"x"),
    )]  # fmt: skip
    visitor.send(proof, "proof wrong files", file=wrong, paid_on="2099-01-01")
    good = SimpleUploadedFile("recibo <b>.jpg", proof_samples.image())
    visitor.send(proof, "proof sent", file=good, paid_on=TODAY, tracking_key="ABC123")
    visitor.open("/panel/", "panel in review")
    visitor.open(constancia, "constancia in review")
    visitor.open(invoice, "invoice")
    visitor.send(invoice, "invoice wrong", rfc="no", name="", postal_code="1")
    data = {"rfc": "PEDA800101AB3", "name": LONG[:100], "postal_code": "32000"}
    data |= {"regime": "612", "cfdi_use": "G03", "confirm": "on"}
    visitor.send(invoice, "invoice asked", **data)
    visitor.open("/depositos/reclamar/", "claim")
    visitor.send("/depositos/reclamar/", "claim wrong", paid_on="2099-01-01", amount="mucho")
    visitor.send("/depositos/reclamar/", "claim sent", paid_on=TODAY, amount="1,305.00", note=LONG)
    visitor.open(f"/verificar/{Constancia.objects.latest('pk').token}/", "verify")


def version_4(visitor: Visitor, constancia: str) -> None:
    """CxC confirms, and version 4.0 opens."""
    factories.pay(Constancia.objects.latest("pk"), one("cxc"))
    visitor.open("/aviso-4.0/", "version 4.0")
    visitor.send("/aviso-4.0/", "panel version 4.0")
    visitor.open(constancia, "constancia paid")
    visitor.open(f"{constancia}comprobante/", "proof paid")
    visitor.open("/renovacion/", "quote none", status=404)


def cancelled(kept: Kept) -> None:
    """The other customer issues a constancia and takes it back."""
    visitor = sign_in(kept, "cliente")
    issued = factories.make_constancia(one("cliente"), current_quote(one("cliente").customer))
    constancia = f"/constancias/{issued.reference}/"
    visitor.open(f"{constancia}cancelar/", "cancel")
    visitor.send(f"{constancia}cancelar/", "cancel done", confirm="on", accept="1")
    visitor.open(constancia, "constancia cancelled")
    visitor.open("/panel/", "panel after cancelling")


def account(kept: Kept) -> None:
    """Password, second factor, sessions."""
    visitor = sign_in(kept, "cliente")
    visitor.open("/cuenta/", "account")
    visitor.open("/cuenta/sesiones/", "sessions")
    visitor.open("/contrasena/", "password change")
    visitor.send("/contrasena/", "password change wrong", oldpassword="no", password1="corta")
    visitor.open("/cuenta/2fa/aplicacion/", "second factor application")
    visitor.send("/cuenta/2fa/aplicacion/", "second factor wrong code", code="000000")
    visitor.open("/cuenta/2fa/llave/", "second factor passkey")
    visitor.open("/cuenta/confirmar/", "confirm it is you")
    visitor.send("/cuenta/confirmar/", "confirm it is you wrong", password="no es")
    visitor.open("/salir/", "sign-out")
    staff = Visitor(kept)
    staff.send("/ingresar/", "code", login="cxc", password=PASSWORD)
    staff.send("/ingresar/codigo/", "code wrong", code="000000")
    welcomed = factories.make_user(one("cliente").customer, password=None)
    start = f"/contrasena/bienvenida/{urlsafe_base64_encode(force_bytes(welcomed.pk))}/"
    new = Visitor(kept)
    new.open(f"{start}{welcome_tokens.make_token(welcomed)}/", "welcome")
    new.send(f"{start}elegir/", "welcome wrong", new_password1="corta")


def distributor(kept: Kept) -> None:
    """The distributor's page, and what it finds."""
    visitor = Visitor(kept)
    visitor.send("/ingresar/", login="distribuidor", password=NEW_PASSWORD)
    visitor.send("/privacidad/", "distributor", accept="on")
    visitor.open("/distribuidor/?q=PEDA", "distributor search")
    visitor.open("/distribuidor/?q=nadie", "distributor nobody")


def mails(kept: Kept) -> None:
    """Every mail's HTML."""
    for name, letter in letters.examples().items():
        if letter.html:
            kept.page(f"mail {name}", letter.html, group="mail")


kept = Kept(Path(sys.argv[1]), "a")
outside(kept)
visitor, constancia = quote_to_constancia(kept)
proof_and_invoice(visitor, constancia)
version_4(visitor, constancia)
cancelled(kept)
account(kept)
distributor(kept)
mistakes(kept)
mails(kept)
kept.finish()
