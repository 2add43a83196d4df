"""Products from a table, one a line, known by their code."""

from dataclasses import dataclass, field

from accounts import audit
from accounts.audit import Target
from accounts.loading import Kind, Plan, held, repeated
from accounts.models import User
from facturamos.bulk import insert_rows, next_ids, update_rows
from facturamos.tables.layout import Column, Table, text
from renewals.models import Product

# What a table may say of a product, besides its code.
SAYS = ("name", "includes", "why_required")
Changes = dict[str, dict[str, str]]


@dataclass(slots=True)
class ProductsPlan(Plan):
    """With the rows it would write, each with what changes in it, before and after."""

    added: list[tuple[Product, Changes]] = field(default_factory=list)
    edited: list[tuple[Product, Changes]] = field(default_factory=list)


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
        code = line.values["code"]
        product = there.get(code) or Product(code=code)
        changes = _rewrite(product, line.values)
        if code not in there:
            plan.new += 1
            plan.added.append((product, changes))
        elif changes["after"]:
            plan.changed += 1
            plan.edited.append((product, changes))
        else:
            plan.same += 1
    plan.write = lambda by: _write(plan, by)
    return plan


def _rewrite(product: Product, says: dict[str, str]) -> Changes:
    """Write what a line says into the product; what changed by it."""
    after = {
        name: says[name] for name in SAYS if name in says and says[name] != getattr(product, name)
    }
    before = {name: getattr(product, name) for name in after}
    for name, said in after.items():
        setattr(product, name, said)
    return {"before": before, "after": after}


def _write(plan: ProductsPlan, by: User) -> None:
    for (product, _), pk in zip(plan.added, next_ids(Product, len(plan.added)), strict=True):
        product.pk = pk
    insert_rows(
        Product,
        ("id", "code", *SAYS),
        [(product.pk, product.code, *_said(product)) for product, _ in plan.added],
    )
    update_rows(Product, SAYS, [(product.pk, *_said(product)) for product, _ in plan.edited])
    audit.record_all(
        "product.loaded",
        by=by,
        events=[
            (Target.of(product), {**changes}) for product, changes in [*plan.added, *plan.edited]
        ],
    )


def _said(product: Product) -> tuple[str, ...]:
    return tuple(getattr(product, name) for name in SAYS)


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
        Column(
            "includes",
            "Qué incluye",
            "La actualización de su panel para emitir facturas en la versión 4.0.",
            text(300),
            also=("Incluye",),
        ),
        Column(
            "why_required",
            "Por qué es necesario",
            "Sin ella no podemos activar la versión 4.0 en su panel.",
            text(300),
        ),
    ),
    examine=examine,
    help="Cada producto se reconoce por su código. El precio va en cada cotización.",
)
