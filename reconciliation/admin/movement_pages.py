"""A movement's page: what the bank says, where its money may go, and each decision about it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from accounts.admin.base import ReadOnlyAdmin, own_page, row_to_show
from accounts.recently import ask_again, recently_proved
from facturamos.money import ZERO, format_money
from payments.models import Constancia
from payments.services import PaymentsError
from reconciliation import deciding, taking_back
from reconciliation.admin.movement_context import choices, facts, following, return_of
from reconciliation.claims import claims_like
from reconciliation.models import Movement
from reconciliation.movement_forms import (
    ApplyForm,
    BasePartFormSet,
    CommentForm,
    OverForm,
    PartFormSet,
    ReasonForm,
)

Decide = Callable[..., object]


class MovementPages(ReadOnlyAdmin):
    """One service call for each button; after a decision comes the next movement."""

    def check_may_view(self, request: HttpRequest) -> None:
        """Raises PermissionDenied for somebody who may not look at movements."""
        if not self.has_view_permission(request):
            raise PermissionDenied

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether this person may decide."""
        return request.user.has_perm("reconciliation.decide_movement")

    def get_urls(self) -> list[URLPattern]:
        """The decisions."""
        actions = {
            "aplicar": ("apply", self.apply_view),
            "repartir": ("split", self.split_view),
            "descartar": ("ignore", self.ignore_view),
            "comentar": ("comment", self.comment_view),
            "deshacer": ("undo", self.undo_view),
            "devuelto": ("returned", self.returned_view),
        }
        return [
            *(
                path(f"<int:pk>/{word}/", self._action(view), name=f"reconciliation_movement_{key}")
                for word, (key, view) in actions.items()
            ),
            *super().get_urls(),
        ]

    def _action(self, view: Callable[[HttpRequest, Movement], HttpResponse]) -> Any:
        """A view that decides: for those who may, by POST only."""

        def wrapped(request: HttpRequest, pk: int) -> HttpResponse:
            self.check_may_view(request)
            if not self.has_decide_permission(request):
                raise PermissionDenied
            movement = get_object_or_404(self.get_queryset(request), pk=pk)
            return view(request, movement) if request.method == "POST" else _back(movement)

        return self.admin_site.admin_view(wrapped)

    @recently_proved
    def apply_view(self, request: HttpRequest, movement: Movement) -> HttpResponse:
        """The whole deposit to one constancia; asks once more when that is not what it lacks."""
        form = ApplyForm(request.POST)
        constancia = _by_id(form.cleaned_data["constancia"]) if form.is_valid() else None
        if constancia is None:
            self.message_user(
                request, "Esa constancia ya no está. Elija la constancia de nuevo.", messages.ERROR
            )
            return _back(movement)
        data = form.cleaned_data
        as_seen = data["missing"] == constancia.missing
        over = movement.amount - constancia.missing
        why = ReasonForm(request.POST if data["confirmed"] else None)
        agreed = over == 0 or (why.is_valid() and (over < 0 or data["accept_over"]))
        if constancia.takes_deposits and not (as_seen and agreed):
            return self._confirm(request, movement, constancia, why)
        assign = partial(
            deciding.assign,
            parts=[deciding.Part(constancia.pk, movement.amount)],
            reason=why.cleaned_data["reason"] if over and why.is_valid() else "",
            accept_over=data["accept_over"],
        )
        return self._decided(request, movement, f"aplicado a {constancia}", assign)

    def _confirm(
        self, request: HttpRequest, movement: Movement, constancia: Constancia, why: ReasonForm
    ) -> HttpResponse:
        """Ask about another amount; `why` is bound when that was answered, but not wholly."""
        over = movement.amount - constancia.missing
        is_error = why.is_bound and over > 0 and "accept_over" not in request.POST
        return own_page(
            self,
            request,
            "apply",
            f"{'Error: ' if why.errors or is_error else ''}El importe no es lo que falta",
            movement=movement,
            constancia=constancia,
            why=why,
            over=max(over, ZERO),
            short=max(-over, ZERO),
            over_form=OverForm(request.POST if why.is_bound else None),
            is_error=is_error,
        )

    @recently_proved
    def split_view(self, request: HttpRequest, movement: Movement) -> HttpResponse:
        """Parts of the deposit to several constancias."""
        parts = PartFormSet(request.POST, prefix="partes")
        if not parts.is_valid():
            return self._page(request, movement, parts)
        why = ReasonForm(request.POST)
        if not parts.is_plain and not why.is_valid():
            text = "Una parte no es lo que le falta a su constancia: escriba el motivo."
            self.message_user(request, text, messages.ERROR)
            return self._page(request, movement, parts)
        assign = partial(
            deciding.assign,
            parts=parts.parts,
            reason="" if parts.is_plain else why.cleaned_data["reason"],
            accept_over="accept_over" in request.POST,
        )
        return self._decided(request, movement, "repartido", assign, parts)

    @recently_proved
    def ignore_view(self, request: HttpRequest, movement: Movement) -> HttpResponse:
        """Set it aside."""
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self._refused(request, movement, form)
        reason = form.cleaned_data["reason"]
        return self._decided(
            request, movement, "descartado", partial(deciding.ignore, reason=reason)
        )

    def comment_view(self, request: HttpRequest, movement: Movement) -> HttpResponse:
        """Note something; it stays where it is."""
        form = CommentForm(request.POST)
        if not form.is_valid():
            return self._refused(request, movement, form)
        deciding.comment(movement=movement, text=form.cleaned_data["text"], by=request.user)  # type: ignore[arg-type]
        self.message_user(request, "Comentario guardado.", messages.SUCCESS)
        return _back(movement)

    @recently_proved
    def undo_view(self, request: HttpRequest, movement: Movement) -> HttpResponse:
        """Take the decision back; it stays on the page, to be decided anew."""
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self._refused(request, movement, form)
        reason = form.cleaned_data["reason"]
        undo = partial(taking_back.undo, reason=reason)
        if not self._failure(request, movement, undo):
            text = "La decisión se deshizo; el movimiento espera otra vez."
            self.message_user(request, text, messages.SUCCESS)
        return _back(movement)

    @recently_proved
    def returned_view(self, request: HttpRequest, movement: Movement) -> HttpResponse:
        """The bank gave the deposit back."""
        return self._decided(request, movement, "descartado con su devolución", accept_return)

    def _decided(
        self,
        request: HttpRequest,
        movement: Movement,
        said: str,
        decide: Decide,
        parts: BasePartFormSet | None = None,
    ) -> HttpResponse:
        """Decide and go on to the next; what cannot be is told on the page, with what was typed."""
        if error := self._failure(request, movement, decide):
            if parts is None:
                return _back(movement)
            parts.over = OverForm() if isinstance(error, deciding.OverError) else None
            return self._page(request, movement, parts)
        text = format_html(
            'Depósito de {}: {}. <a href="{}">Verlo</a>',
            format_money(movement.amount),
            said,
            _address(movement),
        )
        self.message_user(request, text, messages.SUCCESS)
        coming = following(movement)
        if coming is None:
            self.message_user(request, "No queda ningún depósito por decidir.", messages.SUCCESS)
            return redirect("admin:reconciliation_movement_changelist")
        return _back(coming)

    def _failure(
        self, request: HttpRequest, movement: Movement, decide: Decide
    ) -> Exception | None:
        """Decide; why it could not be, which the person is told, or None."""
        try:
            decide(movement=movement, by=request.user)
        except (deciding.DecisionError, PaymentsError) as error:
            self.message_user(request, str(error), messages.ERROR)
            return error
        return None

    def _refused(
        self, request: HttpRequest, movement: Movement, form: forms.Form
    ) -> HttpResponseRedirect:
        for errors in form.errors.values():
            self.message_user(request, str(errors[0]), messages.ERROR)
        return _back(movement)

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page by itself."""
        movement: Movement = row_to_show(self, request, object_id)
        decides = movement.state == Movement.State.WAITING and self.has_decide_permission(request)
        return (decides and ask_again(request)) or self._page(request, movement)

    def _page(
        self, request: HttpRequest, movement: Movement, parts: BasePartFormSet | None = None
    ) -> HttpResponse:
        movement = self.get_queryset(request).get(pk=movement.pk)  # as it is by now
        may_decide = self.has_decide_permission(request)
        waits = movement.state == Movement.State.WAITING
        decided = movement.state in (Movement.State.APPLIED, Movement.State.IGNORED)
        context = facts(movement) | {
            "may_decide": may_decide and waits,
            "may_undo": may_decide and decided,
            "may_comment": may_decide,
            "reason_form": ReasonForm(auto_id="reason_%s"),
            "comment_form": CommentForm(),
            "following": following(movement),
            "waiting": Movement.objects.for_a_person().count(),
            "claims": claims_like(movement)
            if request.user.has_perm("reconciliation.view_depositclaim")
            else (),
        }
        if may_decide and waits and movement.amount > 0 and movement.currency == "MXN":
            context |= choices(request.GET, movement, parts)
        title = f"Movimiento de {format_money(movement.amount)} del {movement.date:%d/%m/%Y}"
        return own_page(self, request, "page", title, **context)


def _address(movement: Movement) -> str:
    return reverse("admin:reconciliation_movement_change", args=[movement.pk])


def _back(movement: Movement) -> HttpResponseRedirect:
    return HttpResponseRedirect(_address(movement))


def _by_id(pk: int) -> Constancia | None:
    return Constancia.objects.with_paid().filter(pk=pk).first()


def accept_return(*, movement: Movement, by: Any) -> None:
    """`taking_back.accept_return`, whichever half of the pair is at hand."""
    taking_back.accept_return(movement=return_of(movement) or movement, by=by)
