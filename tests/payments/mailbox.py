"""What the tests of mail share: a customer with one reader, and the rows of the outbox as read."""

import re
import uuid
from html import unescape

from django.core.files.base import ContentFile

from accounts.models import User
from facturamos.models import OutboxMessage
from payments.models import Constancia, PaymentProof, ProofFile
from payments.recording import record_payment
from tests import factories

NAME = "Peña & D'Ángel"
ESCAPED = "Peña &amp; D&#x27;Ángel"


def only_reader() -> User:
    """The only one of the customer whom mail reaches, unless a test adds another."""
    customer = factories.make_customer(legal_name=NAME)
    user = factories.make_consenting_user(customer)
    factories.make_user(customer, is_active=False)
    factories.make_user(customer, email="")
    factories.make_user(factories.make_customer())
    return user


def the_mail(about: str) -> OutboxMessage:
    """The only mail about that."""
    return OutboxMessage.objects.get(key__startswith=about + ":")


def keys() -> list[str]:
    """What every mail is about, and to whom."""
    return [str(row.key) for row in OutboxMessage.objects.all()]


def seen(html: str) -> str:
    """What a reader sees of the HTML, in one line; what may not break stays so."""
    body = html.partition("<body")[2].partition(">")[2]
    return re.sub(r"[ \n]+", " ", unescape(re.sub(r"<[^>]+>", "", body))).strip()


def make_sent_proof(constancia: Constancia, **fields) -> PaymentProof:
    proof = factories.make_proof(constancia, **fields)
    for kind, name in (("jpeg", "recibo del banco.jpg"), ("cep", "cep.xml")):
        file = ProofFile(proof=proof, kind=kind, original_name=name, sha256=f"{kind:0>64}", size=3)
        file.file.save(f"{uuid.uuid4().hex}.bin", ContentFile(f"<{kind}/>".encode()), save=False)
        file.save()
    return proof


def pay_part(constancia: Constancia, by, amount: str) -> None:
    """A deposit of less than the total, confirmed by a person of the staff."""
    record_payment(deposit=factories.make_deposit(constancia, amount), by=by)
