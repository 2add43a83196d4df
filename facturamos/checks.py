"""System checks: what would fail later, said at the start with a way out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

PDF_FONT_FILE = "Lato-Regular.ttf"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", Path.home() / ".local/share/fonts")


@register(Tags.database)
def sqlite_keeps_its_promises(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Looks at the live settings of a SQLite database.

    E001: it could lose an acknowledged payment. E002: REPLACE could delete a row that is kept.
    """
    problems: list[CheckMessage] = []
    hint = "Use the OPTIONS of facturamos/settings.py."
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "sqlite":
            continue
        with connection.cursor() as cursor:
            live = {
                name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous", "recursive_triggers")
            }
        # An in-memory database (tests) cannot have a write-ahead log.
        if live["journal_mode"] not in ("wal", "memory") or live["synchronous"] != 2:
            text = f"SQLite runs with {live}: a power cut could lose a payment."
            problems.append(Error(text, hint=hint, id="facturamos.E001"))
        if not live["recursive_triggers"]:
            text = (
                "SQLite runs without recursive_triggers: REPLACE passes the append-only triggers."
            )
            problems.append(Error(text, hint=hint, id="facturamos.E002"))
    return problems


@register()
def pdf_font_is_installed(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """W001: without the font the slip is drawn in whatever the machine has."""
    if any(next(Path(folder).rglob(PDF_FONT_FILE), None) for folder in FONT_FOLDERS):
        return []
    return [
        Warning(
            "The font Lato is not installed; PDFs would look different on this machine.",
            hint="Install Debian's package fonts-lato.",
            id="facturamos.W001",
        )
    ]


@register(Tags.security, deploy=True)
def nothing_crosses_a_network_in_the_clear(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """E003: a PostgreSQL elsewhere that is not known by its certificate. E004: mail without TLS."""
    problems: list[CheckMessage] = []
    database = settings.DATABASES["default"]
    if (
        database["ENGINE"].endswith("postgresql")
        and not _on_this_machine(database.get("HOST", ""))
        and database.get("OPTIONS", {}).get("sslmode") != "verify-full"
    ):
        problems.append(
            Error(
                "The database is on another machine, and nothing proves that it is ours.",
                hint="Add ?sslmode=verify-full&sslrootcert=/path/ca.pem to DATABASE_URL.",
                id="facturamos.E003",
            )
        )
    if settings.MAIL_TRANSPORT.endswith("smtp.EmailBackend") and not (
        settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or _on_this_machine(settings.EMAIL_HOST)
    ):
        problems.append(
            Error(
                "Mails would leave unencrypted, with links that open accounts.",
                hint="EMAIL_URL begins with smtp+tls:// (STARTTLS) or smtp+ssl://.",
                id="facturamos.E004",
            )
        )
    return problems


def _on_this_machine(host: str) -> bool:
    """An empty host, and one that begins with a slash, is a socket."""
    return host in ("", "localhost", "127.0.0.1", "::1") or host.startswith("/")
