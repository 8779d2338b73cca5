"""Silence that is honest: what was never seen is said to be so."""

from __future__ import annotations

import numpy as np

from features.catalog import NAMES, PLACE
from models.support import levels, support


def _row(payer: float, similar: float, procedure: float = 500, provider: float = 500) -> np.ndarray:
    row = np.zeros(len(NAMES), np.float32)
    row[PLACE["payer_seen"]] = payer
    row[PLACE["payer_procedure_seen"]] = similar
    row[PLACE["procedure_seen"]] = procedure
    row[PLACE["rendering_seen"]] = provider
    return row


def test_good() -> None:
    found = support(_row(5000, 310))
    assert (found.level, found.similar_claims, found.notes) == ("good", 310, ())


def test_thin() -> None:
    assert support(_row(5000, 29)).level == "thin"
    few = support(_row(60, 40))
    assert few.level == "thin"
    assert few.notes == ("Only 60 claims to this payer have been answered so far.",)
    new = support(_row(5000, 0))
    assert new.level == "thin"
    assert new.notes == ("This payer has not answered a line with this procedure before.",)
    assert support(_row(1, 1)).notes == ("Only one claim to this payer has been answered so far.",)


def test_none() -> None:
    found = support(_row(0, 0))
    assert (found.level, found.similar_claims) == ("none", 0)
    assert "has not been seen before" in found.notes[0]
    assert len(support(_row(0, 0, 0, 0)).notes) == 3


def test_levels_of_many_are_those_of_each() -> None:
    rows = np.stack([_row(p, s) for p in (0, 1, 99, 100, 5000) for s in (0, 29, 30, 400)])
    names = ("none", "thin", "good")
    assert [names[level] for level in levels(rows)] == [support(row).level for row in rows]


def test_a_claim_without_lines() -> None:
    row = _row(500, np.nan)
    assert support(row).similar_claims == 0
    assert support(row).level == "thin"
