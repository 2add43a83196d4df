"""Files that were good are not chosen again when a field is wrong, and what becomes of them."""

import errno
import os
import re
import time
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from payments import kept_uploads
from payments.models import KeptFile, KeptProof, PaymentProof, ProofFile
from payments.sweeping import sweep_orphans
from tests import factories
from tests.payments import proof_samples as samples
from tests.payments.kept_page import PICTURE, Page, check_at_once, on_disk
from tests.payments.proof_samples import address, sent, text_of

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    check_at_once(monkeypatch)


@pytest.fixture
def page(user, constancia, signed_in):
    return Page(signed_in(user), constancia)


class TestAFieldIsWrong:
    """The files that were good are not chosen again."""

    def test_the_day(self, page):
        page.send(sent("recibo.png", PICTURE), paid_on="2999-01-01")
        assert "todavía no llega" in page.text
        assert "Sus archivos siguen aquí: recibo.png" in page.text
        assert not re.search(r'<input type="file"[^>]* required', page.html)
        assert "recibo.png" in page.text
        assert 'aria-invalid="true"' in page.html
        assert page.send().status_code == 302
        assert ProofFile.objects.get().original_name == "recibo.png"

    def test_a_bad_file_among_good_ones(self, page):
        page.send(sent("bueno.png", PICTURE), sent("malo.gif", b"GIF89a"))
        page.send(sent("otro.png", samples.another_image(1)))
        names = ProofFile.objects.order_by("pk").values_list("original_name", flat=True)
        assert [*names] == ["bueno.png", "otro.png"]

    def test_with_those_that_wait_there_may_be_no_more_than_five(self, page, settings):
        four = [sent(f"{n}.png", samples.another_image(n)) for n in range(4)]
        page.send(*four, paid_on="")
        page.send(*(sent(f"{n}.png", samples.another_image(n)) for n in (7, 8)))
        assert "Eligió 6 archivos y en un envío caben 5" in page.text
        assert len(on_disk(settings)) == 4
        assert page.send(sent("9.png", samples.another_image(9))).status_code == 302
        assert ProofFile.objects.count() == 5

    def test_the_same_file_again_is_one(self, page, settings):
        for _ in range(2):
            page.send(sent("recibo.png", PICTURE), paid_on="")
        assert len(on_disk(settings)) == KeptFile.objects.count() == 1

    def test_what_does_not_fit_beside_another_tab_s_is_said(self, page):
        elsewhere = Page(page.client, page.constancia)
        elsewhere.send(*(sent(f"{n}.png", samples.another_image(n)) for n in range(4)), paid_on="")
        page.send(*(sent(f"{n}.png", samples.another_image(n)) for n in (7, 8)), paid_on="")
        assert "8.png" not in page.text
        assert "Eligió 6 archivos y en un envío caben 5" in page.text

    def test_only_what_the_form_showed_is_sent(self, page):
        elsewhere = Page(page.client, page.constancia)
        elsewhere.send(sent("otra-pestaña.png", samples.another_image(1)), paid_on="")
        page.send(sent("recibo.png", PICTURE))
        assert ProofFile.objects.get().original_name == "recibo.png"
        page.open()
        assert "otra-pestaña.png" in page.text

    def test_when_the_disk_is_full_they_are_chosen_again(self, page, monkeypatch, settings):
        def fail(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(default_storage, "save", fail)
        page.send(sent("recibo.png", PICTURE), paid_on="")
        assert "se quedó sin espacio" in page.text
        assert not KeptFile.objects.exists()
        assert on_disk(settings) == []

    def test_when_the_rows_fail_no_file_is_left(self, page, monkeypatch, settings):
        def fail(*_, **__):
            raise IntegrityError("no")

        monkeypatch.setattr(KeptFile.objects, "bulk_create", fail)
        with pytest.raises(IntegrityError):
            page.send(sent("recibo.png", PICTURE), paid_on="")
        assert on_disk(settings) == []


class TestSendingAndTakingAway:
    """What happens to it in the end."""

    @pytest.fixture
    def kept(self, page):
        page.send(sent("recibo.png", PICTURE), paid_on="")
        return page

    def test_two_clicks_send_one_proof(self, kept):
        assert kept.send().status_code == kept.send().status_code == 302
        assert PaymentProof.objects.count() == 1

    def test_what_was_sent_goes_a_little_later(self, kept, settings, monkeypatch):
        kept.send()
        assert kept_uploads.forget_old() == 0
        monkeypatch.setattr(
            timezone, "now", lambda real=timezone.now: real() + timedelta(minutes=6)
        )
        assert kept_uploads.forget_old() == 1
        assert on_disk(settings) == []
        assert len(on_disk(settings, "comprobantes")) == 1

    def test_after_that_a_form_that_names_it_says_so(self, kept):
        KeptFile.objects.all().delete()
        kept.send()
        assert "ya se borró: lo conservamos dos horas" in kept.text
        assert not PaymentProof.objects.exists()

    def test_a_file_that_vanished_is_chosen_again(self, kept, settings):
        on_disk(settings)[0].unlink()
        kept.send()
        assert "«recibo.png» ya no está guardado. Elíjalo otra vez." in kept.text
        assert "siguen aquí" not in kept.text
        assert kept.send(sent("recibo.png", PICTURE)).status_code == 302

    def test_the_person_takes_it_away(self, kept, settings):
        answer = kept.client.post(address(kept.constancia), {"remove": "1"}, follow=True)
        assert "Quitamos los archivos" in text_of(answer)
        assert "recibo.png" not in text_of(answer)
        assert on_disk(settings) == []
        assert not KeptFile.objects.exists()

    def test_two_hours_later_nothing_is_left(self, kept, settings, monkeypatch, signed_in, user):
        fresh = factories.make_constancia(factories.make_consenting_user())
        monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + timedelta(hours=2))
        page = signed_in(user).get(address(kept.constancia))
        assert "recibo.png" not in text_of(page)
        typed = kept_uploads.Typed()
        kept_uploads.keep(constancia=fresh, uploads=[], typed=typed, by=fresh.issued_by)
        assert kept_uploads.forget_old() == 1
        assert on_disk(settings) == []
        assert KeptProof.objects.get().constancia == fresh
        assert kept_uploads.forget_old() == 0

    def test_nor_does_it_come_back_while_the_worker_is_down(
        self, kept, settings, monkeypatch, user
    ):
        monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + timedelta(hours=2))
        typed = kept_uploads.Typed(tracking_key="ABC1")
        kept_uploads.keep(constancia=kept.constancia, uploads=[], typed=typed, by=user)
        assert not KeptFile.objects.exists()
        assert on_disk(settings) == []
        assert KeptProof.objects.get().tracking_key == "ABC1"

    def test_a_form_that_names_more_than_a_sending_takes_reads_no_more(self, page, user, settings):
        settings.PROOF_MAX_FILES = 1
        for n in range(3):
            page.send(sent(f"{n}.png", samples.another_image(n)), paid_on="", kept=[])
            KeptFile.objects.update(sent_at=timezone.now())
        ids = [str(file.public_id) for file in KeptFile.objects.all()]
        named = kept_uploads.chosen(constancia=page.constancia, user=user, ids=ids)
        assert len(named) == 2
        page.send(kept=ids)
        assert "Eligió 2 archivos y en un envío caben 1" in page.text

    def test_what_no_row_names_is_swept_after_a_day(self, kept, settings):
        (own,) = on_disk(settings)
        orphan = own.with_name("huerfano.png")
        orphan.write_bytes(b"x")
        for path in (own, orphan):
            os.utime(path, (time.time() - 25 * 3600,) * 2)
        assert sweep_orphans() == 1
        assert on_disk(settings) == [own]

    def test_the_worker_forgets(self, settings):
        assert "payments.kept_uploads.forget_old" in settings.DUE_JOBS

    def test_a_paid_constancia_asks_for_nothing(self, kept, cxc):
        factories.pay(kept.constancia, cxc)
        kept.client.post("/aviso-4.0/")
        kept.open()
        assert "recibo.png" not in kept.text

    def test_the_database_keeps_one_of_each(self, kept):
        own = KeptProof.objects.get()
        file = KeptFile.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            KeptProof.objects.create(constancia=own.constancia, user=own.user)
        with pytest.raises(IntegrityError), transaction.atomic():
            KeptFile.objects.create(kept=own, file="a", kind="png", sha256=file.sha256, size=1)


class TestThePage:
    """What the form says of its fields."""

    def test_the_limits_stand_at_the_field(self, page):
        assert "hasta 5 archivos JPEG, PNG, PDF o XML, de 10 MB cada uno" in page.text

    def test_the_day_is_taken_as_it_is_written_here(self, page):
        day = timezone.localdate()
        assert page.send(sent("a.png", PICTURE), paid_on=f"{day:%d/%m/%Y}").status_code == 302
        assert PaymentProof.objects.get().paid_on == day

    def test_one_primary_button_in_each_state(self, page, cxc):
        def primaries() -> int:
            return len(re.findall(r'class="btn btn-primary', page.html.split("session-clock")[0]))

        assert primaries() == 1
        page.send(sent("a.png", PICTURE))
        page.open()
        assert primaries() == 1
        assert "Nos toca a nosotros" in page.text
        factories.pay(page.constancia, cxc)
        page.client.post("/aviso-4.0/")
        page.open()
        assert primaries() == 1
        assert "Ir a mi panel" in page.text
