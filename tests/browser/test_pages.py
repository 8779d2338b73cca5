"""Each page opened: light and dark, wide and narrow; no error, and axe-core finds nothing grave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from arriving import Practice as Files
from serving import together

from service.scoring.examples import BESIDE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.heavy
LOOKS = [("light", 1280), ("dark", 390), ("light", 390), ("dark", 1280)]
GRAVE = {"serious", "critical"}


@contextmanager
def looking(chromium: Browser, address: str, scheme: str = "light", width: int = 1280,
            **more: object) -> Iterator[Page]:  # fmt: skip
    """A browser of that look; an error on its console or a page beyond its width fails."""
    context = chromium.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, base_url=address, **more
    )
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    # A browser notes each answer of 400 on its console; one is asked for on purpose.
    assert [one for one in said if "status of 400" not in one] == []


def sign_in(page: Page, key: str) -> None:
    page.goto("/")
    page.fill("#key", key)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav")


def examine(page: Page, name: str, pictures: Path) -> None:
    """Take a picture, and ask axe-core; nothing may stand out on the right."""
    from axe_playwright_python.sync_playwright import Axe

    page.screenshot(path=pictures / f"{name}.png", full_page=True)
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide), name
    found = Axe().run(page).response["violations"]
    grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in GRAVE]
    assert grave == [], name


def sent(files: Files) -> str:
    """The last claims that the practice sent, as an 837."""
    return [path for path in files.late if path.suffix == ".837"][-1].read_text()


def score(page: Page, text: str) -> None:
    page.goto("/pages/score")
    page.fill("#text", text)
    page.click("main button[type=submit]")
    page.wait_for_selector("h1:not(:has-text('Score a claim'))")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_pages(
    chromium: Browser, address: str, key: str, files: Files, pictures: Path, scheme: str,
    width: int,
) -> None:  # fmt: skip
    look = f"{scheme}-{width}"
    many = sent(files)
    answers = together(files.answers())
    with looking(chromium, address, scheme, width) as page:
        page.goto("/")
        examine(page, f"sign-in-{look}", pictures)
        sign_in(page, key)
        page.goto("/pages/score")
        examine(page, f"score-form-{look}", pictures)
        page.fill("#text", "{")
        page.click("main button[type=submit]")
        page.wait_for_selector("[role=alert]")
        examine(page, f"score-problem-{look}", pictures)
        score(page, json.dumps(BESIDE))
        examine(page, f"score-one-{look}", pictures)
        score(page, many)
        examine(page, f"score-many-{look}", pictures)
        page.goto("/pages/worklist")
        examine(page, f"worklist-{look}", pictures)
        page.click("main table a >> nth=0")
        examine(page, f"worklist-one-{look}", pictures)
        page.goto("/pages/audit")
        examine(page, f"audit-{look}", pictures)
        page.click("main table a >> nth=0")
        examine(page, f"audit-one-{look}", pictures)
        page.goto("/pages/denials")
        examine(page, f"denials-{look}", pictures)
        page.set_input_files("#file", [{"name": "x.835", "mimeType": "", "buffer": answers}])
        page.check("#keep")
        page.click("main button:has-text('Triage')")
        page.wait_for_selector("[role=status]")
        examine(page, f"triage-{look}", pictures)
        page.goto("/pages/denials?state=all")
        page.click("main table a >> nth=0")
        examine(page, f"denials-one-{look}", pictures)
        page.goto("/pages/kpis")
        examine(page, f"kpis-{look}", pictures)
        page.goto("/pages/models")
        examine(page, f"models-{look}", pictures)


def test_a_days_work_by_keyboard(chromium: Browser, address: str, key: str) -> None:
    """Sign in, score, find it in the worklist, record it done, open its record, verify the log."""
    with looking(chromium, address) as page:
        sign_in(page, key)
        page.goto("/pages/score")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "file"
        page.keyboard.press("Tab")
        page.keyboard.insert_text(json.dumps(BESIDE))
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("h2#todo")
        assert page.inner_text("h1") == "A claim whose risk is not known"
        score_id = page.get_attribute("a[href^='/pages/audit/']", "href").rpartition("/")[2]  # type: ignore[union-attr]
        page.goto("/pages/worklist")
        mine = f"a[href='/pages/worklist/{score_id}']"
        page.click(mine)
        page.select_option("#result", "done")
        page.click("section[aria-labelledby=did] button")
        page.wait_for_selector("h1:has-text('Worklist')")
        assert page.query_selector(mine) is None
        page.goto(f"/pages/audit/{score_id}")
        assert "done" in page.inner_text("section[aria-labelledby=followed]")
        page.goto("/pages/audit")
        page.click("text=Verify the whole log")
        page.wait_for_selector("h1:has-text('The log is whole')")
        page.click("text=Sign out")
        page.wait_for_selector("#key")


def test_pages_work_without_a_script(chromium: Browser, address: str, key: str) -> None:
    with looking(chromium, address, java_script_enabled=False) as page:
        page.goto("/pages/audit")
        page.fill("#key", key)
        page.click("main button[type=submit]")
        page.wait_for_selector("h1:has-text('Audit')")
        page.goto("/pages/score")
        page.fill("#text", json.dumps(BESIDE))
        page.click("main button[type=submit]")
        page.wait_for_selector("h2#todo")


def test_a_table_is_sorted_by_its_head(
    chromium: Browser, address: str, key: str, files: Files
) -> None:
    with looking(chromium, address) as page:
        sign_in(page, key)
        score(page, sent(files))
        page.click("th >> text=Probability")
        shares = page.eval_on_selector_all(
            "tbody tr td:nth-child(4)", "cells => cells.map(cell => Number(cell.dataset.value))"
        )
        assert len(shares) >= 3
        assert shares == sorted(shares)
        assert page.get_attribute("th:nth-child(4)", "aria-sort") == "ascending"
