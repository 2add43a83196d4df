"""Who is asking, from where: kept for the length of a request so that an audit row can say it."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """Origin of a change. Empty where there is no request (a command, the worker)."""

    ip: str | None = None
    user_agent: str = ""
    request_id: str = ""


current: ContextVar[RequestInfo] = ContextVar("request_info", default=RequestInfo())  # noqa: B039 (frozen)
