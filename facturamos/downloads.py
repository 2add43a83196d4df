"""A table as the answer to a request. Knows no app."""

from collections.abc import Iterable, Sequence

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

from facturamos.exports import Cell, csv_parts, to_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}


def table_response(
    stem: str, file_format: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse | StreamingHttpResponse:
    """The table to save, as `csv` (sent while it is written) or `xlsx`; today ends its name."""
    headers = {
        "Content-Disposition": f'attachment; filename="{stem}-{timezone.localdate()}.{file_format}"'
    }
    kind = CONTENT_TYPES[file_format]
    if file_format == "csv":
        return StreamingHttpResponse(csv_parts(header, rows), content_type=kind, headers=headers)
    return HttpResponse(to_xlsx(header, rows), content_type=kind, headers=headers)
