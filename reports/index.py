"""The index of a bundle of reports: a line a score, with a link to its report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from reports.page import template


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One report: its file (relative to the index) and what it says; "" for what is not known."""

    name: str
    score_id: str
    scored_at: dt.datetime
    probability: float
    decision: str
    overridden: str
    outcome: str
    model_version: str
    sequence: int


def index(rows: Sequence[Row], first: dt.date, last: dt.date) -> str:
    """The page (HTML 5) that leads to the reports of ``rows``, oldest first."""
    return template("index.html.j2").render(
        title=f"Reports of {len(rows):,} scores, {first} to {last}",
        rows=rows,
        decisions=[
            (decision, sum(row.decision == decision for row in rows))
            for decision in ("submit", "review", "hold")
        ],
    )
