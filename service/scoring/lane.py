"""The one thread that scores. It takes its next group by itself, as soon as it has done one.

Were each group handed to it by the event loop, it would stand idle between two groups for as long
as the loop has other things to do; with more requests than can be carried that is most of the time.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from claims.stages import Stage
    from service.scoring.requests import Ask
    from service.serving.serving import Serving

Found = TypeVar("Found")
CHUNK: Final = 64
"""Claims of a batch scored in one go; between two goes other requests get their turn."""
TOGETHER: Final = 32
"""Single claims scored in one go. Twice as many would save a twentieth of the work, and let those
who come meanwhile wait twice as long, for all the others to be answered at once."""


class StoppingError(Exception):
    """The lane takes no more work: the service is stopping."""


@dataclass(slots=True)
class _Single(Generic[Found]):
    serving: Serving
    ask: Ask
    record: bool
    done: Future[One[Found]] = field(default_factory=Future)


@dataclass(slots=True)
class _Part(Generic[Found]):
    serving: Serving
    asks: Sequence[Ask]
    done: Future[Many[Found]] = field(default_factory=Future)


class Lane(Generic[Found]):
    """Scores claims one group at a time.

    A group is either a part of a batch, which comes whole, or single claims that wait, to be judged
    by one ``Serving``: who asked before a swap is answered by the old model. Parts and singles take
    turns, so that neither waits for more than one group of the other kind.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Ask], Serving], tuple[list[Found], tuple[Stage, ...]]],
        record: Callable[[Sequence[Found]], Future[None]],
    ) -> None:
        """``work`` finds one thing for each claim, in order; ``record`` brings it to the disk."""
        self._work = work
        self._record = record
        self._singles: deque[_Single[Found]] = deque()
        self._parts: deque[_Part[Found]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)
        self._thread.start()

    def single(self, ask: Ask, serving: Serving, record: bool) -> Future[One[Found]]:
        """Hand one claim in; with ``record`` it is done when it is on record, too.

        Raises ``StoppingError``. The future raises what work and recording raise.
        """
        one = _Single[Found](serving, ask, record)
        self._put(self._singles, one)
        return one.done

    def part(self, asks: Sequence[Ask], serving: Serving) -> Future[Many[Found]]:
        """Hand a part of a batch in, at most ``CHUNK`` claims. Raises ``StoppingError``."""
        one = _Part[Found](serving, asks)
        self._put(self._parts, one)
        return one.done

    def waiting(self) -> int:
        """How many single claims wait."""
        return len(self._singles)

    def close(self) -> None:
        """Finish what was handed in, and take no more."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _put(self, line: deque[Item], item: Item) -> None:
        with self._changed:
            if self._closed:
                raise StoppingError
            line.append(item)
            self._changed.notify()

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
            if part is not None and part.done.set_running_or_notify_cancel():
                self._score_part(part)

    def _group(self) -> list[_Single[Found]]:
        """The next singles of one ``Serving``; those whose caller has gone are left out."""
        group: list[_Single[Found]] = []
        line = self._singles
        while line and len(group) < TOGETHER and line[0].serving is (group or line)[0].serving:
            one = line.popleft()
            if one.done.set_running_or_notify_cancel():
                group.append(one)
        return group

    def _score_singles(self, group: list[_Single[Found]]) -> None:
        later: list[tuple[_Single[Found], One[Found]]] = []
        try:
            found, stages = self._work([one.ask for one in group], group[0].serving)
            told = [(what, stages, len(group)) for what in found]
            pairs = list(zip(group, told, strict=True))
            later = [pair for pair in pairs if pair[0].record]
            if later:
                on_record = self._record([what for _, (what, _, _) in later])
        except Exception as error:  # whatever it is, nobody may be left waiting
            for one in group:
                one.done.set_exception(error)
            return
        for one, what in pairs:
            if not one.record:
                one.done.set_result(what)
        if later:
            on_record.add_done_callback(lambda done: _settle(later, done.exception()))

    def _score_part(self, part: _Part[Found]) -> None:
        try:
            part.done.set_result(self._work(part.asks, part.serving))
        except Exception as error:
            part.done.set_exception(error)


def _settle(
    recorded: Sequence[tuple[_Single[Found], One[Found]]], failed: BaseException | None
) -> None:
    for one, what in recorded:
        if failed is None:
            one.done.set_result(what)
        else:
            one.done.set_exception(failed)


Item = TypeVar("Item")
One = tuple[Found, "tuple[Stage, ...]", int]
"""What came of one claim, the stages of the work on its group, and how many were in that."""
Many = tuple[list[Found], "tuple[Stage, ...]"]
"""What came of each claim of a part, and the stages of the work on it."""
