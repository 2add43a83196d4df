"""One running portal in which every state of states.py can be reached."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from tests.journeys.states import State
from tests.live import ROOT, SECRET_KEY, Portal, Prepared, running_portal

PEOPLE = "tests.journeys.stage_people"


@dataclass(frozen=True)
class Stage:
    """The portal, and who is in it (stage_people.py)."""

    portal: Portal
    sessions: dict[str, str]
    words: dict[str, str]

    def reach(self, page: Page, state: State) -> None:
        """Bring the page to the state."""
        page.context.clear_cookies()
        if state.who:
            key = self.sessions[state.who]
            page.context.add_cookies([{"name": "sessionid", "value": key, "url": self.portal.url}])
        page.goto(self.portal.url + state.address.format(**self.words))
        if state.steps:
            try:
                state.steps(page)
            except PlaywrightError as error:
                raise AssertionError(
                    f"{state.name}: no further than {page.url}, «{page.title()}»"
                ) from error


@contextmanager
def stage(folder: Path, ready: Prepared) -> Iterator[Stage]:
    """A portal with everyone in their place, its static files compressed as on a server."""
    compressed = replace(ready, static_root=folder / "static")
    collect_for_production(compressed.static_root)
    with running_portal(folder, compressed, "tests.journeys.stage_wsgi", seconds=1200) as portal:
        yield Stage(portal, **json.loads(run(portal.environment, "-m", PEOPLE)))


def collect_for_production(folder: Path) -> None:
    """Static files as production has them; nothing of it is a secret or leads anywhere."""
    run(
        os.environ
        | {
            "ENVIRONMENT": "production",
            "SECRET_KEY": SECRET_KEY,
            "ALLOWED_HOSTS": "localhost",
            "SITE_URL": "https://localhost",
            "EMAIL_URL": "smtp://localhost",
            "DATABASE_URL": "sqlite:///",
            "STATIC_ROOT": str(folder),
        },
        "manage.py",
        "collectstatic",
        "--noinput",
        "--verbosity=0",
    )


def run(environment: dict[str, str], *arguments: str) -> str:
    """What a program of ours printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "facturamos.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
