"""A real browser in front of the real program."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from tests.codes import code
from tests.live import Portal, Prepared, running_portal

CHROMIUM = "/usr/bin/chromium"
# Without these, Chromium looks for its maker's servers at every start.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def portal(tmp_path: Path, ready: Prepared) -> Iterator[Portal]:
    """A portal of this test alone."""
    with running_portal(tmp_path, ready) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright's loop stays behind in this thread, where Django would then take the queries
        # of other tests for asynchronous ones.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Walker:
    """One person at a browser: walks, and fails on anything the console complains about."""

    def __init__(self, context: BrowserContext, portal: Portal, keeps_pictures: bool) -> None:
        self.context = context
        self.portal = portal
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)
        self._keeps_pictures = keeps_pictures

    def _listen(self, message) -> None:
        # A status of 400 or more, which some steps are about, is told as an error too.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(self.portal.url + path)

    def sign_in(self, username: str, password: str = "facturamos-demo") -> None:  # noqa: S107
        """With the code too where one is asked for: good once a person in thirty seconds."""
        self.page.get_by_role("textbox", name="Usuario").fill(username)
        self.page.get_by_role("textbox", name="Contraseña").fill(password)
        self.click(self.page.get_by_role("button", name="Iniciar Sesión"))
        for _ in range(2):  # the first code may have grown old on its way
            if self.path != "/ingresar/codigo/":
                return
            self.page.get_by_role("textbox", name="Código").fill(code())
            self.press("Continuar")

    def press(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name).first)

    def click(self, target: Locator) -> None:
        """Click what leads to another page, and wait for it: the old one would answer till then."""
        with self.page.expect_navigation():
            target.click()

    def is_at(self, start: str) -> None:
        """The page's address, or how it starts when that ends in `…`."""
        whole = re.escape(self.portal.url + start.removesuffix("…"))
        expect(self.page).to_have_url(re.compile(whole + ("" if start.endswith("…") else "$")))

    def sees(self, *texts: str) -> None:
        body = expect(self.page.locator("body"))
        for text in texts:
            body.to_contain_text(text, use_inner_text=True)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.portal.url)

    def picture(self, name: str, *, widths: tuple[int, ...] = (360, 1280)) -> None:
        """Check that nothing sticks out at a telephone's width; keep pictures, of these widths,
        when asked to."""
        for width, height in ((360, 740), (1280, 800)):
            self.page.set_viewport_size({"width": width, "height": height})
            inner = self.page.evaluate("document.documentElement.scrollWidth")
            assert inner <= width, f"{self.page.url} is {inner} px wide on a screen of {width}"
            folder = os.environ.get("SCREENSHOTS")
            if self._keeps_pictures and folder and width in widths:
                path = Path(folder) / f"{name}-{width}.png"
                self.page.screenshot(path=path, full_page=True)
                Image.open(path).quantize(128).save(path, optimize=True)


@pytest.fixture
def walk(browser: Browser, portal: Portal, request: pytest.FixtureRequest):
    """Makes walkers; at the end no console may have complained."""
    walkers: list[Walker] = []

    def start(*, javascript: bool = True, keeps_pictures: bool = False) -> Walker:
        context = browser.new_context(java_script_enabled=javascript, locale="es-MX")
        context.set_default_timeout(10_000)
        walkers.append(Walker(context, portal, keeps_pictures))
        return walkers[-1]

    yield start
    for walker in walkers:
        walker.context.close()
    assert [complaint for walker in walkers for complaint in walker.complaints] == []
