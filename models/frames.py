"""Join frames, so that a claim, its mended copies and its lines are built and scored in one go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.frame import CLAIM_COLUMNS, LINE_COLUMNS, Frame


def join(frames: Sequence[Frame]) -> Frame:
    """All claims of ``frames``, one frame after the other, each claim with its lines."""
    if len(frames) == 1:
        return frames[0]
    columns = {
        name: np.concatenate([getattr(frame, name) for frame in frames])
        for name in (*CLAIM_COLUMNS, *LINE_COLUMNS)
    }
    before = np.cumsum([0, *(len(frame) for frame in frames[:-1])])
    line_claim = [frame.line_claim + first for frame, first in zip(frames, before, strict=True)]
    return frames[0].replace(**columns, line_claim=np.concatenate(line_claim))
