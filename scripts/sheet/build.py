"""Puts pictures of every state on one page, for a person to look at.

Usage: python build.py FOLDER, with NUMBER-STATE-WIDTH[-dark].png; writes index.html and, for each
step of the road, one picture of all its pictures (step-….png) beside them.
"""

import re
import sys
from collections import defaultdict
from html import escape
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from PIL import Image

# The road's steps, each with the first words of the names of its states.
STEPS = {
    "Coming in": "ingresar codigo contrasena enlace bienvenida registro sesion",
    "Privacy notice": "privacidad",
    "Panel": "panel",
    "Quote and confirmation": "cotizacion confirmar",
    "Constancia": "constancia verificar",
    "Proof of payment": "comprobante",
    "History, invoice, claim": "historial factura reclamo",
    "Version 4.0": "aviso",
    "Account": "cuenta",
    "Distributor": "distribuidor",
    "What went wrong": "error",
    "The rest": "",
}
STEP_OF = {word: step for step, words in STEPS.items() for word in words.split()}
NAME = re.compile(r"(\d+)-(.+?)-(360|768|1280)(-dark)?\.png")
COLUMNS = [(width, scheme) for width in (360, 768, 1280) for scheme in ("light", "dark")]
# On the step's own picture: the width of each, and how much of a long page is seen.
SMALL = {360: 180, 768: 256, 1280: 320}
TALLEST, GAP = 480, 8
STYLE = """
body { margin: 2rem; font: 1rem/1.5 sans-serif; background: #ddd; color: #111 }
figure { display: flex; gap: .5rem; align-items: flex-start; margin: 0 0 2rem; overflow-x: auto }
img { height: auto; border: 1px solid #777 }
nav li { display: inline-block; margin-right: 1rem }
"""


class Picture(NamedTuple):
    """One state at one width, in light or in dark."""

    number: int
    state: str
    width: int
    scheme: str
    path: Path

    @property
    def column(self) -> int:
        """Its place among those of its state."""
        return COLUMNS.index((self.width, self.scheme))


def read(folder: Path) -> dict[str, list[list[Picture]]]:
    """The pictures of each state, by the steps of the road."""
    matches = ((path, NAME.fullmatch(path.name)) for path in folder.glob("*.png"))
    pictures = [
        Picture(int(m[1]), m[2], int(m[3]), "dark" if m[4] else "light", path)
        for path, m in matches
        if m
    ]
    pictures.sort(key=lambda each: (each.number, each.state, each.column))
    steps = defaultdict(list)
    for (_, state), group in groupby(pictures, key=lambda each: each[:2]):
        steps[STEP_OF.get(state.partition("-")[0], "The rest")].append(list(group))
    return {step: steps[step] for step in STEPS if step in steps}


def anchor(step: str) -> str:
    """The step's name in addresses."""
    return "step-" + re.sub(r"[^a-z0-9]+", "-", step.lower())


def figure(pictures: list[Picture]) -> str:
    """A state's heading and its pictures side by side."""
    state = escape(pictures[0].state)
    shown = []
    for each in pictures:
        with Image.open(each.path) as drawn:
            height = round(drawn.height * SMALL[each.width] / drawn.width)
        alt = f"{state}, {each.width} pixels wide, {each.scheme}"
        source = escape(each.path.name)
        size = f'width="{SMALL[each.width]}" height="{height}"'
        image = f'<img loading="lazy" src="{source}" {size} alt="{alt}">'
        shown.append(f'<a href="{source}">{image}</a>')
    return f'<h3 id="{state}">{state}</h3>\n<figure>\n' + "\n".join(shown) + "\n</figure>\n"


def page(steps: dict[str, list[list[Picture]]]) -> str:
    """The whole sheet."""
    links = "".join(f'<li><a href="#{anchor(step)}">{escape(step)}</a></li>' for step in steps)
    parts = [
        f'<h2 id="{anchor(step)}"><a href="{anchor(step)}.png">{escape(step)}</a></h2>\n'
        + "".join(map(figure, states))
        for step, states in steps.items()
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Every state of the portal</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Every state of the portal</h1>\n<nav><ul>{links}</ul></nav>\n"
        + "".join(parts)
        + "</body>\n</html>\n"
    )


def draw(states: list[list[Picture]], to: Path) -> None:
    """All pictures of a step in one: a row for each state."""
    lefts, left = [], GAP
    for width, _ in COLUMNS:
        lefts.append(left)
        left += SMALL[width] + GAP
    rows = [[(each.column, _small(each)) for each in pictures] for pictures in states]
    heights = [max(image.height for _, image in row) for row in rows]
    sheet = Image.new("RGB", (left, sum(heights) + GAP * (len(rows) + 1)), "#dddddd")
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        for column, image in row:
            sheet.paste(image, (lefts[column], top))
        top += height + GAP
    sheet.quantize(128).save(to, optimize=True)


def _small(picture: Picture) -> Image.Image:
    with Image.open(picture.path) as image:
        scale = SMALL[picture.width] / image.width
        whole = image.convert("RGB").resize((SMALL[picture.width], round(image.height * scale)))
    return whole.crop((0, 0, whole.width, min(whole.height, TALLEST)))


def main() -> None:
    """Read, write, tell."""
    folder = Path(sys.argv[1])
    steps = read(folder)
    if not steps:
        sys.exit(f"{folder} holds no picture of a state.")
    for step, states in steps.items():
        draw(states, folder / f"{anchor(step)}.png")
    (folder / "index.html").write_text(page(steps))
    number = sum(len(states) for states in steps.values())
    print(f"{number} states of {len(steps)} steps: {folder / 'index.html'}")


if __name__ == "__main__":
    main()
