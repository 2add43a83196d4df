"""The people of the desk, and what any of their pages costs."""

from django.contrib.auth.models import Group

from accounts.models import User
from tests import factories

# Session, user, and the permissions of the person and of their groups.
AROUND_A_PAGE = 4


def colleague(group: str) -> User:
    """A person of the staff in that group."""
    person = factories.make_user(is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    return person
