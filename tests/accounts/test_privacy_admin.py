"""A privacy notice is put in force from the admin, once."""

import pytest

from accounts.models import PrivacyNotice
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/privacynotice/"


@pytest.fixture
def publish(signed_in):
    """Chooses notices in the list and publishes them; what the page says then."""
    client = signed_in(factories.make_user(is_staff=True, is_superuser=True))

    def press(*notices: PrivacyNotice) -> str:
        data = {"action": "publish", "_selected_action": [each.pk for each in notices]}
        return client.post(LIST, data, follow=True).content.decode()

    return press


def draft(version: str) -> PrivacyNotice:
    return PrivacyNotice.objects.create(
        version=version, simplified_text="El corto.", integral_text="El largo."
    )


def test_a_draft_comes_into_force(publish):
    notice = draft("2")
    assert f"{notice} está en vigor." in publish(notice)
    notice.refresh_from_db()
    assert notice.published_at


def test_an_old_one_does_not_come_back(publish):
    old = factories.make_notice()
    publish(draft("2"))
    page = publish(old)
    assert f"{old} ya se había publicado y no cambia." in page
    assert f"{old} está en vigor." not in page


def test_only_one_at_a_time(publish):
    drafts = draft("2"), draft("3")
    assert "Elija un solo aviso" in publish(*drafts)
    assert not PrivacyNotice.objects.exclude(published_at=None).exists()
