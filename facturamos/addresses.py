"""What no address of ours holds is refused once, before anything reads it."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class PlainAddressMiddleware:
    """400 for a NUL after the question mark: no browser writes it, and PostgreSQL takes it in no
    text. What stands before is looked up by patterns and numbers, which it does not fit: 404.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("A NUL in the address")
        return self.get_response(request)
