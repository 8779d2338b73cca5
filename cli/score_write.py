"""The file of ``preclear score``, written as its parts are scored, and what is told of it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from cli.private import write_private
from cli.score_rank import DayWork
from cli.score_rows import ranked
from models.frame_scores import FrameScores, joined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from claims.progress import Advance
    from cli.score_parts import Asked, Batch, Done
    from cli.score_rows import Rendered
    from models.rank import Budget

_DECISIONS: Final = ("hold", "review", "submit")


@dataclass(frozen=True, slots=True)
class Used:
    """What was done with: the model's version, what was asked, how much could not be read."""

    version: str
    asked: Asked
    problems: int
    out: Path


@dataclass(slots=True)
class Written:
    """What was counted over the parts; ``scores`` are kept where they are to be ranked."""

    batch: Batch
    claims: int = 0
    at_risk: Decimal = Decimal(0)
    decisions: Counter[str] = field(default_factory=Counter)
    scores: list[FrameScores] = field(default_factory=list)
    work: DayWork | None = None

    def add(self, scores: FrameScores) -> None:
        """Count the scores of the next part."""
        held = pa.array(scores.decision != "submit")
        charge = self.batch.charge.slice(self.claims, len(held)).filter(held)
        self.at_risk += pc.sum(charge).as_py() or Decimal(0)
        self.claims += len(held)
        self.decisions.update(scores.decision.tolist())

    def summary(self, used: Used, *, as_json: bool) -> None:
        """Print it, for a person or as JSON."""
        if as_json:
            print(json.dumps(self._told(used), indent=2))
            return
        said = ", ".join(f"{self.decisions[name]:,} {name}" for name in _DECISIONS)
        if (kept := used.asked.precision) is not None:
            said += f" (from {used.asked.threshold:.3f} on, which keeps a precision of {kept:g})"
        print(
            f"Scored {self.claims:,} claims with model version {used.version}: {said}; "
            f"${self.at_risk:,.2f} on those to hold or review. Wrote {used.out}"
        )
        if self.work is not None:
            self.work.show(joined(self.scores), self.batch.ids)

    def _told(self, used: Used) -> dict[str, Any]:
        told: dict[str, Any] = {"claims": self.claims, "model_version": used.version}
        told |= {
            "threshold": used.asked.threshold,
            "precision_promised": used.asked.precision,
        }
        told |= {name: self.decisions[name] for name in _DECISIONS}
        told |= {"amount_to_look_at": f"{self.at_risk:.2f}", "problems": used.problems}
        if self.work is not None:
            told |= {"ranked": self.work.totals(joined(self.scores))}
        return {**told, "out": str(used.out)}


def write(
    parts: Iterator[Done],
    batch: Batch,
    out: Path,
    asked: Asked,
    budget: Budget | None,
    advance: Advance,
) -> Written:
    """Write ``out``, whole or not at all, readable by its owner alone.

    Rows are written as they come, unless there is a ``budget``: then all are ranked first.
    """
    written = Written(batch)

    def rows() -> Iterator[Rendered]:
        for done in parts:
            written.add(done.scores)
            if budget is not None:
                written.scores.append(done.scores)
            advance(len(done.scores.decision))
            yield done.rows

    def all_ranked() -> Iterator[Rendered]:
        assert budget is not None  # noqa: S101 - asked for below
        whole = pa.concat_tables(list(rows()))
        scores = joined(written.scores)
        written.work = DayWork.of(scores, budget)
        yield asked.form.render(ranked(whole, written.work.columns(scores)), first=True)

    write_private(out, lambda file: asked.form.put(all_ranked() if budget else rows(), file))
    return written
