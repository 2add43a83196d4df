from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import CustomerRequest, customer_page
from facturamos.limits import made_too_many
from facturamos.money import format_money, in_words
from payments import services
from payments.forms import ConfirmationForm
from payments.models import Constancia
from payments.panel import offer_state
from payments.plain import pending_of, road_ahead, road_of
from payments.state import State, constancia_state
from payments.timeline import TimelineStep, timeline
from renewals.forms import PICK, selection_query
from renewals.models import Quote
from renewals.pricing import SelectionError
from renewals.services import find_quote, latest_quote


@require_safe
@customer_page
def panel(request: CustomerRequest) -> HttpResponse:
    """The customer's home: whose turn it is, what to do now, and when something happens."""
    today = timezone.localdate()
    if pending := pending_of(request.customer):
        road = road_of(pending)
        state = constancia_state(pending, road.review, today)
        return _panel(request, state, timeline(road), pending)
    quote = latest_quote(request.customer)
    of_quote = Constancia.objects.filter(quote=quote).select_related("invoice_request")
    last = of_quote.first() if quote else None
    steps = timeline(road_ahead(quote)) if quote and quote.is_offered(today) else []
    return _panel(request, offer_state(quote, last, today), steps)


def _panel(
    request: HttpRequest,
    state: State,
    steps: list[TimelineStep],
    pending: Constancia | None = None,
) -> HttpResponse:
    """`pending`: the constancia that the state tells of, from `pending_of`."""
    # Of one that cannot be invoiced any more there is nothing to see.
    can_be_invoiced = pending and pending.can_be_invoiced(timezone.localdate())
    asked = getattr(pending, "invoice_request", None) if can_be_invoiced else None
    context = {"state": state, "timeline": steps, "pending": pending, "asked": asked}
    return render(request, "payments/panel.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def confirm(request: CustomerRequest) -> HttpResponse:
    """What will be generated, with "Aceptar" and "Cancelar". Nothing is made before "Aceptar"."""
    is_post = request.method == "POST"
    data = _with_pick(request)
    quote = _quote_asked_for(request, data)
    if "cancel" in data:
        return _back_to_quote(quote, data)
    form = ConfirmationForm(data, quote_lines=list(quote.lines.all()), is_post=is_post)
    if is_post and "accept" in data:
        return _accept(request, quote, form)
    standing = Constancia.objects.standing().filter(quote=quote).first()
    if standing:
        messages.info(request, "Ya había generado esta constancia de pago.")
        return redirect("payments:constancia", standing.reference)
    return _confirmation(request, quote, form)


def _with_pick(request: CustomerRequest) -> QueryDict:
    """What was sent. What it does not say of the pick is in the address, or was the last pick."""
    data = request.POST.copy() if request.method == "POST" else request.GET.copy()
    last = QueryDict(request.session.get(PICK, ""))
    for source in (request.GET, last):
        for name in ("quote", "lines"):
            if name not in data and name in source:
                data.setlist(name, source.getlist(name))
    return data


def _accept(request: CustomerRequest, quote: Quote, form: ConfirmationForm) -> HttpResponse:
    if not form.is_valid() or form.selection is None:
        return _confirmation(request, quote, form)
    if limited := _issued_too_many(request, quote):
        return limited
    try:
        constancia = services.issue_constancia(
            quote=quote,
            picked=form.selection.picked,
            seen_total=form.cleaned_data["total"],
            by=request.user,
        )
    except services.QuoteClosedError as error:
        raise Http404(str(error)) from error
    except (services.PaymentsError, SelectionError) as error:
        messages.error(request, str(error))
        query = selection_query(quote.public_id, form.data.getlist("lines"))
        return redirect(f"{reverse('payments:confirm')}?{query}")
    if constancia.total != form.selection.totals.total:
        messages.warning(
            request,
            format_html(
                "Ya había generado esta constancia, por {}, con otra selección. Si quiere "
                'cambiarla, <a href="{}">cancélela y elija de nuevo</a>.',
                format_money(constancia.total),
                reverse("payments:cancel", args=[constancia.reference]),
            ),
        )
    return redirect("payments:constancia", constancia.reference)


def _issued_too_many(request: CustomerRequest, quote: Quote) -> HttpResponse | None:
    """The page 429 for whoever issues and cancels without end; pressing again issues nothing."""
    if Constancia.objects.standing().filter(quote=quote).exists():
        return None
    own = Constancia.objects.filter(issued_by=request.user)
    return made_too_many(
        request, action="issue", made_since=lambda at: own.filter(issued_at__gte=at).count()
    )


def _confirmation(request: HttpRequest, quote: Quote, form: ConfirmationForm) -> HttpResponse:
    """The page, or the way back to the quote with the reason when the pick is not a valid one."""
    if not form.is_valid() or form.selection is None:
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return _back_to_quote(quote, form.data)
    totals = form.selection.totals
    context: dict[str, Any] = {
        "quote": quote,
        "lines": form.quote_lines,
        "picked": form.selection.picked,
        "totals": totals,
        "in_words": in_words(totals.total),
        "expires_on": services.last_day(timezone.localdate()),
        "change": _quote_address(quote, form.data),
    }
    return render(request, "payments/confirm.html", context)


def _quote_asked_for(request: CustomerRequest, data: QueryDict) -> Quote:
    """The quote that the page speaks of, or the newest. 404 for an expired one or another's."""
    if "quote" in data:
        quote = find_quote(customer=request.customer, public_id=str(data["quote"]))
    else:
        quote = latest_quote(request.customer)
    if quote is None or quote.has_lapsed(timezone.localdate()):
        raise Http404
    return quote


def _back_to_quote(quote: Quote, data: QueryDict) -> HttpResponse:
    return redirect(_quote_address(quote, data))


def _quote_address(quote: Quote, data: QueryDict) -> str:
    """The quote's page with the same boxes ticked."""
    query = selection_query(quote.public_id, data.getlist("lines"))
    return f"{reverse('renewals:quote')}?{query}"
