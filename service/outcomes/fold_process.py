"""Folding in a process of its own: ``python -m service.outcomes.fold_process HOME``.

It gives back its memory at its end, and leaves the serving processes' time to their requests.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from claims.errors import UserError
from service.outcomes import folding
from service.outcomes.store import OutcomeStore

_POLITE: Final = 10


def main(home: Path) -> int:
    """Fold what arrived, unless another process is at it. Gives the exit code."""
    os.nice(_POLITE)
    store = OutcomeStore(home)
    try:
        with folding.turn(home, wait=False) as mine:
            if mine:
                folding.fold(home, store)
    finally:
        store.close()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1])))
    except UserError as error:
        sys.exit(str(error))
    except Exception as error:  # its message may quote what it read
        sys.exit(f"{type(error).__name__}")
