"""Invented people, companies and quotes, made through the services where there is one."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

from django.utils import timezone

from accounts.models import Customer, Distributor, PrivacyNotice, User
from accounts.services import accept_notice, publish_notice
from payments import proofs
from payments.bank_accounts import (
    account_in_force,
    approve_bank_account,
    propose_bank_account,
)
from payments.fiscal import Receiver
from payments.invoices import request_invoice
from payments.models import (
    BankAccount,
    Constancia,
    InvoiceRequest,
    PaymentProof,
)
from payments.proof_files import check_file
from payments.recording import Deposit, record_payment
from payments.services import issue_constancia
from payments.stored_uploads import Upload
from renewals.models import Product, Quote
from renewals.services import OfferedLine, offer_quote
from tests.payments import proof_samples as samples

_number = count(1)

# (code, description, quantity, price, required), as in the customer's manual.
QUOTE_OF_THE_MANUAL = [
    ("SP0801", "Actualizacion 3.3 NIVEL 1", 1, "900.00", True),
    ("SP0100", "Emisor", 1, "0.00", False),
    ("SP0300", "Diseños especiales de factura", 2, "1800.00", False),
]
CONSTANCIA_OF_THE_MANUAL = [
    ("SP0800", "Actualizacion 3.3 NIVEL A.", 1, "575.00", True),
    ("105077", "Anualidad NIVEL 1.", 1, "550.00", False),
]


def make_customer(**fields) -> Customer:
    number = next(_number)
    return Customer.objects.create(
        **{"rfc": f"EMP{number:06}AA1", "legal_name": f"Empresa {number}", **fields}
    )


def make_distributor(**fields) -> Distributor:
    number = next(_number)
    return Distributor.objects.create(
        **{
            "name": f"Distribuidor {number}",
            "email": f"d{number}@example.com",
            "phone": "656-555-0100",
            **fields,
        }
    )


def make_user(customer: Customer | None = None, **fields) -> User:
    number = next(_number)
    return User.objects.create_user(
        **{
            "username": f"persona{number}",
            "email": f"persona{number}@example.com",
            "password": "una frase de prueba",
            "customer": customer,
            **fields,
        }
    )


def make_notice(version: str = "1") -> PrivacyNotice:
    draft = PrivacyNotice.objects.create(
        version=version, simplified_text="Aviso simplificado.", integral_text="## Todo\n\nTexto."
    )
    return publish_notice(notice=draft, by=None)


def make_consenting_user(customer: Customer | None = None) -> User:
    """A customer's user who accepted the notice in force."""
    notice = PrivacyNotice.objects.published().first() or make_notice()
    user = make_user(customer or make_customer())
    accept_notice(user=user, notice_id=notice.pk)
    return user


def make_quote(customer: Customer, lines=CONSTANCIA_OF_THE_MANUAL, days: int = 30) -> Quote:
    return offer_quote(
        customer=customer,
        lines=[
            OfferedLine(
                product=Product.objects.get_or_create(code=code, defaults={"name": name})[0],
                description=name,
                quantity=quantity,
                unit_price=Decimal(price),
                is_required=required,
            )
            for code, name, quantity, price, required in lines
        ],
        valid_until=timezone.localdate() + timedelta(days=days),
        by=None,
    )


def make_bank_account(**fields) -> BankAccount:
    """The account of the customer's manual, in force."""
    account = BankAccount(
        **{
            "beneficiary": "Sistemas Perseo S.A. de C.V.",
            "bank_name": "BBVA",
            "account_number": "0101644637",
            "clabe": "012164001016446374",
            **fields,
        }
    )
    one, two = (make_user(is_staff=True, password=None) for _ in "ab")
    propose_bank_account(account=account, by=one)
    return approve_bank_account(account=account, by=two)


def make_constancia(user: User, quote: Quote | None = None) -> Constancia:
    """All lines of the quote (the manual's constancia unless another is given)."""
    if account_in_force() is None:
        make_bank_account()
    assert user.customer
    quote = quote or make_quote(user.customer)
    return issue_constancia(
        quote=quote, picked=set(quote.lines.values_list("pk", flat=True)), seen_total=None, by=user
    )


def make_deposit(constancia: Constancia, amount: str | None = None, **fields) -> Deposit:
    return Deposit(
        **{
            "constancia_id": constancia.pk,
            "amount": Decimal(amount) if amount else constancia.total,
            "paid_on": timezone.localdate(),
            "seen_paid": Decimal("0.00"),
            **fields,
        }
    )


def make_proof(constancia: Constancia, **fields) -> PaymentProof:
    """A proof without files, in review."""
    return PaymentProof.objects.create(
        **{
            "constancia": constancia,
            "paid_on": timezone.localdate(),
            "sent_by": constancia.issued_by,
            "settled_at": constancia.paid_at,
            **fields,
        }
    )


def send_proof(
    constancia: Constancia, *contents: bytes, name: str = "recibo.png", **fields
) -> PaymentProof:
    """A proof with its files (one small picture unless others are given), through its service."""
    files = contents or (samples.image("PNG"),)
    return proofs.send_proof(
        **{
            "constancia": constancia,
            "uploads": [Upload(name, check_file(name, content)) for content in files],
            "paid_on": timezone.localdate(),
            "tracking_key": "",
            "by": constancia.issued_by,
            **fields,
        }
    )


def make_invoice_request(constancia: Constancia, **fields) -> InvoiceRequest:
    """One of a company of the general regime, not issued yet."""
    data = Receiver(
        **{
            "rfc": "FDE150803AB1",
            "name": "FERRETERIA DEMOSTRACION DEL NORTE",
            "postal_code": "32000",
            "regime": "601",
            "cfdi_use": "G03",
            **fields,
        }
    )
    return request_invoice(constancia=constancia, data=data, by=constancia.issued_by)


def pay(constancia: Constancia, by: User) -> Constancia:
    """The whole total, confirmed by a person of the staff."""
    return record_payment(deposit=make_deposit(constancia), by=by)
