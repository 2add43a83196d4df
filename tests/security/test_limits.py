"""How often one may ask (R)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.test import Client

from payments.models import Constancia
from payments.services import cancel_constancia
from tests import factories
from tests.live import running_portal


def pick(quote) -> dict:
    """What the confirmation page sends for all the lines."""
    lines = [str(pk) for pk in quote.lines.values_list("pk", flat=True)]
    return {"quote": str(quote.public_id), "lines": lines, "accept": "1"}


class TestR1:
    """Limits that no number of workers loosens, and a page that says how long to wait."""

    @pytest.mark.parametrize(
        ("action", "address", "method", "fields", "seconds"),
        [
            ("login", "/ingresar/", "post", {"login": "x", "password": "y"}, 60),
            ("reset_password", "/contrasena/olvidada/", "post", {"email": "a@example.com"}, 60),
            ("welcome", "/contrasena/bienvenida/otra/", "post", {"uid": "x"}, 3600),
            ("verify", "/verificar/x/", "get", {}, 60),
            ("pdf", "/constancias/{reference}/pdf/", "get", {}, 3600),
            ("proof", "/constancias/{reference}/comprobante/", "post", {}, 3600),
            ("claim", "/depositos/no-encontrado/", "post", {}, 3600),
        ],
    )
    def test_R1_too_often_is_a_page_that_says_how_long(
        self, user, constancia, signed_in, settings, log, action, address, method, fields, seconds
    ):
        per = settings.ACCOUNT_RATE_LIMITS[action].split(",")[-1].split("/", 1)[1]
        settings.ACCOUNT_RATE_LIMITS = {action: f"2/{per}"}
        client = Client() if action in ("login", "reset_password") else signed_in(user)
        if action == "claim":
            address = claim_address()
        path = address.format(reference=constancia.reference)
        answers = [getattr(client, method)(path, fields) for _ in range(3)]
        assert [answer.status_code == 429 for answer in answers] == [False, False, True]
        assert answers[-1].headers["Retry-After"] == str(seconds)
        page = answers[-1].content.decode()
        assert "Demasiados intentos seguidos" in page
        assert ("un minuto" if seconds == 60 else "60 minutos") in page
        assert '"event": "rate_limited"' in log()

    def test_R1_so_many_constancias_an_hour_but_pressing_again_makes_none(
        self, user, signed_in, settings
    ):
        settings.ACCOUNT_RATE_LIMITS = {"issue": "2/h/user"}
        factories.make_bank_account()
        quote = factories.make_quote(user.customer)
        client = signed_in(user)
        for _ in range(2):
            for _ in range(5):
                assert client.post("/renovacion/confirmar/", pick(quote)).status_code == 302
            cancel_constancia(constancia=Constancia.objects.standing().get(), by=user)
        refused = client.post("/renovacion/confirmar/", pick(quote))
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "3600"
        assert Constancia.objects.count() == 2

    def test_R1_the_limits_are_these(self, settings):
        assert settings.ACCOUNT_RATE_LIMITS["login_failed"] == "10/m/ip,5/300s/key"
        assert settings.ACCOUNT_RATE_LIMITS["issue"] == "20/h/user"
        assert settings.ACCOUNT_RATE_LIMITS["proof"] == "30/h/user"
        assert settings.ACCOUNT_RATE_LIMITS["pdf"] == "120/h/user"
        assert settings.ACCOUNT_RATE_LIMITS["export"] == "60/h/user"

    def test_R1_four_workers_with_four_threads_count_as_one(self, tmp_path, ready, monkeypatch):
        monkeypatch.setenv("WEB_CONCURRENCY", "4")
        at_once, allowed = 90, 30  # "verify": 30/m/ip
        with running_portal(tmp_path, ready) as portal:
            barrier = Barrier(at_once)

            def ask(_) -> int:
                barrier.wait()
                try:
                    return urlopen(f"{portal.url}/verificar/x/", timeout=60).status  # noqa: S310
                except HTTPError as refused:
                    return refused.code

            with ThreadPoolExecutor(at_once) as pool:
                told = list(pool.map(ask, range(at_once)))
        assert told.count(404) == allowed
        assert told.count(429) == at_once - allowed


def claim_address() -> str:
    from django.urls import reverse  # noqa: PLC0415

    return reverse("reconciliation:claim")
