"""Models that somebody spoiled: each a way to change a good bundle, or what was registered of it.

A case is given the folder of a good bundle in the registry. What it changes with ``known`` in its
name is registered as changed: as if its maker could write to the registry's database as well.
"""

from __future__ import annotations

import codecs
import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from models import bundle

Spoil = Callable[[Path], object]
MANIFEST: Final = bundle.MANIFEST


PICKLE: Final = b"cos\nmkdir\n(S'exploded'\ntR."
"""Unpickled, it makes a folder named ``exploded`` in the working folder."""


def _write(name: str, content: bytes) -> Spoil:
    return lambda folder: (folder / name).write_bytes(content)


def _flip(name: str, place: int) -> Spoil:
    def spoil(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[place] ^= 1
        (folder / name).write_bytes(content)

    return spoil


def _instead(name: str, make: Callable[[Path], object]) -> Spoil:
    """Something else in the place of a file; its content lies beside the bundle."""

    def spoil(folder: Path) -> None:
        (folder / name).rename(folder.parent / "elsewhere")
        make(folder / name)

    return spoil


def _elsewhere(path: Path) -> Path:
    return path.parent.parent / "elsewhere"


def _sparse(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        os.truncate(folder / name, 2**40)

    return spoil


def _socket(path: Path) -> None:
    # The name of a socket may be 107 bytes long: short from the working folder.
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _device(path: Path) -> None:
    os.mknod(path, 0o020666, os.makedev(1, 5))  # /dev/zero, which never ends


def _flood(folder: Path) -> None:
    for number in range(3_000):
        (folder / f"{number}.txt").touch()


def _as_link(folder: Path) -> None:
    folder.rename(folder.parent / "real")
    folder.symlink_to("real")


def _swapped(folder: Path) -> None:
    one, other = folder / "calibration.json", folder / "carcs.json"
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def _turned(folder: Path) -> None:
    (folder / "carcs.json").rename(folder / "Carcs.json")


def _gone(folder: Path) -> None:
    shutil.rmtree(folder)


def _told(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Another manifest, in the canonical form."""

    def spoil(folder: Path) -> None:
        content = json.loads((folder / MANIFEST).read_bytes())
        change(content)
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        (folder / MANIFEST).write_bytes(text.encode("ascii"))

    return spoil


def _text(change: Callable[[bytes], bytes]) -> Spoil:
    """The manifest's bytes, changed."""

    def spoil(folder: Path) -> None:
        (folder / MANIFEST).write_bytes(change((folder / MANIFEST).read_bytes()))

    return spoil


def _also(name: str) -> Spoil:
    """A further file that is really there, and of which the manifest tells the truth."""
    facts = {
        "size": 1,
        "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    }

    def spoil(folder: Path) -> None:
        if "\0" not in name and "tmp" not in name:
            Path(f"{folder}/{name}").write_bytes(b"x")
        _told(lambda m: m["files"].update({name: facts}))(folder)

    return spoil


def _size(value: object) -> Spoil:
    return _told(lambda m: m["files"]["carcs.json"].update(size=value))


def _huge(m: dict[str, Any]) -> None:
    for name in ("causes.txt", "carcs.json", "calibration.json"):
        m["files"][name]["size"] = bundle.LARGEST_FILE


SPOILED: Final[dict[str, Spoil]] = {
    "a pickle beside the model": _write("model.pkl", PICKLE),
    "a pickle in place of the trees": _write("causes.txt", PICKLE),
    "a pickle in place of the manifest": _write(MANIFEST, PICKLE),
    "a symbolic link to the file itself": _instead(
        "causes.txt", lambda p: p.symlink_to(_elsewhere(p))
    ),
    "a symbolic link out of the registry": _instead(
        "carcs.json", lambda p: p.symlink_to("/etc/passwd")
    ),
    "a symbolic link that leads nowhere": _instead("carcs.json", lambda p: p.symlink_to("nowhere")),
    "the manifest a link": _instead(MANIFEST, lambda p: p.symlink_to(_elsewhere(p))),
    "the folder a link": _as_link,
    "a hard link": _instead("lines.txt", lambda p: p.hardlink_to(_elsewhere(p))),
    "the manifest a hard link": _instead(MANIFEST, lambda p: p.hardlink_to(_elsewhere(p))),
    "a pipe": _instead("carcs.json", os.mkfifo),
    "the manifest a pipe": _instead(MANIFEST, os.mkfifo),
    "a device": _instead("carcs.json", _device),
    "a socket": _instead("carcs.json", _socket),
    "a folder in place of a file": _instead("carcs.json", Path.mkdir),
    "the manifest a folder": _instead(MANIFEST, Path.mkdir),
    "one bit of the trees": _flip("causes.txt", 2000),
    "one bit of the lines' trees": _flip("lines.txt", -100),
    "one bit of the golden rows": _flip("golden.json", 50),
    "one bit of the manifest": _flip(MANIFEST, -20),
    "a file cut": lambda f: os.truncate(f / "causes.txt", 1000),
    "a file emptied": lambda f: os.truncate(f / "golden.json", 0),
    "a file longer": _write("carcs.json", b"{}" + b" " * 2**20),
    "two files exchanged": _swapped,
    "a file missing": lambda f: (f / "carcs.json").unlink(),
    "the manifest missing": lambda f: (f / MANIFEST).unlink(),
    "the folder missing": _gone,
    "a folder more": lambda f: (f / "more").mkdir(),
    "a hidden file more": _write(".hidden", b""),
    "a file that is not UTF-8 by name": lambda f: Path(os.fsdecode(bytes(f) + b"/\xff")).touch(),
    "a file by another case": _turned,
    "a flood of files": _flood,
    "a terabyte of nothing": _sparse("causes.txt"),
    "a terabyte of manifest": _sparse(MANIFEST),
    "known: a name that leads out": _also("../evil.txt"),
    "known: a name that leads far out": _also("../../../../../../../../../../tmp/evil.txt"),
    "known: an absolute path": _also("/tmp/evil.txt"),
    "known: a name with a folder": _told(
        lambda m: m["files"].update({"more/x.txt": {"size": 0, "sha256": ""}})
    ),
    "known: a name with a zero": _also("causes.txt\0.pkl"),
    "known: a name of nothing": _told(lambda m: m["files"].update({"": {"size": 0, "sha256": ""}})),
    "known: a name in capitals": _also("CAUSES.TXT"),
    "known: a name in wide letters": _also("ｃauses.txt"),
    "known: a name with an invisible letter": _also("causes\u200b.txt"),
    "known: a name that reads backwards": _also("causes\u202etxt.lkp"),
    "known: a pickle": _also("model.pkl"),
    "known: the manifest among its files": _told(
        lambda m: m["files"].update({MANIFEST: {"size": 9, "sha256": "0" * 64}})
    ),
    "known: a file too few": _told(lambda m: m["files"].pop("golden.json")),
    "known: a key twice": _text(lambda t: t.replace(b'{"about"', b'{"about":{},"about"', 1)),
    "known: a file twice": _text(
        lambda t: t.replace(b'"files":{', b'"files":{"carcs.json":{"sha256":"","size":1},', 1)
    ),
    "known: NaN": _told(lambda m: m["about"].update(threshold=float("nan"))),
    "known: infinity": _told(lambda m: m["about"].update(threshold=float("inf"))),
    "known: a number out of range": _text(
        lambda t: t.replace(b'"about":{', b'"about":{"a":1e999,')
    ),
    "known: a number of many digits": _text(
        lambda t: t.replace(b'"about":{', b'"about":{"a":' + b"9" * 10_000 + b",")
    ),
    "known: depth": _text(lambda _: b'{"about":' + b"[" * 100_000),
    "known: a size beyond all": _size(2**40),
    "known: a size below zero": _size(-1),
    "known: a size that is no whole number": _size(8.0),
    "known: a size that is true": _size(True),
    "known: a size as text": _size("8"),
    "known: sizes beyond all together": _told(_huge),
    "known: no SHA-256": _told(lambda m: m["files"]["carcs.json"].pop("sha256")),
    "known: a SHA-256 that is a number": _told(
        lambda m: m["files"]["carcs.json"].update(sha256=0)
    ),
    "known: another file's SHA-256": _told(
        lambda m: m["files"]["carcs.json"].update(sha256=m["files"]["lines.txt"]["sha256"])
    ),
    "known: another format": _told(lambda m: m.update(format="mlflow-pyfunc")),
    "known: an earlier version": _told(lambda m: m.update(format_version=2)),
    "known: a later version": _told(lambda m: m.update(format_version=4)),
    "known: a version as text": _told(lambda m: m.update(format_version="3")),
    "known: something more to say": _told(lambda m: m.update(loader="evil.module")),
    "known: nothing about the model": _told(lambda m: m.update(about=None)),
    "known: files as a list": _told(lambda m: m.update(files=[])),
    "known: a manifest cut": _text(lambda t: t[:-10]),
    "known: an empty manifest": _text(lambda _: b""),
    "known: a manifest that is a list": _text(lambda _: b"[]"),
    "known: another spelling of the same": _text(lambda t: t + b"\n"),
    "known: a byte order mark": _text(lambda t: codecs.BOM_UTF8 + t),
    "known: UTF-16": _text(lambda t: t.decode().encode("utf-16")),
    "known: no UTF-8": _text(lambda t: t.replace(b'"about":{', b'"about":{"\xff":1,')),
    "known: a manifest of five megabytes": _text(lambda t: t + b" " * (5 * 2**20)),
}  # fmt: skip
