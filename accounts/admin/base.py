"""What the admin's pages of every app stand on: audited forms, rows that only read, own pages."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from accounts import audit
from facturamos.admin_exports import ExportableAdmin
from facturamos.tampered import is_id

NOT_STORED = (
    "El servidor no pudo guardar el archivo; quizá no tiene espacio. Avise a su administrador e "
    "inténtelo de nuevo."
)


class AuditedAdmin(ExportableAdmin):
    """Every change through a form leaves an audit row with what it said before and after."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What others refer to is never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Save the fields that were edited, and no others: a service may have moved them since."""
        if change:
            obj.save(update_fields=_columns(obj, form.changed_data))
        else:
            super().save_model(request, obj, form, change)
        record_form(request, obj, form, added=not change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The lines below the form, each with its own row in the audit."""
        super().save_formset(request, form, formset, change)
        for line in formset.forms:
            if line.has_changed() and line.instance.pk:
                record_form(request, line.instance, line, added=line in formset.extra_forms)
        for deleted in formset.deleted_objects:
            audit.record(
                f"{deleted._meta.model_name}.deleted",
                by=request.user,  # type: ignore[arg-type]
                target=formset.instance,
                line=str(deleted),
            )


def _columns(obj: models.Model, names: Iterable[str]) -> list[str]:
    """Those of the names that are columns of the row."""
    columns = {field.name for field in obj._meta.concrete_fields}
    return [name for name in names if name in columns]


def record_form(request: HttpRequest, obj: models.Model, form: Any, *, added: bool) -> None:
    """What one form added or changed, into the audit."""
    kept = {field.name for field in (*obj._meta.concrete_fields, *obj._meta.many_to_many)}
    # Only what the row keeps, and never a password: a form also has fields that nobody may read.
    fields = [name for name in form.changed_data if name in kept - {"password"}]
    audit.record(
        f"{obj._meta.model_name}.{'added' if added else 'changed'}",
        by=request.user,  # type: ignore[arg-type]
        target=obj,
        before={} if added else {name: _before(obj, form, name) for name in fields},
        after={name: _told(form.cleaned_data.get(name)) for name in fields},
    )


def _before(obj: models.Model, form: Any, name: str) -> str | list[str]:
    """What the form showed at first; a row that it names by its key is told as itself."""
    value = form.initial.get(name)
    field = obj._meta.get_field(name)
    if value is not None and isinstance(field, models.ForeignKey):
        value = field.related_model._default_manager.filter(pk=value).first()
    return _told(value)


def _told(value: Any) -> str | list[str]:
    if isinstance(value, list | tuple | models.QuerySet):
        return [str(each) for each in value]
    return str(value)


class ReadOnlyAdmin(ExportableAdmin):
    """Rows that only the services write."""

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Titled by what it is."""
        context = {"title": capfirst(str(self.opts.verbose_name))} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


def row_to_show(
    page: ModelAdmin, request: HttpRequest, object_id: str, rows: models.QuerySet[Any] | None = None
) -> Any:
    """The row that an own `change_view` shows; of `rows`, where those of the list are not enough.

    Raises PermissionDenied for whoever may not look, whatever the id is; Http404 for an id that
    is none, or no row's.
    """
    if not page.has_view_permission(request):
        raise PermissionDenied
    if not is_id(object_id):
        raise Http404
    return get_object_or_404(page.get_queryset(request) if rows is None else rows, pk=object_id)


def own_page(
    page: ModelAdmin, request: HttpRequest, template: str, title: str, **context: Any
) -> HttpResponse:
    """One of the model's own templates (its name without folder and ending).

    A `form` of the context that has errors says so in the title.
    """
    form = context.get("form")
    context |= page.admin_site.each_context(request) | {
        "title": f"Error: {title}" if form is not None and form.errors else title,
        "opts": page.opts,
    }
    folder = f"admin/{page.opts.app_label}/{page.opts.model_name}"
    return TemplateResponse(request, f"{folder}/{template}.html", context)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing until it was sent."""
    return request.POST if request.method == "POST" else None
