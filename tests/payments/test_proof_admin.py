"""CxC looks at proofs and answers them."""

import re
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from payments.models import PaymentProof
from payments.proofs import refuse_proof
from tests import factories
from tests.payments import proof_samples as samples
from tests.payments.proof_samples import text_of

pytestmark = pytest.mark.slow

LIST = "/admin/payments/paymentproof/"


def page_of(proof) -> str:
    return f"{LIST}{proof.pk}/change/"


def refusal_of(proof) -> str:
    return f"{LIST}{proof.pk}/no-corresponde/"


@pytest.fixture
def client(cxc, signed_in):
    return signed_in(cxc)


@pytest.fixture
def proof(constancia):
    return factories.send_proof(constancia)


def make_proofs(count: int) -> list[PaymentProof]:
    return [
        factories.send_proof(
            factories.make_constancia(factories.make_consenting_user()), samples.another_image(n)
        )
        for n in range(count)
    ]


def listed(client, query="") -> list[str]:
    """The references in the list, in its order."""
    page = client.get(LIST + query).content.decode()
    return re.findall(r'field-reference"><a[^>]*>([^<]+)<', page)


def test_confirming_comes_first_on_the_page_of_a_proof(client, proof):
    tools = client.get(page_of(proof)).content.decode().partition('class="object-tools"')[2]
    words = re.findall(r"<a ([^>]*)>([^<]+)</a>", tools.partition("</ul>")[0])
    (first, confirm), (second, refuse), *_ = words
    assert (confirm, refuse) == ("Confirmar pago", "No corresponde")
    assert 'class="first"' in first
    assert 'class="first"' not in second


class TestList:
    """What waits."""

    def test_those_in_review_come_oldest_first(self, client, cxc):
        old, young, refused, paid = make_proofs(4)
        refuse_proof(proof=refused, reason="No se lee.", by=cxc)
        factories.pay(paid.constancia, cxc)
        names = [proof.constancia.printed_reference for proof in (old, young, refused, paid)]
        assert listed(client) == names[:2]
        assert listed(client, "?revision=answered") == names[2:3]
        assert listed(client, "?revision=paid") == names[3:]
        assert listed(client, "?revision=all") == names
        assert listed(client, "?revision=nonsense") == names

    def test_a_search_looks_through_all(self, client, cxc, proof):
        refuse_proof(proof=proof, reason="No se lee.", by=cxc)
        reference = proof.constancia.printed_reference
        assert listed(client, f"?q={proof.constancia.reference}") == [reference]

    def test_it_tells_how_long_each_waits(self, client, constancia):
        for hours in (3, 30):
            sent_at = timezone.now() - timedelta(hours=hours, minutes=5)
            factories.make_proof(constancia, sent_at=sent_at)
        page = text_of(client.get(LIST))
        assert "3 h de 24" in page
        assert "30 h de 24: fuera de plazo" in page
        assert "3 h de 24: fuera" not in page

    def test_the_same_file_elsewhere_is_flagged(self, client, proof, outsider):
        other = factories.make_constancia(outsider)
        assert "también en" not in text_of(client.get(LIST))
        factories.send_proof(other)
        page = text_of(client.get(LIST))
        assert f"también en {other.printed_reference}" in page
        assert f"también en {proof.constancia.printed_reference}" in page

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_fixed_number_of_queries(self, client, django_assert_num_queries, count):
        make_proofs(count)
        with django_assert_num_queries(7):
            client.get(LIST)


