from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import DistributorRequest, distributor_page
from facturamos.downloads import table_response
from facturamos.limits import too_often
from payments import distributors
from payments.distributors import UNPAID, UNPAID_STANDINGS, Standing

PER_PAGE = 50
LONGEST_SEARCH = 100


@require_safe
@distributor_page
def customers(request: DistributorRequest) -> HttpResponse:
    """The distributor's home: their customers, and where each renewal stands."""
    search, chosen = _asked(request)
    found = distributors.customers_of(request.distributor, search)
    counts = distributors.totals(found)
    unpaid = sum(counts[standing] for standing in UNPAID_STANDINGS)
    options = [
        ("", "Todos", sum(counts.values())),
        (UNPAID, "No han pagado", unpaid),
        *((standing.value, standing.label, counts[standing]) for standing in Standing),
    ]
    chosen_ids = distributors.standing_in(found, chosen).values_list("pk", flat=True)
    paginator = Paginator(chosen_ids, PER_PAGE)
    # Counted above already.
    vars(paginator)["count"] = {value: count for value, _, count in options}[chosen]
    page = paginator.get_page(request.GET.get("p", "1"))
    context = {
        "options": options,
        "chosen": chosen,
        "search": search,
        "page": page,
        # What each says is asked of the page's own, and not of all that come before it.
        "rows": distributors.renewals(found.filter(pk__in=list(page))),
    }
    return render(request, "payments/distributor.html", context)


@require_safe
@distributor_page
def customers_csv(request: DistributorRequest) -> HttpResponseBase:
    """What the page lists, with its filters, as a file."""
    if refused := too_often(request, action="export", user=request.user, limit_get=True):
        return refused
    search, chosen = _asked(request)
    found = distributors.customers_of(request.distributor, search)
    rows = distributors.export_rows(
        customers=distributors.standing_in(found, chosen),
        distributor=request.distributor,
        by=request.user,
        filters={"buscar": search, "estado": chosen},
    )
    return table_response("clientes", "csv", distributors.CSV_HEADER, rows)


def _asked(request: HttpRequest) -> tuple[str, str]:
    """What is searched for, and the standing chosen; empty for none."""
    search = "".join(sign for sign in request.GET.get("q", "") if sign.isprintable())
    chosen = request.GET.get("estado", "")
    known = chosen == UNPAID or chosen in Standing.values
    return search.strip()[:LONGEST_SEARCH], chosen if known else ""
