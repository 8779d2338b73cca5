"""Letters of appeal as files: in a new folder, for their owner alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cli.errors import WRONG_CALL, CliError
from reports.appeal import checklist, letter

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from models.triage import Triaged
    from reports.appeal import LetterTemplate


def new_folder(folder: Path) -> Path:
    """Make ``folder`` with mode 0700; an empty one is taken and made so.

    Raises ``CliError`` when something lies in it: letters are never mixed, nor overwritten.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or any(folder.iterdir()):
            raise CliError(
                f"{folder} is a link or holds something already: name a new folder", WRONG_CALL
            )
        folder.chmod(0o700)
    except OSError as error:
        text = f"{folder} cannot be made ({error.strerror}): name a folder in a place of yours"
        raise CliError(text) from None
    return folder


def write_appeals(
    found: Sequence[Triaged], day: dt.date, template: LetterTemplate, folder: Path
) -> int:
    """A letter and a checklist for each denial to appeal, named by its rank; how many denials."""
    count = 0
    for one in found:
        if one.next_action == "appeal":
            count += 1
            _write(folder / f"{one.rank:05}-letter{template.suffix}", letter(one, day, template))
            _write(folder / f"{one.rank:05}-checklist.md", checklist(one))
    return count


def _write(path: Path, text: str) -> None:
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise CliError(f"{path} cannot be written ({error.strerror})") from None
