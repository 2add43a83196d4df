"""CxC in the admin: finding a constancia and confirming its payment."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Customer
from payments.models import Constancia, Payment
from payments.services import cancel_constancia, expire_due
from tests import factories

pytestmark = pytest.mark.slow

LIST = "/admin/payments/constancia/"
CONFIRM = "/admin/payments/constancia/confirmar-pago/"
A_PART = {"amount": "1,000.00", "differs": "on", "reason": "Pagará el resto el viernes."}


@pytest.fixture
def constancia(user):
    return factories.make_constancia(user)


def deposit(constancia, **fields):
    """What the page "Confirmar pago" sends for one constancia."""
    values = {
        "amount": "1,305.00",
        "paid_on": str(timezone.localdate()),
        "seen_paid": "0.00",
        **fields,
    }
    return {
        f"c{constancia.pk}-{name}": value for name, value in values.items() if value is not None
    }


def confirm(client, *constancias, **fields):
    data = {}
    for constancia in constancias:
        data |= deposit(constancia, **fields)
    query = "&".join(f"c={constancia.pk}" for constancia in constancias)
    return client.post(f"{CONFIRM}?{query}", data, follow=True)


class TestFinding:
    """The list's search."""

    @pytest.mark.parametrize(
        "spelling",
        ["{0}", "{1} {2}", "{1}-{2}", "000{0}", " {1}  {2} ", "Ref. {0}.", "referencia: {1} {2}"],
    )
    def test_by_reference_however_it_is_written(self, constancia, cxc, signed_in, spelling):
        reference = constancia.reference
        term = spelling.format(reference, reference[:3], reference[3:])
        page = signed_in(cxc).get(LIST, {"q": term}).content.decode()
        assert constancia.printed_reference in page

    def test_a_slip_of_a_digit_is_told_apart_from_not_found(self, constancia, cxc, signed_in):
        reference = constancia.reference
        wrong = reference[:-1] + str((int(reference[-1]) + 1) % 10)
        page = signed_in(cxc).get(LIST, {"q": wrong}).content.decode()
        assert "Esa referencia no puede existir: revise los dígitos" in page

    def test_a_payment_is_found_by_its_reference_too(self, constancia, cxc, signed_in):
        factories.pay(constancia, cxc)
        reference = constancia.reference
        address = "/admin/payments/payment/"
        page = signed_in(cxc).get(address, {"q": f"{reference[:3]}-{reference[3:]}"})
        assert constancia.printed_reference in page.content.decode()

    def test_six_digits_are_not_called_well_written(self, constancia, cxc, signed_in):
        page = signed_in(cxc).get(LIST, {"q": constancia.reference[:6]}).content.decode()
        assert "revise si falta uno" in page

    def test_by_customer_or_rfc(self, constancia, cxc, signed_in):
        for term in (constancia.customer_name, constancia.customer_rfc):
            page = signed_in(cxc).get(LIST, {"q": term}).content.decode()
            assert constancia.printed_reference in page
        page = signed_in(cxc).get(LIST, {"q": "Nadie"}).content.decode()
        assert constancia.printed_reference not in page

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_takes_a_fixed_number_of_queries(
        self, cxc, signed_in, django_assert_num_queries, count
    ):
        for _ in range(count):
            factories.make_constancia(factories.make_consenting_user())
        client = signed_in(cxc)
        with django_assert_num_queries(6):
            client.get(LIST)


