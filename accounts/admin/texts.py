"""The company's texts in the admin: what is in force, an editor with its preview, the history."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path

from accounts.admin.base import ReadOnlyAdmin, own_page, row_to_show
from accounts.company_texts import (
    NewerVersionError,
    TextError,
    body_of,
    current_text,
    current_texts,
    history,
    publish_text,
)
from accounts.previews import previews
from accounts.recently import proved_recently
from accounts.text_forms import TextForm
from facturamos.models import TextVersion
from facturamos.tampered import is_id
from facturamos.texts.catalogue import CATALOGUE
from facturamos.texts.difference import difference
from facturamos.texts.in_force import as_if, in_force
from facturamos.texts.kinds import Text

TEXT_PAGE = "admin:facturamos_textversion_text"


@admin.register(TextVersion)
class TextVersionAdmin(ReadOnlyAdmin):
    """A page for each text; the rows are its history."""

    list_display = ["name", "number", "published_at", "publisher", "reason"]
    export_columns = ["name", "number", "published_at", "publisher", "reason", "body"]

    @admin.display(description="texto")
    def name(self, version: TextVersion) -> str:
        """As the catalogue calls it."""
        return version.name

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whether this person may change what customers read."""
        return request.user.has_perm("facturamos.publish_texts")

    def has_view_permission(self, request: HttpRequest, obj: TextVersion | None = None) -> bool:
        """Whoever publishes them sees them, too."""
        return self.has_publish_permission(request) or super().has_view_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        """With the page of each text."""
        view = self.admin_site.admin_view(self.text_view)
        page = path("texto/<str:key>/", view, name="facturamos_textversion_text")
        return [page, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every text by the page where it is seen, published or not."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        may_export = self.has_export_lists_permission(request)
        context = {"places": current_texts(), "may_export": may_export}
        return own_page(self, request, "list", "Textos", **context)

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """One version, where the audit leads to: on the page of its text."""
        return redirect(TEXT_PAGE, row_to_show(self, request, object_id).key)

    def text_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """What the text says, its editor, and all it ever said."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        text = CATALOGUE.get(key)
        if text is None:
            raise Http404
        if request.method != "POST":
            return self._editor(request, text, _begun(text, request.GET.get("desde", "")))
        if not self.has_publish_permission(request):
            raise PermissionDenied
        if "edit" in request.POST:
            return self._editor(request, text, TextForm(text, initial=request.POST.dict()))
        form = TextForm(text, request.POST)
        if "preview" in request.POST:
            form = form.only_the_text()
            valid = form.is_valid()
            return self._preview(request, form) if valid else self._editor(request, text, form)
        return self._publish(request, form)

    def _publish(self, request: HttpRequest, form: TextForm) -> HttpResponse:
        """Once; whatever keeps it from happening, what was written stays on the page."""
        if not form.is_valid():
            return self._editor(request, form.text, form)
        if not proved_recently(request):
            return self._editor(request, form.text, form, needs_proof=True)
        try:
            version = publish_text(key=form.text.key, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except NewerVersionError as error:
            form.add_error(None, str(error))
            return self._editor(request, form.text, form, compare=form.cleaned_data["body"])
        except TextError as error:
            form.add_error(None, str(error))
            return self._editor(request, form.text, form)
        said = f"«{form.text.name}» está en vigor, versión {version.number}."
        self.message_user(request, said, messages.SUCCESS)
        return redirect(TEXT_PAGE, form.text.key)

    def _editor(
        self, request: HttpRequest, text: Text, form: TextForm, *, compare: str = "", **more: Any
    ) -> HttpResponse:
        """`compare`: what could not be published, to be held against what is in force."""
        current = current_text(text)
        if compare:
            # Whoever publishes from this page has seen the newest.
            form.data = {name: form.data[name] for name in form.fields} | {"seen": current.number}
            more["pieces"] = difference(current.body, compare)
        return own_page(
            self,
            request,
            "text",
            text.name,
            text=text,
            current=current,
            form=form,
            may_publish=self.has_publish_permission(request),
            history=history(text),
            **more,
        )

    def _preview(self, request: HttpRequest, form: TextForm) -> HttpResponse:
        """The page on which customers will read it, as it would be, with invented data."""
        text, body = form.text, form.cleaned_data["body"]
        with as_if(in_force().but(text.key, body)):
            page = previews()[text.place](text.key)
            if page.pdf:
                return HttpResponse(page.pdf, content_type="application/pdf")
            context = {**page.context, "page": page.template, "text": text, "draft": form.data}
            return render(request, "admin/facturamos/textversion/preview.html", context)


def _begun(text: Text, version: str) -> TextForm:
    """The editor with what is in force, or with an earlier version to go back to."""
    current = current_text(text)
    begun = {"body": current.body, "seen": current.number}
    number = int(version) if version == "0" or is_id(version) else None
    if number is not None and (body := body_of(text, number)) is not None:
        back = f"Vuelve a la versión {number}." if number else "Vuelve al texto original."
        begun |= {"body": body, "reason": back}
    return TextForm(text, initial=begun)
