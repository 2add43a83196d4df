"""Around every request: its id, who asks and from where, for each line that it writes."""

import structlog
from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLogMiddleware(RequestMiddleware):
    """One line a request, when it is answered; and the traceback of one that failed.

    `request_id` is the audit's too (accounts/middleware.py takes it from here).
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """The method and the address. Not the query: people search for names and RFCs."""
        return f"{request.method} {request.path[:300]}"

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """The visitor as our own proxies tell it; None where they do not."""
        try:
            ip = get_adapter().get_client_ip(request)
        except PermissionDenied:
            ip = None
        structlog.contextvars.bind_contextvars(ip=ip)
