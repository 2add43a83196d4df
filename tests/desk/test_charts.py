"""The charts' drawing, the percentiles and the clock's words."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.charts import WIDTH, Chart, Series
from desk.clock import Clock, span
from desk.percentile import percentile

SVG = "{http://www.w3.org/2000/svg}"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
floats = st.floats(min_value=0, max_value=1e9)
words = st.text(max_size=12).filter(str.isprintable)


def drawn(chart: Chart) -> ElementTree.Element:
    # An HTML page needs no namespace, the XML parser of this test does.
    return ElementTree.fromstring(  # noqa: S314 (our own drawing)
        chart.svg.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1)
    )


def columns(*values: float | None, is_funnel: bool = False) -> Chart:
    told = tuple("–" if value is None else f"{value:g}" for value in values)
    labels = tuple(f"{place} <oct>" for place in range(len(values)))
    series = (Series("Generadas & más", tuple(values), told),)
    return Chart("key", "Título <1>", "Nota", "Semana", labels, series, is_funnel)


@given(st.lists(st.one_of(st.none(), floats), max_size=40), st.booleans())
def test_any_figures_make_a_drawing_that_stays_inside_itself(values, is_funnel):
    chart = columns(*values, is_funnel=is_funnel)
    svg = drawn(chart)
    _, _, wide, high = map(float, svg.attrib["viewBox"].split())
    for bar in svg.iter(f"{SVG}rect"):
        x, y, width, height = (float(bar.attrib[name]) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + width <= wide + 0.1
        assert 0 <= y <= y + height <= high + 0.1
    assert "style=" not in chart.svg
    assert "<script" not in chart.svg


@given(words, words)
def test_whatever_the_words_they_stay_words(name, label):
    chart = Chart("k", name, "", "", (label,), (Series(name, (1.0,), (label,)),))
    assert drawn(chart).find(f"{SVG}title").text == (name or None)


def test_columns_are_as_high_as_their_figures_and_say_them():
    svg = drawn(columns(0, 5, None, 10))
    bars = svg.findall(f"{SVG}rect")
    assert [float(bar.attrib["height"]) for bar in bars] == [32.0, 64.0]
    assert [bar.find(f"{SVG}title").text for bar in bars] == ["1 <oct>: 5", "3 <oct>: 10"]
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-labelledby"] == "key-title key-desc"
    assert svg.find(f"{SVG}title").text == "Título <1>"
    told = svg.find(f"{SVG}desc").text
    assert told == "Generadas & más: al final 10; lo más alto, 10 (3 <oct>)."


def test_the_funnel_is_as_wide_as_its_figures():
    svg = drawn(columns(10, 5, 0, is_funnel=True))
    bars = [bar for bar in svg.iter(f"{SVG}rect") if bar.attrib["class"] == "chart-bar"]
    assert [float(bar.attrib["width"]) for bar in bars] == [WIDTH, WIDTH / 2, 0]
    assert svg.find(f"{SVG}desc").text == "0 <oct>: 10; 1 <oct>: 5; 2 <oct>: 0."


def test_nothing_to_draw_is_said():
    assert drawn(columns(0, None)).find(f"{SVG}desc").text == "Generadas & más: nada."


def test_the_table_has_all_the_figures():
    assert columns(1, None).table == [("0 <oct>", ("1",)), ("1 <oct>", ("–",))]


@given(st.lists(floats, min_size=1), st.floats(0, 1))
def test_a_percentile_is_between_the_extremes_and_leaves_its_share_below(values, share):
    found = percentile(values, share)
    assert min(values) <= found <= max(values)
    below = sum(value < found for value in values)
    assert below <= share * (len(values) - 1) + 1
    assert percentile(values, 0) == min(values)
    assert percentile(values, 1) == max(values)


@given(st.lists(floats, min_size=1), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_share_is_never_lower(values, one, other):
    low, high = sorted((one, other))
    assert percentile(values, low) <= percentile(values, high)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    # As PostgreSQL 15: SELECT percentile_cont(share) WITHIN GROUP (ORDER BY value).
    [([3], 0.9, 3), ([1, 2], 0.5, 1.5), ([1, 2, 10], 0.5, 2), ([4, 1, 3, 2, 5], 0.9, 4.6)],
)
def test_known_percentiles(values, share, expected):
    assert percentile(values, share) == pytest.approx(expected)


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1], -0.1), ([1], 1.1)])
def test_a_percentile_of_nothing_is_refused(values, share):
    with pytest.raises(ValueError, match="share from 0 to 1"):
        percentile(values, share)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(days=2), "2 días"),
    ],
)
def test_a_length_of_time_in_words(time, expected):
    assert span(time) == expected


@pytest.mark.parametrize(
    ("hours", "age", "left", "is_late"),
    [
        (5, "hace 5 h", "quedan 19 h", False),
        (23, "hace 23 h", "queda 1 h", False),
        (24, "hace 24 h", "quedan 0 min", False),
        (27, "hace 27 h", "tarde por 3 h", True),
        (24 * 5, "hace 5 días", "tarde por 4 días", True),
    ],
)
def test_the_clock_counts_against_the_promise(hours, age, left, is_late):
    since = NOW - timedelta(hours=hours)
    clock = Clock(since, since + timedelta(hours=24), NOW)
    assert (clock.age, clock.left, clock.is_late) == (age, left, is_late)


def test_without_a_promise_nothing_is_late():
    clock = Clock(NOW - timedelta(days=400), None, NOW)
    assert (clock.age, clock.left, clock.is_late) == ("hace 400 días", "", False)
