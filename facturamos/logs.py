"""One event a line: JSON in production, readable elsewhere; never a secret, never a broken line.

Without Django, which reads this before it is ready, and so does gunicorn.
"""

import logging
import re
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor

# What may never be read in a log, wherever it stands: also in a traceback, also said by a package.
_SECRETS: Final = (
    # Addresses whose end opens something.
    (re.compile(r"(/contrasena/(?:nueva|bienvenida)/|/verificar/)[^\s\"'?]+"), r"\1…"),
    (re.compile(r"(?i)(?<![A-ZÑ&])[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}(?![A-Z0-9])"), "[RFC]"),
    # Accounts, CLABEs and cards, of which four digits remain.
    (re.compile(r"(?<![\w-])\d{6,14}(\d{4})(?![\w-])"), r"…\1"),
)
_OWN: Final = {"timestamp", "level", "logger", "request_id"}
_SHARED: Final[list[Processor]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def without_secrets(_: Any, __: str, event: EventDict) -> EventDict:
    """Takes out what a log must not hold, and the line breaks that would forge a line."""
    for name, value in event.items():
        if name in _OWN or not isinstance(value, str):
            continue
        for pattern, instead in _SECRETS:
            value = pattern.sub(instead, value)
        if name != "exception":
            value = value.replace("\r", "\\r").replace("\n", "\\n")
        event[name] = value
    return event


def formatter(*, as_json: bool) -> logging.Formatter:
    """For `LOGGING`: makes a line of what our code says and of what packages say."""
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_secrets,
            renderer,
        ],
    )


def configure() -> None:
    """Lets structlog's loggers speak through Python's."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
