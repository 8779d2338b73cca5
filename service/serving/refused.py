"""What was asked to serve and was refused, and when it is tried again."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from models.aliases import Resolved

Key = tuple[object, ...]
"""What tells one candidate from another."""

LONGEST: Final = 60.0
"""Seconds between one try of a refused candidate and the next, at the most."""
FIRST: Final = 1.0
_log = logging.getLogger("preclear.serving")


@dataclass(frozen=True, slots=True)
class Refused:
    """A candidate that does not serve: its alias, what it is, why not, and since when.

    ``version`` and ``digest`` are "" where the registry did not even name one, and of the running
    history, whose alias here is ``history``.
    """

    alias: str
    version: str
    digest: str
    reason: str
    since: dt.datetime


class _Tried(NamedTuple):
    """What was tried last as an alias, when it may be tried again, and how long that waits."""

    key: Key
    again: float
    waited: float


class Refusals:
    """The refused candidates of one process by alias; any thread may read them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, Refused] = {}
        self._tried: dict[str, _Tried] = {}
        self._changing = threading.Lock()

    def told(self) -> list[Refused]:
        """All of them."""
        with self._changing:
            return list(self._known.values())

    def waits(self, alias: str, key: Key) -> bool:
        """Whether this very candidate was refused a short while ago: each time twice as long."""
        with self._changing:
            tried = self._tried.get(alias)
        return tried is not None and tried.key == key and self._clock() < tried.again

    def add(self, alias: str, key: Key, reason: str, named: Resolved | None = None) -> None:
        """Refuse a candidate. Said in the log when it is another one, or for another reason."""
        version, digest = (named.version, named.digest) if named else ("", "")
        with self._changing:
            tried, known = self._tried.get(alias), self._known.get(alias)
            same = tried is not None and tried.key == key
            waited = min(2 * tried.waited, LONGEST) if tried and same else FIRST
            self._tried[alias] = _Tried(key, self._clock() + waited, waited)
            news = not same or known is None or known.reason != reason
            if news:
                now = dt.datetime.now(dt.UTC)
                self._known[alias] = Refused(alias, version, digest, reason, now)
        if news:
            _log.error("refused as %s: version %s: %s", alias, version or "unknown", reason)

    def clear(self, alias: str) -> None:
        """There is nothing against it (any more)."""
        with self._changing:
            self._tried.pop(alias, None)
            known = self._known.pop(alias, None)
        if known is not None:
            _log.info("the %s is refused no more", alias)
