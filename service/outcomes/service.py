"""Taking a file of remittances or claims: kept, joined to scores, and left to be folded in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from features import running
from service.outcomes import folding

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from claims.problems import Problem
    from service.outcomes.joining import Joining
    from service.outcomes.posted import Posted
    from service.outcomes.store import OutcomeStore

PENDING: Final = "pending"
CURRENT: Final = "current"
ABSENT: Final = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one file.

    ``remittances`` is all of them: those that ``not_decided`` and those that decide. Of the latter
    ``already_known`` were taken before (the same, word for word); ``joined`` are of a claim that
    was scored here, ``unmatched`` of one that was neither scored nor sent as far as is known.
    ``history``: ``pending`` while something is still to be folded in, ``absent`` where there is no
    base to fold into.
    """

    remittances: int
    already_known: int
    not_decided: int
    joined: int
    unmatched: int
    claims: int
    claims_already_known: int
    history: str
    problems: tuple[Problem, ...]


class Outcomes:
    """The outcomes of one installation, for any thread."""

    def __init__(self, home: Path, store: OutcomeStore, joining: Joining) -> None:
        self._home = home
        self._store = store
        self._joining = joining

    def take(self, found: Posted) -> Taken:
        """Keep what was read and record what it means; both are on the disk when this returns.

        Raises ``UserError``: what was kept by then stays, and is told when the file comes again or
        by ``Upkeep``.
        """
        added = self._store.add(found)
        keys = {row.key for _, row in found.remittances if row.key}
        scored = self._joining.tell(keys).scored
        known = scored | self._store.sent(keys) | self._trained(keys)
        deciding = [row.key for _, row in found.remittances]
        return Taken(
            remittances=len(deciding) + found.undecided,
            already_known=len(deciding) - added.remittances,
            not_decided=found.undecided,
            joined=sum(key in scored for key in deciding),
            unmatched=sum(key not in known for key in deciding),
            claims=len(found.claims),
            claims_already_known=len(found.claims) - added.claims,
            history=self._state(),
            problems=tuple(found.problems),
        )

    def _trained(self, keys: Collection[int]) -> set[int]:
        """Which of these claims the last training read."""
        base = running.base(self._home)
        if base is None or not keys:
            return set()
        held = base.claim_keys()
        asked = np.array(sorted(keys), np.uint64)
        place = np.minimum(np.searchsorted(held, asked), max(len(held) - 1, 0))
        found = held[place] == asked if len(held) else np.zeros(len(asked), np.bool_)
        return {int(key) for key in asked[found]}

    def _state(self) -> str:
        if running.base(self._home) is None:
            return ABSENT
        return PENDING if folding.waiting(self._home, self._store) else CURRENT
