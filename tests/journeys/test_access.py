"""Every state of a customer's pages, for everybody: small screens, keyboards, slow lines."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys import pictures
from tests.journeys.looking import DESK, Eyes
from tests.journeys.stage import Stage, stage
from tests.journeys.states import STATES
from tests.journeys.weighing import Scales
from tests.live import ROOT, Prepared

# What customers' pages weigh, with their headers, in bytes: at the first visit and after.
FIRST_VISIT, LATER_VISIT, SCRIPTS = 60_000, 10_000, 10_000
# Those that are weighed at a first visit.
ROAD = ("ingresar", "privacidad", "panel-cotizacion", "cotizacion", "confirmar",
        "constancia-en-espera", "comprobante-en-espera", "factura", "historial-una",
        "aviso-4.0-leido", "cuenta", "cuenta-llave", "reclamo")  # fmt: skip


@pytest.mark.browser
@pytest.mark.slow
def test_every_state_is_for_everybody(browser: Browser, ready: Prepared, tmp_path: Path):
    with stage(tmp_path, ready) as staged:
        wrong = look_at_all(browser, staged)
        wrong += weigh_the_road(browser, staged)
    assert not wrong, "\n".join(wrong)


def look_at_all(browser: Browser, staged: Stage) -> list[str]:
    """What is wrong, state by state. By then the browser keeps what pages share."""
    context = browser.new_context(
        locale="es-MX",
        reduced_motion="reduce",
        viewport={"width": DESK[0], "height": DESK[1]},
    )
    context.set_default_timeout(20_000)
    eyes, wrong = Eyes(context), []
    scales = Scales(eyes.page)
    eyes.page.goto(f"{staged.portal.url}/ingresar/")
    for state in STATES:
        staged.reach(eyes.page, state)
        found = [] if state.steps else scales.heavier_than(LATER_VISIT)
        found += eyes.glance(state)
        pictures.take(eyes.page, state)
        wrong += [f"{state.name}: {each}" for each in found + eyes.look(state)]
    context.close()
    return wrong


def weigh_the_road(browser: Browser, staged: Stage) -> list[str]:
    """Which pages are too heavy for who comes for the first time, and who comes back."""
    wrong = []
    for state in (each for each in STATES if each.name in ROAD):
        context = browser.new_context(locale="es-MX")
        page = context.new_page()
        scales = Scales(page)
        for visit, most in (("first", FIRST_VISIT), ("second", LATER_VISIT)):
            staged.reach(page, state)
            wrong += [f"{state.name}, {visit} visit: {each}" for each in scales.heavier_than(most)]
        context.close()
    return wrong


def test_our_scripts_are_small():
    sizes = {file.name: file.stat().st_size for file in (ROOT / "static/js").glob("*.js")}
    assert 0 < sum(sizes.values()) < SCRIPTS, sizes
