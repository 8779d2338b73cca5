"""Files that hold claims: whole or not at all, and readable by their owner alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

from cli.errors import CliError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def write_private(out: Path, put: Callable[[BinaryIO], None]) -> None:
    """Write what ``put`` writes to ``out``, mode 0600. Raises ``CliError`` when it cannot be."""
    aside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            put(file)
        aside.replace(out)
    except OSError as error:
        text = f"{out} cannot be written ({error.strerror}): name a file in a folder of yours"
        raise CliError(text) from None
    finally:
        aside.unlink(missing_ok=True)
