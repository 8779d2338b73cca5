"""Which files under the paths that a person gave are to be read, and as what."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from claims.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SNIFFED: Final = 4096
MAPPING_NAME: Final = "mapping.toml"
IGNORED_FOLDERS: Final = frozenset({"truth", "__pycache__"})
IGNORED_FILES: Final = frozenset({"MANIFEST.tsv"})


@dataclass(frozen=True, slots=True)
class Source:
    """One file of X12, one folder of tables, or one extract and its mapping; ``size`` in bytes."""

    path: Path
    kind: Literal["x12", "tables", "extract"]
    size: int
    mapping: Path | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be read, in the order of the paths' names, and what is not X12.

    ``not_x12`` was named by the person, ``ignored`` was only met in a folder.
    """

    sources: tuple[Source, ...]
    not_x12: tuple[Path, ...]
    ignored: tuple[Path, ...]


def find(paths: Iterable[Path], mapping: Path | None = None) -> Found:
    """Look through files and folders; a file met twice counts once.

    A file is X12 when an ISA segment begins in its first 4 KB, whatever its name. A folder with
    ``claims.parquet`` and ``lines.parquet`` is a folder of tables; one with a ``mapping.toml`` is
    an extract, and so is every path when a ``mapping`` is given. ``truth`` folders, hidden files
    and manifests lie beside data and are passed over. Raises ``UserError`` for a path that is not
    there.
    """
    sources: dict[Path, Source] = {}
    not_x12: list[Path] = []
    ignored: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UserError(f"there is no file or folder {path}: correct the path")
        if mapping is not None:
            sources[path.resolve()] = Source(path, "extract", _weight(path), mapping)
            continue
        for place in _walk(path):
            source = _source(place)
            if source is not None:
                sources.setdefault(place.resolve(), source)
            else:
                (not_x12 if place == path else ignored).append(place)
    ordered = sorted(sources.values(), key=lambda source: source.path.as_posix())
    return Found(tuple(ordered), tuple(not_x12), tuple(sorted(set(ignored))))


def _walk(path: Path) -> Iterator[Path]:
    """The files of a folder, and the folders of tables in it as one place each."""
    if not path.is_dir():
        yield path
        return
    for folder, folders, files in os.walk(path):
        here = Path(folder)
        if is_tables(here) or is_extract(here):
            folders.clear()
            yield here
            continue
        folders[:] = [
            name for name in folders if name not in IGNORED_FOLDERS and not name.startswith(".")
        ]
        for name in files:
            if name not in IGNORED_FILES and not name.startswith("."):
                yield here / name


def is_tables(folder: Path) -> bool:
    """Whether a folder holds a dataset as tables."""
    return (folder / "claims.parquet").is_file() and (folder / "lines.parquet").is_file()


def is_extract(folder: Path) -> bool:
    """Whether a folder holds a mapping, and so tables of other people."""
    return (folder / MAPPING_NAME).is_file()


def _weight(place: Path) -> int:
    """Bytes of a file, or of the files in a folder."""
    entries = [place] if place.is_file() else place.iterdir()
    return sum(entry.stat().st_size for entry in entries if entry.is_file())


def _source(place: Path) -> Source | None:
    if place.is_dir():
        if is_extract(place):
            return Source(place, "extract", _weight(place), place / MAPPING_NAME)
        size = sum(entry.stat().st_size for entry in place.glob("*.parquet"))
        return Source(place, "tables", size)
    try:
        with place.open("rb") as file:
            head = file.read(SNIFFED)
        size = place.stat().st_size
    except OSError:
        return Source(place, "x12", 0)  # reading it will say what is wrong
    return Source(place, "x12", size) if has_isa(head) else None


def has_isa(head: bytes) -> bool:
    """Whether an ISA segment begins somewhere in ``head``: the letters, then a delimiter."""
    at = head.find(b"ISA")
    while at >= 0:
        after = head[at + 3 : at + 4]
        if after and not after.isalnum() and not after.isspace():
            return True
        at = head.find(b"ISA", at + 3)
    return False
