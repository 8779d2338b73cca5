"""What `train` and `evaluate` begin with: read the paths, and say what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from claims.dataset import Dataset
    from claims.keys import Keys
    from claims.progress import Progress
    from claims.settings import Settings


def read(
    paths: list[Path],
    settings: Settings,
    keys: Keys,
    mapping: Path | None,
    workers: int,
    progress: Progress,
    *,
    keep_ids: bool = False,
) -> Dataset:
    """Read claims and remittances in ``workers`` processes; 0 means one a core.

    ``keep_ids``: with the ids of the claims, for a file that the caller asked for by name.
    """
    from claims.carc import load_catalogue
    from claims.dataset import read_dataset
    from cli.notes import tell

    dataset = read_dataset(
        paths,
        keys=keys,
        catalogue=load_catalogue(settings.carc_csv),
        workers=workers or None,
        progress=progress,
        mapping=mapping,
        keep_ids=keep_ids,
    )
    tell(dataset)
    return dataset
