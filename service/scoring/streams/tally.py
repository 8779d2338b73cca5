"""The lines of a stream's answer, and what was counted over them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from service.problems import Problem
from service.unreadable import UnreadablePart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.score import ModelRef
    from service.scoring.service import Answer


@dataclass(slots=True)
class Tally:
    """Counts of one stream: claims, those scored, by decision, and parts that were unreadable."""

    model: ModelRef
    claims: int = 0
    scored: int = 0
    unreadable: int = 0
    decisions: Counter[str] = field(default_factory=Counter)

    def lines(self, answers: Sequence[Answer | Problem]) -> bytes:
        """A line for each answer: a score, a problem of a ``claim``, or one of a ``segment``."""
        return b"".join(_line(self._told(one)) for one in answers)

    def _told(self, answer: Answer | Problem) -> dict[str, object]:
        if isinstance(answer, UnreadablePart):
            self.unreadable += 1
            return answer.document()
        self.claims += 1
        if isinstance(answer, Problem):
            return {**answer.document(), "claim": self.claims}
        if "status" in answer:  # a problem that an Idempotency-Key brings back
            return {**answer, "claim": self.claims}
        self.scored += 1
        self.decisions[str(answer["decision"])] += 1
        return answer

    def progress(self, taken: int) -> bytes:
        """A line that says how far the stream is; ``taken`` bytes of the body were worked on."""
        return _line({"progress": {**self._counts(), "bytes": taken}})

    def closing(self, taken: int, ended: Problem | None) -> bytes:
        """The last line: a stream that lacks it was cut. ``ended``: why it is not complete."""
        told: dict[str, object] = {"complete": ended is None, **self._counts(), "bytes": taken}
        told |= {name: self.decisions[name] for name in ("hold", "review", "submit")}
        told["model"] = asdict(self.model)
        if ended is not None:
            told["problem"] = ended.document()
        return _line({"summary": told})

    def _counts(self) -> dict[str, object]:
        return {
            "claims": self.claims,
            "scored": self.scored,
            "failed": self.claims - self.scored,
            "unreadable": self.unreadable,
        }


def _line(told: dict[str, object]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
