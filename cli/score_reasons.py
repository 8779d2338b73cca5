"""The columns of ``preclear score --reasons``: a list of reasons a claim, or a column for each."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from models.score import MAX_REASONS, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.frame_reasons import FrameReasons

REASONS: Final = "reasons"
_KINDS: Final[Mapping[str, pa.DataType]] = {
    "factor": pa.string(),
    "text": pa.string(),
    "value": pa.float64(),
    "contribution": pa.float64(),
    "category": pa.string(),
}
_NAMES: Final = tuple(field.name for field in fields(Reason))


def reason_columns(why: FrameReasons) -> dict[str, pa.Array]:
    """The columns of n claims: ``reasons`` as ``/score`` has them, and what they add up to."""
    told = [one.reasons for one in why.explained]
    every = [reason for reasons in told for reason in reasons]
    ends = np.cumsum([0, *(len(reasons) for reasons in told)])
    parts = [pa.array([getattr(reason, name) for reason in every], _KINDS[name]) for name in _NAMES]
    return {
        "raw_score": pa.array(why.raw_score),
        "base_value": pa.array([one.base for one in why.explained], pa.float64()),
        "other_contribution": pa.array([one.other for one in why.explained], pa.float64()),
        REASONS: pa.ListArray.from_arrays(
            pa.array(ends, pa.int32()), pa.StructArray.from_arrays(parts, _NAMES)
        ),
    }


def flattened(rows: pa.Table) -> pa.Table:
    """``rows`` with a column for each part of each reason in place of ``reasons``.

    ``reason_1_factor`` to ``reason_4_category``; null where a claim has fewer reasons.
    """
    if REASONS not in rows.column_names:
        return rows
    place = rows.column_names.index(REASONS)
    told = rows[REASONS].combine_chunks()
    starts = told.offsets.to_numpy()
    wide = rows.remove_column(place)
    for number in range(MAX_REASONS):
        at = starts[:-1] + number
        chosen = told.values.take(pa.array(at, mask=at >= starts[1:]))
        for name in _NAMES:
            column = pa.compute.struct_field(chosen, name)
            wide = wide.add_column(place, f"reason_{number + 1}_{name}", column)
            place += 1
    return wide
