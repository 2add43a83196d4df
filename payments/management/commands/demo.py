from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import Customer, Distributor, PrivacyNotice, User
from accounts.services import publish_notice
from payments.bank_accounts import (
    account_in_force,
    approve_bank_account,
    propose_bank_account,
)
from payments.clabe import check_digit
from payments.groups import CONSULTA, CXC, VENTAS
from payments.models import BankAccount
from renewals.models import Product, Quote
from renewals.services import OfferedLine, offer_quote

PASSWORD = "facturamos-demo"  # noqa: S105 (known to everyone; the command refuses in production)
# For the telephone of the demo's staff, or `manage.py demo_code`; as well known as the password.
TOTP_SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105
TEXTS = Path(settings.BASE_DIR) / "accounts/texts"
# Plaza 000 does not exist, so no bank would take a deposit to this CLABE.
FICTITIOUS = "012" + "000" + "0" + "1234567890"

# The customer's manual, step 3 and step 5: (code, description, quantity, price, required).
LINES = {
    "cliente": [
        ("SP0801", "Actualizacion 3.3 NIVEL 1", 1, "900.00", True),
        ("SP0100", "Emisor", 1, "0.00", False),
        ("SP0300", "Diseños especiales de factura", 2, "1800.00", False),
    ],
    "cliente2": [
        ("SP0800", "Actualizacion 3.3 NIVEL A.", 1, "575.00", True),
        ("105077", "Anualidad NIVEL 1.", 1, "550.00", False),
    ],
}
# By code: what the product includes and, where a quote demands it, why.
UPDATE = (
    "La actualización de su panel de facturación para emitir facturas en la versión 4.0.",
    "Sin ella no podemos activarle la versión 4.0.",
)
EXPLAINED = {
    "SP0801": UPDATE,
    "SP0800": UPDATE,
    "SP0100": (
        "El RFC con el que emite sus facturas. No tiene costo, y sin él no podría emitirlas.",
        "",
    ),
    "SP0300": ("Diseños hechos para sus facturas; el precio es por cada diseño.", ""),
    "105077": ("Un año de uso de su panel de facturación, donde emite sus facturas.", ""),
}
CUSTOMERS = {
    "cliente": ("FDE150803AB1", "Ferretería Demostración del Norte", 419),
    "cliente2": ("PEDA800101AB3", "Ana Pérez Demostración", 87),
}

COLLEAGUES = [("cxc", CXC), ("ventas", VENTAS), ("consulta", CONSULTA)]


class Command(BaseCommand):
    help = (
        "Loads the demo data: two customers with their quotes, their distributor, a person of each "
        "group and an administrator. Again and again without doubling; refuses outside development."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing; leave the rest as the visitor left it."""
        if settings.PRODUCTION:
            raise CommandError(
                "The demo data have a password everyone knows, so they are refused in production. "
                "Set ENVIRONMENT=development to load them."
            )
        _notice()
        distributor, _ = Distributor.objects.get_or_create(
            name="Distribuidora Demostración",
            defaults={
                "contact_name": "Luis Ejemplo",
                "email": "distribuidor@example.com",
                "phone": "656-555-0100",
            },
        )
        for username in LINES:
            _customer(username, distributor)
        _user("distribuidor", distributor=distributor)
        cxc, *_ = (_colleague(*each) for each in COLLEAGUES)
        _bank_account(proposed_by=cxc, approved_by=_staff("admin", is_superuser=True))
        self.stdout.write(
            "Demo data ready: cliente, cliente2, distribuidor, cxc, ventas, consulta, admin; "
            f"password {PASSWORD}; `manage.py demo_code` gives the code that the last four need."
        )


def _notice() -> None:
    if PrivacyNotice.objects.exists():
        return
    notice = PrivacyNotice.objects.create(
        version="2026-1",
        simplified_text=(TEXTS / "privacy_notice_simplified.txt").read_text("utf-8"),
        integral_text=(TEXTS / "privacy_notice_integral.txt").read_text("utf-8"),
    )
    publish_notice(notice=notice, by=None)


def _bank_account(*, proposed_by: User, approved_by: User) -> None:
    if account_in_force():
        return
    account = BankAccount(
        beneficiary="Sistemas Perseo S.A. de C.V.",
        bank_name="BBVA (cuenta ficticia de demostración: no deposite)",
        account_number=FICTITIOUS[7:17],
        clabe=f"{FICTITIOUS}{check_digit(FICTITIOUS)}",
    )
    propose_bank_account(account=account, by=proposed_by)
    approve_bank_account(account=account, by=approved_by)


def _customer(username: str, distributor: Distributor) -> None:
    rfc, legal_name, stamps = CUSTOMERS[username]
    customer, _ = Customer.objects.get_or_create(
        rfc=rfc,
        defaults={
            "legal_name": legal_name,
            "distributor": distributor,
            "stamps_available": stamps,
        },
    )
    _user(username, customer=customer)
    valid_until = timezone.localdate() + timedelta(days=60)
    open_again = Quote.objects.filter(customer=customer, status=Quote.Status.OPEN)
    if open_again.update(valid_until=valid_until) or Quote.objects.filter(customer=customer):
        return
    lines = [
        OfferedLine(
            product=_product(code, description),
            description=description,
            quantity=quantity,
            unit_price=Decimal(price),
            is_required=required,
        )
        for code, description, quantity, price, required in LINES[username]
    ]
    offer_quote(customer=customer, lines=lines, valid_until=valid_until, by=None)


def _product(code: str, name: str) -> Product:
    includes, why_required = EXPLAINED[code]
    return Product.objects.get_or_create(
        code=code,
        defaults={"name": name, "includes": includes, "why_required": why_required},
    )[0]


def _colleague(username: str, group: str) -> User:
    person = _staff(username, is_superuser=False)
    person.groups.add(Group.objects.get(name=group))
    return person


def _staff(username: str, *, is_superuser: bool) -> User:
    user = _user(username, is_staff=True, is_superuser=is_superuser)
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, TOTP_SECRET)
    return user


def _user(username: str, **fields: Any) -> User:
    user, created = User.objects.get_or_create(
        username=username, defaults={"email": f"{username}@example.com", **fields}
    )
    if created:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return user