class TestConfirming:
    """The action, its page, and what follows."""

    def test_the_action_leads_to_a_page_that_asks_once_more(self, constancia, cxc, signed_in):
        data = {"action": "confirm_payment", "_selected_action": [constancia.pk]}
        page = signed_in(cxc).post(LIST, data, follow=True)
        assert page.redirect_chain == [(f"{CONFIRM}?c={constancia.pk}", 302)]
        content = page.content.decode()
        assert constancia.printed_reference in content
        assert 'value="1,305.00"' in content
        assert not Payment.objects.exists()

    def test_confirming_pays_and_unlocks(self, constancia, cxc, signed_in):
        page = confirm(signed_in(cxc), constancia)
        assert "pago confirmado; el cliente ya tiene la versión 4.0" in page.content.decode()
        constancia.refresh_from_db()
        assert (constancia.status, constancia.paid_by) == ("paid", cxc)
        assert Customer.objects.get(pk=constancia.customer_id).cfdi_version == "4.0"
        event = AuditEvent.objects.get(action="payment.recorded")
        assert (event.actor, event.data["amount"]) == (cxc.username, "1305.00")

    def test_many_at_once(self, cxc, signed_in):
        several = [factories.make_constancia(factories.make_consenting_user()) for _ in range(3)]
        confirm(signed_in(cxc), *several)
        assert set(Constancia.objects.values_list("status", flat=True)) == {"paid"}

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"amount": "mucho"}, "Escriba un importe en pesos"),
            ({"amount": ""}, "Escriba el importe que aparece en el banco"),
            ({"amount": "-5"}, "Escriba un importe en pesos"),
            ({"amount": "0.00"}, "mayor que cero"),
            ({"amount": "1,300.00"}, "Faltan $1,305.00 y usted escribió $1,300.00"),
            ({"amount": "1,300.00", "differs": "on"}, "Escriba el motivo: queda en la auditoría"),
            ({"amount": "99999999999"}, "demasiado grande"),
            ({"paid_on": "ayer"}, "Escriba la fecha como día/mes/año"),
            ({"paid_on": ""}, "Escriba la fecha del depósito"),
            ({"paid_on": "2100-01-01"}, "todavía no llega"),
            ({"seen_paid": "x"}, "Escriba un importe en pesos"),
        ],
    )
    def test_bad_input_is_told_and_nothing_is_recorded(
        self, constancia, cxc, signed_in, fields, sentence
    ):
        assert sentence in confirm(signed_in(cxc), constancia, **fields).content.decode()
        assert not Payment.objects.exists()

    def test_one_bad_amount_holds_back_the_whole_page(self, cxc, signed_in):
        good, bad = (factories.make_constancia(factories.make_consenting_user()) for _ in "ab")
        data = deposit(good) | deposit(bad, amount="mucho")
        signed_in(cxc).post(f"{CONFIRM}?c={good.pk}&c={bad.pk}", data)
        assert not Payment.objects.exists()

    def test_a_part_is_taken_when_the_box_says_so(self, constancia, cxc, signed_in):
        client = signed_in(cxc)
        page = confirm(client, constancia, **A_PART)
        assert "pago parcial registrado" in page.content.decode()
        page = client.get(f"{CONFIRM}?c={constancia.pk}").content.decode()
        assert "pagado $1,000.00" in page
        confirm(client, constancia, amount="305.00", seen_paid="1,000.00")
        constancia.refresh_from_db()
        assert constancia.status == "paid"

    def test_a_second_click_records_nothing_more(self, constancia, cxc, signed_in):
        client = signed_in(cxc)
        confirm(client, constancia)
        page = confirm(client, constancia)
        assert f"La constancia {constancia.printed_reference} está pagada" in page.content.decode()
        assert Payment.objects.count() == 1

    def test_a_cancelled_one_is_told(self, constancia, user, cxc, signed_in):
        cancel_constancia(constancia=constancia, by=user)
        page = confirm(signed_in(cxc), constancia)
        assert "está cancelada" in page.content.decode()
        assert not Payment.objects.exists()

    def test_two_people_at_once_record_one_part_once(self, constancia, cxc, signed_in):
        client = signed_in(cxc)
        confirm(client, constancia, **A_PART)
        page = confirm(client, constancia, **A_PART)
        assert "recibió otro pago mientras usted confirmaba" in page.content.decode()
        assert Payment.objects.count() == 1

    @pytest.mark.parametrize("query", ["", "?c=", "?c=x", "?c=999999", f"?c={'9' * 30}"])
    def test_nothing_chosen_is_told(self, cxc, signed_in, query):
        page = signed_in(cxc).get(CONFIRM + query, follow=True)
        assert "No eligió ninguna constancia" in page.content.decode()

    def test_only_those_who_may_confirm(self, constancia, signed_in, user, client):
        clerk = factories.make_user(is_staff=True)
        address = f"{CONFIRM}?c={constancia.pk}"
        assert signed_in(clerk).post(address, deposit(constancia)).status_code == 403
        assert signed_in(user).post(address, deposit(constancia)).status_code in (302, 403)
        assert client.post(address, deposit(constancia)).status_code == 302
        assert not Payment.objects.exists()


class TestOverrides:
    """What is not plain is confirmed with a reason, which the books keep."""

    def test_the_reason_of_a_part_is_kept_and_shown(self, constancia, cxc, signed_in):
        client = signed_in(cxc)
        confirm(client, constancia, **A_PART)
        event = AuditEvent.objects.get(action="payment.recorded")
        assert event.data["reason"] == A_PART["reason"]
        payment = Payment.objects.get()
        page = client.get(f"/admin/payments/payment/{payment.pk}/change/").content.decode()
        assert A_PART["reason"] in page
        assert "A mano: nadie cargó el estado de cuenta" in page

    def test_so_is_that_of_an_expired_one_paid_in_time(self, constancia, cxc, signed_in, clock):
        day = constancia.expires_on
        clock(day + timedelta(days=1), hour=9)
        expire_due()
        client = signed_in(cxc)
        page = confirm(client, constancia, paid_on=str(day)).content.decode()
        assert "Escriba el motivo: queda en la auditoría" in page
        assert not Payment.objects.exists()
        confirm(client, constancia, paid_on=str(day), reason="El banco lo mostró tarde.")
        constancia.refresh_from_db()
        assert constancia.status == "paid"

    def test_a_plain_one_needs_none(self, constancia, cxc, signed_in):
        confirm(signed_in(cxc), constancia)
        assert "reason" not in AuditEvent.objects.get(action="payment.recorded").data


