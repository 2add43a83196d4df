"""The customer sends a proof and opens what was sent."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from payments.models import PaymentProof, ProofFile
from payments.proofs import refuse_proof
from payments.recording import record_payment
from payments.services import cancel_constancia, expire_due
from tests import factories
from tests.payments import proof_samples as samples
from tests.payments.proof_samples import address, read, sent, text_of

pytestmark = pytest.mark.slow


@pytest.fixture
def client(user, signed_in):
    return signed_in(user)


@pytest.fixture
def send(client, constancia):
    """Posts files, today's deposit and whatever else is given; returns the page that follows."""

    def post(*files, **fields):
        data = {"file": list(files), "paid_on": str(timezone.localdate()), **fields}
        return client.post(address(constancia), data, follow=True)

    return post


class TestSending:
    """`/constancias/<reference>/comprobante/`."""

    def test_the_page_asks_for_files_a_day_and_the_key(self, client, constancia):
        page = client.get(address(constancia)).content.decode()
        assert re.search(r'<input type="file" name="file"[^>]* multiple', page)
        assert "image/jpeg,image/png,application/pdf" in page
        assert 'enctype="multipart/form-data"' in page
        assert 'aria-describedby="id_file_helptext"' in page
        assert 'id="id_file_helptext"' in page
        assert "en 24 horas" in page

    def test_several_files_make_one_proof_and_the_page_says_what_comes_next(self, send, user):
        page = send(
            sent("foto.jpg", samples.photograph_with_a_place()),
            sent("recibo.pdf", samples.signed_pdf(), "application/pdf"),
            sent("cep.xml", samples.cep(), "text/xml"),
            tracking_key=" bnet 0100-2611 ",
        )
        told = text_of(page)
        assert page.redirect_chain[0][1] == 302
        for text in ("Recibimos su comprobante", "24 horas, a más tardar el", "en revisión"):
            assert text in told
        for name in ("foto.jpg", "recibo.pdf", "cep.xml"):
            assert name in told
        (proof,) = PaymentProof.objects.all()
        assert [file.kind for file in proof.files.all()] == ["jpeg", "pdf", "cep"]
        assert (proof.tracking_key, proof.sent_by) == ("bnet01002611", user)

    def test_sending_twice_makes_one(self, send):
        for _ in range(2):
            assert "Recibimos su comprobante" in text_of(send(sent("a.png", samples.image("PNG"))))
        assert PaymentProof.objects.count() == 1

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("a.gif", samples.image("GIF"), "no es de un tipo que podamos recibir"),
            ("a.jpg", samples.HTML, "no es de un tipo que podamos recibir"),
            ("a.jpg", b"", "está vacío"),
            ("a.pdf", samples.locked_pdf(user="x"), "pide contraseña"),
            ("a.jpg", samples.image(size=(400, 300))[:-2000], "está dañado o incompleto"),
            ("a.heic", samples.HEIC, "«El más compatible»"),
            ("a.pdf", samples.pdf_with_attachment(), "archivos adjuntos"),
            ("a.png", samples.pixel_bomb(), "40 millones de puntos"),
            ("a.xml", samples.BILLION_LAUGHS, "no es un CEP de Banxico"),
            (
                "a.jpg",
                b"\xff\xd8\xff" + b"0" * 11 * 1024 * 1024,
                "pesa 11.1 MB y el máximo son 10 MB",
            ),
        ],
        ids=[
            *("type", "disguised", "empty", "password", "damaged", "heic", "active", "points"),
            *("no cep", "big"),
        ],
    )
    def test_what_cannot_be_taken_says_why_twice_and_keeps_nothing(
        self, send, settings, name, content, sentence
    ):
        page = send(sent(name, content), tracking_key="ABC123")
        told = page.content.decode()
        assert page.status_code == 200
        assert "<title>Error: " in told
        assert "Hay un problema" in told
        assert 'href="#id_file"' in told
        assert text_of(page).count(sentence) == 2  # above, and at the field
        assert 'aria-describedby="id_file_helptext id_file_error"' in told
        assert 'value="ABC123"' in told
        assert not PaymentProof.objects.exists()
        assert not list(Path(settings.MEDIA_ROOT).rglob("*.*"))

    def test_no_file_and_too_many_have_their_own_sentence(self, send):
        assert "Elija al menos un archivo" in text_of(send())
        files = [sent(f"{n}.png", samples.another_image(n)) for n in range(6)]
        assert "Eligió 6 archivos y en un envío caben 5" in text_of(send(*files))

    def test_one_bad_file_among_good_ones_is_named(self, send):
        page = send(sent("bueno.png", samples.image("PNG")), sent("malo.gif", b"GIF89a"))
        assert "«malo.gif» no es de un tipo" in text_of(page)
        assert "«bueno.png»" not in text_of(page)
        assert not PaymentProof.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"paid_on": ""}, "Escriba la fecha del depósito."),
            ({"paid_on": "ayer"}, "como día/mes/año"),
            ({"paid_on": "2999-01-01"}, "todavía no llega"),
            ({"paid_on": "2001-01-01"}, "es anterior a su constancia"),
            ({"tracking_key": "<script>"}, "solo letras y números"),
            ({"tracking_key": "A" * 31}, "30 como máximo"),
        ],
    )
    def test_the_day_and_the_key_are_checked(self, send, fields, sentence):
        page = send(sent("a.png", samples.image("PNG")), **fields)
        assert text_of(page).count(sentence) == 2
        assert not PaymentProof.objects.exists()

    @pytest.mark.parametrize(
        "name",
        [
            "../../../etc/x.png",
            'a"; filename="b.html.png',
            "a%0D%0AX-Injected: 1%0D%0A.png",
            "recibo\u202egnp.png",
            "n" * 300 + ".png",
            "<script>alert(1)</script>.png",
            "ñandú 你好.png",
        ],
    )
    def test_names_are_text_and_nothing_else(self, send, client, settings, name):
        page = send(sent(name, samples.image("PNG")))
        assert "<script>alert" not in page.content.decode()
        file = ProofFile.objects.get()
        assert len(file.original_name) <= 255
        assert file.original_name.isprintable()
        assert "/" not in file.original_name
        (stored,) = Path(settings.MEDIA_ROOT).rglob("*.png")
        assert re.fullmatch(r"[0-9a-f]{32}\.png", stored.name)
        answer = client.get(f"/comprobantes/{file.public_id}/")
        assert answer.status_code == 200
        assert "X-Injected" not in answer.headers
        read(answer)

    def test_posting_more_than_the_form_has_changes_nothing_more(self, send, cxc):
        send(
            sent("a.png", samples.image("PNG")),
            state="refused",
            sent_by=cxc.pk,
            reason="x",
            constancia="1",
            sent_at="2001-01-01",
        )
        proof = PaymentProof.objects.get()
        assert (proof.state, proof.reason) == ("waiting", "")
        assert proof.sent_by != cxc

    def test_so_many_an_hour_and_no_more(self, client, constancia, settings):
        settings.ACCOUNT_RATE_LIMITS = {"proof": "2/h/user"}
        pages = [client.post(address(constancia), {}) for _ in range(3)]
        assert [page.status_code for page in pages] == [200, 200, 429]
        assert "Demasiados intentos seguidos" in text_of(pages[2])
        assert client.get(address(constancia)).status_code == 200

    def test_the_limit_is_thirty_an_hour_for_each_user(self, settings):
        assert settings.ACCOUNT_RATE_LIMITS["proof"] == "30/h/user"


