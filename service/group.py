"""One thread that does jobs in groups: who comes while a group is under way shares the next."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

from service.sqlite import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Job = TypeVar("Job")
Found = TypeVar("Found")


class Group(Generic[Job, Found]):
    """Jobs handed to ``submit`` by any thread, done together by ``work`` in a thread of its own."""

    def __init__(self, name: str, work: Callable[[Sequence[Job]], list[Found]], most: int) -> None:
        """``work`` does up to ``most`` jobs, all or none, and gives a result for each, in order."""
        self._work = work
        self._most = most
        self._waiting: deque[tuple[Job, Future[Found]]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> Future[Found]:
        """Hand a job in; the future holds its result, or the ``StateError`` of its group."""
        done: Future[Found] = Future()
        with self._changed:
            if self._closed:
                raise StateError("The service is stopping.")
            self._waiting.append((job, done))
            self._changed.notify()
        return done

    def close(self) -> None:
        """Do what waits, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _take(self) -> list[tuple[Job, Future[Found]]]:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            group = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        return [(job, done) for job, done in group if done.set_running_or_notify_cancel()]

    def _run(self) -> None:
        while (group := self._take()) or not self._closed or self._waiting:
            if not group:
                continue  # all who waited have gone
            try:
                found = self._work([job for job, _ in group])
            except Exception as error:  # whatever it is, nobody may be left waiting
                failed = (
                    error
                    if isinstance(error, StateError)
                    else StateError(f"The state of the service failed ({type(error).__name__}).")
                )
                for _, done in group:
                    done.set_exception(failed)
            else:
                for (_, done), one in zip(group, found, strict=True):
                    done.set_result(one)
