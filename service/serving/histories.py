"""The running history as it lies in ``PRECLEAR_HOME``: opened, and seen when another is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from features import running
from features.history import History, HistoryError

if TYPE_CHECKING:
    from pathlib import Path

_META: Final = "history.json"

Mark = tuple[str, int, int]


class RunningHistory:
    """Says which history is there, and opens it."""

    def __init__(self, home: Path) -> None:
        self._place = running.place(home)

    def open(self) -> History:
        """The history that is there now, found to be what its digest says. Raises ``HistoryError``.

        It is read once from end to end for that: a second for a gigabyte.
        """
        # The link is followed once: the parts must be those of one history.
        return History.open(self._place.resolve()).verified()

    def mark(self) -> Mark:
        """Which file describes it, and since when: another mark, perhaps another history.

        Raises ``HistoryError`` when there is none.
        """
        path = self._place.resolve() / _META
        try:
            found = path.stat()
        except OSError as error:
            raise HistoryError(
                f"There is no usable history in {self._place}: run `preclear train` to make one."
            ) from error
        return str(path), found.st_ino, found.st_mtime_ns
