"""Pages for what went wrong: in Spanish, without detail for a stranger."""

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.defaults import ERROR_500_TEMPLATE_NAME


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose page was open too long or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, drawn without touching the database, the session or the user."""
    return HttpResponseServerError(render_to_string(ERROR_500_TEMPLATE_NAME))
