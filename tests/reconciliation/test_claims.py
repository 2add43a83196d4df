"""Deposits that customers miss: the claim, what may be it, and the answer."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.utils import timezone

from accounts.models import AuditEvent
from facturamos.letters import examples
from facturamos.models import OutboxMessage
from payments.reverting import revert_payments
from reconciliation.claims import ClaimError, answer_claim, claim_deposit, claims_like
from reconciliation.deciding import Part, assign
from reconciliation.models import DepositClaim, Movement
from tests import factories
from tests.reconciliation.desk import HOSTILE, deposit, page_of, text_of

pytestmark = pytest.mark.slow

ADDRESS = "/depositos/reclamar/"
DESK = "/admin/reconciliation/depositclaim/"


@pytest.fixture(autouse=True)
def _account(db):
    """Where deposits arrive; and nobody has used up their claims."""
    factories.make_bank_account()
    cache.clear()


@pytest.fixture
def client(user, signed_in):
    return signed_in(user)


@pytest.fixture
def desk(cxc, signed_in):
    return signed_in(cxc)


@pytest.fixture
def send(client):
    """Sends the form as a browser does; returns the page that follows."""

    def post(**fields):
        data = {"paid_on": str(timezone.localdate()), "amount": "$1,305.00", **fields}
        return client.post(ADDRESS, data, follow=True)

    return post


def make_claim(user, amount: str = "1305.00", **fields) -> DepositClaim:
    claim, _ = claim_deposit(
        **{
            "customer": user.customer,
            "paid_on": timezone.localdate(),
            "amount": Decimal(amount),
            "tracking_key": "",
            "note": "",
            "by": user,
            **fields,
        }
    )
    return claim


def answer_of(claim) -> str:
    return f"{DESK}{claim.pk}/contestar/"


class TestClaiming:
    """`/depositos/reclamar/`."""

    def test_it_is_kept_and_listed(self, send, user):
        page = send(tracking_key=" bnet 0100-2611 ", note="Desde Banorte.")
        told = text_of(page)
        assert "Recibimos su reclamo" in told
        assert "En revisión : $1,305.00 MXN" in told
        claim = DepositClaim.objects.get()
        assert (claim.customer, claim.made_by) == (user.customer, user)
        assert (claim.amount, claim.tracking_key) == (Decimal("1305.00"), "BNET01002611")
        assert AuditEvent.objects.get(action="depositclaim.made").actor == user.username

    def test_it_says_until_when_and_shows_earlier_ones_first(self, client, send):
        page = text_of(client.get(ADDRESS))
        assert "Le contestamos en 24 horas por correo" in page
        assert "Lo que ya reclamó" not in page
        page = text_of(send())
        assert page.index("Lo que ya reclamó") < page.index("Reclamar otro depósito")
        assert page.index("Reclamar otro depósito") < page.index("Reclamar este depósito")

    def test_with_a_proof_in_review_it_says_that_none_is_needed(self, client, user):
        constancia = factories.make_constancia(user)
        needless = "si es de este depósito, no hace falta que lo reclame"
        assert needless not in text_of(client.get(ADDRESS))
        factories.make_proof(constancia)
        page = client.get(ADDRESS)
        assert needless in text_of(page)
        assert f'href="/constancias/{constancia.reference}/comprobante/"' in page.content.decode()

    def test_the_same_one_twice_is_one(self, send):
        send()
        assert "Ya teníamos este reclamo" in text_of(send(note="¿Qué pasó?"))
        send(amount="1305.01")
        assert DepositClaim.objects.count() == 2

    def test_after_its_answer_it_may_be_claimed_again(self, send, cxc):
        send()
        answer_claim(claim=DepositClaim.objects.get(), answer="No llegó.", by=cxc)
        send()
        assert DepositClaim.objects.count() == 2

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"paid_on": "2100-01-01"}, "todavía no llega"),
            ({"paid_on": "1990-01-01"}, "hace más de cinco años"),
            ({"paid_on": ""}, "Escriba la fecha del depósito"),
            ({"paid_on": "ayer"}, "Escriba la fecha como día/mes/año"),
            ({"amount": ""}, "Escriba el importe que depositó"),
            ({"amount": "0"}, "mayor que cero"),
            ({"amount": "-5"}, "Escriba un importe en pesos"),
            ({"amount": "99999999999"}, "demasiado grande"),
            ({"tracking_key": "ñ"}, "letras y números"),
            ({"note": "x" * 501}, "demasiado largo"),
        ],
    )
    def test_bad_input_is_told(self, send, fields, sentence):
        page = send(**fields)
        assert sentence in text_of(page)
        assert "Hay un problema" in text_of(page)
        assert not DepositClaim.objects.exists()

    @pytest.mark.parametrize("text", HOSTILE)
    @pytest.mark.parametrize("name", ["paid_on", "amount", "tracking_key", "note"])
    def test_no_text_breaks_it(self, send, name, text):
        assert send(**{name: text}).status_code == 200

    def test_looking_changes_nothing(self, client):
        client.get(ADDRESS, {"paid_on": "2026-01-01", "amount": "5"})
        assert not DepositClaim.objects.exists()

    def test_too_many_are_held_back(self, send, settings):
        settings.ACCOUNT_RATE_LIMITS = {"claim": "2/h/user"}
        answers = [send(amount=f"{number}.00").status_code for number in (1, 2, 3)]
        assert answers == [200, 200, 429]
        assert DepositClaim.objects.count() == 2

    def test_others_never_see_it(self, send, outsider, signed_in, cxc):
        send(note="Secreto.")
        assert "Secreto" not in signed_in(outsider).get(ADDRESS).content.decode()
        assert signed_in(cxc).get(ADDRESS).status_code == 302

    def test_who_is_not_signed_in_or_has_not_accepted_the_notice_is_led_there(self, signed_in, db):
        from django.test import Client  # noqa: PLC0415

        assert Client().get(ADDRESS).url.startswith("/ingresar/")
        factories.make_notice("otro")
        newcomer = factories.make_user(factories.make_customer())
        assert signed_in(newcomer).get(ADDRESS).url == "/privacidad/"

    def test_the_portal_leads_to_it(self, client, user):
        constancia = factories.make_constancia(user)
        for address in ("/panel/", f"/constancias/{constancia.reference}/"):
            assert f'href="{ADDRESS}"' in client.get(address).content.decode()

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_queries_do_not_grow(self, client, user, count, django_assert_num_queries):
        for number in range(count):
            make_claim(user, f"{number + 1}.00")
        with django_assert_num_queries(7):
            client.get(ADDRESS)


class TestPaidMeanwhile:
    """What the customer reads of a claim that nobody answered while its payment was confirmed."""

    PAID = "Hay un pago confirmado : $1,305.00 MXN"

    @pytest.fixture
    def constancia(self, user):
        return factories.make_constancia(user)

    def test_until_then_it_is_in_review(self, client, user, constancia):
        make_claim(user)
        page = text_of(client.get(ADDRESS))
        assert "En revisión : $1,305.00 MXN" in page
        assert "Hay un pago confirmado" not in page

    def test_confirmed_by_hand(self, client, user, constancia, cxc):
        make_claim(user)
        factories.pay(constancia, cxc)
        client.post("/aviso-4.0/")
        page = text_of(client.get(ADDRESS))
        assert self.PAID in page
        assert "En revisión" not in page
        assert f"en la constancia {constancia.printed_reference} . Si es el que reclamó" in page
        assert DepositClaim.objects.get().state == "open", "CxC still owes the answer"

    def test_taken_back_it_is_in_review_again(self, client, user, constancia, cxc):
        make_claim(user)
        factories.pay(constancia, cxc)
        revert_payments(payments=[constancia.payments.get().pk], reason="Rebotó.", by=cxc)
        assert "En revisión : $1,305.00 MXN" in text_of(client.get(ADDRESS))

    @pytest.mark.parametrize(("amount", "days"), [("1305.01", 0), ("1305.00", 6)])
    def test_another_deposit_is_still_looked_for(self, client, user, constancia, cxc, amount, days):
        make_claim(user, amount, paid_on=timezone.localdate() - timedelta(days=days))
        factories.pay(constancia, cxc)
        client.post("/aviso-4.0/")
        assert "Hay un pago confirmado" not in text_of(client.get(ADDRESS))

    def test_the_tracking_key_names_it_whatever_the_amount(self, client, user, constancia, cxc):
        day = timezone.localdate() - timedelta(days=30)
        make_claim(user, "1300.00", paid_on=day, tracking_key="FICTICIA01")
        movement = deposit(cxc, "1305.00", constancia, text="CVE RAST: FICTICIA01")
        assign(movement=movement, parts=[Part(constancia.pk, movement.amount)], by=cxc)
        client.post("/aviso-4.0/")
        assert "Hay un pago confirmado : $1,300.00 MXN" in text_of(client.get(ADDRESS))

    def test_an_answer_says_more(self, client, user, constancia, cxc):
        answer_claim(claim=make_claim(user), answer="Ya está.", by=cxc)
        factories.pay(constancia, cxc)
        client.post("/aviso-4.0/")
        page = text_of(client.get(ADDRESS))
        assert "Contestado : $1,305.00 MXN" in page
        assert "Hay un pago confirmado" not in page

    def test_the_payment_of_another_customer_is_not_told(self, client, user, outsider, cxc):
        make_claim(user)
        factories.pay(factories.make_constancia(outsider), cxc)
        assert "Hay un pago confirmado" not in text_of(client.get(ADDRESS))


class TestDesk:
    """CxC's list and page."""

    def listed(self, desk, query=None) -> list[str]:
        page = desk.get(DESK, query or {}).content.decode()
        return re.findall(r"field-money[^>]*>([^<]+)<", page)

    def test_open_ones_oldest_first(self, desk, user, cxc):
        for amount in ("1.00", "2.00", "3.00"):
            make_claim(user, amount)
        answer_claim(claim=DepositClaim.objects.get(amount=2), answer="Ya está.", by=cxc)
        assert self.listed(desk) == ["$1.00", "$3.00"]
        assert self.listed(desk, {"state__exact": "answered"}) == ["$2.00"]
        assert len(self.listed(desk, {"state__exact": "all"})) == 3
        assert len(self.listed(desk, {"q": user.customer.rfc})) == 3

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_queries_do_not_grow(self, desk, user, count, django_assert_num_queries):
        for number in range(count):
            make_claim(user, f"{number + 1}.00")
        with django_assert_num_queries(6):
            assert len(self.listed(desk)) == count

    @pytest.mark.parametrize("text", HOSTILE)
    @pytest.mark.parametrize("name", ["q", "state__exact", "p"])
    def test_no_address_breaks_it(self, desk, user, name, text):
        assert desk.get(DESK, {name: text}).status_code in (200, 302, 400)

    @pytest.mark.parametrize(
        ("amount", "days", "text", "key"),
        [
            ("1305.00", 5, "FACTURAMOS", ""),
            ("1250.00", 1, "FACTURAMOS", ""),
            ("7.00", 40, "CVE RAST: FICTICIA01", "FICTICIA01"),
        ],
    )
    def test_deposits_that_may_be_it(self, desk, cxc, user, amount, days, text, key):
        day = timezone.localdate() - timedelta(days=50)
        claim = make_claim(user, paid_on=day, tracking_key=key)
        movement = deposit(cxc, amount, day=day + timedelta(days=days), text=text)
        page = desk.get(f"{DESK}{claim.pk}/change/").content.decode()
        assert page_of(movement) in page
        page = desk.get(page_of(movement)).content.decode()
        assert f"{DESK}{claim.pk}/change/" in page

    @pytest.mark.parametrize(("amount", "days"), [("1305.00", 6), ("1250.00", 2), ("1200.00", 0)])
    def test_deposits_that_are_not_it(self, desk, cxc, user, amount, days):
        day = timezone.localdate() - timedelta(days=50)
        claim = make_claim(user, paid_on=day, tracking_key="FICTICIA01")
        movement = deposit(cxc, amount, day=day - timedelta(days=days))
        page = desk.get(f"{DESK}{claim.pk}/change/").content.decode()
        assert page_of(movement) not in page
        assert not claims_like(movement)

    def test_a_short_key_stands_in_any_text(self, desk, cxc, user):
        day = timezone.localdate() - timedelta(days=50)
        claim = make_claim(user, paid_on=day, tracking_key="SPEI")
        movement = deposit(cxc, "7.00")
        assert page_of(movement) not in desk.get(f"{DESK}{claim.pk}/change/").content.decode()
        assert not claims_like(movement)
        movement.tracking_key = "spei"
        assert list(claims_like(movement)) == [claim]

    def test_an_applied_deposit_and_an_answered_claim_are_no_matter(self, desk, cxc, user):
        constancia = factories.make_constancia(user)
        claim = make_claim(user)
        movement = deposit(cxc, "1305.00", constancia)
        assert movement.verdict == "exact"
        assert page_of(movement) not in desk.get(f"{DESK}{claim.pk}/change/").content.decode()
        answer_claim(claim=claim, answer="Ya está.", by=cxc)
        assert not claims_like(movement)

    def test_amounts_no_claim_could_have(self, cxc, user):
        make_claim(user)
        movement = Movement(date=timezone.localdate(), amount=Decimal("999999999999.99"))
        assert not claims_like(movement)
        movement.amount = Decimal("-1305.00")
        assert not claims_like(movement)


