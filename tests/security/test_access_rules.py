"""Who may do what (checklist Z)."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from accounts.models import AuditEvent, PrivacyConsent, PrivacyNotice, User
from accounts.request_info import RequestInfo, current
from accounts.services import accept_notice
from payments.bank_accounts import BankAccountError, approve_bank_account, propose_bank_account
from payments.models import BankAccount, Constancia, PaymentProof
from payments.models.constancia import new_token
from tests import factories
from tests.payments.proof_samples import read


def routes(patterns=None, prefix=""):
    """Every route of the portal outside the admin."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith("admin/"):
            continue
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def pick(quote, **more) -> dict:
    """What the confirmation page sends for all the lines."""
    lines = [str(pk) for pk in quote.lines.values_list("pk", flat=True)]
    return {"quote": str(quote.public_id), "lines": lines, "accept": "1", **more}


def test_Z3_no_address_for_strangers_has_a_number_to_count_up():
    numbered = [route for route in routes() if "<int:" in route or "(?P<pk>" in route]
    # A person's own keys, of which allauth gives nobody another's.
    assert [route for route in numbered if not route.startswith("cuenta/2fa/")] == []


def test_Z3_what_opens_without_signing_in_cannot_be_guessed(constancia, client):
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {22}  # 132 bits in base64
    assert client.get(f"/verificar/{constancia.token}/").status_code == 200
    for guess in (constancia.reference, constancia.token[:-1], constancia.pk):
        assert client.get(f"/verificar/{guess}/").status_code == 404


def test_Z1_Z3_a_reference_is_no_key_to_anothers(constancia, outsider, signed_in):
    assert signed_in(outsider).get(f"/constancias/{constancia.reference}/").status_code == 404
    assert Client().get(f"/constancias/{constancia.reference}/").status_code == 302


@pytest.mark.parametrize(
    "extra",
    [
        {"unit_price": "1.00", "total": "$1,305.00"},
        {"iva_rate": "0", "subtotal": "1.00"},
        {"status": "paid", "customer": "1", "is_staff": "1"},
        {"clabe": "012000000000000005", "bank_name": "X", "reference": "0000000"},
    ],
)
def test_Z4_what_the_form_does_not_have_is_refused(user, signed_in, extra):
    factories.make_bank_account()
    quote = factories.make_quote(user.customer)
    client = signed_in(user)
    page = client.post("/renovacion/confirmar/", pick(quote, **extra), follow=True)
    assert "no se pueden enviar desde la página" in page.content.decode()
    assert not Constancia.objects.exists()
    assert not User.objects.get(pk=user.pk).is_staff
    client.post("/renovacion/confirmar/", pick(quote))
    assert Constancia.objects.get().total == Decimal("1305.00")


def test_Z4_signing_in_and_passwords_give_no_rights(user, signed_in):
    extra = {"is_staff": "1", "is_superuser": "1", "customer": "1", "groups": "1"}
    old, new = "una frase de prueba", "otra frase muy distinta"
    data = {"oldpassword": old, "password1": new, "password2": new, **extra}
    signed_in(user).post("/contrasena/", data)
    Client().post("/ingresar/", {"login": user.username, "password": new, **extra})
    again = User.objects.get(pk=user.pk)
    assert (again.is_staff, again.is_superuser, again.customer_id) == (
        False,
        False,
        user.customer_id,
    )


class TestZ5:
    """Steps come in their order."""

    def test_Z5_nothing_before_the_notice_is_accepted(self, db, signed_in):
        factories.make_notice()
        person = factories.make_user(factories.make_customer())
        factories.make_bank_account()
        quote = factories.make_quote(person.customer)
        client = signed_in(person)
        for address in ("/panel/", "/renovacion/", "/constancias/", "/aviso-4.0/"):
            assert client.get(address).headers["Location"] == "/privacidad/"
        client.post("/renovacion/confirmar/", pick(quote))
        assert not Constancia.objects.exists()

    def test_Z5_no_proof_without_a_constancia_and_no_notice_without_a_payment(
        self, user, cxc, signed_in
    ):
        client = signed_in(user)
        assert client.post("/constancias/1234567/comprobante/", {}).status_code == 404
        constancia = factories.make_constancia(user)
        for address in ("/aviso-4.0/", "/manuales/version-4.0/"):
            assert client.get(address).status_code in (302, 404), address
        factories.pay(constancia, cxc)
        assert client.get("/aviso-4.0/").status_code == 200

    def test_Z5_what_closed_takes_nothing_more(self, constancia, cxc, user, signed_in):
        factories.pay(constancia, cxc)
        signed_in(user).post(f"/constancias/{constancia.reference}/cancelar/")
        constancia.refresh_from_db()
        assert constancia.status == Constancia.Status.PAID


