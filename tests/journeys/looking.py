"""How a page is looked at: what WCAG 2.2 AA asks of it, as far as a program can tell."""

import re
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

from tests.journeys.states import State

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
IN_PAGE = Path(__file__).with_name("in_page.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# Before any script of the page: each jump of what was drawn already. Less than 0.002 is what a busy
# machine draws of a line while the rest of it is still on its way; Web Vitals call 0.1 good.
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    const moved = sources.map(({ node }) => node?.nodeName).join();
    if (!hadRecentInput && value >= 0.002) window.shifts.push(`${moved} moved by ${value}`);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
# What these pages say is the same, whatever led to them.
ALIKE = (
    "Confirme que es usted",
    "El archivo no está disponible",
    "No encontramos esa página",
)
FOCUSED = "document.activeElement"
TELEPHONE, SMALLEST, ZOOMED, DESK = (360, 740), (320, 640), (640, 400), (1280, 800)


class Eyes:
    """Looks at one page after another of a browser, and tells what is wrong with each."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.heard: list[str] = []
        self.titles: dict[str, str] = {}
        context.add_init_script(WATCH_SHIFTS)
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("console", self._listen)
        self.page.on("request", lambda request: self._note_request(request.url))

    def _listen(self, message) -> None:
        # A status of 400 or more, which some states are about, is told as an error too.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.heard.append(message.text)

    def _note_request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.hostname != "127.0.0.1" and parts.scheme not in ("data", "blob"):
            self.heard.append(f"asks {url}")

    def resize(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def ask(self, function: str, *arguments: object) -> list[str]:
        """What a function of in_page.js has to say."""
        found: list[str] = self.page.evaluate(
            f"arguments => inPage.{function}(...arguments)", list(arguments)
        )
        return found

    def glance(self, state: State) -> list[str]:
        """What is wrong with the page at first sight; before anything else is done with it."""
        self.page.evaluate(IN_PAGE)
        return self.words(state) + self.stillness()

    def look(self, state: State) -> list[str]:
        """What else is wrong with it, at a desk and on a telephone. Afterwards it is of no use."""
        self.page.evaluate(AXE)
        wrong = self.focus_at_first(state) + self.ask("axe", EVERYTHING)
        for size in (ZOOMED, SMALLEST):
            self.resize(size)
            wrong += self.ask("tooWide")
        self.resize(TELEPHONE)
        wrong += self.ask("tooWide") + self.ask("tooSmall") + self.ask("axe", EVERYTHING)
        wrong += self.ask("unclearFocus")
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        wrong += [f"dark: {each}" for each in self.ask("axe", CONTRAST)]
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.ask_to("spaceOut")
        wrong += [f"spaced out: {each}" for each in self.ask("tooWide") + self.ask("cutOff")]
        self.resize(DESK)
        wrong += [f"spaced out: {each}" for each in self.ask("tooWide") + self.ask("cutOff")]
        return [*wrong, *self._told()]

    def ask_to(self, function: str) -> None:
        self.page.evaluate(f"inPage.{function}()")

    def words(self, state: State) -> list[str]:
        """The state is the one that was wanted; language and title say so to who cannot see."""
        title = self.page.title()
        text = self.page.locator("body").inner_text().lower().replace("\N{NO-BREAK SPACE}", " ")
        wrong = [] if state.sees.lower() in text else [f"does not say «{state.sees}»"]
        if title.startswith("Error: ") != state.error:
            wrong.append(f"its title is «{title}»")
        if self.page.evaluate("document.documentElement.lang") != "es-MX":
            wrong.append("its language is not es-MX")
        path = re.sub(r"/[^/]*\d[^/]*|/[^/]{15,}", "/…", urlsplit(self.page.url).path)
        other = self.titles.setdefault(title.removeprefix("Error: "), path)
        if other != path and not title.removeprefix("Error: ").startswith(ALIKE):
            wrong.append(f"its title, «{title}», is that of {other} too")
        return wrong

    def focus_at_first(self, state: State) -> list[str]:
        """On what is to be mended; else the first key leads past what every page repeats."""
        if state.error:
            is_there = f"{FOCUSED}.matches('[role=alert]') && !!{FOCUSED}.querySelector('h2')"
            return [] if self.page.evaluate(is_there) else ["no focus on what is to be mended"]
        if self.page.evaluate(f"!!{FOCUSED}.closest('[role=alertdialog]')"):
            return []  # what cannot wait
        self.page.keyboard.press("Tab")
        first = self.page.evaluate(f"{FOCUSED}.getAttribute('href')")
        self.page.keyboard.press("Enter")
        main = self.page.evaluate(f"{FOCUSED}.localName")
        is_fine = first == "#contenido" and main == "main"
        return [] if is_fine else [f"the first key leads to {first}, and on to {main}"]

    def stillness(self) -> list[str]:
        """Nothing moves, neither while it loads nor afterwards."""
        shifts: list[str] = self.page.evaluate("window.shifts")
        return shifts + self.ask("moving")

    def _told(self) -> list[str]:
        told, self.heard = self.heard, []
        return told
