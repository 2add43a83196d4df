"""The welcome to everyone without a password: through the worker, once each, with progress."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts import campaigns
from accounts.campaigns import CampaignError, audience, go_on, start_campaign
from accounts.models import AuditEvent, User, WelcomeCampaign
from accounts.services import send_welcome
from facturamos.models import OutboxMessage
from tests import factories
from tests.live import played

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/welcomecampaign/"
QUERIES_OF_A_BATCH = 11


@pytest.fixture
def boss():
    return factories.make_user(is_staff=True, is_superuser=True)


def new_people(count: int, **fields) -> list[User]:
    customer = None if "distributor" in fields else factories.make_customer()
    return [factories.make_user(customer, password=None, **fields) for _ in range(count)]


def written_to() -> list[list[str]]:
    return [row.to for row in OutboxMessage.objects.order_by("pk")]


class TestWhom:
    """Who has no password yet, and who is left out."""

    def test_people_of_customers_and_distributors(self, boss):
        person = factories.make_user(factories.make_customer())  # has a password
        (new,) = new_people(1)
        (seller,) = new_people(1, distributor=factories.make_distributor())
        new_people(1, is_active=False)
        factories.make_user(is_staff=True, password=None)
        start_campaign(by=boss)
        assert go_on() == 2
        assert written_to() == [[new.email], [seller.email]]
        assert [person.email] not in written_to()

    def test_whoever_has_a_good_link_is_left_out(self, boss, clock):
        early, late, never = new_people(3)
        (silent,) = new_people(1, email="")
        clock(timezone.localdate() - timedelta(days=4), 12)
        send_welcome(user=early, by=None)
        clock(timezone.localdate() + timedelta(days=3), 12)
        send_welcome(user=late, by=None)
        assert (audience().to_write, audience().welcomed, audience().without_address) == (2, 1, 1)
        OutboxMessage.objects.all().delete()
        campaign = start_campaign(by=boss)
        go_on()
        assert written_to() == [[early.email], [never.email]]
        campaign.refresh_from_db()
        assert (campaign.total, campaign.written, campaign.left_out) == (3, 2, 1)
        assert campaign.finished_at
        assert not AuditEvent.objects.filter(
            action="user.welcomed", target_id=str(silent.pk)
        ).exists()

    def test_its_name_has_the_day_on_the_companys_clock(self):
        night = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)  # still the 20th in Mexico
        assert str(WelcomeCampaign(started_at=night)) == "Bienvenidas del 20/11/2026"

    def test_nobody_to_write_to(self, boss):
        with pytest.raises(CampaignError, match="No hay a quién"):
            start_campaign(by=boss)
        assert not WelcomeCampaign.objects.exists()


class TestGoingOn:
    """Batch by batch, by the worker."""

    def test_it_is_a_job_of_the_worker_and_its_link_works(self, boss, client, settings):
        (person,) = new_people(1)
        start_campaign(by=boss)
        assert "accounts.campaigns.go_on" in settings.DUE_JOBS
        assert go_on() == 1
        row = OutboxMessage.objects.get()
        (link,) = re.findall(r"http://127.0.0.1:8000(/contrasena/bienvenida/\S+)", row.text)
        assert "id_new_password1" in client.get(link, follow=True).content.decode()
        event = AuditEvent.objects.get(action="user.welcomed")
        assert (event.actor_id, event.target_id) == (boss.pk, str(person.pk))
        assert AuditEvent.objects.filter(action="welcomecampaign.finished").count() == 1

    def test_one_at_a_time(self, boss):
        new_people(1)
        start_campaign(by=boss)
        with pytest.raises(CampaignError, match="Ya hay un envío en curso"):
            start_campaign(by=boss)
        with pytest.raises(IntegrityError):
            WelcomeCampaign.objects.create(started_by=boss, total=1)

    def test_after_it_another_finds_nobody(self, boss):
        new_people(2)
        start_campaign(by=boss)
        go_on()
        with pytest.raises(CampaignError, match="No hay a quién"):
            start_campaign(by=boss)

    def test_a_round_leaves_room_for_the_other_jobs(self, boss, monkeypatch):
        monkeypatch.setattr(campaigns, "BATCH", 2)
        monkeypatch.setattr(campaigns, "MOST_BATCHES", 2)
        new_people(5)
        campaign = start_campaign(by=boss)
        assert [go_on(), go_on(), go_on()] == [4, 1, 0]
        campaign.refresh_from_db()
        assert campaign.written == 5

    def test_a_batch_that_fails_is_done_again_whole(self, boss, monkeypatch):
        new_people(3)
        campaign = start_campaign(by=boss)
        with monkeypatch.context() as broken:
            broken.setattr("accounts.campaigns.audit.record_all", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                go_on()
        assert not OutboxMessage.objects.exists()
        assert go_on() == 3
        campaign.refresh_from_db()
        assert (campaign.written, len(set(map(str, written_to())))) == (3, 3)

    def test_a_batch_asks_as_often_for_three_as_for_one(
        self, boss, django_assert_num_queries, monkeypatch
    ):
        monkeypatch.setattr(campaigns, "MOST_BATCHES", 1)
        for count in (1, 3):
            new_people(count)
            start_campaign(by=boss)
            with django_assert_num_queries(QUERIES_OF_A_BATCH):
                assert go_on() == count
            go_on()


class TestAdmin:
    """It is asked once, and watched."""

    @pytest.fixture
    def client(self, boss, signed_in):
        return signed_in(boss)

    def test_the_road(self, client):
        new_people(2)
        page = client.get(f"{LIST}enviar/").content.decode()
        assert "Enviar la bienvenida a 2 personas" in page
        assert not WelcomeCampaign.objects.exists()
        page = client.post(f"{LIST}enviar/", follow=True)
        campaign = WelcomeCampaign.objects.get()
        assert page.redirect_chain == [(f"{LIST}{campaign.pk}/change/", 302)]
        text = page.content.decode()
        assert 'max="2" value="0">0</progress> 0 de 2' in text
        assert 'http-equiv="refresh"' in text
        assert "ya hay un envío en curso" in client.get(f"{LIST}enviar/").content.decode().lower()
        go_on()
        text = client.get(f"{LIST}{campaign.pk}/change/").content.decode()
        assert "Terminó" in text
        assert "refresh" not in text
        assert "<dt>Correos escritos</dt><dd>2</dd>" in text
        assert "No hay a quién enviarla" in client.get(f"{LIST}enviar/").content.decode()

    def test_a_second_click_is_told(self, client):
        new_people(1)
        client.post(f"{LIST}enviar/")
        page = client.post(f"{LIST}enviar/", follow=True).content.decode()
        assert "Ya hay un envío en curso" in page
        assert WelcomeCampaign.objects.count() == 1

    def test_cxc_cannot(self, signed_in, cxc, boss):
        new_people(1)
        campaign = start_campaign(by=boss)
        client = signed_in(cxc)
        pages = ("", "enviar/", f"{campaign.pk}/change/")
        assert [client.get(LIST + page).status_code for page in pages] == [403] * 3
        assert client.post(f"{LIST}enviar/").status_code == 403


@pytest.mark.slow
def test_killed_again_and_again_it_writes_to_each_person_once(tmp_path, ready):
    *problems, told = played(tmp_path, ready, "tests.accounts.campaign_kills")
    assert told == "10 kills, 30 people"
    assert problems == []
