"""What is recorded beside scores: what became of them, what a person decided, and the like."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from service.access.caller import caller_id

if TYPE_CHECKING:
    from collections.abc import Mapping

SCORE: Final = "score"
CHECKPOINT: Final = "checkpoint"
RETENTION: Final = "retention"
BREAK: Final = "break"
MIGRATED: Final = "migrated"
OWN: Final = frozenset({SCORE, CHECKPOINT, RETENTION, BREAK, MIGRATED})
"""Kinds that the log writes by itself."""
OVERRIDE: Final = "override"
_KIND: Final = re.compile("[a-z][a-z_]{0,31}")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: ``outcome``, ``override``, ``shadow`` or another kind in small letters.

    ``body`` is plain JSON and, like all of the log, holds no name, id, address or birth date.
    ``caller`` is the id of the key that the request came with.
    """

    kind: str
    score_id: str | None
    body: Mapping[str, object]
    caller: str = field(default_factory=caller_id)

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a kind that is no word or the log's own."""
        if not _KIND.fullmatch(self.kind) or self.kind in OWN:
            raise ValueError(f"no event is of the kind {self.kind!r}")


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as the log has it; ``recorded_at`` is ISO 8601, UTC."""

    sequence: int
    recorded_at: str
    kind: str
    score_id: str | None
    caller: str
    body: Mapping[str, object]
