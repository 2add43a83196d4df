"""Signs in a customer and a person of the staff; prints NAME=PATH=COOKIE for each."""

import time

import django

django.setup()

from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.services import accept_notice, notice_in_force  # noqa: E402


def session_of(username: str) -> str:
    """The key of a session in which the person gave password and code just now."""
    person = User.objects.get(username=username)
    client = Client()
    client.force_login(person)
    session = client.session
    session["account_authentication_methods_user"] = str(person.pk)
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time()},
        {"method": "mfa", "at": time.time(), "type": "totp"},
    ]
    session.save()
    return str(session.session_key)


customer = User.objects.get(username="cliente2")
notice = notice_in_force()
assert notice is not None  # noqa: S101 (the demo data have one)
accept_notice(user=customer, notice_id=notice.pk)
print(f"panel=/panel/=__Host-sessionid={session_of('cliente2')}")
print(f"admin=/admin/=__Host-sessionid={session_of('admin')}")
