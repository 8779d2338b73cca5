"""A dataset as it was known on a day: what was sent, and what was answered, by then."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from claims.arrays import days, numbers
from claims.schema import TABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from claims.dataset import Dataset

    Flags = NDArray[np.bool_]

_EPOCH: Final = dt.date(1970, 1, 1)


def known_by(dataset: Dataset, day: dt.date) -> Dataset:
    """The claims sent and the remittances known by ``day``, with their lines.

    Claims without a day of sending and remittances without a day stay: nothing says that they came
    later. Adjustments and provider adjustments are left out.
    """
    until = (day - _EPOCH).days
    sent = days(dataset.claims["submitted_on"]) <= until
    answered = days(dataset.remittances["known_on"]) <= until
    if sent.all() and answered.all():
        return dataset
    claims, lines = _taken(dataset.claims, dataset.lines, sent)
    remittances, answers = _taken(dataset.remittances, dataset.remittance_lines, answered)
    return replace(
        dataset,
        claims=claims,
        lines=lines,
        remittances=remittances,
        remittance_lines=answers,
        adjustments=TABLES["adjustments"].empty_table(),
        provider_adjustments=TABLES["provider_adjustments"].empty_table(),
        claim_ids=None,
    )


def _taken(owners: pa.Table, lines: pa.Table, kept: Flags) -> tuple[pa.Table, pa.Table]:
    """The rows that are kept, and their lines."""
    of_kept = np.repeat(kept, numbers(owners["line_count"]))
    return owners.filter(pa.array(kept)), lines.filter(pa.array(of_kept))
