"""`make sheet`: pictures of every state on one page (scripts/sheet/build.py)."""

import re
import runpy
import sys

import pytest
from PIL import Image

from tests.live import ROOT


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Builds the sheet of a folder with pictures of those names; returns the page."""

    def run(*names: str) -> str:
        for name in names:
            Image.new("RGB", (360, 740), "white").save(tmp_path / f"{name}.png")
        monkeypatch.setattr(sys, "argv", ["build.py", str(tmp_path)])
        runpy.run_path(str(ROOT / "scripts/sheet/build.py"), run_name="__main__")
        return (tmp_path / "index.html").read_text()

    return run


@pytest.mark.slow
def test_each_state_stands_under_its_step_in_the_road_s_order(build, tmp_path):
    page = build(
        "010-error-404-360", "002-panel-pagada-1280-dark", "002-panel-pagada-1280",
        "002-panel-pagada-360", "001-ingresar-360", "003-algo-nuevo-768",
    )  # fmt: skip
    steps = ["Coming in", "Panel", "What went wrong", "The rest"]
    assert re.findall(r"<h2[^>]*><a[^>]*>([^<]*)", page) == steps
    assert re.findall(r"<h3[^>]*>([^<]*)", page) == [
        "ingresar", "panel-pagada", "error-404", "algo-nuevo",
    ]  # fmt: skip
    assert re.findall(r'src="(002[^"]*)"', page) == [
        "002-panel-pagada-360.png", "002-panel-pagada-1280.png", "002-panel-pagada-1280-dark.png",
    ]  # fmt: skip
    for address in re.findall(r'(?:src|href)="([^"#]+)"', page):
        assert (tmp_path / address).is_file()  # beside the page, wherever the folder goes


def test_a_folder_without_pictures_is_no_sheet(build):
    with pytest.raises(SystemExit, match="no picture"):
        build()
