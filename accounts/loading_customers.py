"""Customers from a table, one a line, known by their RFC."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import audit
from accounts.audit import Target
from accounts.loading import Kind, Plan, held, repeated
from accounts.models import Customer, Distributor, User, rfc_structure
from facturamos.bulk import insert_rows, next_ids, update_rows
from facturamos.tables.cells import cell_text
from facturamos.tables.layout import Column, Line, Problem, Table, text, whole
from facturamos.tables.values import Cell

INSERTED = (
    *("id", "rfc", "legal_name", "distributor_id", "cfdi_version", "stamps_available"),
    "created_at",
)
CHANGED = ("legal_name", "distributor_id", "stamps_available")
MOST_STAMPS = 2_147_483_647


def read_rfc(cell: Cell) -> str:
    """An RFC, in capitals and without the blanks and hyphens that people put into it."""
    rfc = "".join(text(40)(cell).upper().replace("-", "").split())
    try:
        rfc_structure(rfc)
    except ValidationError:
        is_right = False
    else:
        is_right = rfc.replace("Ñ", "N").isascii()
    if not is_right:
        raise ValueError(
            f"el RFC «{cell_text(cell)}» no está bien escrito; lleva 12 caracteres (empresas) o 13 "
            "(personas)"
        )
    return rfc


def distributors_by_name() -> dict[str, Distributor]:
    """Every distributor by its name, whatever the case."""
    return {each.name.casefold(): each for each in Distributor.objects.all()}


def unknown_distributor(line: Line) -> Problem:
    """That there is none of that name."""
    return Problem(
        line.number,
        f"No hay un distribuidor «{line.values['distributor']}». Dé de alta al distribuidor o "
        "corrija su nombre.",
    )


@dataclass(slots=True)
class CustomersPlan(Plan):
    """With the rows it would write, each with what it said before; distributors by their ids."""

    names: dict[int, str] = field(default_factory=dict)
    added: list[Customer] = field(default_factory=list)
    edited: list[tuple[Customer, dict[str, Any]]] = field(default_factory=list)


def examine(table: Table) -> Plan:
    """What the table would bring; the customers it speaks of are held."""
    lines = [line for line in table.lines if "rfc" in line.values]
    there = {
        customer.rfc: customer
        for customer in held(
            Customer.objects.all(), "rfc", sorted({line.values["rfc"] for line in lines})
        )
    }
    distributors = distributors_by_name()
    plan = CustomersPlan(names={each.pk: each.name for each in distributors.values()})
    plan.problems += repeated([(line.number, line.values["rfc"]) for line in lines], "El RFC")
    for line in table.lines:
        name = line.values.get("distributor")
        if name is not None and name.casefold() not in distributors:
            plan.problems.append(unknown_distributor(line))
        elif "rfc" in line.values:
            _compare(plan, there.get(line.values["rfc"]), _wanted(line, distributors))
    plan.write = lambda by: _write(plan, by)
    return plan


def _wanted(line: Line, distributors: dict[str, Distributor]) -> dict[str, Any]:
    """The columns that the line fills in; an empty cell leaves what there is."""
    wanted = dict(line.values)
    if "distributor" in wanted:
        wanted["distributor"] = distributors[wanted["distributor"].casefold()]
    return wanted


def _compare(plan: CustomersPlan, customer: Customer | None, wanted: dict[str, Any]) -> None:
    if customer is None:
        plan.new += 1
        plan.added.append(Customer(**wanted))
        return
    told = _told(customer, plan)
    for column, value in wanted.items():
        if column == "distributor":
            customer.distributor_id = value.pk
        else:
            setattr(customer, column, value)
    if _told(customer, plan) == told:
        plan.same += 1
    else:
        plan.changed += 1
        plan.edited.append((customer, told))


def _told(customer: Customer, plan: CustomersPlan) -> dict[str, Any]:
    """What the audit keeps of one."""
    return {
        "legal_name": customer.legal_name,
        "distributor": plan.names.get(customer.distributor_id or 0),
        "stamps_available": customer.stamps_available,
    }


def _write(plan: CustomersPlan, by: User) -> None:
    now = timezone.now()
    for customer, pk in zip(plan.added, next_ids(Customer, len(plan.added)), strict=True):
        customer.pk, customer.created_at = pk, now
    insert_rows(
        Customer, INSERTED, [[getattr(each, name) for name in INSERTED] for each in plan.added]
    )
    update_rows(
        Customer,
        CHANGED,
        [[each.pk, *(getattr(each, name) for name in CHANGED)] for each, _ in plan.edited],
    )
    audit.record_all("customer.loaded", by=by, events=_events(plan))


def _events(plan: CustomersPlan) -> Iterator[tuple[Target, dict[str, Any]]]:
    for customer in plan.added:
        yield Target.of(customer), {"before": {}, "after": _told(customer, plan)}
    for customer, before in plan.edited:
        yield Target.of(customer), {"before": before, "after": _told(customer, plan)}


CUSTOMERS = Kind(
    key="customers",
    label="Clientes",
    columns=(
        Column("rfc", "RFC", "FDE150803AB1", read_rfc, required=True),
        Column(
            "legal_name",
            "Nombre o razón social",
            "Ferretería Demostración del Norte",
            text(254),
            also=("Nombre", "Razón social", "Cliente"),
            required=True,
        ),
        Column("distributor", "Distribuidor", "Distribuidora Demostración", text(120)),
        Column(
            "stamps_available",
            "Timbres",
            "419",
            whole(0, MOST_STAMPS),
            also=("Timbres disponibles",),
        ),
    ),
    examine=examine,
    help="Cada cliente se reconoce por su RFC. El distribuidor debe existir.",
)
