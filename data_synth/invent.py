"""The whole of ``preclear synth``: a world, its files, and the truth beside them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from claims.errors import UserError
from claims.progress import SILENT, Progress
from data_synth.config import WorldConfig
from data_synth.truth import write_truth
from data_synth.world import World, build
from data_synth.writing.files import Written, write_files

FOLDERS: Final = ("837", "835", "truth")


def invent(
    config: WorldConfig,
    folder: Path,
    *,
    processes: int | None = None,
    progress: Progress = SILENT,
    force: bool = False,
) -> tuple[World, Written]:
    """Write ``837/``, ``835/`` and ``truth/`` under ``folder``.

    Raises:
        UserError: ``folder`` already holds a world (unless ``force``, which replaces it).
    """
    taken = [
        name for name in FOLDERS if (folder / name).exists() and any((folder / name).iterdir())
    ]
    if taken and not force:
        raise UserError(
            f"{folder} already holds {' and '.join(taken)}: choose another folder, "
            "or give --force to replace them"
        )
    for name in taken:
        shutil.rmtree(folder / name)
    with progress.stage("Inventing the practice"):
        world = build(config)
    written = write_files(world, folder, processes=processes, progress=progress)
    with progress.stage("Writing the truth"):
        write_truth(world, folder)
    return world, written
