"""The real program for tests that look at it from outside: gunicorn and worker on a fresh database.

Such tests never import the models: what they know, they see in pages, mails and commands.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
# A test that dies leaves nothing behind for longer than this (seconds).
LONGEST = 300
# One for all: the second factors of the demo data, made once, are encrypted with it.
SECRET_KEY = secrets.token_urlsafe(50)


@dataclass(frozen=True)
class Portal:
    """A running portal."""

    url: str
    environment: dict[str, str]

    @property
    def mails(self) -> list[str]:
        """The mails that left, oldest first, as raw text."""
        folder = Path(self.environment["MAIL_DIR"])
        return [file.read_text("utf-8") for file in sorted(folder.glob("*"))]

    def manage(self, *arguments: str) -> str:
        """Run a management command against this portal; returns what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout


@dataclass(frozen=True)
class Prepared:
    """What every portal starts from, made once: the collected static files, and a database with
    its tables and the demo data.
    """

    static_root: Path
    database: str


@contextmanager
def prepared(folder: Path) -> Iterator[Prepared]:
    """Make it, under `folder`; the database goes afterwards."""
    with fresh_database(folder) as address:
        ready = Prepared(static_root=folder / "static", database=address)
        environment = _environment(folder, ready, address, port=0)
        for command in (["collectstatic", "--noinput"], ["migrate"], ["demo"]):
            Portal(url="", environment=environment).manage(*command, "--verbosity=0")
        yield ready


@contextmanager
def running_portal(
    folder: Path,
    ready: Prepared,
    application: str = "facturamos.wsgi",
    *,
    seconds: int = LONGEST,
) -> Iterator[Portal]:
    """A portal with the demo data, its files under `folder`, ended on leaving."""
    with ExitStack() as stack:
        address = stack.enter_context(fresh_database(folder, copied_from=ready.database))
        port = free_port()
        portal = Portal(
            url=f"http://127.0.0.1:{port}", environment=_environment(folder, ready, address, port)
        )
        log = stack.enter_context((folder / "server.log").open("w"))
        for command in (
            ["-m", "gunicorn", "--config=deploy/gunicorn.conf.py", application],
            ["manage.py", "worker", "--pause=0.2"],
        ):
            process = subprocess.Popen(
                ["timeout", str(seconds), sys.executable, *command],
                cwd=ROOT,
                env=portal.environment,
                stdout=log,
                stderr=log,
            )
            stack.callback(_end, process)
        wait_until(lambda: _answers(portal.url + "/salud/listo/"), "the portal is ready", 60)
        yield portal


def _environment(folder: Path, ready: Prepared, address: str, port: int) -> dict[str, str]:
    return os.environ | {
        "ENVIRONMENT": "development",
        "SECRET_KEY": SECRET_KEY,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": address,
        "MEDIA_ROOT": str(folder / "media"),
        "MAIL_DIR": str(folder / "mail"),
        "STATIC_ROOT": str(ready.static_root),
        "PORT": str(port),
    }


@contextmanager
def fresh_database(folder: Path, copied_from: str = "") -> Iterator[str]:
    """The address of a database of the kind the tests run on, empty or a copy; it goes afterwards.

    The one it is copied from must have nobody connected.
    """
    address = os.environ.get("DATABASE_URL", "sqlite:///")
    if not address.startswith("postgres"):
        own = folder / "db.sqlite3"
        if copied_from:
            shutil.copyfile(copied_from.removeprefix("sqlite:///"), own)
        yield f"sqlite:///{own}"
        return
    name = f"live_{secrets.token_hex(6)}"
    template = urlsplit(copied_from).path[1:] or "template1"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def played(folder: Path, ready: Prepared, module: str, *arguments: str) -> list[str]:
    """The lines that a program of the tests (a module's name) printed on a fresh database."""
    with fresh_database(folder, copied_from=ready.database) as address:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=os.environ
            | {
                "DATABASE_URL": address,
                "MEDIA_ROOT": str(folder / "media"),
                "DJANGO_SETTINGS_MODULE": "facturamos.settings",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


def wait_until(happened, what: str, seconds: float = 20):
    """Look again and again until `happened()` gives something true; returns it."""
    deadline = time.monotonic() + seconds
    while not (result := happened()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain until {what}"
        time.sleep(0.05)
    return result


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 (our own server)
            return response.status == 200
    except OSError:  # refused, reset, too slow, or not 200
        return False


def _end(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGTERM)  # `timeout` hands it on
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
