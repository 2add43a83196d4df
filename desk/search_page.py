"""The page of the one search box."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from desk.search import about_reference, constancia_by_reference, search, tried
from payments.searching import LONGEST, read_term


class SearchForm(forms.Form):
    """The text; its field refuses a NUL, which PostgreSQL takes in no text."""

    q = forms.CharField(
        label="Buscar",
        max_length=LONGEST,
        error_messages={
            "required": "Escriba qué busca.",
            "max_length": f"Es demasiado largo: escriba {LONGEST} caracteres como máximo.",
        },
    )


@require_safe
def search_page(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """What was found, by kind; a reference that a constancia carries leads straight to it."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    context: dict[str, Any] = {"title": "Buscar", "form": form, "searched": ""}
    if form.is_valid():
        term = read_term(form.cleaned_data["q"])
        user: Any = request.user
        if user.has_perm("payments.view_constancia") and (one := constancia_by_reference(term)):
            return redirect("admin:payments_constancia_change", one.pk)
        found = search(term, by=user)
        context |= {
            "searched": term.text,
            "found": found,
            "tried": [] if found else tried(term),
            "about_reference": about_reference(term),
        }
    return TemplateResponse(request, "desk/search.html", site.each_context(request) | context)
