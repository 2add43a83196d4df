"""Who may open what was sent, and how it is served."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import AuditEvent
from payments.models import PaymentProof
from tests import factories
from tests.payments import proof_samples as samples
from tests.payments.proof_samples import address, read, sent, text_of

pytestmark = pytest.mark.slow


@pytest.fixture
def client(user, signed_in):
    return signed_in(user)


class TestFiles:
    """`/comprobantes/<uuid>/`."""

    @pytest.fixture
    def files(self, constancia):
        contents = [samples.image("PNG"), samples.photograph_with_a_place()]
        images = factories.send_proof(constancia, *contents, name='mi "recibo" ñ.png')
        pdf = factories.send_proof(constancia, samples.signed_pdf(), name="recibo.pdf")
        cep = factories.send_proof(constancia, samples.cep(), name="cep.xml")
        return [*images.files.all(), *pdf.files.all(), *cep.files.all()]

    def test_its_owner_opens_each_under_strict_headers(self, client, files):
        for file in files:
            answer = client.get(f"/comprobantes/{file.public_id}/")
            assert answer.status_code == 200
            content = read(answer)
            with file.file.open() as stored:
                assert content == stored.read()
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert answer.headers["Cache-Control"] == "no-store"
            shown = answer.headers["Content-Disposition"].partition(";")[0]
            kinds = {
                "png": ("image/png", "inline"),
                "jpeg": ("image/jpeg", "inline"),
                "pdf": ("application/pdf", "attachment"),
                "cep": ("application/xml", "attachment"),
            }
            assert (answer.headers["Content-Type"], shown) == kinds[file.kind]

    def test_its_name_is_written_as_the_standard_says(self, client, files):
        answer = client.get(f"/comprobantes/{files[0].public_id}/")
        read(answer)
        assert answer.headers["Content-Disposition"] == (
            "inline; filename*=utf-8''mi%20%22recibo%22%20%C3%B1.png"
        )

    def test_a_name_with_line_ends_adds_no_header(self, client, constancia):
        proof = factories.send_proof(constancia, name="a\r\nX-Injected: 1\r\n.png")
        answer = client.get(f"/comprobantes/{proof.files.get().public_id}/")
        read(answer)
        assert "X-Injected" not in answer.headers
        assert "aX-Injected" in answer.headers["Content-Disposition"]

    def test_cxc_opens_it_too_and_that_is_audited(self, cxc, files, signed_in):
        answer = signed_in(cxc).get(f"/comprobantes/{files[0].public_id}/")
        assert answer.status_code == 200
        read(answer)
        event = AuditEvent.objects.get(action="proof.read")
        assert (event.actor, event.data) == (cxc.username, {"file": str(files[0].public_id)})

    def test_its_owner_leaves_no_such_trace(self, client, files):
        read(client.get(f"/comprobantes/{files[0].public_id}/"))
        assert not AuditEvent.objects.filter(action="proof.read").exists()

    def test_a_lost_one_is_told(self, client, files):
        Path(files[0].file.path).unlink()
        page = client.get(f"/comprobantes/{files[0].public_id}/")
        assert page.status_code == 503
        assert "no está disponible" in text_of(page)

    def test_an_invented_one_does_not_exist(self, client, files):
        assert client.get(f"/comprobantes/{uuid4()}/").status_code == 404

    def test_no_address_leads_to_the_folder(self, client, files):
        for start in ("/media/", "/", "/static/"):
            assert client.get(start + files[0].file.name).status_code == 404


@pytest.mark.parametrize("method", ["get", "head", "post"])
class TestStrangers:
    """To whom a proof does not exist."""

    @pytest.fixture
    def addresses(self, constancia):
        file = factories.send_proof(constancia).files.get()
        return [address(constancia), f"/comprobantes/{file.public_id}/"]

    def test_another_customer(self, outsider, signed_in, addresses, method):
        client = signed_in(outsider)
        data = {"file": [sent("a.png", samples.another_image(9))]}
        statuses = [
            getattr(client, method)(path, data if method == "post" else None).status_code
            for path in addresses
        ]
        assert statuses == [404, 405 if method == "post" else 404]
        assert PaymentProof.objects.count() == 1

    def test_staff_without_the_permission(self, signed_in, addresses, method):
        clerk = factories.make_user(is_staff=True)
        status = getattr(signed_in(clerk), method)(addresses[1]).status_code
        assert status == (405 if method == "post" else 404)

    def test_the_permission_alone_is_not_enough(self, signed_in, addresses, method):
        person = factories.make_consenting_user()
        person.user_permissions.add(Permission.objects.get(codename="view_prooffile"))
        status = getattr(signed_in(person), method)(addresses[1]).status_code
        assert status == (405 if method == "post" else 404)

    def test_who_is_not_signed_in(self, addresses, method):
        for path in addresses:
            answer = getattr(Client(), method)(path)
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/ingresar/")
