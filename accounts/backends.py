from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class PortalBackend(AuthenticationBackend):
    """allauth's sign-in; each request's user comes with company and distributor in one query."""

    def get_user(self, user_id: int) -> User | None:
        """The active user, or None."""
        user = User.objects.select_related("customer__distributor").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
