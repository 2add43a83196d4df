"""A hundred at once, against the real server: one constancia, one payment, and nobody sees a 5xx.

The same hundred against the portal with its lock taken away (`tests/unlocked.py`) show the race.
"""

import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from threading import Barrier
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import pytest

from tests.codes import code
from tests.live import Portal, played, running_portal

pytestmark = pytest.mark.slow

AT_ONCE = 100
JUAREZ = ZoneInfo("America/Ciudad_Juarez")


class Person:
    """A browser without a face: keeps its cookies, says where it was led."""

    def __init__(self, portal: Portal, cookies: dict[str, str] | None = None) -> None:
        self.host = urlsplit(portal.url).netloc
        self.cookies = dict(cookies or {})

    def ask(self, method: str, path: str, **fields) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if method == "POST":
            body = urlencode(fields | {"csrfmiddlewaretoken": self.cookies["csrftoken"]}, True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection(self.host, timeout=60)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        page = response.read().decode("utf-8", "replace")
        for header in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        connection.close()
        return response.status, response.headers.get("Location", ""), page

    def sign_in(self, username: str) -> "Person":
        self.ask("GET", "/ingresar/")
        told = self.ask("POST", "/ingresar/", login=username, password="facturamos-demo")
        for _ in range(2):  # the first code may have grown old on its way
            if told[1] == "/ingresar/codigo/" or told[0] == 200:
                told = self.ask("POST", "/ingresar/codigo/", code=code())
        assert told[0] == 302, told[2]
        return self


def hidden(page: str, name: str) -> list[str]:
    """The values of a form's hidden fields of that name."""
    return re.findall(rf'type="hidden" name="{name}" value="([^"]*)"', page)


def customer_about_to_accept(portal: Portal) -> tuple[Person, dict]:
    """A customer on the confirmation page, and what pressing "Aceptar" sends."""
    person = Person(portal).sign_in("cliente2")
    _, _, page = person.ask("GET", "/privacidad/")
    person.ask("POST", "/privacidad/", notice=hidden(page, "notice")[0], accept="on")
    _, _, page = person.ask("GET", "/renovacion/")
    lines = re.findall(r'name="lines" value="(\d+)"', page)
    _, address, _ = person.ask("POST", "/renovacion/", lines=sorted(set(lines)), generate="1")
    _, _, page = person.ask("GET", address)
    fields = {name: hidden(page, name) for name in ("quote", "lines", "total")}
    return person, fields | {"accept": "1"}


def all_at_once(person: Person, portal: Portal, path: str, fields: dict) -> list:
    """The same post from many threads that wait for one another before they send it."""
    barrier = Barrier(AT_ONCE)

    def press(_) -> tuple[int, str, str]:
        own = Person(portal, person.cookies)
        barrier.wait()
        return own.ask("POST", path, **fields)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(press, range(AT_ONCE)))


def references(person: Person) -> set[str]:
    """Every constancia in the customer's history."""
    return set(re.findall(r"/constancias/(\d{7})/", person.ask("GET", "/constancias/")[2]))


def test_a_hundred_at_once_make_one_constancia_and_one_payment(tmp_path, ready):
    with running_portal(tmp_path, ready) as portal:
        person, fields = customer_about_to_accept(portal)
        answers = all_at_once(person, portal, "/renovacion/confirmar/", fields)
        assert Counter(status for status, _, _ in answers) == {302: AT_ONCE}
        (reference,) = references(person)
        assert {leads_to for _, leads_to, _ in answers} == {f"/constancias/{reference}/"}

        cxc = Person(portal).sign_in("cxc")
        page = cxc.ask("GET", "/admin/payments/constancia/")[2]
        key = re.search(r'name="_selected_action" value="(\d+)"', page)[1]
        path = f"/admin/payments/constancia/confirmar-pago/?c={key}"
        page = cxc.ask("GET", path)[2]
        sent = dict(re.findall(r'name="(c\d+-\w+)" value="([^"]*)"', page))
        sent[f"c{key}-paid_on"] = str(datetime.now(JUAREZ).date())
        answers = all_at_once(cxc, portal, path, sent)
        assert Counter(status for status, _, _ in answers) == {302: AT_ONCE}
        page = cxc.ask("GET", "/admin/payments/payment/")[2]
        assert "1 pago" in page
        assert person.ask("GET", "/panel/")[1] == "/aviso-4.0/"


def test_without_the_lock_the_race_is_there(tmp_path, ready):
    with running_portal(tmp_path, ready, application="tests.unlocked") as portal:
        person, fields = customer_about_to_accept(portal)
        answers = all_at_once(person, portal, "/renovacion/confirmar/", fields)
        statuses = Counter(status for status, _, _ in answers)
        assert statuses[500] or len(references(person)) > 1, statuses


def test_paying_cancelling_expiring_and_issuing_at_once_break_no_promise(tmp_path, ready):
    assert played(tmp_path, ready, "tests.payments.rounds", "12") == ["12 rounds"]


def test_without_row_locks_they_do_where_only_rows_are_locked(tmp_path, ready):
    told = played(tmp_path, ready, "tests.payments.rounds", "12", "unlocked")
    if "postgres" in os.environ.get("DATABASE_URL", ""):
        assert len(told) > 1
    else:
        assert told == ["12 rounds"], "SQLite lets one writer in at a time, lock or no lock"
