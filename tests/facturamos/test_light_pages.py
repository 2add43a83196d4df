"""What crosses the line: pages compressed, static files compressed and kept for good, no more."""

import gzip
import re

import pytest
from django.core.management import call_command
from django.test import Client

from tests import factories
from tests.facturamos.test_settings import PRODUCTION, load  # noqa: F401 (a fixture)
from tests.payments.proof_samples import read

AS_BROWSERS_DO = {"Accept-Encoding": "gzip, deflate, br"}
LOADED = re.compile(r"<(?:link|script|img)\b[^>]*?(?:href|src)=\"([^\"]*)\"")


@pytest.fixture
def static_files(load, settings, tmp_path):  # noqa: F811
    """The static files as production collects and serves them."""
    settings.STORAGES = load(PRODUCTION)["STORAGES"]
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("collectstatic", interactive=False, verbosity=0)


def test_a_page_leaves_compressed_for_whoever_takes_it_so(db):
    plain = Client().get("/ingresar/")
    packed = Client(headers=AS_BROWSERS_DO).get("/ingresar/")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.content) < len(plain.content) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Iniciar Sesión" in gzip.decompress(packed.content).decode()


def test_the_length_of_a_page_tells_nothing_of_what_is_in_it(client, db):
    # Django writes up to a hundred random bytes into the header, as the name of a file (BREACH).
    names = set()
    for _ in range(5):
        packed = client.get("/no-existe/", headers=AS_BROWSERS_DO).content
        assert packed[3] == 0x08
        names.add(packed[10 : packed.index(b"\0", 10)])
    assert len(names) > 1


def test_errors_and_the_desk_leave_compressed_too(cxc, signed_in):
    for address in ("/no-existe/", "/admin/"):
        answer = signed_in(cxc, headers=AS_BROWSERS_DO).get(address)
        assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.slow
def test_files_leave_as_they_are(user, signed_in):
    client = signed_in(user, headers=AS_BROWSERS_DO)
    constancia = factories.make_constancia(user)
    file = factories.send_proof(constancia).files.get()
    for address in (
        f"/constancias/{constancia.reference}/pdf/",
        f"/comprobantes/{file.public_id}/",
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
        content = read(answer) if answer.streaming else answer.content
        assert content[:4] in (b"%PDF", b"\x89PNG", b"\xff\xd8\xff\xe0")


@pytest.mark.slow
def test_static_files_are_compressed_and_asked_for_once(static_files, db):
    client = Client(headers=AS_BROWSERS_DO)
    page = client.get("/ingresar/").content
    loaded = LOADED.findall(gzip.decompress(page).decode())
    assert any(address.endswith(".css") for address in loaded)
    assert all(address.startswith("/static/") for address in loaded)  # nobody else's
    sizes = {}
    for address in loaded:
        answer = client.get(address)
        sizes[address] = len(read(answer))
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
        if address.endswith((".css", ".js")):
            assert answer.headers["Content-Encoding"] == "br"
            whole = len(read(Client().get(address)))
            assert sizes[address] < whole
    assert len(page) < 10_000
    assert len(page) + sum(sizes.values()) < 60_000


def test_who_asks_for_an_icon_at_its_old_place_gets_one(client):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] in ("image/x-icon", "image/vnd.microsoft.icon")
    assert read(answer)[:4] == b"\0\0\1\0"


class TestHead:
    """What a page says of itself."""

    @pytest.fixture
    def head(self, user, signed_in):
        """Gives the head of a page that the customer sees; signed out when they need not."""
        constancia = factories.make_constancia(user)
        factories.make_quote(user.customer)
        addresses = {
            "constancia": f"/constancias/{constancia.reference}/",
            "verify": f"/verificar/{constancia.token}/",
        }

        def of(name: str) -> str:
            client = signed_in(user) if name not in PUBLIC else Client()
            answer = client.get(addresses.get(name, name))
            assert answer.status_code == 200, name
            return answer.content.decode().partition("</head>")[0]

        return of

    def test_every_page_describes_itself_in_its_own_words(self, head):
        described = [
            re.findall(r'<meta name="description" content="([^"]+)">', head(name))
            for name in (*PUBLIC, "constancia", "/panel/", "/renovacion/", "/privacidad/")
        ]
        for texts in described:
            assert len(texts) == 1
            assert 30 <= len(texts[0]) <= 160
        assert len({texts[0] for texts in described}) == len(described)

    def test_what_a_link_opens_is_no_find_for_a_search_engine(self, head):
        noindex = '<meta name="robots" content="noindex">'
        assert noindex in head("verify")
        assert noindex not in head("/ingresar/")


PUBLIC = ("/ingresar/", "/privacidad/integral/", "/contrasena/olvidada/", "verify")
