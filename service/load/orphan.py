"""A worker whose supervisor is gone leaves too.

uvicorn's supervisor stops its workers when it is told to stop. When it is killed (SIGKILL, out of
memory) it cannot: its workers would go on, hold the port, and answer by a model that nobody
watches, while the supervisor that takes its place cannot listen.
"""

from __future__ import annotations

import os
import signal

from claims.parent import when_parent_ends


def leave_with_supervisor() -> bool:
    """Stop this process as SIGTERM would once the process that spawned it has ended.

    False when no process of ours spawned it, as with one worker: there is nothing to wait for.
    """
    return when_parent_ends(lambda: os.kill(os.getpid(), signal.SIGTERM))
