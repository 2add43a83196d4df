"""Sending a proof, answering it, and the files behind them."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, User
from facturamos.models import OutboxMessage
from payments import mails, proofs
from payments.models import Constancia, PaymentProof, ProofFile
from payments.plain import review_of
from payments.proofs import (
    AlreadyPaidError,
    NotInReviewError,
    QuotaError,
    refuse_proof,
)
from payments.recording import record_payment
from payments.reverting import revert_payments
from payments.services import cancel_constancia, expire_due
from tests import factories
from tests.payments import proof_samples as samples

pytestmark = pytest.mark.slow


def stored(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


class TestSending:
    """`send_proof`."""

    def test_it_keeps_what_was_sent_and_says_so_to_both(self, constancia, user, settings):
        sent = samples.photograph_with_a_place()
        proof = factories.send_proof(constancia, sent, name="foto.jpg", tracking_key="ABC1")
        (file,) = proof.files.all()
        assert (proof.state, proof.sent_by, proof.tracking_key) == ("waiting", user, "ABC1")
        assert (file.kind, file.original_name, file.size) == ("jpeg", "foto.jpg", len(sent))
        with file.file.open() as kept:
            assert kept.read() != sent  # drawn anew
        assert len(stored(settings)) == 1
        event = AuditEvent.objects.get(action="proof.sent")
        assert event.data["files"] == [{"kind": "jpeg", "size": len(sent), "sha256": file.sha256}]
        assert OutboxMessage.objects.filter(key__startswith="proof-").count() == 2
        constancia.refresh_from_db()
        assert constancia.status == "open"  # a proof confirms nothing

    def test_the_stored_name_owes_nothing_to_the_sender(self, constancia):
        proof = factories.send_proof(constancia, name="../../recibo.php.png")
        name = proof.files.get().file.name
        assert "recibo" not in name
        assert ".." not in name
        assert name.startswith("comprobantes/")
        assert proof.files.get().original_name == "recibo.php.png"

    def test_the_same_files_give_the_same_proof(self, constancia, settings):
        first = factories.send_proof(constancia, samples.image("PNG"))
        assert factories.send_proof(constancia, samples.image("PNG")) == first
        assert PaymentProof.objects.count() == 1
        assert len(stored(settings)) == 1
        assert OutboxMessage.objects.filter(key__startswith="proof-").count() == 2
        more = factories.send_proof(constancia, samples.image("PNG"), samples.another_image(1))
        assert more != first

    @pytest.mark.parametrize(
        "correction",
        [{"tracking_key": "ABC1"}, {"paid_on": timezone.localdate() - timedelta(days=1)}],
        ids=["a clave", "another day"],
    )
    def test_the_same_files_with_something_else_to_say_are_another_proof(
        self, constancia, correction
    ):
        first = factories.send_proof(constancia)
        second = factories.send_proof(constancia, **correction)
        assert second != first
        assert factories.send_proof(constancia, **correction) == second
        assert factories.send_proof(constancia) == first

    def test_a_file_picked_twice_is_kept_once(self, constancia):
        picture = samples.image("PNG")
        assert factories.send_proof(constancia, picture, picture).files.count() == 1

    def test_after_a_refusal_the_same_file_can_be_sent_again(self, constancia, cxc):
        first = factories.send_proof(constancia)
        refuse_proof(proof=first, reason="No se lee.", by=cxc)
        assert factories.send_proof(constancia) != first

    def test_the_same_file_for_another_constancia_is_another_proof(self, constancia, outsider):
        other = factories.make_constancia(outsider)
        assert factories.send_proof(constancia) != factories.send_proof(other)
        found = PaymentProof.objects.with_same_file_elsewhere().order_by("pk")
        assert [proof.same_file_in for proof in found] == [other.reference, constancia.reference]

    def test_a_cancelled_or_expired_one_takes_proofs(self, constancia, outsider, user, settings):
        cancel_constancia(constancia=constancia, by=user)
        assert factories.send_proof(constancia).state == "waiting"
        settings.CONSTANCIA_DAYS = -1
        expired = factories.make_constancia(outsider)
        expire_due()
        expired.refresh_from_db()
        assert expired.status == "expired"
        assert factories.send_proof(expired).state == "waiting"

    def test_a_paid_one_needs_none(self, constancia, cxc, settings):
        factories.pay(constancia, cxc)
        with pytest.raises(AlreadyPaidError, match="ya está confirmado"):
            factories.send_proof(constancia)
        assert stored(settings) == []

    def test_there_is_room_for_so_much_of_one_customer(self, constancia, outsider, settings):
        size = len(samples.image("PNG"))
        settings.PROOF_QUOTA_BYTES = size
        factories.send_proof(constancia)
        with pytest.raises(QuotaError, match="por correo"):
            factories.send_proof(constancia, samples.another_image(1))
        assert len(stored(settings)) == 1
        factories.send_proof(factories.make_constancia(outsider))  # another's room is another's

    def test_without_files_there_is_no_proof(self, constancia):
        with pytest.raises(ValueError, match="needs a file"):
            proofs.send_proof(
                constancia=constancia,
                uploads=[],
                paid_on=timezone.localdate(),
                tracking_key="",
                by=constancia.issued_by,
            )

    @pytest.mark.parametrize("culprit", [(mails, "proof_received"), (audit, "record")])
    def test_when_anything_fails_nothing_is_left(self, constancia, settings, monkeypatch, culprit):
        def fail(*_, **__):
            raise DatabaseError("the database went away")

        monkeypatch.setattr(*culprit, fail)
        with pytest.raises(DatabaseError):
            factories.send_proof(constancia)
        assert stored(settings) == []
        assert not PaymentProof.objects.exists()
        assert not ProofFile.objects.exists()

    def test_what_was_sent_never_changes(self, constancia):
        proof = factories.send_proof(constancia)
        changes = [
            partial(PaymentProof.objects.update, paid_on=timezone.localdate() - timedelta(1)),
            partial(PaymentProof.objects.update, tracking_key="X"),
            partial(ProofFile.objects.update, sha256="0" * 64),
            partial(ProofFile.objects.all()._raw_delete, "default"),
        ]
        for change in changes:
            with pytest.raises(IntegrityError, match="kept as they were"), transaction.atomic():
                change()
        assert proof.files.count() == 1

    def test_an_answer_stays_as_it_was_given(self, constancia, cxc):
        refuse_proof(proof=factories.send_proof(constancia), reason="No se lee.", by=cxc)
        nothing = {"state": "waiting", "answered_at": None, "answered_by": None, "reason": ""}
        for changes in ({"reason": "Otra cosa."}, nothing):
            with pytest.raises(IntegrityError, match="kept as they were"), transaction.atomic():
                PaymentProof.objects.update(**changes)


class TestRefusing:
    """`refuse_proof`."""

    def test_the_reason_reaches_the_customer(self, constancia, cxc):
        proof = factories.send_proof(constancia)
        assert refuse_proof(proof=proof, reason=" No se lee el importe. ", by=cxc) == 1
        proof.refresh_from_db()
        assert (proof.state, proof.answered_by) == ("refused", cxc)
        (letter,) = OutboxMessage.objects.filter(key__startswith="proof-refused")
        assert "No se lee el importe." in letter.text
        assert AuditEvent.objects.get(action="proof.refused").data == {
            "reason": "No se lee el importe."
        }
        constancia.refresh_from_db()
        assert constancia.status == "open"

    def test_it_is_answered_once(self, constancia, cxc):
        proof = factories.send_proof(constancia)
        refuse_proof(proof=proof, reason="No se lee.", by=cxc)
        with pytest.raises(NotInReviewError, match="ya no está en revisión"):
            refuse_proof(proof=proof, reason="Otra cosa.", by=cxc)
        proof.refresh_from_db()
        assert proof.reason == "No se lee."
        assert OutboxMessage.objects.filter(key__startswith="proof-refused").count() == 1

    def test_one_whose_payment_was_confirmed_is_not_refused(self, constancia, cxc):
        proof = factories.send_proof(constancia)
        factories.pay(constancia, cxc)
        with pytest.raises(NotInReviewError):
            refuse_proof(proof=proof, reason="No se lee.", by=cxc)

    def test_one_of_two_can_be_refused_after_a_payment_in_part(self, constancia, cxc):
        first = factories.send_proof(constancia)
        second = factories.send_proof(constancia, samples.another_image(1))
        record_payment(deposit=factories.make_deposit(constancia, "500.00"), by=cxc)
        assert set(PaymentProof.objects.in_review()) == {first, second}
        refuse_proof(proof=second, reason="Es de otra cuenta.", by=cxc)
        assert PaymentProof.objects.in_review().get() == first

    def test_it_counts_nobody_where_nobody_has_an_address(self, constancia, cxc):
        proof = factories.send_proof(constancia)
        User.objects.filter(customer=constancia.customer).update(email="")
        assert refuse_proof(proof=proof, reason="No se lee.", by=cxc) == 0

    @pytest.mark.parametrize("reason", ["", "  \n "])
    def test_a_refusal_has_a_reason(self, constancia, cxc, reason):
        proof = factories.send_proof(constancia)
        with pytest.raises(ValueError, match="reason"):
            refuse_proof(proof=proof, reason=reason, by=cxc)
        proof.refresh_from_db()
        assert proof.state == "waiting"


def review_now(constancia):
    """As a page reads it: with what has been paid."""
    return review_of(Constancia.objects.with_paid().get(pk=constancia.pk))


class TestReview:
    """What the pages tell of the proofs of a constancia."""

    def test_without_any_there_is_nothing_to_tell(self, constancia):
        assert review_now(constancia) is None

    def test_one_in_review_comes_before_a_refused_one(self, constancia, cxc):
        first = factories.send_proof(constancia)
        second = factories.send_proof(constancia, samples.another_image(2))
        refuse_proof(proof=second, reason="No se lee.", by=cxc)
        review = review_now(constancia)
        assert review
        assert (review.sent_at, review.refused_on) == (first.sent_at, None)

    def test_a_refused_one_tells_its_reason_until_another_is_sent(self, constancia, cxc):
        refuse_proof(proof=factories.send_proof(constancia), reason="No se lee.", by=cxc)
        review = review_now(constancia)
        assert review
        assert (review.reason, review.refused_on) == ("No se lee.", timezone.localdate())
        factories.send_proof(constancia)
        review = review_now(constancia)
        assert review
        assert not review.reason

    def test_only_the_whole_total_settles_what_was_sent(self, constancia, cxc):
        proof = factories.send_proof(constancia)
        record_payment(deposit=factories.make_deposit(constancia, "1000.00"), by=cxc)
        assert review_now(constancia)
        assert not PaymentProof.objects.get(pk=proof.pk).is_settled
        record_payment(
            deposit=factories.make_deposit(constancia, "305.00", seen_paid=Decimal("1000.00")),
            by=cxc,
        )
        assert review_now(constancia) is None
        assert not PaymentProof.objects.in_review().exists()
        assert PaymentProof.objects.get(pk=proof.pk).is_settled

    def test_a_payment_in_part_is_newer_word_than_a_refusal_before_it(self, constancia, cxc):
        refuse_proof(proof=factories.send_proof(constancia), reason="No se lee.", by=cxc)
        record_payment(deposit=factories.make_deposit(constancia, "1000.00"), by=cxc)
        assert review_now(constancia) is None
        refuse_proof(proof=factories.send_proof(constancia), reason="Tampoco.", by=cxc)
        review = review_now(constancia)
        assert review
        assert review.reason == "Tampoco."

    def test_a_payment_taken_back_puts_it_in_review_again(self, constancia, cxc):
        proof = factories.send_proof(constancia)
        factories.pay(constancia, cxc)
        assert not PaymentProof.objects.in_review().exists()
        payments = constancia.payments.values_list("pk", flat=True)
        revert_payments(payments=list(payments), reason="Era de otro cliente.", by=cxc)
        assert PaymentProof.objects.in_review().get() == proof

    def test_those_from_before_are_settled_by_their_migration(self, constancia, outsider, cxc):
        paid = factories.send_proof(constancia)
        factories.pay(constancia, cxc)
        waiting = factories.send_proof(factories.make_constancia(outsider))
        PaymentProof.objects.update(settled_at=None)
        import_module("payments.migrations.0005_settled_proofs").settle(apps, None)
        assert PaymentProof.objects.in_review().get() == waiting
        paid.refresh_from_db()
        constancia.refresh_from_db()
        assert paid.settled_at == constancia.paid_at
