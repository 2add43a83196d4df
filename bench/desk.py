"""The admin of a company with 100,000 customers: the home and each list, beside an empty page.

The empty page is the home of somebody of the staff who may see nothing: the door, the session and
the admin's frame. Seconds are of the clock, for most of them pass in the database.
"""

import statistics
import time

from django.conf import settings
from django.contrib import admin
from django.core.cache import caches
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import Customer, User
from bench.measure import Call, figure, lasting, ms, title
from tests import factories
from tests.scale import fill

CUSTOMERS = 100_000
ROUNDS = 7
KEPT = {"figures": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
HOME = "/admin/"


def run() -> None:
    """Print every figure of this part."""
    taken = lasting(lambda: fill(CUSTOMERS))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    title(f"The desk with {CUSTOMERS:,} customers and {3 * CUSTOMERS:,} constancias")
    figure("seconds to write the company", taken)
    nobody = signed_in(factories.make_user(is_staff=True))
    chief = signed_in(factories.make_user(is_staff=True, is_superuser=True))
    with override_settings(CACHES=settings.CACHES | KEPT):
        measure_home(nobody, chief)
    measure_lists(nobody, chief)


def signed_in(person: User) -> Client:
    """A browser's stand-in that came through the door with both factors."""
    client = Client()
    client.force_login(person)
    session = client.session
    session["account_authentication_methods_user"] = str(person.pk)
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time()},
        {"method": "mfa", "at": time.time(), "type": "totp"},
    ]
    session.save()
    return client


def measure_home(nobody: Client, chief: Client) -> None:
    """As it is for ten minutes, and for whoever comes first and has the charts counted."""

    def anew() -> object:
        caches["figures"].clear()
        return chief.get(HOME)

    empty, warm, first = in_turns(lambda: nobody.get(HOME), lambda: chief.get(HOME), anew)
    figure("the home ÷ an empty page", warm / empty, f"{ms(warm)} ÷ {ms(empty)}")
    figure("the home, in milliseconds", warm * 1000, most=300)
    figure("the home with the charts counted ÷ an empty page", first / empty, ms(first))


def measure_lists(nobody: Client, chief: Client) -> None:
    """The first page of each list, and what a search for a customer's name takes in it."""
    name = Customer.objects.order_by("pk")[CUSTOMERS // 2].legal_name
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        empty, page, search = in_turns(
            lambda: nobody.get(HOME),
            lambda address=address: chief.get(address),  # type: ignore[misc]
            lambda address=address: chief.get(address, {"q": name}),  # type: ignore[misc]
        )
        note = f"{ms(page)} ÷ {ms(empty)}; searched: {search / empty:.2f}, {ms(search)}"
        figure(f"{model._meta.verbose_name_plural} ÷ an empty page", page / empty, note)


def in_turns(*calls: Call) -> list[float]:
    """The median seconds on the clock of each, taken in turns after one round to warm up."""
    for call in calls:
        call()
    rounds = [[lasting(call) for call in calls] for _ in range(ROUNDS)]
    return [statistics.median(seconds) for seconds in zip(*rounds, strict=True)]
