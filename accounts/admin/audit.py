"""The audit: who did what, when and from where, in sentences; what changed, field by field."""

from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin.base import ReadOnlyAdmin, own_page, row_to_show
from accounts.admin.days import DaysFilter
from accounts.audit_sentences import (
    actions_that_say,
    all_words,
    changes,
    deed,
    details,
    groups,
    sentence,
)
from accounts.audit_words import customers_named, people_named
from accounts.models import AuditEvent, User
from facturamos.tampered import is_id

PORTAL = "portal"
# A shorter word stands in too many sentences.
SHORTEST_DEED = 4
LONGEST_SEARCH = 100
DASHES_OF_A_REQUEST = 4
# Its number has no index of its own: it is looked for among these days.
REQUESTS_KEPT_IN_MIND = timedelta(days=90)


class GroupFilter(admin.SimpleListFilter):
    """What kind of thing was done."""

    title = "lo que se hizo"
    parameter_name = "que"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The groups of actions, in words."""
        return [(title, title) for title in groups()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The events of that group; an invented one narrows nothing."""
        actions = groups().get(self.value() or "")
        return queryset.filter(action__in=actions) if actions else queryset


class ActorFilter(admin.SimpleListFilter):
    """Who did it: the staff by name; anybody else by a click on their name in the list."""

    title = "persona"
    parameter_name = "quien"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The staff, and the program itself."""
        shown = Q(is_staff=True)
        if chosen := self._chosen():
            shown |= Q(pk=chosen)
        people = User.objects.filter(shown).order_by("username").values_list("pk", "username")
        return [(PORTAL, "el portal"), *((str(pk), name) for pk, name in people)]

    def _chosen(self) -> int | None:
        value = self.value() or ""
        return int(value) if is_id(value) else None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Theirs."""
        if self.value() == PORTAL:
            return queryset.filter(actor_id=None)
        return queryset.filter(actor_id=self._chosen()) if self._chosen() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Who did what, when, from where. Nothing here looks through the whole table."""

    list_title = "Auditoría"
    list_display = ["when", "who", "what", "ip"]
    list_display_links = ["when"]
    export_columns = ["at", "actor", "in_words", "target", "action", "ip", "request_id"]
    list_filter = [GroupFilter, ("at", DaysFilter), ActorFilter]
    search_fields = ["actor"]  # shows the box; `get_search_results` says how it searches
    search_help_text = (
        "Referencia, RFC o nombre de un cliente (como empieza), usuario o correo de una persona, "
        "CLABE, clave de rastreo, número de petición de los últimos 90 días, o lo que se hizo: "
        "«descartó»."
    )
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    @admin.display(description="cuándo", ordering="pk")
    def when(self, event: AuditEvent) -> str:
        """To the second, in the company's clock."""
        return f"{timezone.localtime(event.at):%d/%m/%Y %H:%M:%S}"

    @admin.display(description="quién")
    def who(self, event: AuditEvent) -> SafeString:
        """Opens all that they did."""
        return format_html('<a href="?quien={}">{}</a>', event.actor_id or PORTAL, event.actor)

    @admin.display(description="qué hizo")
    def what(self, event: AuditEvent) -> str:
        """In words."""
        return deed(event)

    @admin.display(description="qué pasó")
    def in_words(self, event: AuditEvent) -> str:
        """The whole sentence, with who did it."""
        return sentence(event)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What the words mean is looked up first; then the events of those rows and people."""
        words = search_term.strip()[:LONGEST_SEARCH]
        return (queryset.filter(_meant_by(words)) if words else queryset), False

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """One event: the sentence, what changed, and the way to the rest of its request."""
        event = row_to_show(self, request, object_id)
        day = timezone.localdate(event.at)
        return own_page(
            self,
            request,
            "page",
            sentence(event),
            event=event,
            changes=changes(event),
            details=details(event),
            target_url=self._target_url(request, event),
            # What one request did, it did in a moment; days have an index.
            days={"at_desde": day - timedelta(days=1), "at_hasta": day + timedelta(days=1)},
        )

    def _target_url(self, request: HttpRequest, event: AuditEvent) -> str:
        """The row's page in the admin, for those who may see it."""
        try:
            model = apps.get_model(event.target_type)
        except (LookupError, ValueError):
            return ""
        if not self.admin_site.is_registered(model):
            return ""
        if not self.admin_site.get_model_admin(model).has_view_permission(request):
            return ""
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        return reverse(name, args=[event.target_id])


def _meant_by(words: str) -> Q:
    """The events that a search for the words means; none at all when nothing is called so."""
    customers = customers_named(words)
    meant = [Q(actor_id__in=people_named(words, customers))]
    rows: dict[str, set[str]] = {}
    for each in all_words():
        for kind, id_ in each.find(words, customers):
            rows.setdefault(kind, set()).add(str(id_))
    meant += [Q(target_type=kind, target_id__in=ids) for kind, ids in sorted(rows.items())]
    if len(words) >= SHORTEST_DEED:
        meant.append(Q(action__in=actions_that_say(words)))
    if words.count("-") == DASHES_OF_A_REQUEST:
        meant.append(Q(request_id=words, at__gte=timezone.now() - REQUESTS_KEPT_IN_MIND))
    return reduce(or_, meant)
