"""Whatever is sent to whichever form or address: never a page that says 500."""

from itertools import chain
from urllib.parse import quote_from_bytes, urlsplit

import pytest
from django.db import connection

from tests.security.doors import table
from tests.security.forms import HOSTILE, queries, read_page, tampered, torn
from tests.security.walking import OPEN, VISITORS, addresses, ask

# An administrator has every form of the desk, but for the one that Ventas has for users.
PEOPLE = {
    "anonymous": "", "customer A": "", "distributor": "", "administrator": "",
    "Ventas": "admin:accounts_user",
}  # fmt: skip
# What SQLite may trip over; whatever else is sent comes to the same before it reaches a database.
FOR_SQLITE = ("NUL", "half a character", "huge number", "power", "year 9999", "long")
# They take long and show no form.
FILES = ("pdf", "xml", "export", "file", "csv", "download", "template", "manual")


@pytest.fixture
def pages(world, client_of):
    """Every page with its reader: (client, name, address, forms, links), each form once."""
    seen, found, doors = set(), [], table()
    places = {name: where for name, where in addresses(world).items() if not name.endswith(FILES)}
    for visitor in (each for each in VISITORS if each.name in PEOPLE):
        client = client_of(visitor)
        for name, address in places.items():
            may = visitor.should_find(doors[name], world) == OPEN
            if not (may and name.startswith(PEOPLE[visitor.name])):
                continue
            answer = ask(client, "get", address)
            if "text/html" not in answer.headers.get("Content-Type", ""):
                continue
            forms, links = read_page(address, answer.content.decode())
            fresh = [each for each in forms if _key(each) not in seen]
            seen |= {_key(each) for each in forms}
            found.append((client, name, address, fresh, links))
    return found


def _key(form) -> tuple:
    """The same for one form on many pages, and of many rows."""
    path = urlsplit(form.action).path
    return "".join(sign for sign in path if not sign.isdigit()), form.shape


# A day that somebody wrote into the address has no time zone; Django says so and goes on.
@pytest.mark.filterwarnings("ignore:DateTimeField .* received a naive datetime")
def test_whatever_is_sent_is_never_answered_with_500(pages):
    wrong = []
    for client, name, address, forms, links in pages:
        for query in queries(address, forms, links):
            text = "&".join(f"{each}={quote_from_bytes(value)}" for each, value in query.items())
            answer = ask(client, "get", f"{address}{'&' if '?' in address else '?'}{text}")
            if answer.status_code >= 500 and name != "ready":
                wrong.append(f"{name}?{text[:80]}: {answer.status_code} {_why(answer)}")
        for form in forms:
            for what, data in _sent(form):
                answer = ask(client, form.method, form.action, data)
                if answer.status_code >= 500:
                    wrong.append(f"{form.action}, {what}: {answer.status_code} {_why(answer)}")
    assert wrong == []


def _sent(form):
    if connection.vendor == "sqlite":
        return tampered(form, FOR_SQLITE)
    return chain(tampered(form, HOSTILE), torn(form))


def _why(answer) -> str:
    info = getattr(answer, "exc_info", None)
    return repr(info[1])[:200] if info else ""
