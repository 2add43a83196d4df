"""Pictures of the stage: for docs/screenshots, and for the sheet on which a person looks at all.

`SCREENSHOTS` names the folder. Of the many states it gets those of a constancia and the errors;
with `SCREENSHOTS_DARK=1` each state, in dark too.
"""

import os
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Page

from tests.journeys.states import STATES, State

WIDTHS = ((360, 740), (768, 1024), (1280, 800))
COLOURS = 32
Scheme = Literal["light", "dark"]
ENDING: dict[Scheme, str] = {"light": "", "dark": "-dark"}


def take(page: Page, state: State) -> None:
    """Pictures of the page as it stands, when they are asked for."""
    folder = os.environ.get("SCREENSHOTS")
    with_dark = os.environ.get("SCREENSHOTS_DARK") == "1"
    if not folder or not (with_dark or is_kept(state)):
        return
    schemes: tuple[Scheme, ...] = ("light", "dark") if with_dark else ("light",)
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width, height in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            path = Path(folder) / f"{name(state, with_dark)}-{width}{ENDING[scheme]}.png"
            page.screenshot(path=path, full_page=True)
            Image.open(path).quantize(COLOURS).save(path, optimize=True)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": 1280, "height": 800})


def is_kept(state: State) -> bool:
    """Whether the repository keeps its picture."""
    return state.error or state.name.startswith(("constancia-", "error-"))


def name(state: State, for_sheet: bool) -> str:
    """The state's; the sheet, which shows them in the table's order, has its place there first."""
    return f"{STATES.index(state) + 1:03}-{state.name}" if for_sheet else state.name
