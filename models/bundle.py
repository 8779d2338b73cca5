"""The model's files: a folder with ``manifest.json``, LightGBM text and JSON. No pickle.

``manifest.json`` is canonical JSON (sorted keys, no spaces): it names every other file with its
size and SHA-256, so its own SHA-256 is the digest of the whole model. Same parts, same digest:
nothing in it depends on when or where it was written. Reading checks the manifest, then that the
folder holds just the files it names, then each file's bytes; only bytes that passed are parsed.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from models.bundle_files import BundleError as BundleError  # noqa: PLC0414 - part of this page
from models.bundle_files import Folder

FORMAT: Final = "preclear-denial-model"
VERSION: Final = 3
MANIFEST: Final = "manifest.json"
REQUIRED: Final = frozenset({"causes.txt", "calibration.json", "carcs.json", "golden.json"})
ALLOWED: Final = REQUIRED | {
    "habits.json",
    "interval.json",
    "promise.json",
    "lines.txt",
    "line_calibration.json",
    "recovery.json",
}
LARGEST_MANIFEST: Final = 4 * 2**20
LARGEST_FILE: Final = 512 * 2**20
LARGEST: Final = 2**30
"""Bytes of all files together."""

Listed = dict[str, tuple[int, str]]


def canonical(value: object) -> bytes:
    """The one JSON form of ``value``: sorted keys, no spaces, ASCII; no NaN.

    >>> canonical({"b": 1.5, "a": ["x"]})
    b'{"a":["x"],"b":1.5}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def digest(manifest: bytes) -> str:
    """``sha256:`` and the SHA-256 of the manifest's bytes."""
    return "sha256:" + hashlib.sha256(manifest).hexdigest()


def manifest_of(about: Mapping[str, object], files: Mapping[str, bytes]) -> bytes:
    """The manifest's bytes for the facts ``about`` the model and its ``files`` by name."""
    wrong = sorted(set(files) - ALLOWED) or sorted(REQUIRED - set(files))
    if wrong:
        raise BundleError(f"A model's files are {sorted(ALLOWED)}; {wrong[0]} does not fit.")
    listed = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in files.items()
    }
    return canonical({"format": FORMAT, "format_version": VERSION, "about": about, "files": listed})


def write(folder: Path, manifest: bytes, files: Mapping[str, bytes]) -> None:
    """Write the model's files into ``folder`` (made if missing), the manifest last.

    ``BundleError`` when the folder already holds something: a model is never changed in place.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BundleError(f"{folder} is not empty; save the model into a new folder.")
    for name, content in {**files, MANIFEST: manifest}.items():
        (folder / name).write_bytes(content)


def read(folder: Path) -> tuple[dict[str, object], dict[str, bytes]]:
    """Facts about the model and its files' bytes, all verified; ``manifest_of`` gives the same.

    ``BundleError`` when anything is missing, extra, of another size or digest, a link, or of a
    version that this code does not know.
    """
    with Folder(folder) as opened:
        about, listed = _looked_at(opened, _manifest(opened))
        return about, {name: b"".join(_verified(opened, name, *listed[name])) for name in listed}


def copy(folder: Path, target: Path, expected: str) -> None:
    """Copy the model whose digest is ``expected`` from ``folder`` into the empty folder ``target``.

    Everything that ``read`` asks is asked of what is copied, and nothing is parsed before the
    manifest is the one that was ``expected``; nor may ``folder`` be a link. What is written is
    readable by its owner alone. Raises ``BundleError``, and ``OSError`` where ``target`` cannot be
    written; ``target`` is then to be thrown away.
    """
    with Folder(folder, follow=False) as opened:
        manifest = _manifest(opened)
        if digest(manifest) != expected:
            raise BundleError(
                f"{folder} is not the model that was registered (the SHA-256 of its manifest "
                "differs): restore it, or train again."
            )
        _, listed = _looked_at(opened, manifest)
        for name, facts in listed.items():
            with open(target / name, "xb", opener=_private) as file:
                file.writelines(_verified(opened, name, *facts))
        with open(target / MANIFEST, "xb", opener=_private) as file:
            file.write(manifest)


def parse_json(content: bytes, where: str) -> object:
    """Strict JSON: ``BundleError`` for what is none, for NaN and for a key that is there twice."""

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)

    def finite(text: str) -> float:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError("a number is out of range")
        return number

    try:
        parsed: object = json.loads(
            content, object_pairs_hook=unique, parse_float=finite, parse_constant=finite
        )
    except (ValueError, RecursionError) as error:
        raise BundleError(
            f"{where} is not valid JSON; fetch the model again from its registry."
        ) from error
    return parsed


def _parsed(manifest: bytes, folder: Path) -> tuple[dict[str, object], dict[str, tuple[int, str]]]:
    path = folder / MANIFEST
    content = parse_json(manifest, str(path))
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BundleError(f"{path} is not the manifest of a Preclear denial model.")
    if content.get("format_version") != VERSION:
        raise BundleError(
            f"{path} is of format version {content.get('format_version')!r}, and this program "
            f"reads version {VERSION}; train the model again or use the program that saved it."
        )
    broken = BundleError(f"{path} is damaged; fetch the model again from its registry.")
    about, files = content.get("about"), content.get("files")
    if set(content) != {"format", "format_version", "about", "files"}:
        raise broken
    if not isinstance(about, dict) or not isinstance(files, dict) or manifest != canonical(content):
        raise broken
    if not REQUIRED <= set(files) <= ALLOWED:
        raise BundleError(f"{path} names other files than a denial model has; do not use it.")
    listed = {}
    for name, facts in files.items():
        if not isinstance(facts, dict) or set(facts) != {"sha256", "size"}:
            raise broken
        size, sha256 = facts["size"], facts["sha256"]
        if type(size) is not int or not 0 <= size <= LARGEST_FILE or not isinstance(sha256, str):
            raise broken
        listed[name] = (size, sha256)
    return about, listed


def _manifest(folder: Folder) -> bytes:
    manifest = folder.read(MANIFEST, LARGEST_MANIFEST)
    if len(manifest) > LARGEST_MANIFEST:
        path = folder.path / MANIFEST
        raise BundleError(f"{path} is larger than any manifest of ours; it is not used.")
    return manifest


def _looked_at(folder: Folder, manifest: bytes) -> tuple[dict[str, object], Listed]:
    """What the manifest says, and that the folder holds these files and nothing else."""
    about, listed = _parsed(manifest, folder.path)
    if sum(size for size, _ in listed.values()) > LARGEST:
        raise BundleError(f"{folder.path} is larger than any model of ours; it is not used.")
    found = folder.names(len(ALLOWED) + 1) - {MANIFEST}
    if found != set(listed):
        name = min(found ^ set(listed))
        what = "is missing" if name in listed else "does not belong to the model"
        text = f"{folder.path}: {name!r} {what}; fetch the model again from its registry."
        raise BundleError(text)
    return about, listed


def _verified(folder: Folder, name: str, size: int, sha256: str) -> Iterator[bytes]:
    """The pieces of a file. Raises ``BundleError`` after the last when it is not what was saved."""
    seen, found = 0, hashlib.sha256()
    for piece in folder.pieces(name, size):
        seen += len(piece)
        found.update(piece)
        yield piece
    if seen != size or found.hexdigest() != sha256:
        raise BundleError(
            f"{folder.path / name} was changed after the model was saved (its SHA-256 differs); "
            "fetch the model again from its registry."
        )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