class TestStates:
    """What the page tells at each point."""

    def test_a_refused_one_shows_its_reason_and_another_can_be_sent(
        self, client, constancia, cxc, send
    ):
        send(sent("a.png", samples.image("PNG")))
        refuse_proof(proof=PaymentProof.objects.get(), reason="Es de <otra> cuenta.", by=cxc)
        for path in (address(constancia), f"/constancias/{constancia.reference}/", "/panel/"):
            page = client.get(path)
            assert "no corresponde" in text_of(page)
            assert "Es de &lt;otra&gt; cuenta." in page.content.decode()
        assert "Depósito y comprobante Le toca a usted" in text_of(
            client.get(f"/constancias/{constancia.reference}/")
        )
        again = text_of(send(sent("b.png", samples.another_image(1))))
        assert "Su comprobante está en revisión" in again
        assert "Motivo: Es de" in again

    def test_in_review_the_turn_is_the_companys_until_a_given_hour(self, client, constancia):
        proof = factories.send_proof(constancia)
        until = timezone.localtime(proof.sent_at + timedelta(hours=24))
        page = text_of(client.get(f"/constancias/{constancia.reference}/"))
        assert "Depósito y comprobante Listo" in page
        assert "Pago confirmado Nos toca a nosotros" in page
        assert f"a las {until:%H:%M}, hora de Ciudad Juárez" in page
        panel = text_of(client.get("/panel/"))
        assert "Su comprobante está en revisión" in panel
        assert "Ver mi comprobante" in panel

    def test_a_paid_one_says_so_and_takes_nothing(self, client, constancia, cxc, send):
        factories.pay(constancia, cxc)
        client.post("/aviso-4.0/")
        for page in (client.get(address(constancia)), send(sent("a.png", samples.image("PNG")))):
            assert "Su pago ya está confirmado" in text_of(page)
            assert '<input type="file"' not in page.content.decode()
        assert not PaymentProof.objects.exists()

    def test_a_cancelled_one_takes_a_proof_and_says_not_to_pay(
        self, client, constancia, user, send
    ):
        cancel_constancia(constancia=constancia, by=user)
        assert "envíe su comprobante" in text_of(
            client.get(f"/constancias/{constancia.reference}/")
        )
        assert "no la pague" in text_of(client.get(address(constancia)))
        assert "en revisión" in text_of(send(sent("a.png", samples.image("PNG"))))

    def test_the_panel_asks_nobody_to_pay_again_while_a_late_proof_is_in_review(
        self, client, user, settings
    ):
        settings.CONSTANCIA_DAYS = -1
        late = factories.make_constancia(user)
        expire_due()
        late.refresh_from_db()
        assert "Renovar mis productos" in text_of(client.get("/panel/"))
        settings.CONSTANCIA_DAYS = 30
        factories.make_constancia(user, late.quote)
        assert "espera el depósito" in text_of(client.get("/panel/"))
        factories.send_proof(late)
        panel = text_of(client.get("/panel/"))
        assert "Su comprobante está en revisión" in panel
        assert late.printed_reference in panel

    def test_after_a_payment_in_part_the_proof_stays_in_review_and_the_rest_is_told(
        self, client, constancia, cxc
    ):
        record_payment(deposit=factories.make_deposit(constancia, "1000.00"), by=cxc)
        factories.send_proof(constancia)
        for path in (address(constancia), "/panel/"):
            page = text_of(client.get(path))
            assert "Su comprobante está en revisión" in page
            assert "Ya confirmamos $1,000.00 de $1,305.00" in page
            assert "$305.00 MXN que faltan, no los pague otra vez" in page
            assert "No necesita hacer nada más" not in page
        page = text_of(client.get(f"/constancias/{constancia.reference}/"))
        assert "Pago confirmado Nos toca a nosotros" in page
        assert "Confirmamos una parte" in page

    def test_a_refused_proof_and_then_a_part_tell_what_is_missing(self, client, constancia, cxc):
        refuse_proof(proof=factories.send_proof(constancia), reason="No se lee.", by=cxc)
        record_payment(deposit=factories.make_deposit(constancia, "1000.00"), by=cxc)
        assert "Faltan $305.00" in text_of(client.get("/panel/"))

    def test_once_the_hour_passed_every_page_says_that_we_are_late(self, client, constancia):
        sent_at = timezone.now() - timedelta(hours=25)
        proof = factories.make_proof(constancia, sent_at=sent_at)
        due = timezone.localtime(proof.sent_at + timedelta(hours=24))
        for path in (address(constancia), "/panel/", f"/constancias/{constancia.reference}/"):
            page = text_of(client.get(path))
            assert "Debimos contestarle a más tardar el" in page
            assert "Confirmaremos su pago" not in page
            asks = "hora de Ciudad Juárez: escríbanos a cxc@sistemasperseo.com"
            assert f"a las {due:%H:%M}, {asks}" in page
            assert "24 horas, a más tardar" not in page
            assert "No necesita hacer nada más" not in page

    def test_without_a_proof_nothing_is_blocked(self, client, constancia):
        page = text_of(client.get(f"/constancias/{constancia.reference}/"))
        assert "Enviar mi comprobante" in page
        assert "cxc@sistemasperseo.com" in page
        assert "Enviar mi comprobante" in text_of(client.get("/panel/"))

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_fixed_number_of_queries(self, client, constancia, django_assert_num_queries, count):
        for number in range(count):
            factories.send_proof(constancia, samples.another_image(number))
        with django_assert_num_queries(9):
            client.get(address(constancia))
        with django_assert_num_queries(6):
            client.get("/panel/")
        with django_assert_num_queries(7):
            client.get(f"/constancias/{constancia.reference}/")
