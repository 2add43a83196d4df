"""The month's pack: the page where one is chosen, and its two files."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import audit
from desk.month import Month
from desk.month_data import Pack, read_month
from desk.month_tables import Table, for_book, for_paper, totals
from facturamos.downloads import XLSX
from facturamos.exports import to_book
from facturamos.limits import too_often
from facturamos.pdf import draw_pdf
from facturamos.texts.in_force import in_force

STYLESHEET = Path(__file__).resolve().parent.parent / "static/pdf/month.css"
MONTHS_OFFERED = 24
# Of all lists together; what is longer is in the XLSX only. A row takes some 10 ms to draw, and a
# request has 30 seconds (deploy/gunicorn.conf.py) on a machine that does other things as well.
MOST_ROWS_ON_PAPER = 400


@require_safe
def month_page(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Choose a month; its totals, and the links to its files."""
    _allowed_only(request)
    today = Month.of(timezone.localdate())
    month = _asked(request) or today.previous
    context = site.each_context(request) | {
        "title": "Cierre del mes",
        "month": month,
        "is_over": month < today,
        "months": _offered(today, month),
        "totals": totals(read_month(month)),
    }
    return TemplateResponse(request, "desk/month.html", context)


def _offered(today: Month, chosen: Month) -> list[Month]:
    months = [today]
    while len(months) < MONTHS_OFFERED:
        months.append(months[-1].previous)
    return months if chosen in months else [*months, chosen]


@require_safe
def month_file(request: HttpRequest) -> HttpResponse:
    """`?mes=2026-11&formato=xlsx|pdf`; who takes it is audited."""
    _allowed_only(request)
    if refused := too_often(request, action="export", user=request.user, limit_get=True):
        return refused
    month = _asked(request)
    if month is None:
        return redirect(reverse("admin:desk_month"))
    pack = read_month(month)
    file_format = "pdf" if request.GET.get("formato") == "pdf" else "xlsx"
    if file_format == "pdf":
        content, kind = draw_month(pack), "application/pdf"
    else:
        content, kind = to_book(table.sheet() for table in for_book(pack)), XLSX
    user: Any = request.user
    audit.record(
        "month_pack.downloaded", by=user, target=user, month=month.name, format=file_format.upper()
    )
    name = f"cierre-{month.code}.{file_format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def draw_month(pack: Pack) -> bytes:
    """The pack as a tagged PDF on Letter sheets, lying."""
    context = {
        "month": pack.month,
        "tables": _fitting(for_paper(pack)),
        "contacts": in_force().contacts,
    }
    return draw_pdf(render_to_string("desk/month_pdf.html", context), STYLESHEET)


def _fitting(tables: Iterable[Table]) -> Iterator[tuple[Table, bool]]:
    """Each table, and whether its rows still fit on paper; the totals, which are few, always do."""
    left = MOST_ROWS_ON_PAPER
    for place, table in enumerate(tables):
        fits = place == 0 or len(table.rows) <= left
        if fits and place:
            left -= len(table.rows)
        yield table, fits


def _asked(request: HttpRequest) -> Month | None:
    """The month that the address names; one that has not begun is none."""
    month = Month.read(request.GET.get("mes", ""))
    return month if month and month <= Month.of(timezone.localdate()) else None


def _allowed_only(request: HttpRequest) -> None:
    user: Any = request.user
    if not user.has_perms(["accounts.export_lists", "payments.view_payment"]):
        raise PermissionDenied
