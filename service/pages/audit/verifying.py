"""Checking the whole log at a person's wish: one check at a time, within a bound."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from service.problems import Problem, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from service.audit.repository import AuditRepository
    from service.audit.verify import Verified

SECONDS: Final = 60.0
_AT_WORK: Final = threading.Lock()


class _TooLongError(Exception):
    """The bound is reached."""


def verified(
    repository: AuditRepository,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Verified:
    """What a check of the whole log finds. Call it in a thread.

    Raises ``Problem`` (503) while another check is under way in this process, or when this one
    takes longer than ``seconds``; raises ``AuditError``.
    """
    if not _AT_WORK.acquire(blocking=False):
        raise unavailable("The log is being checked already; look again in a minute.", "verifying")
    until = clock() + seconds

    def each(_: Mapping[str, object]) -> None:
        if clock() > until:
            raise _TooLongError

    try:
        return repository.verify(each=each)
    except _TooLongError:
        text = (
            f"The log is too long to be checked within {seconds:.0f} seconds here: run "
            "`preclear audit verify` where the service runs."
        )
        raise Problem(503, "verify-too-long", text) from None
    finally:
        _AT_WORK.release()
