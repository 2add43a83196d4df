"""One company with a row of everything, for the tests that walk through every address."""

import json
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.campaigns import start_campaign
from accounts.company_texts import publish_text
from accounts.models import Customer, Distributor, PrivacyNotice, User
from accounts.services import accept_notice, send_welcome
from accounts.tokens import welcome_tokens
from payments.documents import draw_missing
from payments.groups import CONSULTA, CXC, VENTAS
from payments.models import Constancia
from reconciliation.claims import claim_deposit
from reconciliation.mappings import explain
from reconciliation.parsers.table import Mapping
from reconciliation.work import go_on
from renewals.models import Product
from renewals.services import acknowledge_version_4
from tests import factories
from tests.accounts.people import enrol
from tests.payments import cfdis
from tests.reconciliation.bank import imported, spei, statement
from tests.tables import as_csv, uploaded

# Stands in every row of customer A that a list may show, and nowhere else.
NAME_OF_A, RFC_OF_A = "Ferretería Ajena del Norte", "FAN150803AB1"
PASSKEY = json.loads((settings.BASE_DIR / "tests/accounts/passkey.json").read_text())
HEADERS = ["Dia de operacion", "Detalle", "Entradas"]


@dataclass(frozen=True)
class World:
    """Who there is, and what belongs to A."""

    people: dict[str, User]
    customer: Customer
    constancia: Constancia  # paid, proven, invoiced
    waiting: Constancia  # still open, of another customer of the same distributor
    welcomed: User  # of A, without a password yet

    @property
    def welcome_key(self) -> tuple[str, str]:
        """What the link of the welcome carries."""
        uid = urlsafe_base64_encode(force_bytes(self.welcomed.pk))
        return uid, welcome_tokens.make_token(self.welcomed)


def build() -> World:
    """A row in every table that a page shows."""
    ours = factories.make_distributor(name="Distribuidora de A")
    theirs = factories.make_distributor(name="Distribuidora ajena")
    people = _staff() | {
        "distributor": _consenting(distributor=ours),
        "other distributor": _consenting(distributor=theirs),
        "customer B": factories.make_consenting_user(),
    }
    customer = factories.make_customer(legal_name=NAME_OF_A, rfc=RFC_OF_A, distributor=ours)
    people["customer A"] = factories.make_consenting_user(customer)
    enrol(people["customer A"])
    _passkey(people["customer A"])
    welcomed = factories.make_user(customer, password=None)
    constancia = _paid(people["customer A"], people["CxC"])
    acknowledge_version_4(customer=customer, by=people["customer A"])
    neighbour = factories.make_consenting_user(factories.make_customer(distributor=ours))
    world = World(
        people, customer, constancia, waiting=_under_way(neighbour, people["CxC"]),
        welcomed=welcomed,
    )  # fmt: skip
    for each in Customer.objects.filter(users__in=[people["customer A"], people["customer B"]]):
        factories.make_quote(each)
    _desk(world)
    draw_missing()  # else whoever looks first would have it drawn
    return world


def _staff() -> dict[str, User]:
    people = {
        name: factories.make_user(is_staff=True) for name in (CXC, VENTAS, CONSULTA, "bare staff")
    }
    for name in (CXC, VENTAS, CONSULTA):
        people[name].groups.add(Group.objects.get(name=name))
    people["administrator"] = factories.make_user(is_staff=True, is_superuser=True)
    factories.make_bank_account()
    factories.make_notice()
    return people


def _consenting(*, distributor: Distributor) -> User:
    person = factories.make_user(distributor=distributor)
    accept_notice(user=person, notice_id=PrivacyNotice.objects.get().pk)
    return person


def _passkey(person: User) -> None:
    Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=PASSKEY)


def _paid(user: User, cxc: User) -> Constancia:
    """Proven, confirmed, invoiced."""
    constancia = factories.make_constancia(user)
    factories.send_proof(constancia)
    asked = factories.make_invoice_request(constancia)
    factories.pay(constancia, cxc)
    asked.refresh_from_db()
    cfdis.issue(asked, cxc)
    constancia.refresh_from_db()
    return constancia


def _under_way(user: User, cxc: User) -> Constancia:
    """With everything that still waits for CxC: a proof, an invoice, deposits."""
    constancia = factories.make_constancia(user)
    factories.send_proof(constancia, name="otro.png")
    factories.make_invoice_request(constancia)
    read = statement(spei(constancia, folio=1), spei(None, "77.00", folio=2))
    imported(read, cxc)
    return constancia


def _desk(world: World) -> None:
    """What the staff made: a claim to answer, an explained table, a load, a campaign, mails."""
    cxc = world.people[CXC]
    claim_deposit(
        customer=world.customer,
        paid_on=timezone.localdate(),
        amount=world.constancia.total,
        tracking_key="CLAVE123",
        note="No lo veo.",
        by=world.people["customer A"],
    )
    Product.objects.get_or_create(code="X1", defaults={"name": "Otro"})
    start_campaign(by=cxc)
    send_welcome(user=world.welcomed, by=cxc)
    columns = Mapping(date=HEADERS[0], description=(HEADERS[1],), deposit=HEADERS[2])
    explained = imported(as_csv(HEADERS, ["01/11/2026", "ALGO", "10.00"]), cxc, name="una.csv")
    explain(statement=explained, headers=HEADERS, mapping=columns, by=cxc)
    go_on(explained)
    unknown = ["Cuándo", "Qué", "Cuánto"]
    imported(as_csv(unknown, ["01/11/2026", "ALGO", "10.00"]), cxc, name="otra.csv")
    table = as_csv(["RFC", "Nombre o razón social"], ["EMP990101AA1", "Empresa por cargar"])
    uploaded("customers", table, cxc)
    hours = {"key": "contacts.hours", "body": "De 9:00 a 15:00", "reason": "Nuevo horario."}
    publish_text(**hours, seen=0, by=world.people["administrator"])
