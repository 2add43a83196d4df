"""The campaign that sends the welcome, in the admin: started once, watched while it goes on."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from accounts.admin.base import ReadOnlyAdmin, own_page, row_to_show
from accounts.campaigns import CampaignError, audience, start_campaign
from accounts.models import WelcomeCampaign


@admin.register(WelcomeCampaign)
class WelcomeCampaignAdmin(ReadOnlyAdmin):
    """Every campaign, newest first."""

    list_display = ["__str__", "started_by", "total", "written", "left_out", "finished_at"]
    list_select_related = ["started_by"]

    def has_start_permission(self, request: HttpRequest) -> bool:
        """Whether this person may write to everybody."""
        return request.user.has_perm("accounts.start_campaign")

    def has_view_permission(self, request: HttpRequest, obj: WelcomeCampaign | None = None) -> bool:
        """Whoever starts one sees how it goes, too."""
        return self.has_start_permission(request) or super().has_view_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        """The page that asks before it starts."""
        view = self.admin_site.admin_view(self.start_view)
        return [path("enviar/", view, name="accounts_welcomecampaign_start"), *super().get_urls()]

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """How many would get it, and the button."""
        if not self.has_start_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            try:
                campaign = start_campaign(by=request.user)  # type: ignore[arg-type]
            except CampaignError as error:
                self.message_user(request, str(error), messages.ERROR)
                return redirect("admin:accounts_welcomecampaign_start")
            return redirect("admin:accounts_welcomecampaign_change", campaign.pk)
        under_way = WelcomeCampaign.objects.filter(finished_at=None).first()
        title = "Enviar la bienvenida"
        context = {"audience": audience(), "under_way": under_way}
        return own_page(self, request, "start", title, **context)

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """How far the campaign has come."""
        rows = WelcomeCampaign.objects.select_related("started_by")
        campaign = row_to_show(self, request, object_id, rows)
        done = campaign.written + campaign.left_out
        # Whoever was added meanwhile is written to as well.
        total = max(campaign.total, done)
        context = {"campaign": campaign, "done": done, "total": total}
        return own_page(self, request, "page", str(campaign), **context)
