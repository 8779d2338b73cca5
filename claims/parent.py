"""A process that another one of ours spawned notices when that one has ended."""

from __future__ import annotations

import threading
from multiprocessing import parent_process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def when_parent_ends(act: Callable[[], None]) -> bool:
    """Call ``act``, in a thread, once the process that spawned this one has ended, however it did.

    False when no process of ours spawned it: then there is nothing to wait for.
    """
    parent = parent_process()
    if parent is None:
        return False

    def watch() -> None:
        wait([parent.sentinel])
        act()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
    return True
