"""Users from a table, one a line, known by their user name. Staff never come from a table.

Nobody gets a password here: the welcome (`accounts.campaigns`) lets each choose one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower
from django.utils import timezone

from accounts import audit
from accounts.audit import Target
from accounts.loading import Kind, Plan, fetched, held, repeated
from accounts.loading_customers import distributors_by_name, read_rfc, unknown_distributor
from accounts.models import Customer, User
from facturamos.bulk import insert_rows, next_ids, update_rows
from facturamos.tables.layout import Column, Line, Problem, Table, text
from facturamos.tables.values import Cell

INSERTED = (
    *("id", "username", "email", "first_name", "last_name", "customer_id", "distributor_id"),
    *("password", "is_active", "is_staff", "is_superuser", "date_joined", "last_login"),
)
CHANGED = ("email", "first_name", "last_name")


def read_username(cell: Cell) -> str:
    """A user name as Django takes it."""
    name = User.normalize_username(text(150)(cell))
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError:
        raise ValueError(f"«{name}» solo puede llevar letras, números y @ . + - _") from None
    return name


def read_email(cell: Cell) -> str:
    """An address, its domain in lower case."""
    address = User.objects.normalize_email(text(254)(cell))
    try:
        validate_email(address)
    except ValidationError:
        raise ValueError(f"«{address[:60]}» no es un correo") from None
    return address


@dataclass(slots=True)
class UsersPlan(Plan):
    """With the rows it would write, each with what it said before."""

    added: list[User] = field(default_factory=list)
    edited: list[tuple[User, dict[str, str]]] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    """What the lines may speak of: users by their name in lower case, companies, distributors."""

    users: dict[str, User]
    customers: dict[str, int]
    distributors: dict[str, int]


def examine(table: Table) -> Plan:
    """What the table would bring; the users it speaks of are held."""
    known = _known(table.lines)
    plan = UsersPlan()
    named = [(line.number, line.values.get("username", "").lower()) for line in table.lines]
    plan.problems += repeated([pair for pair in named if pair[1]], "El usuario")
    for line in table.lines:
        found = list(_problems(line, known))
        plan.problems += found
        if "username" in line.values and not found:
            _compare(plan, line, known)
    plan.write = lambda by: _write(plan, by)
    return plan


def _known(lines: Sequence[Line]) -> _Known:
    names = sorted({line.values.get("username", "").lower() for line in lines})
    rfcs = sorted({line.values["rfc"] for line in lines if "rfc" in line.values})
    users = User.objects.annotate(lower=Lower("username"))
    return _Known(
        users={user.username.lower(): user for user in held(users, "lower", names)},
        customers={each.rfc: each.pk for each in fetched(Customer.objects.all(), "rfc", rfcs)},
        distributors={name: each.pk for name, each in distributors_by_name().items()},
    )


def _problems(line: Line, known: _Known) -> Iterator[Problem]:
    values = line.values
    if ("rfc" in values) == ("distributor" in values):
        text = "Escriba el RFC de su cliente o el nombre de su distribuidor: uno de los dos."
        yield Problem(line.number, text)
    if "rfc" in values and values["rfc"] not in known.customers:
        text = f"No hay un cliente con el RFC «{values['rfc']}». Cargue primero a los clientes."
        yield Problem(line.number, text)
    if "distributor" in values and values["distributor"].casefold() not in known.distributors:
        yield unknown_distributor(line)
    user = known.users.get(values.get("username", "").lower())
    if user is not None and (why := _untouchable(user, values, known)):
        yield Problem(line.number, f"El usuario «{values['username']}» {why}.")


def _untouchable(user: User, values: dict[str, Any], known: _Known) -> str:
    """Why a table may not say this of a user that is there; empty when it may."""
    if user.is_staff or user.is_superuser:
        return "es del personal, que no se cambia desde una tabla"
    if user.username != values["username"]:
        return f"ya existe como «{user.username}»; escríbalo igual"
    if _company(values, known) != (user.customer_id, user.distributor_id):
        return "ya es de otro cliente o distribuidor; use otro nombre de usuario"
    if user.email != values.get("email", user.email) and not is_new(user):
        return "ya eligió su contraseña; su correo se cambia en su página"
    return ""


def is_new(user: User) -> bool:
    """Whether nobody has used this sign-in yet."""
    return user.last_login is None and not user.has_usable_password()


def _company(values: dict[str, Any], known: _Known) -> tuple[int | None, int | None]:
    return (
        known.customers.get(values.get("rfc", "")),
        known.distributors.get(values.get("distributor", "").casefold()),
    )


def _compare(plan: UsersPlan, line: Line, known: _Known) -> None:
    wanted = {name: line.values[name] for name in CHANGED if name in line.values}
    user = known.users.get(line.values["username"].lower())
    if user is None:
        customer, distributor = _company(line.values, known)
        plan.new += 1
        plan.added.append(
            User(
                username=line.values["username"],
                customer_id=customer,
                distributor_id=distributor,
                **wanted,
            )
        )
        return
    before = {name: getattr(user, name) for name in wanted}
    if before == wanted:
        plan.same += 1
        return
    for name, value in wanted.items():
        setattr(user, name, value)
    plan.changed += 1
    plan.edited.append((user, before))


def _write(plan: UsersPlan, by: User) -> None:
    now = timezone.now()
    for user, pk in zip(plan.added, next_ids(User, len(plan.added)), strict=True):
        user.pk, user.date_joined, user.password = pk, now, make_password(None)
    insert_rows(User, INSERTED, [[getattr(each, name) for name in INSERTED] for each in plan.added])
    update_rows(
        User,
        CHANGED,
        [[user.pk, *(getattr(user, name) for name in CHANGED)] for user, _ in plan.edited],
    )
    audit.record_all("user.loaded", by=by, events=_events(plan))


def _events(plan: UsersPlan) -> Iterator[tuple[Target, dict[str, Any]]]:
    for user, before in [*((user, {}) for user in plan.added), *plan.edited]:
        after = {name: getattr(user, name) for name in CHANGED}
        yield Target.of(user), {"before": before, "after": after}


USERS = Kind(
    key="users",
    label="Usuarios",
    columns=(
        Column("username", "Usuario", "ferreteria.norte", read_username, required=True),
        Column(
            "email",
            "Correo",
            "compras@example.com",
            read_email,
            also=("Correo electrónico", "Email", "E-mail"),
            required=True,
        ),
        Column("rfc", "RFC", "FDE150803AB1", read_rfc, also=("RFC del cliente",)),
        Column("distributor", "Distribuidor", "", text(120)),
        Column("first_name", "Nombre", "Ana", text(150), also=("Nombres",)),
        Column("last_name", "Apellidos", "Pérez", text(150), also=("Apellido",)),
    ),
    examine=examine,
    help="Cada persona se reconoce por su usuario y es de un cliente (RFC) o de un distribuidor. "
    "Nadie recibe contraseña: después se le envía la bienvenida.",
)
