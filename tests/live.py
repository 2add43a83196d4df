"""The real program for tests that look at it from outside: gunicorn and worker on a fresh database.

Such tests never import the models: what they know, they see in pages, mails and commands.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
# A test that dies leaves nothing behind for longer than this.
LONGEST = "300"


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


@contextmanager
def running_portal(
    folder: Path, static_root: Path, application: str = "facturamos.wsgi"
) -> Iterator[Portal]:
    """A portal with the demo data, its files under `folder`, ended on leaving."""
    with ExitStack() as stack:
        port = free_port()
        environment = os.environ | {
            "ENVIRONMENT": "development",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": stack.enter_context(fresh_database(folder)),
            "MEDIA_ROOT": str(folder / "media"),
            "MAIL_DIR": str(folder / "mail"),
            "STATIC_ROOT": str(static_root),
            "PORT": str(port),
        }
        portal = Portal(url=environment["SITE_URL"], environment=environment)
        portal.manage("migrate", "--verbosity=0")
        portal.manage("demo")
        log = stack.enter_context((folder / "server.log").open("w"))
        for command in (
            ["-m", "gunicorn", "--config=deploy/gunicorn.conf.py", application],
            ["manage.py", "worker", "--pause=0.2"],
        ):
            process = subprocess.Popen(
                ["timeout", LONGEST, sys.executable, *command],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
            stack.callback(_end, process)
        wait_until(lambda: _answers(portal.url + "/salud/listo/"), "the portal is ready")
        yield portal


@contextmanager
def fresh_database(folder: Path) -> Iterator[str]:
    """The address of an empty database of the kind the tests run on; it goes afterwards."""
    address = os.environ.get("DATABASE_URL", "sqlite:///")
    if not address.startswith("postgres"):
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    name = f"live_{secrets.token_hex(6)}"
    own = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield own
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
    except (urllib.error.URLError, ConnectionError):
        return False


def _end(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGTERM)  # `timeout` hands it on
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
