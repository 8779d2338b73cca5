"""Claims scored part by part, by this process or by several, which share model and history."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from cli.score_rows import Form, Rendered, table
from features.frame import Frame
from features.history import History
from models.costs import Costs
from models.denial import DenialModel
from models.frame_scorer import FrameScorer
from models.frame_scores import FrameScores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from claims.processes import Processes
    from models.frame_reasons import FrameReasons

PART: Final = 4096
"""Claims scored at once: some MB, and many parts for each process."""
_MANY: Final = 20_000
"""Claims from which starting processes costs less than it saves."""
_FEW: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """n claims to be scored: their frame, ids and charges, in the order of the files."""

    frame: Frame
    ids: pa.Array
    charge: pa.ChunkedArray

    def __len__(self) -> int:
        """Count the claims."""
        return len(self.frame)

    def parts(self) -> Iterator[Part]:
        """Cut it, as it is asked for."""
        for first in range(0, len(self), PART):
            count = min(PART, len(self) - first)
            rows = np.arange(first, first + count)
            ids, charge = self.ids.slice(first, count), self.charge.slice(first, count)
            yield Part(first, self.frame.take(rows), ids, charge)


@dataclass(frozen=True, slots=True)
class Part:
    """Some claims of a batch, from its claim ``first`` on."""

    first: int
    frame: Frame
    ids: pa.Array
    charge: pa.ChunkedArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How to score: ``threshold``, the ``precision`` that it keeps if one was asked for, and form.

    ``ranked``: rows get further columns, so they are rendered later. ``reasons``: they are told.
    """

    costs: Costs
    threshold: float
    precision: float | None
    form: Form
    ranked: bool
    reasons: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A part's scores and its rows."""

    scores: FrameScores
    rows: Rendered


@contextmanager
def scored(
    batch: Batch,
    model: DenialModel,
    history: History,
    asked: Asked,
    processes: Processes,
    home: Path,
) -> Iterator[Iterator[Done]]:
    """The parts of ``batch`` in their order, scored as they are taken.

    Who scores makes no difference to any bit. For other processes, model and history are written
    to a folder in ``home``, mapped by all of them, and removed in the end.
    """
    several = processes.count > 1 and len(batch) > PART
    if not several or not (processes.started or len(batch) >= _MANY):
        scorer = FrameScorer.of(model, history, asked.costs)
        yield (_done(scorer, asked, part) for part in batch.parts())
        return
    with tempfile.TemporaryDirectory(prefix="score-", dir=home) as name:
        folder = Path(name)
        model.save(folder / "model")
        history.save(folder / "history")
        _compile(folder, asked, batch)
        task: Callable[[Part], Done] = partial(_work, folder, asked)
        yield (done for _, done in processes.in_turn(task, batch.parts()))


def _compile(folder: Path, asked: Asked, batch: Batch) -> None:
    """Score a few claims as a process does: machine code is then on the disk before each wants it.

    From the folder, because loops are compiled apart for arrays that may not be written to.
    """
    scorer = _opened_there(folder, asked.costs)
    few = batch.frame.take(np.arange(min(_FEW, len(batch))))
    scorer.explained(few, asked.threshold, asked.precision is not None)


def _work(folder: Path, asked: Asked, part: Part) -> Done:
    """What a process does with a part."""
    return _done(_scorer(folder, asked.costs), asked, part)


_opened: list[tuple[Path, FrameScorer]] = []


def _scorer(folder: Path, costs: Costs) -> FrameScorer:
    if not _opened or _opened[0][0] != folder:
        _opened[:] = [(folder, _opened_there(folder, costs))]
    return _opened[0][1]


def _opened_there(folder: Path, costs: Costs) -> FrameScorer:
    model, history = DenialModel.load(folder / "model"), History.open(folder / "history")
    return FrameScorer.of(model, history, costs)


def _done(scorer: FrameScorer, asked: Asked, part: Part) -> Done:
    promised = asked.precision is not None
    why: FrameReasons | None = None
    if asked.reasons:
        scores, why = scorer.explained(part.frame, asked.threshold, promised)
    else:
        scores = scorer.score(part.frame, asked.threshold, promised)
    rows = table(part.ids, scores, part.frame.as_of, part.charge, asked.precision, why)
    if asked.ranked:
        return Done(scores, rows)
    return Done(scores, asked.form.render(rows, first=part.first == 0))
