"""A customer's page: everything that is known of them, for whom, and at what cost."""

from decimal import Decimal

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import AuditEvent
from accounts.services import accept_notice, send_welcome
from facturamos.letters import Letter
from facturamos.mail import Mail, post
from facturamos.models import OutboxMessage
from payments.groups import CONSULTA, VENTAS
from payments.plain import road_of
from payments.timeline import timeline
from renewals.models import Quote
from tests import factories
from tests.desk.staff import AROUND_A_PAGE, colleague
from tests.desk.test_search import claim_of
from tests.reconciliation.desk import apply, deposit, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cxc, signed_in):
    return signed_in(cxc)


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


def page_of(customer) -> str:
    return f"/admin/clientes/{customer.pk}/"


class TestStory:
    """What it tells."""

    def test_the_timeline_is_the_customers(self, client, user, signed_in, constancia):
        page = client.get(page_of(user.customer))
        row = type(constancia).objects.with_paid().select_related("quote").get()
        assert page.context["story"].timeline == timeline(road_of(row))
        own = signed_in(user).get(f"/constancias/{constancia.reference}/")
        for step in page.context["story"].timeline:
            assert step.expected in text_of(own)
            assert step.expected in text_of(page)

    def test_a_pending_one_comes_before_a_newer_that_is_over(self, client, user, cxc):
        pending = factories.make_constancia(user)
        factories.pay(factories.make_constancia(user), cxc)
        page = client.get(page_of(user.customer))
        assert page.context["story"].current == pending

    @pytest.mark.slow
    def test_all_of_it(self, client, cxc, user, constancia):
        factories.make_proof(constancia, tracking_key="CLAVE999")
        factories.make_invoice_request(constancia)
        claim_of(user, amount=Decimal("77.00"))
        movement = deposit(cxc, "1350.00")
        apply(
            client,
            movement,
            constancia,
            confirmed="1",
            accept_over="on",
            reason="Redondeó su depósito",
        )
        page = client.get(page_of(user.customer))
        text = text_of(page)
        for told in (
            constancia.printed_reference,
            "pagada",
            "CLAVE999",
            "con pago confirmado",
            "por emitir",
            "$77.00",
            "Saldo a favor $45.00",
            "de $1,350.00",
            "Versión 1",
            user.email,
        ):
            assert told in text, told
        content = page.content.decode()
        assert f"/admin/reconciliation/movement/{movement.pk}/change/" in content
        assert "Redondeó su depósito" in str(AuditEvent.objects.values_list("data", flat=True))

    def test_users_with_their_second_factor_and_welcome(self, client, cxc):
        customer = factories.make_customer()
        new, old = factories.make_user(customer, password=None), factories.make_user(customer)
        send_welcome(user=new, by=cxc)
        Authenticator.objects.create(user=old, type=Authenticator.Type.TOTP, data={})
        Authenticator.objects.create(user=new, type=Authenticator.Type.RECOVERY_CODES, data={})
        people = client.get(page_of(customer)).context["story"].users
        assert [(each.has_second_factor, bool(each.welcomed_at)) for each in people] == [
            (False, True),
            (True, False),
        ]

    def test_mails_by_their_subject_only(self, client, user):
        own, other = Letter("Un asunto", "Un secreto", ""), Letter("De otro", "Nada", "")
        post([Mail(own, user.email, "prueba"), Mail(other, "otro@example.com", "prueba")])
        text = text_of(client.get(page_of(user.customer)))
        assert "Un asunto" in text
        assert "por enviar" in text
        assert "Un secreto" not in text
        assert "De otro" not in text

    def test_the_audit_in_sentences(self, client, cxc, constancia):
        factories.pay(constancia, cxc)
        text = text_of(client.get(page_of(constancia.customer)))
        assert "confirmó un depósito de $1,305.00" in text

    def test_a_customer_without_anything(self, client):
        text = text_of(client.get(page_of(factories.make_customer())))
        assert "Todavía no genera ninguna constancia" in text
        assert "sin un usuario, el cliente no puede entrar" in text

    def test_links_lead_here(self, client, constancia):
        here = page_of(constancia.customer)
        for address in (
            f"/admin/accounts/customer/{constancia.customer_id}/change/",
            f"/admin/payments/constancia/{constancia.pk}/change/",
        ):
            assert f'href="{here}"' in client.get(address).content.decode(), address
        assert client.get("/admin/clientes/999999/").status_code == 404


