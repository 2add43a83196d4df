"""What was chosen for a proof waits for its person when the session had ended."""

import re
import time

import pytest
from django.test import Client
from django.utils import timezone

from payments import kept_uploads
from payments.models import KeptFile, KeptProof, PaymentProof, ProofFile
from payments.proof_files import check_file
from payments.stored_uploads import Upload
from tests import factories
from tests.accounts.people import enrol
from tests.codes import code
from tests.payments import proof_samples as samples
from tests.payments.kept_page import PICTURE, Page, check_at_once, end_session, on_disk
from tests.payments.proof_samples import address, sent, text_of

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    check_at_once(monkeypatch)


@pytest.fixture
def page(user, constancia, signed_in):
    return Page(signed_in(user), constancia)


def told(answer) -> str:
    """What the next page says, as its cookie has it; after it stand its time and signature."""
    return answer.cookies["messages"].value.rsplit(":", 2)[0]


class TestTheSessionEnded:
    """Between opening the form and pressing its button."""

    def test_what_was_chosen_waits_behind_the_sign_in_and_is_sent_by_a_press(
        self, page, user, settings
    ):
        end_session(page.client)
        answer = page.send(
            sent("recibo.png", PICTURE), sent("cep.xml", samples.cep()), tracking_key="ABC 1"
        )
        assert answer.headers["Location"] == f"/ingresar/?next={address(page.constancia)}"
        assert "todavía no se envía" in text_of(page.client.get(answer.headers["Location"]))
        assert not PaymentProof.objects.exists()
        back = page.client.post(
            answer.headers["Location"],
            {"login": user.username, "password": "una frase de prueba"},
        )
        assert back.headers["Location"] == address(page.constancia)
        page.open()
        assert "Recuperamos lo que había elegido: recibo.png" in page.text
        assert "cep.xml" in page.text
        assert "revise y envíe" in page.text
        assert 'value="ABC 1"' in page.html
        assert f'value="{timezone.localdate()}"' in page.html
        assert not PaymentProof.objects.exists()
        assert page.send(tracking_key="ABC 1").status_code == 302
        proof = PaymentProof.objects.get()
        assert [file.original_name for file in proof.files.all()] == ["recibo.png", "cep.xml"]
        assert [file.kind for file in proof.files.all()] == ["png", "cep"]
        assert proof.files.get(kind="cep").says["tracking_key"]
        assert (proof.tracking_key, proof.sent_by) == ("ABC1", user)
        page.open()
        assert "Recuperamos" not in page.text

    def test_the_second_factor_and_a_new_notice_are_on_the_way(self, page, user):
        enrol(user)
        factories.make_notice("2")
        end_session(page.client)
        there = page.send(sent("recibo.png", PICTURE)).headers["Location"]
        browser = page.client
        data = {"login": user.username, "password": "una frase de prueba"}
        asked = browser.post(there, data).headers["Location"]
        assert asked.startswith("/ingresar/codigo/")
        there = browser.post(asked, {"code": code()}).headers["Location"]
        assert browser.get(there).headers["Location"] == "/privacidad/"
        form = browser.get("/privacidad/").content.decode()
        notice = re.findall(r'name="notice" value="(\d+)"', form)
        there = browser.post("/privacidad/", {"accept": "on", "notice": notice}).headers["Location"]
        assert there == address(page.constancia)
        page.open()
        assert "recibo.png" in page.text

    def test_it_rested_too_long(self, page, settings, monkeypatch):
        later = time.time() + settings.SESSION_IDLE_CUSTOMER + 1
        monkeypatch.setattr(time, "time", lambda: later)
        assert page.send(sent("recibo.png", PICTURE)).headers["Location"].startswith("/ingresar/")
        assert KeptFile.objects.get().original_name == "recibo.png"

    def test_what_cannot_be_taken_is_said_after_signing_in(self, page, user, signed_in, settings):
        end_session(page.client)
        page.send(sent("foto.heic", samples.HEIC), sent("bueno.png", PICTURE), paid_on="ayer\0")
        page.client = signed_in(user)
        page.open()
        assert "Esto no lo pudimos guardar: «foto.heic» es una foto HEIC" in page.text
        assert "elegido: bueno.png" in page.text
        assert 'value="ayer"' in page.html
        assert len(on_disk(settings)) == 1

    def test_more_files_than_a_sending_takes_are_not_looked_at(self, page):
        end_session(page.client)
        page.send(*(sent(f"{n}.png", samples.another_image(n)) for n in range(6)))
        assert not KeptFile.objects.exists()
        assert "Eligió 6 archivos" in KeptProof.objects.get().refused

    def test_what_does_not_fit_beside_what_waits_is_said(self, page, user, signed_in):
        page.send(*(sent(f"{n}.png", samples.another_image(n)) for n in range(4)), paid_on="")
        end_session(page.client)
        page.send(*(sent(f"{n}.png", samples.another_image(n)) for n in (7, 8)))
        page.client = signed_in(user)
        page.open()
        assert "7.png" in page.text
        assert "8.png" not in page.text
        assert "Eligió 6 archivos y en un envío caben 5" in page.text

    def test_without_files_the_fields_come_back(self, page, user, signed_in):
        end_session(page.client)
        page.send(tracking_key="ABC123", paid_on="1/2/26")
        page.client = signed_in(user)
        page.open()
        assert "Recuperamos lo que había escrito" in page.text
        assert 'value="ABC123"' in page.html
        assert 'value="1/2/26"' in page.html

    def test_nothing_is_kept_without_a_good_ticket_and_the_answer_is_the_same(
        self, page, outsider, settings, monkeypatch
    ):
        other = factories.make_constancia(outsider)
        good = page.fields["ticket"]
        end_session(page.client)
        wanted = page.send(sent("a.png", PICTURE), by=Client())
        KeptProof.objects.all().delete()
        tickets = {
            "none": "",
            "forged": good[:-3] + "abc",
            "of another constancia": kept_uploads.new_ticket(constancia=other, user=outsider),
            "of another's constancia": kept_uploads.new_ticket(
                constancia=page.constancia, user=outsider
            ),
        }
        for what, ticket in tickets.items():
            answer = page.send(sent("a.png", PICTURE), by=Client(), ticket=ticket)
            assert not KeptProof.objects.exists(), what
            assert answer.status_code == wanted.status_code == 302
            assert answer.headers["Location"] == wanted.headers["Location"]
            assert told(answer) == told(wanted)
        monkeypatch.setattr(time, "time", lambda real=time.time: real() + 24 * 3600 + 5)
        page.send(sent("a.png", PICTURE), by=Client(), ticket=good)
        assert not KeptProof.objects.exists()

    def test_a_ticket_is_void_for_who_may_not_send(self, page, user, cxc, outsider):
        end_session(page.client)
        user.is_active = False
        user.save()
        page.send(sent("a.png", PICTURE))
        user.is_active, user.customer = True, outsider.customer
        user.save()
        page.send(sent("a.png", PICTURE))
        user.customer = page.constancia.customer
        user.save()
        factories.pay(page.constancia, cxc)
        page.send(sent("a.png", PICTURE))
        assert not KeptProof.objects.exists()

    def test_another_password_makes_every_ticket_void(self, page, user):
        end_session(page.client)
        user.set_password("otra frase de prueba")
        user.save()
        page.send(sent("a.png", PICTURE))
        assert not KeptProof.objects.exists()

    def test_what_waits_has_a_share_of_the_customer_s_room(self, page, user, signed_in, settings):
        settings.PROOF_QUOTA_BYTES = len(PICTURE)
        factories.send_proof(page.constancia)
        end_session(page.client)
        page.send(sent("a.png", samples.another_image(1)), tracking_key="ABC1")
        assert not KeptFile.objects.exists()
        assert on_disk(settings) == []
        page.client = signed_in(user)
        page.open()
        assert "Ya no hay espacio para más comprobantes suyos" in page.text
        assert 'value="ABC1"' in page.html

    def test_what_waits_for_one_person_of_a_customer_counts_for_all(self, page, user, settings):
        settings.PROOF_QUOTA_BYTES = len(PICTURE)
        recibo = Upload("recibo.png", check_file("recibo.png", PICTURE))
        keep = {"uploads": [recibo], "typed": kept_uploads.Typed()}
        kept_uploads.keep(constancia=page.constancia, by=user, **keep)
        colleague = factories.make_consenting_user(user.customer)
        kept_uploads.keep(constancia=page.constancia, by=colleague, **keep)
        assert len(on_disk(settings)) == KeptFile.objects.count() == 1

    def test_an_address_that_names_nothing_leads_to_the_sign_in_as_any(self, page):
        end_session(page.client)
        for path in ("/constancias/0000000/comprobante/", "/constancias/x/comprobante/"):
            answer = page.client.post(path, page.fields | {"file": sent("a.png", PICTURE)})
            assert answer.headers["Location"] == f"/ingresar/?next={path}"
            assert page.client.get(path).headers["Location"] == f"/ingresar/?next={path}"
        assert not KeptProof.objects.exists()

    def test_so_many_an_hour_and_no_more(self, page, settings):
        settings.ACCOUNT_RATE_LIMITS = {"keep": "9/h/ip,2/h/key"}
        end_session(page.client)
        answers = [page.send(sent("a.png", PICTURE), by=Client()) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [302, 302, 429]

    def test_the_limits_are_sixty_an_hour_by_address_and_twenty_by_person(self, settings):
        assert settings.ACCOUNT_RATE_LIMITS["keep"] == "60/h/ip,20/h/key"

    def test_the_token_of_forms_is_asked_for_as_ever(self, page):
        end_session(page.client)
        strict = Client(enforce_csrf_checks=True)
        assert page.send(sent("a.png", PICTURE), by=strict).status_code == 403
        assert not KeptProof.objects.exists()

    def test_hostile_fields_are_kept_as_text_or_not_at_all(self, page, user, signed_in):
        end_session(page.client)
        nonsense = "<b>\0\u202e" + "9" * 5000
        page.send(
            sent("a.png", PICTURE), paid_on=nonsense, tracking_key=nonsense, kept=[nonsense, "x"]
        )
        page.client = signed_in(user)
        page.open()
        assert "<b>" not in page.html
        assert KeptProof.objects.get().tracking_key == "<b>" + "9" * 57


class TestANewNoticeComesFirst:
    """The company published it while the form was open."""

    def test_what_was_chosen_waits_behind_the_notice(self, page):
        factories.make_notice("2")
        answer = page.send(sent("recibo.png", PICTURE), tracking_key="ABC1")
        assert answer.headers["Location"] == "/privacidad/"
        browser = page.client
        html = browser.get("/privacidad/").content.decode()
        assert "Acepte el aviso" in html
        notice = re.findall(r'name="notice" value="(\d+)"', html)
        there = browser.post("/privacidad/", {"accept": "on", "notice": notice}).headers["Location"]
        assert there == address(page.constancia)
        page.open()
        assert "elegido: recibo.png" in page.text
        assert 'value="ABC1"' in page.html
        assert not PaymentProof.objects.exists()
        assert page.send().status_code == 302
        assert ProofFile.objects.get().original_name == "recibo.png"

    def test_so_often_and_no_more(self, page, settings):
        settings.ACCOUNT_RATE_LIMITS = {"keep": "9/h/ip,2/h/key"}
        factories.make_notice("2")
        answers = [page.send(sent("a.png", PICTURE)) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [302, 302, 429]

    def test_other_forms_are_not_taken(self, page, user):
        factories.make_notice("2")
        path = f"/constancias/{page.constancia.reference}/cancelar/"
        assert page.client.post(path).headers["Location"] == "/privacidad/"
        assert "after_consent" not in page.client.session


class TestAnotherSignsIn:
    """What is kept is one person's, for one constancia."""

    def test_a_colleague_sees_nothing_of_it_and_cannot_send_it(self, page, user, signed_in):
        end_session(page.client)
        page.send(sent("recibo.png", PICTURE))
        colleague = signed_in(factories.make_consenting_user(user.customer))
        assert "recibo.png" not in text_of(colleague.get(address(page.constancia)))
        stolen = [str(KeptFile.objects.get().public_id)]
        page.send(by=colleague, kept=stolen)
        assert "Lo que habíamos guardado ya se borró" in page.text
        assert not PaymentProof.objects.exists()
        page.send(by=colleague, remove="1")
        assert KeptFile.objects.count() == 1

    def test_another_constancia_of_the_same_person_has_none_of_it(self, page, user, signed_in):
        end_session(page.client)
        page.send(sent("recibo.png", PICTURE))
        client = signed_in(user)
        other = factories.make_constancia(user, factories.make_quote(user.customer))
        assert "recibo.png" not in text_of(client.get(address(other)))

    def test_no_address_serves_it(self, page, user, signed_in, cxc):
        end_session(page.client)
        page.send(sent("recibo.png", PICTURE))
        path = f"/comprobantes/{KeptFile.objects.get().public_id}/"
        for person in (user, cxc):
            assert signed_in(person).get(path).status_code == 404