class TestPage:
    """One proof."""

    def test_it_shows_the_files_and_who_sent_them(self, client, constancia):
        proof = factories.send_proof(
            constancia, samples.image("PNG"), name="<b>recibo.png", tracking_key="ABC123"
        )
        page = client.get(page_of(proof)).content.decode()
        for text in (
            f"/comprobantes/{proof.files.get().public_id}/",
            "&lt;b&gt;recibo.png",
            "ABC123",
            constancia.customer_name,
            "$1,305.00",
            "solo cuando lo vea en el banco",
            refusal_of(proof),
            f"?c={constancia.pk}",
        ):
            assert text in page
        assert "<b>recibo" not in page

    def test_a_cep_says_what_agrees_and_what_does_not(self, client, constancia):
        today = timezone.localdate()
        good = samples.cep(day=str(today), account=constancia.clabe)
        bad = samples.cep(day="2001-01-01", amount="99.00", account="000000000000000000")
        proof = factories.send_proof(constancia, good, bad, name="cep.xml", tracking_key="OTRA1")
        page = text_of(client.get(page_of(proof)))
        assert page.count("sello no verificado") == 2
        assert "importe: dice $1,305.00 , coincide" in page
        assert f"fecha: dice {today:%d/%m/%Y} , coincide" in page
        assert "importe: dice $99.00 , no coincide : la constancia pide $1,305.00" in page
        assert "cuenta del beneficiario: dice 000000000000000000 , no coincide" in page
        assert "fecha: dice 01/01/2001 , no coincide" in page
        assert f"no coincide : el cliente escribió {today:%d/%m/%Y}" in page
        assert page.count("clave de rastreo: dice BNET01002611220001 , no coincide") == 2
        assert "no coincide : el cliente escribió OTRA1" in page

    def test_the_same_file_elsewhere_is_flagged(self, client, proof, outsider):
        other = factories.make_constancia(outsider)
        factories.send_proof(other)
        page = text_of(client.get(page_of(proof)))
        assert f"este mismo archivo está también en {other.printed_reference}" in page

    def test_the_constancia_shows_its_proofs(self, client, proof):
        page = client.get(f"/admin/payments/constancia/{proof.constancia_id}/change/")
        assert page_of(proof) in page.content.decode()
        assert "en revisión" in text_of(page)

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_fixed_number_of_queries(self, client, constancia, django_assert_num_queries, count):
        contents = [samples.another_image(number) for number in range(count)]
        proof = factories.send_proof(constancia, *contents)
        ContentType.objects.get_for_model(PaymentProof)  # once in a process
        with django_assert_num_queries(10):
            client.get(page_of(proof))

    def test_it_only_reads(self, proof, signed_in):
        chief = signed_in(factories.make_user(is_staff=True, is_superuser=True))
        assert chief.get(f"{LIST}add/").status_code == 403
        assert chief.get(f"{LIST}{proof.pk}/delete/").status_code == 403
        assert chief.post(page_of(proof), {"reason": "x"}).status_code == 403

    def test_one_that_is_none_leads_back(self, client):
        assert client.get(f"{LIST}999999/change/").status_code == 302
        assert client.get(f"{LIST}999999/no-corresponde/").status_code == 404


class TestRefusing:
    """«No corresponde»."""

    def test_it_asks_for_the_reason_and_answers_once(self, client, proof):
        assert "Motivo, para el cliente" in text_of(client.get(refusal_of(proof)))
        page = client.post(refusal_of(proof), {"reason": "No se lee."}, follow=True)
        assert "no corresponde. El cliente recibirá el motivo" in text_of(page)
        page = client.post(refusal_of(proof), {"reason": "Otra cosa."}, follow=True)
        assert "ya no está en revisión" in text_of(page)
        proof.refresh_from_db()
        assert (proof.state, proof.reason) == ("refused", "No se lee.")
        assert "No corresponde" not in text_of(client.get(page_of(proof)))

    def test_it_promises_no_mail_where_nobody_has_an_address(self, client, proof):
        proof.constancia.customer.users.update(email="")
        page = text_of(client.post(refusal_of(proof), {"reason": "No se lee."}, follow=True))
        assert "Nadie de este cliente tiene correo" in page
        assert "recibirá el motivo por correo" not in page

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_without_a_reason_it_asks_again(self, client, proof, reason):
        page = text_of(client.post(refusal_of(proof), {"reason": reason}))
        assert "Escriba el motivo" in page
        proof.refresh_from_db()
        assert proof.state == "waiting"

    def test_looking_changes_nothing(self, client, proof):
        client.get(refusal_of(proof))
        client.head(refusal_of(proof))
        proof.refresh_from_db()
        assert proof.state == "waiting"

    def test_only_those_who_may(self, proof, signed_in, user, client):
        clerk = factories.make_user(is_staff=True)
        data = {"reason": "No se lee."}
        assert signed_in(clerk).get(LIST).status_code == 403
        assert signed_in(clerk).get(page_of(proof)).status_code == 403
        assert signed_in(clerk).post(refusal_of(proof), data).status_code == 403
        assert signed_in(user).post(refusal_of(proof), data).status_code in (302, 403)
        proof.refresh_from_db()
        assert proof.state == "waiting"

    def test_the_group_may(self, cxc):
        assert cxc.has_perm("payments.view_paymentproof")
        assert cxc.has_perm("payments.answer_paymentproof")
        assert not cxc.has_perm("payments.change_paymentproof")