class TestTwoPeople:
    """Above the amount of the setting, nobody confirms by hand."""

    def test_a_large_one_is_refused_to_administrators_too(self, constancia, signed_in, settings):
        settings.TWO_PEOPLE_ABOVE = Decimal("1304.99")
        boss = signed_in(factories.make_user(is_staff=True, is_superuser=True))
        told = boss.get(f"{CONFIRM}?c={constancia.pk}").content.decode()
        assert "Lo que pasa de $1,304.99 se confirma desde un estado de cuenta" in told
        page = confirm(boss, constancia).content.decode()
        assert "lo que pasa de $1,304.99 no se confirma a mano" in page
        assert not Payment.objects.exists()

    def test_small_pieces_of_a_large_one_are_a_large_one(
        self, constancia, cxc, signed_in, settings
    ):
        settings.TWO_PEOPLE_ABOVE = Decimal(1000)
        client = signed_in(cxc)
        confirm(client, constancia, **A_PART)
        assert Payment.objects.count() == 1
        page = confirm(client, constancia, amount="305.00", seen_paid="1,000.00")
        assert "no se confirma a mano" in page.content.decode()
        assert Payment.objects.count() == 1

    def test_up_to_the_amount_all_is_as_ever(self, constancia, cxc, signed_in, settings):
        settings.TWO_PEOPLE_ABOVE = Decimal(1305)
        confirm(signed_in(cxc), constancia)
        assert Payment.objects.count() == 1


class TestReadOnly:
    """What nobody changes or deletes by hand."""

    def test_money_cannot_be_added_changed_or_deleted(self, constancia, cxc, signed_in):
        administrator = factories.make_user(is_staff=True, is_superuser=True)
        factories.pay(constancia, cxc)
        client = signed_in(administrator)
        for model, pk in (("constancia", constancia.pk), ("payment", Payment.objects.get().pk)):
            assert client.get(f"/admin/payments/{model}/add/").status_code == 403
            assert client.get(f"/admin/payments/{model}/{pk}/delete/").status_code == 403
            assert client.get(f"/admin/payments/{model}/{pk}/change/").status_code == 200
            assert client.post(f"/admin/payments/{model}/{pk}/change/", {}).status_code == 403


class TestSlip:
    """What CxC sees of a constancia."""

    def test_the_page_has_the_timeline_and_the_figures(self, constancia, cxc, signed_in):
        page = signed_in(cxc).get(f"{LIST}{constancia.pk}/change/").content.decode()
        for text in ("Depósito y comprobante", "Turno del cliente", "$1,305.00", "(16%)"):
            assert text in page
        assert constancia.token not in page

    def test_the_pdf_is_the_customers(self, constancia, user, cxc, signed_in):
        own = signed_in(user).get(f"/constancias/{constancia.reference}/pdf/").content
        assert signed_in(cxc).get(f"{LIST}{constancia.pk}/pdf/").content == own

    def test_the_pdf_needs_the_permission(self, constancia, user, signed_in):
        clerk = factories.make_user(is_staff=True)
        assert signed_in(clerk).get(f"{LIST}{constancia.pk}/pdf/").status_code == 403
        assert signed_in(user).get(f"{LIST}{constancia.pk}/pdf/").status_code == 302

    def test_the_list_tells_what_is_missing(self, constancia, cxc, signed_in):
        confirm(signed_in(cxc), constancia, **A_PART)
        assert "$305.00" in signed_in(cxc).get(LIST).content.decode()

    def test_a_well_written_reference_nobody_has_is_told(self, constancia, cxc, signed_in):
        page = signed_in(cxc).get(LIST, {"q": "123 4566"}).content.decode()
        assert "No se encontró la referencia 123 4566" in page


def test_every_page_of_the_admin_opens(user, cxc, signed_in):
    factories.pay(factories.make_constancia(user), cxc)
    administrator = factories.make_user(is_staff=True, is_superuser=True)
    client = signed_in(administrator)
    from django.contrib import admin  # noqa: PLC0415

    for model in admin.site._registry:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert client.get(address).status_code == 200, address
        assert client.get(address, {"q": "a"}).status_code == 200, address
        assert client.get(address + "add/").status_code in (200, 403), address
        for row in model._default_manager.all()[:1]:
            assert client.get(f"{address}{row.pk}/change/").status_code == 200, address
