"""Where the money goes: one person proposes an account, another approves it."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from payments.models import BankAccount
from tests import factories


class TestBankAccount:
    """Where the money goes: one person proposes, another approves."""

    @pytest.fixture
    def administrators(self, db):
        return [factories.make_user(is_staff=True, is_superuser=True) for _ in "ab"]

    @pytest.fixture
    def clients(self, administrators, signed_in):
        return [signed_in(person) for person in administrators]

    def propose(self, client, **fields):
        data = {
            "beneficiary": "Sistemas Perseo S.A. de C.V.",
            "bank_name": "BBVA",
            "account_number": "0101644637",
            "clabe": "012164001016446374",
            **fields,
        }
        return client.post("/admin/payments/bankaccount/add/", data, follow=True).content.decode()

    def decide(self, client, action, account):
        data = {"action": action, "_selected_action": [account.pk], "confirmed": "1"}
        return client.post("/admin/payments/bankaccount/", data, follow=True).content.decode()

    def test_a_proposal_has_no_effect_yet_and_leaves_a_trace(self, clients):
        assert "Entrará en vigor cuando otra persona la apruebe" in self.propose(clients[0])
        assert BankAccount.objects.get().state == "propuesta"
        assert not BankAccount.objects.in_force().exists()
        event = AuditEvent.objects.get()
        assert (event.action, event.data["clabe"]) == (
            "bank_account.proposed",
            "012164001016446374",
        )

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"clabe": "012164001016446375"}, "su dígito de control no coincide"),
            ({"clabe": "0121640010164463"}, "La CLABE lleva 18 dígitos"),
            ({"account_number": "0101644638"}, "La cuenta no corresponde a la CLABE"),
        ],
    )
    def test_a_wrong_one_is_refused_with_the_reason(self, clients, fields, sentence):
        assert sentence in self.propose(clients[0], **fields)
        assert not BankAccount.objects.exists()

    def test_a_clabe_pasted_in_groups_is_taken(self, clients):
        page = self.propose(clients[0], clabe="0121 6400 1016 446374", account_number="010-1644637")
        assert "se agregó" not in page  # Django's own words, which read as if it were in force
        assert BankAccount.objects.get().clabe == "012164001016446374"

    def test_a_wrong_clabe_is_one_error(self, clients):
        page = self.propose(clients[0], clabe="012164001016446375")
        assert "La cuenta no corresponde" not in page

    def test_a_rejected_one_cannot_be_revived_by_sql(self, clients, administrators):
        self.propose(clients[0])
        account = BankAccount.objects.get()
        self.decide(clients[1], "reject", account)
        with pytest.raises(IntegrityError), transaction.atomic():
            BankAccount.objects.update(retired_at=None, retired_by=None)

    def test_nobody_approves_their_own(self, clients):
        self.propose(clients[0])
        page = self.decide(clients[0], "approve", BankAccount.objects.get())
        assert "la tiene que aprobar otra persona" in page
        assert not BankAccount.objects.in_force().exists()

    def test_approving_shows_both_accounts_and_asks_once_more(self, clients):
        factories.make_bank_account(bank_name="Anterior")
        self.propose(clients[0])
        account = BankAccount.objects.proposed().get()
        data = {"action": "approve", "_selected_action": [account.pk]}
        page = clients[1].post("/admin/payments/bankaccount/", data).content.decode()
        assert "<td>Anterior</td><td><strong>BBVA</strong></td>" in page
        assert "012164001016446374 (igual)" in page
        assert BankAccount.objects.in_force().get() != account

    def test_another_person_puts_it_in_force_and_the_old_one_retires(self, administrators, clients):
        old = factories.make_bank_account(bank_name="Anterior")
        self.propose(clients[0])
        new = BankAccount.objects.proposed().get()
        assert "está en vigor" in self.decide(clients[1], "approve", new)
        assert BankAccount.objects.in_force().get() == new
        old.refresh_from_db()
        assert old.state == "retirada"
        event = AuditEvent.objects.get(action="bank_account.approved", target_id=str(new.pk))
        assert event.actor == administrators[1].username
        assert event.data["before"]["bank"] == "Anterior"

    def test_a_second_approval_is_told(self, clients):
        self.propose(clients[0])
        account = BankAccount.objects.get()
        self.decide(clients[1], "approve", account)
        assert "ya no espera aprobación" in self.decide(clients[1], "approve", account)

    def test_a_rejected_one_cannot_be_approved_by_mistake(self, clients):
        self.propose(clients[0])
        account = BankAccount.objects.get()
        assert "quedó retirada" in self.decide(clients[1], "reject", account)
        assert "ya no espera aprobación" in self.decide(clients[1], "approve", account)
        assert "ya no espera aprobación" in self.decide(clients[1], "reject", account)

    def test_cxc_sees_accounts_but_changes_none(self, cxc, signed_in):
        account = factories.make_bank_account()
        client = signed_in(cxc)
        assert client.get("/admin/payments/bankaccount/").status_code == 200
        assert client.get("/admin/payments/bankaccount/add/").status_code == 403
        self.decide(client, "reject", account)
        assert BankAccount.objects.in_force().get() == account

    def test_what_it_says_cannot_be_changed(self, clients):
        account = factories.make_bank_account()
        address = f"/admin/payments/bankaccount/{account.pk}/change/"
        assert clients[0].post(address, {"clabe": "012000012345678908"}).status_code == 403
