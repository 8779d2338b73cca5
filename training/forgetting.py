"""Claims of the judged period as they would look if their payer or procedure had never been seen.

A practice's history hardly holds the first claim of a payer, so nothing says how far a probability
strays where nothing is known. But it can be tried: a model that knows nothing of these claims'
answers foretells them with the payer, or the procedures, replaced by one never seen, and what it
said is compared with the answers. That is what a new payer would have met but for two things, both
small: the trees learned from other claims of this payer, and so did the rates over all payers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.progress import Progress
from features.build import build
from features.frame import Frame
from features.hashing import code_hash
from features.history import History
from features.likeness import likeness
from models.denial import DenialModel
from models.interval import places
from models.support import thickness
from training.alike import Foretold

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_MOST: Final = 20_000  # claims, of each kind
_CHUNK: Final = 4_096
_MASK: Final = np.uint64(code_hash("forgotten"))


def without_payer(frame: Frame) -> Frame:
    """The same claims, each to a payer never seen."""
    return frame.replace(payer=frame.payer ^ _MASK)


def without_procedures(frame: Frame) -> Frame:
    """The same claims, each line with a procedure never seen, of a range that was."""
    stated = frame.procedure != 0
    return frame.replace(procedure=np.where(stated, frame.procedure ^ _MASK, frame.procedure))


FORGETTING: Final[tuple[Callable[[Frame], Frame], ...]] = (without_payer, without_procedures)


def forgotten(
    model: DenialModel,
    frame: Frame,
    history: History,
    denied: Flags,
    group: I64,
    seed: int,
    progress: Progress,
) -> Foretold:
    """What ``model`` foretells of the n claims of ``frame``, once for each of ``FORGETTING``.

    ``denied`` and ``group`` (``training.alike``) are theirs; the model learned from none of them.
    At most 20,000 claims are asked, drawn by ``seed``. Each way of forgetting has its own groups.
    """
    asked = np.arange(len(frame))
    if len(asked) > _MOST:
        asked = np.sort(np.random.default_rng(seed).choice(asked, _MOST, replace=False))
    found = []
    with progress.stage("Asking what it would say of the unknown", 2 * len(asked)) as advance:
        for kind, forget in enumerate(FORGETTING):
            for first in range(0, len(asked), _CHUNK):
                rows = asked[first : first + _CHUNK]
                part = forget(frame.take(rows))
                found.append(
                    Foretold(
                        probability=model.scores(build(part, history))[1],
                        denied=denied[rows],
                        group=group[rows] * len(FORGETTING) + kind,
                        row=places(thickness(likeness(part, history))),
                        weight=np.ones(len(rows)),
                    )
                )
                advance(len(rows))
    return Foretold.joined(found)
