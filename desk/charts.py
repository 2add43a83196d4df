"""Charts as SVG, each with its figures as a table. Knows no Django.

Drawn for a column of some 340 pixels and scaled with it, so that the text can be read on a
telephone. Colours are classes of `static/css/admin.css`, which knows light and dark; no series is
told from another by its colour, each has a row of its own with its name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 340
# Of a row of columns: its name above, the columns, the space to the next.
NAME, COLUMNS, GAP = 16, 64, 12
LABELS = 16
LABEL_EVERY, LABEL_WIDE = 80, 40
# Of a bar of the funnel: its words above.
BAR, BAR_PITCH = 16, 44


@dataclass(frozen=True, slots=True)
class Series:
    """Figures with the same unit: what to draw, and the words for each. None is "nothing known"."""

    name: str
    values: tuple[float | None, ...]
    words: tuple[str, ...]

    @property
    def highest(self) -> int | None:
        """Where the highest value stands; None when there is none above zero."""
        found = [(value, place) for place, value in enumerate(self.values) if value]
        return max(found, key=lambda each: each[0])[1] if found else None


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and the same figures as a table: a line for each label, a column for each series.

    `key` is unique on the page; `note` says how the figures are counted.
    """

    key: str
    title: str
    note: str
    first_column: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    is_funnel: bool = False

    @property
    def table(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each label with its words."""
        return [
            (label, tuple(each.words[place] for each in self.series))
            for place, label in enumerate(self.labels)
        ]

    @property
    def svg(self) -> str:
        """The drawing, safe to put into a page as it is."""
        return _funnel(self) if self.is_funnel else _columns(self)


def _columns(chart: Chart) -> str:
    """A row of columns for each series, all over the same labels."""
    pitch = NAME + COLUMNS + GAP
    height = pitch * len(chart.series) + LABELS
    parts: list[str] = []
    for number, series in enumerate(chart.series):
        parts += _row(chart, series, top=number * pitch)
    step = WIDTH / max(len(chart.labels), 1)
    every = max(round(LABEL_EVERY / step), 1)
    for place in range(0, len(chart.labels), every):
        if place and place * step > WIDTH - LABEL_WIDE:
            break
        label = escape(chart.labels[place])
        parts.append(_text(place * step + 1, height - 4, label, "chart-label"))
    return _svg(chart, height, parts)


def _row(chart: Chart, series: Series, top: int) -> Iterator[str]:
    floor = top + NAME + COLUMNS
    yield _text(0, top + 12, escape(series.name), "chart-name")
    highest = series.highest
    if highest is not None:
        words = f"máximo {escape(series.words[highest])}"
        yield _text(WIDTH, top + 12, words, "chart-value", anchor="end")
    most = series.values[highest] or 0.0 if highest is not None else 0.0
    step = WIDTH / max(len(series.values), 1)
    for place, value in enumerate(series.values):
        if not value:
            continue
        tall = max(COLUMNS * value / most, 1.0)
        told = escape(f"{chart.labels[place]}: {series.words[place]}")
        yield (
            f'<rect class="chart-bar" x="{place * step + 1:.1f}" y="{floor - tall:.1f}" '
            f'width="{max(step - 2, 1):.1f}" height="{tall:.1f}"><title>{told}</title></rect>'
        )
    yield f'<line class="chart-floor" x1="0" y1="{floor}" x2="{WIDTH}" y2="{floor}"/>'


def _funnel(chart: Chart) -> str:
    """A bar for each label of the only series, under its words."""
    [series] = chart.series
    most = max((value or 0.0 for value in series.values), default=0.0)
    parts: list[str] = []
    for place, value in enumerate(series.values):
        top = place * BAR_PITCH
        wide = WIDTH * (value or 0.0) / most if most else 0.0
        parts += [
            _text(0, top + 14, escape(chart.labels[place]), "chart-name"),
            _text(WIDTH, top + 14, escape(series.words[place]), "chart-value", anchor="end"),
            f'<rect class="chart-back" x="0" y="{top + 20}" width="{WIDTH}" height="{BAR}"/>',
            f'<rect class="chart-bar" x="0" y="{top + 20}" width="{wide:.1f}" height="{BAR}"/>',
        ]
    return _svg(chart, BAR_PITCH * len(chart.labels), parts)


def _svg(chart: Chart, height: int, parts: Sequence[str]) -> str:
    key = escape(chart.key)
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {height}" '
        f'aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{escape(chart.title)}</title>'
        f'<desc id="{key}-desc">{escape(_told(chart))}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _told(chart: Chart) -> str:
    """The drawing in a sentence a series, for who does not see it."""
    if chart.is_funnel:
        [series] = chart.series
        pairs = zip(chart.labels, series.words, strict=True)
        return "; ".join(f"{label}: {words}" for label, words in pairs) + "."
    sentences = []
    for series in chart.series:
        highest = series.highest
        if highest is None:
            sentences.append(f"{series.name}: nada.")
            continue
        sentences.append(
            f"{series.name}: al final {series.words[-1]}; lo más alto, {series.words[highest]} "
            f"({chart.labels[highest]})."
        )
    return " ".join(sentences)


def _text(x: float, y: float, words: str, style: str, anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{words}</text>'