class TestWho:
    """Each section for those who may see it."""

    def test_sales_see_no_money(self, signed_in, cxc, constancia):
        factories.pay(constancia, cxc)
        page = signed_in(colleague(VENTAS)).get(page_of(constancia.customer))
        story = page.context["story"]
        hidden = (story.payments, story.proofs, story.claims, story.invoices, story.events)
        assert {*hidden, story.mails} == {None}
        assert story.constancias.rows == [constancia]
        assert "Confirmar pago" not in page.content.decode()

    def test_consulta_sees_and_does_nothing(self, signed_in, constancia):
        content = signed_in(colleague(CONSULTA)).get(page_of(constancia.customer)).content.decode()
        assert "Lo último en la auditoría" in content
        for done in ("Confirmar pago", "Enviar bienvenida", "Agregar un usuario", "Nueva cot"):
            assert done not in content

    def test_others_are_kept_out(self, signed_in, constancia, user, outsider):
        here = page_of(constancia.customer)
        assert signed_in(factories.make_user(is_staff=True)).get(here).status_code == 403
        for person in (user, outsider):
            assert signed_in(person).get(here).status_code == 302


class TestActions:
    """What can be done from it."""

    def test_confirming_and_the_open_quote_are_a_click_away(self, client, user, constancia):
        content = client.get(page_of(user.customer)).content.decode()
        assert f"/admin/payments/constancia/confirmar-pago/?c={constancia.pk}" in content
        other = factories.make_quote(user.customer)
        assert Quote.objects.get(pk=other.pk).status == "open"
        content = client.get(page_of(user.customer)).content.decode()
        assert f"/admin/renewals/quote/{other.pk}/change/" in content

    def test_the_welcome(self, signed_in, cxc):
        person = factories.make_user(factories.make_customer(), password=None)
        address = f"{page_of(person.customer)}bienvenida/{person.pk}/"
        assert signed_in(cxc).post(address).status_code == 403
        ventas = signed_in(colleague(VENTAS))
        assert ventas.get(address).status_code == 405
        page = ventas.post(address, follow=True)
        assert f"Bienvenida enviada a {person.email}" in text_of(page)
        assert OutboxMessage.objects.get().to == [person.email]
        other = f"{page_of(factories.make_customer())}bienvenida/{person.pk}/"
        assert ventas.post(other).status_code == 404

    def test_the_welcome_is_for_who_is_new(self, signed_in, user):
        user.last_login = factories.timezone.now()
        user.save(update_fields=["last_login"])
        address = f"{page_of(user.customer)}bienvenida/{user.pk}/"
        page = signed_in(colleague(VENTAS)).post(address, follow=True)
        assert "No se envió" in text_of(page)


def test_of_many_acceptances_the_rest_is_a_click_away(client, user, outsider):
    for number in range(2, 13):
        notice = factories.make_notice(f"{number}")
        accept_notice(user=user, notice_id=notice.pk)
        accept_notice(user=outsider, notice_id=notice.pk)
    some = client.get(page_of(user.customer)).context["story"].consents
    assert len(some.rows) == 10
    assert client.get(some.more).context["cl"].result_count == 12


@pytest.mark.slow
def test_the_queries_do_not_grow(client, cxc, user, django_assert_num_queries):
    for number in (1, 3, 12):
        while user.customer.constancia_set.count() < number:
            constancia = factories.make_constancia(user)
            factories.make_proof(constancia)
            factories.make_invoice_request(constancia)
            claim_of(user, amount=Decimal(number))
            factories.pay(constancia, cxc)
        with django_assert_num_queries(AROUND_A_PAGE + 18):
            page = client.get(page_of(user.customer))
    assert len(page.context["story"].constancias.rows) == 10
    assert len(client.get(page.context["story"].constancias.more).context["cl"].result_list) == 12
    for section in ("payments", "proofs", "quotes", "invoices"):
        some = getattr(page.context["story"], section)
        assert client.get(some.more).context["cl"].result_count == 12, section
