"""What administrators do to another person's way in: their sessions and their second factor."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts import second_factor, sessions
from accounts.admin.base import own_page
from accounts.models import User
from accounts.recently import ask_again, recently_proved

# allauth's own pages would show the secrets, and add a second factor for anybody.
for own in (Authenticator, UserSession):
    if admin.site.is_registered(own):
        admin.site.unregister(own)


class ReasonForm(forms.Form):
    """Why somebody's second factor is taken away; they read it."""

    reason = forms.CharField(
        label="Motivo",
        help_text="Queda en la auditoría, y la persona lo lee en el correo que le avisa.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
        error_messages={"required": "Escriba el motivo: queda en la auditoría."},
    )


class DoorAdmin(admin.ModelAdmin):
    """Actions on users that only administrators have; changing a user asks who it is again."""

    actions = ["end_sessions", "take_second_factor_away"]

    def has_door_permission(self, request: HttpRequest) -> bool:
        """Whether this person may."""
        return request.user.is_active and request.user.is_superuser

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Whoever may change a user, or add one, shows again who they are."""
        user = self.get_object(request, unquote(object_id)) if object_id else None
        may = self.has_change_permission(request, user) if user else not object_id
        refused = ask_again(request) if may else None
        return refused or super().changeform_view(request, object_id, *args, **kwargs)

    @admin.action(description="Terminar sus sesiones", permissions=["door"])
    @recently_proved
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Whoever is chosen must sign in again, everywhere."""
        own = request.session.session_key
        by: User = request.user  # type: ignore[assignment]
        ended = sum([sessions.end_all(user=user, by=by, but=own) for user in queryset])
        self.message_user(request, f"Sesiones terminadas: {ended}.", messages.SUCCESS)

    @admin.action(description="Quitar su segundo factor", permissions=["door"])
    @recently_proved
    def take_second_factor_away(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        """Ask why on a page of its own, then take it from one person."""
        if queryset.count() != 1:
            self.message_user(request, "Elija una sola persona.", messages.ERROR)
            return None
        person = queryset.get()
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            self._take_away(request, person, form.cleaned_data["reason"])
            return None
        title = f"Quitar el segundo factor de {person}"
        return own_page(self, request, "take_away", title, person=person, form=form)

    def _take_away(self, request: HttpRequest, person: User, reason: str) -> None:
        try:
            done = second_factor.take_away(user=person, reason=reason, by=request.user)  # type: ignore[arg-type]
        except second_factor.OwnSecondFactorError:
            text = "El suyo no se quita aquí: vaya a «Mi cuenta»."
            self.message_user(request, text, messages.ERROR)
            return
        text = (
            f"{person} entrará solo con su contraseña y activará otro segundo factor. Le avisamos "
            "por correo; confirme por otro medio que lo pidió."
            if done
            else f"{person} no tenía segundo factor."
        )
        self.message_user(request, text, messages.SUCCESS if done else messages.WARNING)