class TestAnswering:
    """Once, with a sentence that reaches the customer."""

    @pytest.fixture
    def claim(self, user):
        return make_claim(user, tracking_key="FICTICIA01")

    def test_the_sentence_reaches_the_customer(self, desk, claim, user, client, cxc):
        text = "Lo encontramos: venía sin referencia & ya está aplicado."
        page = desk.post(answer_of(claim), {"answer": text}, follow=True)
        assert "El cliente recibirá la respuesta por correo" in text_of(page)
        claim.refresh_from_db()
        assert (claim.state, claim.answered_by, claim.answer) == ("answered", cxc, text)
        mail = OutboxMessage.objects.get(key__startswith="deposit-claim-answered")
        assert mail.to == [user.email]
        assert f"Respuesta: {text}" in mail.text
        assert "sin referencia &amp; ya" in mail.html
        for told in ("$1,305.00", "FICTICIA01", "http://127.0.0.1:8000/depositos/reclamar/"):
            assert told in mail.text
        assert "ya está aplicado" in client.get(ADDRESS).content.decode()
        event = AuditEvent.objects.get(action="depositclaim.answered")
        assert (event.actor, event.data["answer"]) == (cxc.username, text)

    def test_only_those_of_the_customer_who_can_read_get_it(self, claim, user, outsider, cxc):
        factories.make_user(user.customer, is_active=False)
        factories.make_user(user.customer, email="")
        answer_claim(claim=claim, answer="No llegó.", by=cxc)
        [mail] = OutboxMessage.objects.all()
        assert mail.to == [user.email]

    def test_that_nobody_is_written_is_told(self, desk, claim, user):
        user.email = ""
        user.save()
        page = desk.post(answer_of(claim), {"answer": "No llegó."}, follow=True)
        assert "Nadie de este cliente tiene correo en el portal" in text_of(page)
        assert "recibirá la respuesta por correo" not in text_of(page)
        assert not OutboxMessage.objects.exists()

    def test_two_people_at_once(self, desk, claim, cxc):
        other = factories.make_user(is_staff=True)
        answer_claim(claim=claim, answer="No llegó.", by=other)
        page = desk.post(answer_of(claim), {"answer": "Sí llegó."}, follow=True)
        assert f"Este reclamo ya lo había contestado {other}" in text_of(page)
        claim.refresh_from_db()
        assert claim.answer == "No llegó."
        assert OutboxMessage.objects.count() == 1
        with pytest.raises(ClaimError):
            answer_claim(claim=claim, answer="Sí llegó.", by=cxc)

    @pytest.mark.parametrize("text", ["", " ", "\x00", "x" * 100_000])
    def test_bad_words_are_told(self, desk, claim, text):
        page = desk.post(answer_of(claim), {"answer": text})
        assert page.status_code == 200
        assert "errorlist" in page.content.decode()
        claim.refresh_from_db()
        assert claim.state == "open"

    def test_looking_answers_nothing(self, desk, claim):
        assert desk.get(answer_of(claim), {"answer": "x"}).status_code == 302
        claim.refresh_from_db()
        assert claim.state == "open"

    def test_strangers_are_kept_out(self, claim, user, signed_in):
        clerk = factories.make_user(is_staff=True)
        assert signed_in(clerk).get(DESK).status_code == 403
        assert signed_in(clerk).get(f"{DESK}{claim.pk}/change/").status_code == 403
        clerk.user_permissions.add(Permission.objects.get(codename="view_depositclaim"))
        clerk = type(clerk).objects.get(pk=clerk.pk)
        page = signed_in(clerk).get(f"{DESK}{claim.pk}/change/")
        assert page.status_code == 200
        assert "Contestar al cliente" not in page.content.decode()
        assert "se le parecen" in page.content.decode()
        for person in (clerk, user):
            answer = signed_in(person).post(answer_of(claim), {"answer": "x"})
            assert answer.status_code in (302, 403)
        claim.refresh_from_db()
        assert claim.state == "open"

    def test_the_letter_is_among_the_examples(self):
        letter = examples()["deposit_claim_answered"]
        assert "Peña & D'Ángel" in letter.text
        assert "Peña &amp; D&#x27;Ángel" in letter.html
