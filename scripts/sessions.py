"""Prints NAME=PATH=COOKIE for pages of the demo data, each with somebody's session.

Usage: python scripts/sessions.py NAME...
"""

import sys

import django

django.setup()

from accounts.models import Customer, User
from accounts.services import accept_notice, notice_in_force
from payments.services import issue_constancia
from renewals.services import current_quote
from tests.accounts.people import sign_in


def consenting(username: str, customer: Customer) -> User:
    """A person of the customer, made when there is none yet, who accepted the privacy notice."""
    person, _ = User.objects.get_or_create(username=username, defaults={"customer": customer})
    notice = notice_in_force()
    assert notice is not None
    accept_notice(user=person, notice_id=notice.pk)
    return person


def constancia_of(person: User) -> str:
    """Where the constancia is that the person issues of all that their quote offers."""
    assert person.customer is not None
    quote = current_quote(person.customer)
    assert quote is not None
    picked = set(quote.lines.values_list("pk", flat=True))
    issued = issue_constancia(quote=quote, picked=picked, seen_total=None, by=person)
    return f"/constancias/{issued.reference}/"


one, two = (User.objects.get(username=name).customer for name in ("cliente", "cliente2"))
assert one
assert two
# One customer's constancia stands, the other's quote waits; `cliente` never saw the notice.
colleague, renewing = consenting("colega", one), consenting("cliente2", two)
pages = {
    "notice": ("/privacidad/", User.objects.get(username="cliente")),
    "panel": ("/panel/", renewing),
    "quote": ("/renovacion/", renewing),
    "constancia": (constancia_of(colleague), colleague),
    "admin": ("/admin/", User.objects.get(username="admin")),
}
for name in sys.argv[1:]:
    path, person = pages[name]
    print(f"{name}={path}=__Host-sessionid={sign_in(person).session.session_key}")
