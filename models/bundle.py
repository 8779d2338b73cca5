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
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from claims.errors import UserError

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


class BundleError(UserError):
    """The folder is no model of ours, or was changed; one sentence: what, where, how to mend it."""


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
    if not folder.is_dir():
        raise BundleError(f"There is no model in {folder}: the folder does not exist.")
    manifest = _bytes(folder / MANIFEST, LARGEST_MANIFEST)
    about, listed = _parsed(manifest, folder)
    found = {entry.name for entry in os.scandir(folder)} - {MANIFEST}
    if found != set(listed):
        name = min(found ^ set(listed))
        what = "is missing" if name in listed else "does not belong to the model"
        raise BundleError(f"{folder}: {name!r} {what}; fetch the model again from its registry.")
    files = {}
    for name, (size, sha256) in listed.items():
        content = _bytes(folder / name, size)
        if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            raise BundleError(
                f"{folder / name} was changed after the model was saved (its SHA-256 differs); "
                "fetch the model again from its registry."
            )
        files[name] = content
    return about, files


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


def _bytes(path: Path, most: int) -> bytes:
    """The content of a regular file, no link, at most ``most`` bytes and one more."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise BundleError(f"There is no model in {path.parent}: {path.name} is missing.") from error
    except OSError as error:
        raise BundleError(f"{path} cannot be read as a regular file; it is not used.") from error
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise BundleError(f"{path} is no regular file; it is not used.")
        content = file.read(most + 1)
    if path.name == MANIFEST and len(content) > most:
        raise BundleError(f"{path} is larger than any manifest of ours; it is not used.")
    return content
