"""What the present request answered already, when it carries an Idempotency-Key.

``ScoringService`` asks ``recalled`` before it scores and calls ``keep`` before it records. Kept is
the answer without its claim id: the id of the repeated request's own claim is put back, so nothing
of a claim lies in the store that is not in the audit log.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from service.problems import unavailable
from service.sqlite import StateError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from service.idempotency.store import IdempotencyStore, Name

Answer = dict[str, object]


class Keeping:
    """The parts of one request's answer, in the order in which they are asked for."""

    def __init__(
        self,
        store: IdempotencyStore,
        name: Name,
        parts: dict[int, str],
        recorded: Callable[[str], Awaitable[bool]],
    ) -> None:
        """``recorded`` says whether the score of that id is in the audit log."""
        self._store = store
        self._name = name
        self._parts = parts
        self._recorded = recorded
        self._number = 0

    async def recall(self, claim_ids: Sequence[str]) -> list[Answer] | None:
        """The next part as it was answered; ``None`` when it has to be worked out (again).

        A part that was kept and whose records were not written before the service ended was never
        given to anybody: it is worked out again.
        """
        kept = self._parts.get(self._number)
        if kept is None:
            return None
        answers: list[Answer] = json.loads(kept)
        scores = [str(answer["score_id"]) for answer in answers if "score_id" in answer]
        # The records of a part are written all or none.
        if len(answers) != len(claim_ids) or (scores and not await self._recorded(scores[-1])):
            return None
        self._number += 1
        for answer, claim_id in zip(answers, claim_ids, strict=True):
            if "claim_id" in answer:
                answer["claim_id"] = claim_id
        return answers

    async def keep(self, answers: Sequence[Answer]) -> None:
        """Keep the next part, to be recorded after this returns. Raises ``Problem`` (503)."""
        bare = [{**one, "claim_id": ""} if "claim_id" in one else one for one in answers]
        text = json.dumps(bare, ensure_ascii=False, separators=(",", ":"))
        try:
            await self._store.keep(self._name, self._number, text)
        except StateError:
            said = "The answer could not be kept for its Idempotency-Key, so it is not given."
            raise unavailable(said, "idempotency-unavailable") from None
        self._number += 1


KEEPING: Final[ContextVar[Keeping | None]] = ContextVar("keeping", default=None)


def keeps() -> bool:
    """Whether the present request asks that its answer be kept."""
    return KEEPING.get() is not None


async def recalled(claim_ids: Sequence[str]) -> list[Any] | None:
    """What the present request was answered for these claims before, ``None`` if it was not."""
    keeping = KEEPING.get()
    return None if keeping is None else await keeping.recall(claim_ids)


async def keep(answers: Sequence[Answer]) -> None:
    """Keep what is about to be recorded, when the present request asks for that."""
    keeping = KEEPING.get()
    if keeping is not None:
        await keeping.keep(answers)
