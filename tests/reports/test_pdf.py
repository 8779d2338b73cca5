"""The printed report: one or two pages, and nothing fetched from anywhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from invented import clean_claim

from models.record import AuditRecord
from reports.explanation import explanation
from reports.logged import Logged
from reports.pdf import laid_out, pdf

weasyprint = pytest.importorskip("weasyprint")


class Event:
    """An event, as the log gives it."""

    def __init__(self, kind: str, body: dict[str, object]) -> None:
        self.sequence, self.kind, self.body = 5, kind, body
        self.recorded_at, self.caller = "2025-02-03T04:05:06+00:00", "user:anna"


FOLLOWED = Logged(
    3,
    "ab" * 32,
    [
        Event("override", {"decision": "submit", "scored": "hold", "reason": "payer_confirmed"}),
        Event(
            "outcome",
            {"outcome": "denied", "category": "authorization", "known_on": "2025-02-01"},
        ),
    ],
    0.35,
)  # fmt: skip


def crowded(record: AuditRecord) -> AuditRecord:
    """As much as an answer may hold: four reasons three times, three actions, eight lines."""
    answer: dict[str, Any] = record.answered()
    reasons = [*answer["reasons"], *answer["categories"][0]["reasons"]][:4]
    told = {"reasons": reasons, "raw_score": 1.0, "base_value": -2.0, "other_contribution": 0.5}
    answer["reasons"] = reasons
    answer["categories"][0] |= told
    answer["actions"] = (answer["actions"] * 3)[:3]
    answer["edits"] = (answer["edits"] * 3)[:5]
    plain = {"reasons": [], "raw_score": None, "base_value": None, "other_contribution": None}
    answer["lines"] = [
        {"line": number, "denial_probability": 0.05 * number, **(told if number == 8 else plain)}
        for number in range(1, 9)
    ]
    return replace(record, answer=json.dumps(answer))


def test_it_prints_on_one_or_two_pages(
    recorded: Any, held: AuditRecord, unknown: AuditRecord
) -> None:
    many = [held, unknown, crowded(held), recorded(clean_claim(21)), recorded(clean_claim(22))]
    pages = [len(laid_out(explanation(one, FOLLOWED)).pages) for one in many]
    assert max(pages) <= 2, pages


def test_it_is_a_pdf(held: AuditRecord) -> None:
    page = explanation(held, FOLLOWED)
    assert pdf(page).startswith(b"%PDF-")
    plain: bytes = laid_out(page).write_pdf(uncompressed_pdf=True)
    assert len(re.findall(rb"/Type /Page\b", plain)) == 2


def test_nothing_is_fetched(held: AuditRecord, tmp_path: Any, monkeypatch: Any) -> None:
    asked: list[str] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *a, **k: asked.append("open"))
    secret = tmp_path / "secret.css"
    secret.write_text("body { margin: 999mm }")
    page = explanation(held)
    plain = len(laid_out(page).pages)
    evil = page.replace(
        "</head>",
        f'<link rel="stylesheet" href="{secret.as_uri()}">'
        '<style>@import "http://192.0.2.1/x.css"; body{background:url(http://192.0.2.1/y.png)}'
        "</style></head>",
    ).replace("</main>", f'<img src="{secret.as_uri()}"><img src="http://192.0.2.1/z"></main>')
    assert evil != page
    assert len(laid_out(evil).pages) == plain
    assert asked == []
