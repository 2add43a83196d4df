"""Products from a table, one a line, known by their code."""

from dataclasses import dataclass, field

from accounts import audit
from accounts.audit import Target
from accounts.loading import Kind, Plan, held, repeated
from accounts.models import User
from facturamos.bulk import insert_rows, next_ids, update_rows
from facturamos.tables.layout import Column, Table, text
from renewals.models import Product


@dataclass(slots=True)
class ProductsPlan(Plan):
    """With the rows it would write, each with the name it had."""

    added: list[Product] = field(default_factory=list)
    edited: list[tuple[Product, str]] = field(default_factory=list)


def examine(table: Table) -> Plan:
    """What the table of products would bring, each known by its code."""
    lines = [line for line in table.lines if "code" in line.values]
    there = {
        product.code: product
        for product in held(
            Product.objects.all(), "code", sorted({line.values["code"] for line in lines})
        )
    }
    plan = ProductsPlan()
    plan.problems += repeated([(line.number, line.values["code"]) for line in lines], "El código")
    for line in lines:
        code, name = line.values["code"], line.values.get("name", "")
        product = there.get(code)
        if product is None:
            plan.new += 1
            plan.added.append(Product(code=code, name=name))
        elif product.name == name:
            plan.same += 1
        else:
            plan.changed += 1
            plan.edited.append((product, product.name))
            product.name = name
    plan.write = lambda by: _write(plan, by)
    return plan


def _write(plan: ProductsPlan, by: User) -> None:
    for product, pk in zip(plan.added, next_ids(Product, len(plan.added)), strict=True):
        product.pk = pk
    insert_rows(
        Product, ("id", "code", "name"), [(each.pk, each.code, each.name) for each in plan.added]
    )
    update_rows(Product, ["name"], [(product.pk, product.name) for product, _ in plan.edited])
    audit.record_all(
        "product.loaded",
        by=by,
        events=[
            (Target.of(product), {"before": {"name": before}, "after": {"name": product.name}})
            for product, before in [*((product, "") for product in plan.added), *plan.edited]
        ],
    )


PRODUCTS = Kind(
    key="products",
    label="Productos",
    columns=(
        Column("code", "Código", "SP0800", text(20), also=("Clave",), required=True),
        Column(
            "name",
            "Descripción",
            "Actualizacion 3.3 NIVEL A.",
            text(200),
            also=("Nombre", "Producto"),
            required=True,
        ),
    ),
    examine=examine,
    help="Cada producto se reconoce por su código. El precio va en cada cotización.",
)
