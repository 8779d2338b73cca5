"""The one thread that scores. It takes its next group by itself, as soon as it has done one.

Were each group handed to it by the event loop, it would stand idle between two groups for as long
as the loop has other things to do; with more requests than can be carried that is most of the time.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from claims.stages import Stage
    from service.scoring.requests import Ask
    from service.serving.serving import Serving

Found = TypeVar("Found")
CHUNK: Final = 64
"""Claims scored in one go; between two goes other requests get their turn."""


class StoppingError(Exception):
    """The lane takes no more work: the service is stopping."""


class Lane(Generic[Found]):
    """Scores claims one group at a time.

    A group is either a part of a batch, which comes whole, or all single claims that wait, to be
    judged by one ``Serving``: who asked before a swap is answered by the old model. Parts and
    singles take turns, so that neither waits for more than one group of the other kind.
    """

    def __init__(
        self, work: Callable[[Sequence[Ask], Serving], tuple[list[Found], tuple[Stage, ...]]]
    ) -> None:
        """``work`` finds one thing for each claim, in order."""
        self._work = work
        self._singles: deque[tuple[Serving, Ask, Future[One[Found]]]] = deque()
        self._parts: deque[tuple[Serving, Sequence[Ask], Future[Many[Found]]]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)
        self._thread.start()

    def single(self, ask: Ask, serving: Serving) -> Future[One[Found]]:
        """Hand one claim in. Raises ``StoppingError``."""
        done: Future[One[Found]] = Future()
        with self._changed:
            self._check()
            self._singles.append((serving, ask, done))
            self._changed.notify()
        return done

    def part(self, asks: Sequence[Ask], serving: Serving) -> Future[Many[Found]]:
        """Hand a part of a batch in, at most ``CHUNK`` claims. Raises ``StoppingError``."""
        done: Future[Many[Found]] = Future()
        with self._changed:
            self._check()
            self._parts.append((serving, asks, done))
            self._changed.notify()
        return done

    def waiting(self) -> int:
        """How many single claims wait."""
        return len(self._singles)

    def close(self) -> None:
        """Finish what was handed in, and take no more."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _check(self) -> None:
        if self._closed:
            raise StoppingError

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (self._singles or self._parts or self._closed):
                    self._changed.wait()
                if not (self._singles or self._parts):
                    return
                group = self._group()
                part = self._parts.popleft() if self._parts else None
            if group:
                self._score_singles(group)
            if part is not None and part[2].set_running_or_notify_cancel():
                self._score_part(*part)

    def _group(self) -> list[tuple[Serving, Ask, Future[One[Found]]]]:
        """The next singles of one ``Serving``; those whose caller has gone are left out."""
        group: list[tuple[Serving, Ask, Future[One[Found]]]] = []
        waiting = self._singles
        while waiting and len(group) < CHUNK and waiting[0][0] is (group or waiting)[0][0]:
            one = waiting.popleft()
            if one[2].set_running_or_notify_cancel():
                group.append(one)
        return group

    def _score_singles(self, group: list[tuple[Serving, Ask, Future[One[Found]]]]) -> None:
        try:
            found, stages = self._work([ask for _, ask, _ in group], group[0][0])
        except Exception as error:  # whatever it is, nobody may be left waiting
            for _, _, done in group:
                done.set_exception(error)
        else:
            for (_, _, done), one in zip(group, found, strict=True):
                done.set_result((one, stages, len(group)))

    def _score_part(self, serving: Serving, asks: Sequence[Ask], done: Future[Many[Found]]) -> None:
        try:
            done.set_result(self._work(asks, serving))
        except Exception as error:
            done.set_exception(error)


One = tuple[Found, "tuple[Stage, ...]", int]
"""What came of one claim, the stages of the work on its group, and how many were in that."""
Many = tuple[list[Found], "tuple[Stage, ...]"]
"""What came of each claim of a part, and the stages of the work on it."""
