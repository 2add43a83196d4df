"""Going through every address: where each is in a world, who goes, and what they find there."""

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.test import Client

from accounts.models import User
from facturamos.letters import examples
from payments.models import Constancia, InvoiceRequest, PaymentProof, ProofFile
from reconciliation.models import Movement, Statement
from tests.reconciliation.bank import rolled_back
from tests.security.doors import Door, Who, every_url
from tests.security.world import World

SIGN_IN, CODE, HOME = "sign-in", "the second factor", "their own pages"
OPEN, FORBIDDEN, MISSING, BROKEN = "open", "403", "404", "500"
NO_SUCH_METHOD, THE_DESKS_SIGN_IN = "405", "the admin's sign-in"
DOORSTEPS = {
    "/ingresar/": SIGN_IN,
    "/admin/login/": THE_DESKS_SIGN_IN,
    "/cuenta/2fa/aplicacion/": CODE,
    "/cuenta/confirmar/codigo/": CODE,
    "/admin/": HOME,
    "/distribuidor/": HOME,
}
# What comes to the same: who is not of the staff is asked to sign in as somebody who is.
SAME = {(SIGN_IN, THE_DESKS_SIGN_IN), (FORBIDDEN, THE_DESKS_SIGN_IN), (OPEN, HOME)}
ANONYMOUS, BEFORE_CODE = "anonymous", "staff before the code"


def addresses(world: World) -> dict[str, str]:
    """Every address by its name, with keys of what is A's or the desk's."""
    exact, own = _exact(world), _own(world)
    return {
        name: exact[name] if name in exact else "/" + _filled(url.route, own)
        for name, url in every_url().items()
    }


def _exact(world: World) -> dict[str, str]:
    """Those whose keys are not any row's."""
    uid, token = world.welcome_key
    failed = Statement.objects.get(state=Statement.State.FAILED)
    issued = InvoiceRequest.objects.issued().get()
    kind = ContentType.objects.get_for_model(Constancia).pk
    passkey = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    customer = f"/admin/clientes/{world.customer.pk}/"
    return {
        "account_reset_password_from_key": "/contrasena/nueva/1-1/",
        "account_welcome": f"/contrasena/bienvenida/{uid}/{token}/",
        "mfa_remove_webauthn": f"/cuenta/2fa/llave/{passkey.pk}/quitar/",
        "admin:app_list": "/admin/payments/",
        "admin:facturamos_textversion_text": (
            "/admin/facturamos/textversion/texto/contacts.hours/"
        ),
        "admin:autocomplete": (
            "/admin/autocomplete/?app_label=accounts&model_name=user&field_name=customer"
        ),
        "admin/(?P<url>.*)$": "/admin/no-existe/",
        "admin:view_on_site": f"/admin/r/{kind}/{world.constancia.pk}/",
        "admin:desk_customer": customer,
        "admin:desk_customer_welcome": f"{customer}bienvenida/{world.welcomed.pk}/",
        "admin:desk_month_file": "/admin/cierre/archivo/?mes=2026-01",
        "admin:payments_constancia_confirm": (
            f"/admin/payments/constancia/confirmar-pago/?c={world.waiting.pk}"
        ),
        "admin:reconciliation_statement_columns": (
            f"/admin/reconciliation/statement/{failed.pk}/columnas/"
        ),
        **{
            f"admin:payments_invoicerequest_{kind}": (
                f"/admin/payments/invoicerequest/{issued.pk}/{kind}/"
            )
            for kind in ("pdf", "xml")
        },
    }


def _own(world: World) -> dict[str, str]:
    """What stands in the place of a key, by its name."""
    file = ProofFile.objects.get(proof__constancia=world.constancia)
    return {
        "reference": world.constancia.reference,
        "public_id": str(file.public_id),
        "token": world.constancia.token,
        "key": "customers",
        "name": next(iter(examples())),
    }


def _filled(route: str, own: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1].rpartition(":")[2]
        return own[name] if name in own else str(_row(route).pk)

    return re.sub(r"<([^>]+)>", value, route)


