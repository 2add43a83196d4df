"""Pages leave compressed; what is not a page leaves as it is."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressedPagesMiddleware(GZipMiddleware):
    """Django's own, which adds up to a hundred random bytes so that nobody can read a page from its
    length (BREACH), for HTML only: PDFs, pictures and archives are compressed already, and the
    other files are few. Why here and not in nginx: docs/security.md.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The response, compressed when it is a page and the browser takes it so."""
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
