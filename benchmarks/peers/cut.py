"""Parts of a dataset: what a practice had on a day, or the claims of some members alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from claims.arrays import NO_DAY, days, numbers
from claims.dataset import Dataset

Flags = NDArray[np.bool_]


def _within(owners: pa.Table, kept: Flags) -> Flags:
    """Which rows of the table of parts belong to the owners that are kept."""
    return np.repeat(kept, numbers(owners["line_count"]))


def part(dataset: Dataset, claims: Flags, remittances: Flags) -> Dataset:
    """Keep the flagged claims and remittances, each with all that belongs to it."""
    answers = dataset.adjustments
    of = numbers(answers["remittance"])
    place = np.cumsum(remittances) - 1
    kept = remittances[of]
    answers = answers.filter(pa.array(kept))
    column = answers.schema.get_field_index("remittance")
    answers = answers.set_column(
        column, answers.schema.field(column), pa.array(place[of[kept]], pa.int64())
    )
    return replace(
        dataset,
        claims=dataset.claims.filter(pa.array(claims)),
        lines=dataset.lines.filter(pa.array(_within(dataset.claims, claims))),
        remittances=dataset.remittances.filter(pa.array(remittances)),
        remittance_lines=dataset.remittance_lines.filter(
            pa.array(_within(dataset.remittances, remittances))
        ),
        adjustments=answers,
        claim_ids=None,
    )


def before(dataset: Dataset, day: int) -> Dataset:
    """What was there when ``day`` (days since 1970-01-01) began: sent earlier, known earlier."""
    known = days(dataset.remittances["known_on"])
    return part(
        dataset,
        days(dataset.claims["submitted_on"]) < day,
        (known < day) & (known != NO_DAY),
    )


def of_members(dataset: Dataset, wanted: NDArray[Any]) -> Dataset:
    """The claims for which ``wanted`` (bool, one a claim) holds, and the answers to them."""
    keys = numbers(dataset.claims["claim_key"], np.uint64)[wanted]
    answered = np.isin(numbers(dataset.remittances["claim_key"], np.uint64), keys)
    return part(dataset, np.asarray(wanted, np.bool_), answered)
