"""Who awaits the work of another thread: one wake-up a group, and nothing lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from service.wake import finished


def test_a_group_is_one_wake_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> tuple[list[int], int]:
        loop = asyncio.get_running_loop()
        works: list[Future[int]] = [Future() for _ in range(50)]
        waits = [asyncio.create_task(finished(work)) for work in works]
        await asyncio.sleep(0)
        calls = 0
        wake = loop.call_soon_threadsafe

        def counted(call: Callable[..., object], *given: Any, **named: Any) -> asyncio.Handle:
            nonlocal calls
            calls += 1
            return wake(call, *given, **named)

        monkeypatch.setattr(loop, "call_soon_threadsafe", counted)

        def end() -> None:
            for number, work in enumerate(works):
                work.set_result(number)

        thread = threading.Thread(target=end)
        thread.start()
        thread.join()  # the loop stands still meanwhile, so that all are done when it looks
        return await asyncio.gather(*waits), calls

    found, calls = asyncio.run(scenario())
    assert found == list(range(50))
    assert calls == 1


def test_no_wake_up_is_lost_between_two_threads() -> None:
    async def scenario() -> int:
        works: list[Future[int]] = [Future() for _ in range(4000)]

        def end(some: list[Future[int]]) -> None:
            for work in some:
                work.set_result(1)

        threads = [threading.Thread(target=end, args=(works[start::2],)) for start in (0, 1)]
        waits = [asyncio.create_task(finished(work)) for work in works]
        await asyncio.sleep(0)
        for thread in threads:
            thread.start()
        total = sum(await asyncio.wait_for(asyncio.gather(*waits), 60))
        for thread in threads:
            thread.join()
        return total

    assert asyncio.run(scenario()) == 4000


def test_an_error_is_raised_where_it_is_awaited() -> None:
    async def scenario() -> None:
        late, early = Future[int](), Future[int]()
        early.set_exception(ValueError("early"))
        with pytest.raises(ValueError, match="early"):
            await finished(early)
        waiting = asyncio.create_task(finished(late))
        await asyncio.sleep(0)
        threading.Thread(target=late.set_exception, args=(ValueError("late"),)).start()
        with pytest.raises(ValueError, match="late"):
            await waiting

    asyncio.run(scenario())


def test_who_goes_takes_what_has_not_begun_along() -> None:
    async def scenario() -> tuple[Future[int], Future[int]]:
        idle, begun = Future[int](), Future[int]()
        assert begun.set_running_or_notify_cancel()
        waits = [asyncio.create_task(finished(work)) for work in (idle, begun)]
        await asyncio.sleep(0)
        for waiting in waits:
            waiting.cancel()
        assert await asyncio.gather(*waits, return_exceptions=True)
        return idle, begun

    idle, begun = asyncio.run(scenario())
    assert idle.cancelled()
    assert not begun.cancelled()
    begun.set_result(1)  # its loop is closed: nobody is woken, and nothing breaks
