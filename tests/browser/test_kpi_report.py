"""The page that ``preclear kpi`` writes, opened from its file: light and dark, wide and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.main import call
from data_synth.changes import parse
from data_synth.config import WorldConfig
from data_synth.invent import invent

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.heavy
LOOKS = [("light", 1280), ("dark", 390)]


def test_the_page_of_the_kpis(
    chromium: Browser, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "home"))
    changes = (parse("05102:93000:2025-04-15"),)
    config = WorldConfig(claims=7_000, seed=21, months=5, steady=True, changes=changes)
    invent(config, tmp_path / "world", processes=1)
    out = tmp_path / "kpi.html"
    assert call(["kpi", str(tmp_path / "world"), "--workers", "1", "--out", str(out)]) == 0
    for scheme, width in LOOKS:
        _examine(chromium, out, scheme, width, pictures)


def _examine(chromium: Browser, out: Path, scheme: str, width: int, pictures: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, offline=True
    )
    page, said = context.new_page(), []
    page.on("console", lambda one: said.append(one.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(out.as_uri())
    assert page.locator("[data-alert=new_rule]").count() >= 1
    page.locator("details summary").first.click()
    page.screenshot(path=pictures / f"kpi-file-{scheme}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    assert said == []
    context.close()
