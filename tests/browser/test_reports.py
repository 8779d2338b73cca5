"""Report, bundle and model card in a real browser: light and dark, wide and narrow."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))

import httpx2
from invented_card import invented_card

from cli.main import call
from reports.card.html import html
from service.scoring.examples import BESIDE, FLAT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from claims.settings import Settings

pytestmark = pytest.mark.heavy
LOOKS = [("light", 1280), ("dark", 390), ("light", 390), ("dark", 1280)]


@contextmanager
def looking(chromium: Browser, scheme: str, width: int, **more: object) -> Iterator[Page]:
    """A page of that look; whatever the browser's console says fails."""
    context = chromium.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, **more
    )
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda one: said.append(one.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert said == []


def examine(page: Page, name: str, pictures: Path) -> None:
    """Take a picture, and ask axe-core; nothing may stand out on the right."""
    from axe_playwright_python.sync_playwright import Axe

    page.screenshot(path=pictures / f"{name}.png", full_page=True)
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide), name
    found = Axe().run(page).response["violations"]
    grave = [one["id"] for one in found if one["impact"] in {"serious", "critical"}]
    assert grave == [], name


def test_the_report_of_a_score(chromium: Browser, pictures: Path, address: str, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    for name, body in (("flat", FLAT), ("beside", BESIDE)):
        answer = httpx2.post(f"{address}/score", json=body, headers=headers, timeout=60).json()
        for scheme, width in LOOKS:
            with looking(chromium, scheme, width, extra_http_headers=headers) as page:  # fmt: skip
                page.goto(f"{address}/reports/{answer['score_id']}")
                assert page.locator("h1").count() == 1
                # The style sheet is let in by its digest: without it, headings would be larger.
                assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == (
                    "24.8px"
                )
                examine(page, f"report-{name}-{scheme}-{width}", pictures)


def test_the_model_card_and_the_index_of_a_bundle(
    chromium: Browser, pictures: Path, tmp_path: Path, address: str, key: str,
    settings: Settings, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    headers = {"Authorization": f"Bearer {key}"}
    httpx2.post(f"{address}/score", json=FLAT, headers=headers, timeout=60).raise_for_status()
    monkeypatch.setenv("PRECLEAR_HOME", str(settings.home))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(settings.mlruns))
    days = ["--from", "2020-01-01", "--to", "2100-01-01"]
    assert call(["audit", "reports", *days, "--out", str(tmp_path / "bundle")]) == 0
    card = tmp_path / "card.html"
    card.write_text(html(invented_card(), "7"))
    for scheme, width in LOOKS:
        for name, file in (("card", card), ("index", tmp_path / "bundle" / "index.html")):
            with looking(chromium, scheme, width, offline=True) as page:
                page.goto(file.as_uri())
                examine(page, f"{name}-{scheme}-{width}", pictures)
        with looking(chromium, scheme, width, offline=True) as page:
            page.goto((tmp_path / "bundle" / "index.html").as_uri())
            page.locator("a[href^=reports]").first.click()
            assert page.locator("#record").count() == 1
