"""The scoring thread: what it takes next, whom it leaves out, and that nobody is left waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any, cast

import pytest

from claims.stages import Stage
from service.scoring.lane import TOGETHER, Lane, StoppingError
from service.scoring.requests import Ask
from service.serving.serving import Serving

OLD, NEW = cast("Serving", "old"), cast("Serving", "new")


class Held:
    """A lane whose work waits until it is let go; tells what was scored together."""

    def __init__(self) -> None:
        self.groups: list[tuple[object, list[object]]] = []
        self.let_go = threading.Event()
        self.began = threading.Event()
        self.commit = Future[None]()
        self.recorded: list[object] = []
        self.lane: Lane[object] = Lane(self._work, self._record)

    def hold(self) -> None:
        """Give it a part of a batch of its own, at which it stays."""
        self.lane.part([ask(-1)], OLD)
        assert self.began.wait(10)

    def single(self, what: object, serving: Serving, *, record: bool = False) -> Future[Any]:
        return self.lane.single(ask(what), serving, record)

    def _record(self, found: Sequence[object]) -> Future[None]:
        self.recorded += found
        return self.commit

    def _work(
        self, asks: Sequence[Ask], serving: Serving
    ) -> tuple[list[object], tuple[Stage, ...]]:
        self.began.set()
        assert self.let_go.wait(10)
        self.groups.append((serving, list(asks)))
        if ask("bad") in asks:
            raise ValueError("bad")
        return list(asks), ()


def ask(what: object) -> Ask:
    return cast("Ask", what)


@pytest.fixture
def held() -> Iterator[Held]:
    one = Held()
    yield one
    one.let_go.set()
    one.lane.close()


def test_singles_that_wait_are_scored_together(held: Held) -> None:
    held.hold()
    futures = [held.single(number, OLD) for number in range(TOGETHER + 3)]
    assert held.lane.waiting() == TOGETHER + 3
    held.let_go.set()
    found: list[Any] = [future.result(10) for future in futures]
    assert [one for one, _, _ in found] == list(range(TOGETHER + 3))
    assert [together for _, _, together in found] == [TOGETHER] * TOGETHER + [3] * 3


def test_a_group_ends_between_two_models(held: Held) -> None:
    held.hold()
    for number, serving in enumerate([OLD, OLD, NEW, NEW, OLD]):
        held.single(number, serving)
    held.let_go.set()
    held.lane.close()
    assert held.groups[1:] == [(OLD, [0, 1]), (NEW, [2, 3]), (OLD, [4])]


def test_parts_and_singles_take_turns(held: Held) -> None:
    held.hold()
    for number in range(3):
        held.lane.part([ask(f"part {number}")], OLD)
    for number, serving in enumerate([OLD, NEW]):
        held.single(number, serving)
    held.let_go.set()
    held.lane.close()
    order = [asks for _, asks in held.groups[1:]]
    assert order == [[0], ["part 0"], [1], ["part 1"], ["part 2"]]


def test_who_has_gone_is_left_out(held: Held) -> None:
    held.hold()
    singles = [held.single(number, OLD) for number in range(3)]
    part = held.lane.part([ask("part")], OLD)
    assert singles[0].cancel()
    assert singles[2].cancel()
    assert part.cancel()
    held.let_go.set()
    held.lane.close()
    assert held.groups[1:] == [(OLD, [1])]


def test_an_error_reaches_who_waits_and_nobody_else(held: Held) -> None:
    held.hold()
    bad = [held.single("bad", OLD), held.lane.part([ask("bad")], OLD)]
    good = held.single("good", NEW)
    held.let_go.set()
    for one in bad:
        assert isinstance(one.exception(10), ValueError)
    assert good.result(10)[0] == "good"


def test_what_was_handed_in_is_finished_and_no_more_taken(held: Held) -> None:
    held.hold()
    before = held.single("before", OLD)
    closing = threading.Thread(target=held.lane.close)
    closing.start()
    held.let_go.set()
    closing.join(10)
    assert before.result(0)[0] == "before"
    with pytest.raises(StoppingError):
        held.single("after", OLD)
    with pytest.raises(StoppingError):
        held.lane.part([ask("after")], OLD)


def test_who_asks_for_it_hears_when_it_is_on_record(held: Held) -> None:
    held.hold()
    first, other, second = (held.single(number, OLD, record=number != 1) for number in range(3))
    held.let_go.set()
    assert other.result(10)[0] == 1
    held.lane.close()
    assert held.recorded == [0, 2]
    assert not first.done()
    assert not second.done()
    held.commit.set_result(None)
    assert [first.result(0)[0], second.result(0)[0]] == [0, 2]


def test_what_could_not_be_recorded_is_not_given(held: Held) -> None:
    held.hold()
    waiting = held.single(0, OLD, record=True)
    held.let_go.set()
    held.lane.close()
    held.commit.set_exception(OSError("full"))
    assert isinstance(waiting.exception(0), OSError)
