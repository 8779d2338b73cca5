"""Somebody else's claims with the error that was put into each: is it the category we name?

``claims_tables`` carry a root cause for each denial that its own generator injected
(``ground_truth_labels.parquet``, ``injected_error``). It is never an input: the model learns from
what was known when the first three quarters of the claims (by submission) had been sent, and the
later claims are scored, each as of its submission. Only then are the labels opened.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq

from benchmarks.peers.cases import KEYS, MAPPINGS, SHARE
from benchmarks.peers.cut import before
from claims.arrays import NO_DAY
from claims.carc import load_catalogue
from claims.categories import CATEGORIES, Category
from claims.dataset import read_dataset
from claims.progress import SILENT
from models.registry import Registry
from models.scoring import Scorer
from training.boosters import Settings
from training.prepare import prepare
from training.train import train

NONE: Final = "none"
STANDS_FOR: Final[dict[str, Category]] = {
    "coverage_termed": "eligibility",
    "duplicate_claim": "duplicate",
    "invalid_dx_pair": "coding",
    "missing_auth": "authorization",
    "missing_modifier": "coding",
    "timely_filing": "timely_filing",
}
"""Our category for each injected error; a denial without one is the generator's noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A later claim: what was injected, whether denied, whether flagged, its leading category."""

    injected: str
    denied: bool
    flagged: bool
    category: str


def judged(data: Path) -> list[Judged]:
    """Learn from the first three quarters of ``data``'s ``claims_tables``, score the rest."""
    place, mapping = data / "claims_tables", MAPPINGS / "claims_tables.toml"
    whole = read_dataset(
        [place], keys=KEYS, catalogue=load_catalogue(), mapping=mapping, workers=1, keep_ids=True
    )
    every = prepare(whole, SILENT)
    sent = every.frame.submitted[every.frame.original & (every.frame.submitted != NO_DAY)]
    day = int(np.quantile(sent, SHARE, method="lower"))
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        model = train(
            before(whole, day),
            registry=Registry(home / "mlruns"),
            home=home / "var",
            settings=Settings(),
            promote=False,
            progress=SILENT,
        ).model
    test = every.examples.rows[(every.examples.day >= day) & every.examples.mature]
    frame = every.frame.take(test)
    scores = Scorer(model, every.history, KEYS).score_frame(frame.as_of_days(frame.submitted))
    if whole.claim_ids is None:
        raise RuntimeError("the tables have claim ids")
    truth = _injected(place)
    return [
        Judged(
            injected=truth.get(claim_id, NONE),
            denied=bool(outcome >= 1),
            flagged=decision != "submit",
            category=CATEGORIES[category],
        )
        for claim_id, outcome, decision, category in zip(
            whole.claim_ids.take(test).to_pylist(),
            every.labels.outcome[test].tolist(),
            scores.decision.tolist(),
            scores.category.tolist(),
            strict=True,
        )
    ]


def _injected(place: Path) -> dict[str, str]:
    table = pq.read_table(place / "ground_truth_labels.parquet")
    rows = table.select(["claim_id", "injected_error"]).to_pylist()
    return {row["claim_id"]: row["injected_error"] or NONE for row in rows}


def lines(found: list[Judged]) -> list[str]:
    """Injected errors down, leading categories of their denied claims across, most named first."""
    denied = [one for one in found if one.denied]
    named = [category for category, _ in Counter(one.category for one in denied).most_common()]
    width = max(map(len, named), default=0) + 2
    told = [
        f"claims_tables: {len(found):,} later claims, {len(denied):,} denied; leading category of "
        "the denied ones",
        f"{'injected':18}{'claims':>8}{'flagged':>9}{'denied':>8}{'and flagged':>13}{'named':>8}"
        + "".join(f"{category:>{width}}" for category in named),
    ]
    errors = sorted({one.injected for one in found}, key=lambda one: (one == NONE, one))
    told.extend(_row(injected, found, named, width) for injected in errors)
    right = [one for one in denied if one.injected in STANDS_FOR]
    hits = sum(one.category == STANDS_FOR[one.injected] for one in right)
    return [*told, f"the category of the injected error leads on {hits:,} of {len(right):,}"]


def _row(injected: str, found: list[Judged], named: list[str], width: int) -> str:
    mine = [one for one in found if one.injected == injected]
    denied = [one for one in mine if one.denied]
    counts = Counter(one.category for one in denied)
    hits = str(counts[STANDS_FOR[injected]]) if injected in STANDS_FOR else "-"
    return (
        f"{injected:18}{len(mine):>8,}{sum(one.flagged for one in mine):>9,}{len(denied):>8,}"
        f"{sum(one.flagged for one in denied):>13,}{hits:>8}"
        + "".join(f"{counts[category]:>{width},}" for category in named)
    )
