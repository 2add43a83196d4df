"""What the tests of access look with sees what is wrong: tried on a page where everything is."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.looking import DESK, Eyes
from tests.journeys.states import State
from tests.journeys.weighing import Scales

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADDRESS = "http://127.0.0.1/mala/"
BAD = """<!doctype html><html lang="en"><head><title>Mala</title><style>
.wide { width: 1300px } .low { display: inline-block; height: 12px; overflow: hidden }
.cut { height: 1.3em; width: 20ch; overflow: hidden; line-height: 1.2 }
.dull:focus { outline: none }
.over { position: relative; margin-top: -30px; height: 40px; background: #fff }
.pale { color: #bbb; background: #fff } .moves { transition: color 1s }
</style></head><body>
<p class="wide">ancha</p><p class="low"><button class="low">bajo</button></p>
<p class="cut">Dos renglones de texto cortado</p><button class="dull">sin foco</button>
<p class="pale">pálido</p><p class="moves">se mueve</p>
<button>tapado</button><div class="over"></div><img src="http://elsewhere.test/x.png">
<script>console.warn("queja")</script>
<h1>Mala</h1></body></html>"""
JUMP = """() => new Promise((done) => {
  const late = Object.assign(document.createElement("div"), { innerHTML: "<br>".repeat(9) });
  document.body.prepend(late);
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)));
})"""
EXPECTED = (
    *("does not say «Buena»", "its title is «Mala»", "its language is not es-MX"),
    *("no focus on what is to be mended", "moved by", "moves> se mueve moves"),
    *("axe image-alt", "axe color-contrast", "1308 px wide: <p wide> ancha", "low> bajo is 12 px"),
    *("dull> sin foco shows no focus", "lies under <div over>"),
    *("dark: axe color-contrast", "spaced out: <p cut>", "queja", "asks http://elsewhere.test"),
)


def test_what_is_wrong_is_seen(browser: Browser):
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]})
    context.route("**/*", lambda route: route.abort())
    context.route(ADDRESS, lambda route: route.fulfill(content_type="text/html", body=BAD))
    eyes = Eyes(context)
    scales = Scales(eyes.page)
    eyes.page.goto(ADDRESS)
    eyes.page.evaluate(JUMP)
    state = State("mala", "", "/mala/", "Buena", error=True)
    found = "\n".join(eyes.glance(state) + eyes.look(state))
    assert [each for each in EXPECTED if each not in found] == [], found
    assert scales.heavier_than(len(BAD) // 2)
    context.close()