def _row(route: str) -> Model:
    """The row of a model's page in the admin; of those that wait, where decisions are made."""
    _, app, name, *_ = route.split("/")
    model: Any = apps.get_model(app, name)
    rows = model._default_manager.order_by("pk")
    waiting = {
        Movement: rows.filter(state="waiting", amount=77) if model is Movement else rows,
        PaymentProof: rows.reverse(),
        InvoiceRequest: rows.reverse(),
    }
    return waiting.get(model, rows)[0]


@dataclass(frozen=True)
class Visitor:
    """Somebody who goes through the addresses. `person` is a name of `World.people`."""

    name: str
    person: str = ""

    def should_find(self, door: Door, world: World) -> str:
        """What the table says that is behind the door for them."""
        if self.name == ANONYMOUS:
            return OPEN if door.who == Who.ANYBODY else SIGN_IN
        if self.name == BEFORE_CODE and not door.before_code:
            return CODE
        user = world.people[self.person]
        if door.permissions and user.is_staff:
            refused = MISSING if door.hidden else FORBIDDEN
            return OPEN if user.has_perms(door.permissions) else refused
        if door.who == Who.ADMINISTRATOR and user.is_superuser:
            return OPEN
        there = BEHIND[door.who][_kind(user)]
        return MISSING if there == OPEN and door.hidden and self.person != "customer A" else there


def _kind(user: User) -> int:
    """Its place in `BEHIND`."""
    return 2 if user.is_staff else 0 if user.customer_id else 1


# What each kind of door shows to a customer's person, to a distributor's, and to the staff.
BEHIND = {
    Who.ANYBODY: (OPEN, OPEN, OPEN),
    Who.SIGNED_IN: (OPEN, OPEN, OPEN),
    Who.OUTSIDE: (OPEN, OPEN, HOME),
    Who.CUSTOMER: (OPEN, HOME, HOME),
    Who.DISTRIBUTOR: (FORBIDDEN, OPEN, HOME),
    Who.STAFF: (FORBIDDEN, FORBIDDEN, OPEN),
    Who.ADMINISTRATOR: (FORBIDDEN, FORBIDDEN, FORBIDDEN),
    Who.NOWHERE: (FORBIDDEN, FORBIDDEN, MISSING),
    Who.NOBODY: (FORBIDDEN, FORBIDDEN, FORBIDDEN),
}
STAFF = ("CxC", "Ventas", "Consulta", "bare staff", "administrator")
VISITORS = [
    Visitor(ANONYMOUS),
    *(Visitor(name, name) for name in ("customer A", "customer B")),
    *(Visitor(name, name) for name in ("distributor", "other distributor")),
    *(Visitor(name, name) for name in STAFF),
    Visitor(BEFORE_CODE, "administrator"),
]


def found(response: Any) -> str:
    """What the answer says that is behind the door."""
    led_to = response.headers.get("Location", "").partition("?")[0]
    if led_to in DOORSTEPS:
        return DOORSTEPS[led_to]
    if response.status_code == 405:
        return NO_SUCH_METHOD
    return {403: FORBIDDEN, 404: MISSING, 500: BROKEN}.get(response.status_code, OPEN)


def is_right(wanted: str, there: str) -> bool:
    """Whether it is as it should be. A method that nobody can use opens nothing."""
    return there in (wanted, NO_SUCH_METHOD) or (wanted, there) in SAME


def all_rows() -> dict[str, list[str]]:
    """Everything the database holds, by table."""
    with connection.cursor() as cursor:
        return {name: _rows_of(cursor, name) for name in connection.introspection.table_names()}


def _rows_of(cursor: Any, name: str) -> list[str]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608 (our own names)
    return sorted(map(repr, cursor.fetchall()))


def differing(before: dict[str, list[str]], after: dict[str, list[str]]) -> set[str]:
    """The tables that are not as they were."""
    return {name for name in after if before.get(name) != after[name]}


def read(response: Any) -> Any:
    """The answer, with its file read to the end, which closes it."""
    if response.streaming:
        for _ in response.streaming_content:
            pass
    return response


def ask(client: Client, method: str, address: str, data: Any = None, **headers: Any) -> Any:
    """One request that leaves nothing behind, neither rows nor cookies."""
    cookies = deepcopy(client.cookies)
    with rolled_back():
        response = read(getattr(client, method)(address, data, **headers))
    client.cookies = cookies
    return response
