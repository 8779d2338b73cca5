"""Python's garbage collector while serving: no full collection over what stays for good.

A full collection looks at every object that there is, while nothing else runs. Modules, model and
rules are hundreds of thousands that will never be garbage; with a full house of requests such a
look is a tenth of a second that all of them wait.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

YOUNG: Final = 10_000
"""Objects made since the last look that bring about the next; Python's own figure is 700."""


def settle() -> Callable[[], None]:
    """Collect once, then leave what is there out of all later collections.

    What is given back makes the collector again what it was.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *before[1:])

    def undo() -> None:
        gc.unfreeze()
        gc.set_threshold(*before)

    return undo
