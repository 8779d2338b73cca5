"""Worker processes of one command: started when there is work for them, used for all of it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self, TypeVar

from claims.errors import UserError
from claims.parent import when_parent_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from types import TracebackType

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD: Final = 2
"""Tasks that wait for each process while it works: fewer and it would idle, more and they pile up.
"""


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def without_gc() -> Iterator[None]:
    """Look for no cycles meanwhile: for work that makes none, and would be looked through often."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


class Processes:
    """Up to ``count`` processes. Used as a context; leaving it by an error stops their work.

    A task is a module's function or a ``functools.partial`` of one, with arguments that pickle.
    """

    def __init__(self, count: int | None = None) -> None:
        """``count`` default: one a core."""
        self.count = count or cores()
        self._pool: ProcessPoolExecutor | None = None
        self._others = multiprocessing.active_children()

    def __enter__(self) -> Self:
        """Nothing is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """End the processes: after their work, or at once when it has failed."""
        if self._pool is None:
            return
        if error is not None:
            for process in multiprocessing.active_children():
                if process not in self._others:
                    process.terminate()
        self._pool.shutdown(cancel_futures=True)

    @property
    def started(self) -> bool:
        """Whether there are processes already, so that more work costs no start."""
        return self._pool is not None

    def each(
        self, task: Callable[[Item], Result], items: Sequence[Item], sizes: Sequence[float]
    ) -> Iterator[tuple[int, Result]]:
        """Do ``task`` with all ``items``, the largest first: each one's place and result, as ready.

        Raises ``UserError`` when a process was stopped from outside.
        """
        largest_first = sorted(range(len(items)), key=lambda at: -sizes[at])
        futures = {self._submit(task, items[at]): at for at in largest_first}
        for future in as_completed(futures):
            yield futures[future], _result(future)

    def in_turn(
        self, task: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result]]:
        """Do ``task`` with one item after the other: each with its result, in their order.

        Items are taken as they are needed, so that few of them are alive at a time.
        """
        waiting: deque[tuple[Item, Future[Result]]] = deque()
        for item in items:
            waiting.append((item, self._submit(task, item)))
            if len(waiting) > AHEAD * self.count:
                first, future = waiting.popleft()
                yield first, _result(future)
        while waiting:
            first, future = waiting.popleft()
            yield first, _result(future)

    def _submit(self, task: Callable[[Item], Result], item: Item) -> Future[Result]:
        with _uninterrupted():
            if self._pool is None:
                # spawned, not forked: a forked child would inherit locks of Arrow's threads
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(self.count, context, initializer=_start)
            try:
                return self._pool.submit(task, item)
            except BrokenProcessPool as error:
                raise _stopped() from error


def _start() -> None:
    # A core is a process's: libraries that would use all of them get in each other's way.
    os.environ["OMP_NUM_THREADS"] = "1"
    # A command that was killed cannot end its processes: they would wait for ever, and hold its
    # output open for whoever reads that.
    when_parent_ends(lambda: os._exit(1))


def _result(future: Future[Result]) -> Result:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise _stopped() from error


def _stopped() -> UserError:
    return UserError(
        "a worker process was stopped from outside, probably for want of memory: "
        "try again with --workers 1"
    )


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes started meanwhile never see an interrupt; this one sees it a moment later.

    An interrupt at the terminal reaches all processes, and each would print a traceback; the one
    that waits for the others is the one to answer it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
