"""What is written down (L)."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services import send_welcome
from accounts.tokens import welcome_tokens
from facturamos import logs
from facturamos.mail import send_due
from facturamos.models import OutboxMessage
from payments import views
from payments.models import Constancia
from tests import factories
from tests.payments import proof_samples as samples
from tests.security.test_limits import pick

PASSWORD = "una frase de prueba"


class Road:
    """Everything a customer and CxC do, remembering each secret that was on the way."""

    def __init__(self, user, cxc, signed_in, commits) -> None:
        self.user, self.cxc = user, cxc
        self.signed_in, self.commits = signed_in, commits
        self.secrets: set[str] = {PASSWORD, "contraseña-equivocada", user.customer.rfc}

    def walk(self, monkeypatch) -> None:
        with self.commits(execute=True):
            self.sign_in()
            self.forget_the_password()
            self.welcome()
            reference = self.pay()
            self.stumble(monkeypatch)
            self.confirm(reference)
            send_due()

    def sign_in(self) -> None:
        self.client = Client()
        for password in ("contraseña-equivocada", PASSWORD):
            data = {"login": self.user.username, "password": password}
            self.client.post("/ingresar/", data)
        self.secrets |= {
            str(self.client.session.session_key),
            self.client.cookies["csrftoken"].value,
        }

    def forget_the_password(self) -> None:
        Client().post("/contrasena/olvidada/", {"email": self.user.email})
        text = OutboxMessage.objects.latest("pk").text
        path = re.search(r"/contrasena/nueva/(\S+?)/\s", text)
        assert path
        self.secrets |= {path[1], path[1].partition("-")[2]}
        Client().get(f"/contrasena/nueva/{path[1]}/")
        Client().get(f"/contrasena/nueva/{path[1]}")  # as a mail program may cut it

    def welcome(self) -> None:
        newcomer = factories.make_user(self.user.customer, password=None)
        send_welcome(user=newcomer, by=self.cxc)
        token = welcome_tokens.make_token(newcomer)
        self.secrets |= {token}
        Client().get(f"/contrasena/bienvenida/MQ/{token}/")

    def pay(self) -> str:
        account = factories.make_bank_account()
        self.secrets |= {account.clabe, account.account_number}
        quote = factories.make_quote(self.user.customer)
        self.client.post("/renovacion/confirmar/", pick(quote))
        constancia = Constancia.objects.get()
        self.secrets |= {constancia.token}
        Client().get(f"/verificar/{constancia.token}/")
        Client().post(f"/verificar/{constancia.token}/", {}, headers={"Referer": "x"})
        fields = {"paid_on": str(timezone.localdate()), "tracking_key": "MBAN01002611220012345678"}
        self.secrets |= {fields["tracking_key"]}
        for name, content in (("r.pdf", samples.HTML), ("r.png", samples.image("PNG"))):
            data = fields | {"file": samples.sent(name, content)}
            self.client.post(f"/constancias/{constancia.reference}/comprobante/", data)
        return str(constancia.reference)

    def confirm(self, reference: str) -> None:
        desk = self.signed_in(self.cxc)
        self.secrets |= {str(desk.session.session_key)}
        constancia = Constancia.objects.get(reference=reference)
        name = f"c{constancia.pk}-"
        desk.post(
            f"/admin/payments/constancia/confirmar-pago/?c={constancia.pk}",
            {
                name + "amount": "1,305.00",
                name + "paid_on": str(timezone.localdate()),
                name + "seen_paid": "0.00",
            },
        )
        rfc = self.user.customer.rfc
        desk.get("/admin/accounts/customer/", {"q": rfc})
        desk.get("/admin/payments/constancia/exportar/", {"formato": "csv", "q": rfc})

    def stumble(self, monkeypatch) -> None:
        secret = f"{self.user.customer.rfc} 012164001016446374"
        monkeypatch.setattr(views, "pending_of", lambda customer: int(secret))
        broken = self.signed_in(self.user)
        broken.raise_request_exception = False
        assert broken.get("/panel/").status_code == 500
        other = factories.make_constancia(factories.make_consenting_user())
        broken.get(f"/constancias/{other.reference}/")


@pytest.fixture
def lines(user, cxc, signed_in, log, monkeypatch, settings, django_capture_on_commit_callbacks):
    """What the whole road wrote, as text and as the events; and the secrets on the way."""
    settings.EMAIL_BACKEND = "facturamos.mail.OutboxBackend"
    road = Road(user, cxc, signed_in, django_capture_on_commit_callbacks)
    road.walk(monkeypatch)
    return log(), [json.loads(line) for line in log().splitlines()], road.secrets


def test_L1_what_happened_is_told_with_when_who_where_and_which_request(lines, user, cxc):
    _, events, _ = lines
    told = {(event["event"], event.get("action"), event.get("code")) for event in events}
    for action in (
        "user.signed_in",
        "user.wrong_password",
        "password_reset.asked",
        "constancia.issued",
        "proof.sent",
        "payment.recorded",
        "list.exported",
    ):
        assert ("audit", action, None) in told, action
    for code in (200, 302, 404):
        assert ("request_finished", None, code) in told
    assert any("was refused" in event["event"] for event in events)  # the proof that was none
    failed = next(event for event in events if event["event"] == "request_failed")
    assert "Traceback" in failed["exception"]
    for event in events:
        assert event["timestamp"].endswith("Z")
        assert event["level"] in ("info", "warning", "error")
    requests = [event for event in events if event["event"] == "request_finished"]
    assert {event["user_id"] for event in requests} >= {None, user.pk, cxc.pk}
    assert {event["ip"] for event in requests} == {"127.0.0.1"}
    assert len({event["request_id"] for event in requests}) == len(requests)


def test_L1_the_audit_and_the_log_have_one_number_for_a_request(lines):
    _, events, _ = lines
    logged = {event["request_id"] for event in events if event["event"] == "request_finished"}
    audited = set(AuditEvent.objects.exclude(request_id="").values_list("request_id", flat=True))
    assert audited
    assert audited <= logged


def test_L2_no_secret_is_in_any_line(lines):
    text, events, secrets = lines
    assert len(events) > 20
    assert not [secret for secret in secrets if secret in text]
    for pattern in (r"\b\d{18}\b", r"\b[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}\b", "PNG", "<script"):
        assert not re.search(pattern, text), pattern


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("/verificar/abcDEF_-123/ x", "/verificar/… x"),
        ("GET /contrasena/nueva/1-set-pass/", "GET /contrasena/nueva/…"),
        ("/contrasena/bienvenida/MQ/tok.en/", "/contrasena/bienvenida/…"),
        ("Key (rfc)=(EMP010101AA1) exists", "Key (rfc)=([RFC]) exists"),
        ("ñ&a010101aa1", "[RFC]"),
        ("a 012164001016446374, b 0101644637", "a …6374, b …4637"),
        ("/constancias/1234567/", "/constancias/1234567/"),
        ("00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000000"),
    ],
)
def test_L2_what_may_not_be_read_is_taken_out_wherever_it_stands(said, left):
    for name in ("event", "exception", "request"):
        assert logs.without_secrets(None, "", {name: said})[name] == left


def test_L2_every_address_with_a_token_is_masked():
    from django.urls import get_resolver  # noqa: PLC0415

    found = []
    for pattern in get_resolver().url_patterns:
        for inner in getattr(pattern, "url_patterns", []):
            names = set(inner.pattern.regex.groupindex)
            if names & {"token", "key", "uidb36", "uidb64"}:
                start = re.split(r"[<(\[]", str(inner.pattern).removeprefix("^"))[0]
                found.append(f"/{start}S3CRET-t0ken/")
    assert len(found) >= 3
    for address in found:
        assert "S3CRET" not in logs.without_secrets(None, "", {"event": address})["event"]


def test_L1_no_name_forges_a_line(user, signed_in, log, django_capture_on_commit_callbacks):
    forged = 'x\r\n{"event": "audit", "action": "payment.recorded"}'
    Client().post("/ingresar/", {"login": forged, "password": forged})
    Client().get("/a%0d%0a{%22event%22:%22forged%22}/", headers={"User-Agent": "x\x85y"})
    for line in log().splitlines():
        event = json.loads(line)
        assert event["event"] != "forged"
        assert event.get("action") != "payment.recorded"


@pytest.mark.parametrize("as_json", [True, False])
def test_L1_an_event_is_one_line(as_json):
    import logging  # noqa: PLC0415

    record = logging.LogRecord("x", logging.INFO, "", 0, "a\r\nb\n%s", ("c\nd",), None)
    written = logs.formatter(as_json=as_json).format(record)
    assert "\n" not in written
    assert "\r" not in written


def test_L3_the_audit_and_the_ledger_are_append_only(constancia, cxc):
    factories.pay(constancia, cxc)
    from django.db import DatabaseError, connection, transaction  # noqa: PLC0415

    for table in ("accounts_auditevent", "payments_payment"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):  # noqa: S608
            with (
                pytest.raises(DatabaseError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