class TestZ6:
    """The server does the sums."""

    def test_Z6_another_total_is_refused(self, user, signed_in):
        factories.make_bank_account()
        quote = factories.make_quote(user.customer)
        client = signed_in(user)
        client.post("/renovacion/confirmar/", pick(quote, total="$1.00"))
        assert not Constancia.objects.exists()
        client.post("/renovacion/confirmar/", pick(quote, total="$1,305.00"))
        assert Constancia.objects.get().total == Decimal("1305.00")

    def test_Z6_a_price_that_changes_later_changes_no_constancia(self, constancia):
        before = constancia.total
        line = constancia.quote.lines.first()
        product = line.product
        product.name = "Otro nombre"
        product.save()
        again = Constancia.objects.get(pk=constancia.pk)
        assert again.total == before
        assert "Otro nombre" not in [line.description for line in again.lines.all()]


class TestZ7:
    """Two people where one could take the money."""

    def test_Z7_nobody_approves_their_own_account(self, db):
        one = factories.make_user(is_staff=True, is_superuser=True)
        account = BankAccount(
            beneficiary="Sistemas Perseo S.A. de C.V.",
            bank_name="BBVA",
            account_number="0101644637",
            clabe="012164001016446374",
        )
        propose_bank_account(account=account, by=one)
        with pytest.raises(BankAccountError):
            approve_bank_account(account=account, by=one)

    def test_Z7_who_confirmed_is_written_down(self, constancia, cxc):
        factories.pay(constancia, cxc)
        event = AuditEvent.objects.get(action="payment.recorded")
        assert event.actor_id == cxc.pk
        payment = constancia.payments.get()
        assert payment.recorded_by == cxc

    def test_Z7_a_customer_confirms_nothing_not_even_their_own(self, constancia, user, signed_in):
        proof = factories.send_proof(constancia)
        address = f"/admin/payments/constancia/confirmar-pago/?c={constancia.pk}"
        client = signed_in(user)
        for method in (client.get, client.post):
            assert method(address).status_code in (302, 403, 404)
        proof.refresh_from_db()
        assert proof.state == PaymentProof.State.WAITING
        assert not constancia.payments.exists()

    def test_Z7_reading_a_proof_is_written_down(self, constancia, cxc, signed_in):
        file = factories.send_proof(constancia).files.get()
        read(signed_in(cxc).get(f"/comprobantes/{file.public_id}/"))
        event = AuditEvent.objects.get(action="proof.read")
        assert (event.actor_id, event.data["file"]) == (cxc.pk, str(file.public_id))


class TestZ9:
    """The notice."""

    def test_Z9_the_evidence_says_what_who_when_and_from_where(self, db):
        notice = factories.make_notice()
        person = factories.make_user(factories.make_customer())
        token = current.set(RequestInfo(ip="203.0.113.7", user_agent="Navegador", request_id="r"))
        try:
            accept_notice(user=person, notice_id=notice.pk)
        finally:
            current.reset(token)
        kept = PrivacyConsent.objects.get()
        assert (kept.notice_version, kept.text_sha256) == (notice.version, notice.text_sha256)
        assert (kept.ip, kept.user_agent, kept.user) == ("203.0.113.7", "Navegador", person)
        assert abs((timezone.now() - kept.decided_at).total_seconds()) < 60
        assert kept.decided_at.utcoffset().total_seconds() == 0

    def test_Z9_a_new_version_asks_again_on_every_page(self, user, signed_in):
        client = signed_in(user)
        assert client.get("/panel/").status_code == 200
        factories.make_notice("2")
        keys = {
            "str:reference": "1234567",
            "uuid:public_id": "0" * 8 + "-0000-4000-8000-" + "0" * 12,
        }
        gated = 0
        for route in routes():
            address = "/" + re.sub(r"<([^>]+)>", lambda m: keys.get(m[1], "x"), route)
            if not address.startswith(("/constancias/", "/renovacion/", "/panel/", "/manuales/")):
                continue
            assert client.get(address).headers.get("Location") == "/privacidad/", address
            gated += 1
        assert gated > 8
        assert PrivacyNotice.objects.published().first().version == "2"
