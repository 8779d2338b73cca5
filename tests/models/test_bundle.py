"""A model's folder: what was saved comes back, whatever was changed is refused."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models import bundle
from models.bundle import BundleError

ABOUT = {"threshold": 0.3, "features": ["a", "b"]}
FILES = {
    "causes.txt": b"tree\n...",
    "calibration.json": b"{}",
    "carcs.json": b'{"a":1}',
    "golden.json": b"{}",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "model"
    bundle.write(path, bundle.manifest_of(ABOUT, FILES), FILES)
    return path


def test_there_and_back(folder: Path) -> None:
    assert bundle.read(folder) == (ABOUT, FILES)


def test_a_copy_is_the_same_model_for_its_owner_alone(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    target.mkdir()
    bundle.copy(folder, target, bundle.digest((folder / "manifest.json").read_bytes()))
    assert bundle.read(target) == (ABOUT, FILES)
    assert {path.stat().st_mode & 0o777 for path in target.iterdir()} == {0o600}


def test_another_model_than_the_one_expected_is_not_copied(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    target.mkdir()
    with pytest.raises(BundleError, match="not the model that was registered"):
        bundle.copy(folder, target, f"sha256:{0:064}")
    assert list(target.iterdir()) == []


def test_a_folder_that_is_a_link_is_read_but_not_copied(folder: Path, tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "copy"
    link.symlink_to(folder)
    target.mkdir()
    assert bundle.read(link) == (ABOUT, FILES)
    with pytest.raises(BundleError, match="no folder that may be read"):
        bundle.copy(link, target, bundle.digest((folder / "manifest.json").read_bytes()))


def test_a_file_with_a_second_name_is_refused(folder: Path) -> None:
    (folder.parent / "another name").hardlink_to(folder / "carcs.json")
    with pytest.raises(BundleError, match="hard link"):
        bundle.read(folder)


def test_same_parts_same_digest() -> None:
    turned = dict(reversed(FILES.items()))
    first = bundle.digest(bundle.manifest_of(ABOUT, FILES))
    assert first == bundle.digest(bundle.manifest_of(dict(reversed(ABOUT.items())), turned))
    assert first.startswith("sha256:")
    assert len(first) == len("sha256:") + 64
    assert first != bundle.digest(bundle.manifest_of({**ABOUT, "threshold": 0.31}, FILES))
    assert first != bundle.digest(bundle.manifest_of(ABOUT, {**FILES, "carcs.json": b'{"a":2}'}))


def _manifest(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "manifest.json"
        content = json.loads(path.read_bytes())
        change(content)
        path.write_bytes(bundle.canonical(content))

    return spoil


def _flip(folder: Path) -> None:
    path = folder / "causes.txt"
    content = bytearray(path.read_bytes())
    content[3] ^= 1
    path.write_bytes(content)


def _link(folder: Path) -> None:
    shutil.copy(folder / "carcs.json", folder.parent / "elsewhere.json")
    (folder / "carcs.json").unlink()
    (folder / "carcs.json").symlink_to(folder.parent / "elsewhere.json")


def _fifo(folder: Path) -> None:
    (folder / "carcs.json").unlink()
    os.mkfifo(folder / "carcs.json")


def _twice(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'{"about"', b'{"about":{},"about"', 1))


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a flipped bit": (_flip, "was changed"),
    "a longer file": (lambda f: (f / "causes.txt").write_bytes(b"tree\n...more"), "was changed"),
    "a shorter file": (lambda f: (f / "causes.txt").write_bytes(b"tree"), "was changed"),
    "a missing file": (lambda f: (f / "carcs.json").unlink(), "is missing"),
    "an extra file": (lambda f: (f / "model.pkl").write_bytes(b"x"), "does not belong"),
    "an extra folder": (lambda f: (f / "sub").mkdir(), "does not belong"),
    "a link": (_link, "regular file"),
    "a fifo": (_fifo, "regular file"),
    "no manifest": (lambda f: (f / "manifest.json").unlink(), "missing"),
    "manifest no JSON": (lambda f: (f / "manifest.json").write_bytes(b"{"), "not valid JSON"),
    "manifest a list": (lambda f: (f / "manifest.json").write_bytes(b"[]"), "not the manifest"),
    "deeply nested": (lambda f: (f / "manifest.json").write_bytes(b"[" * 99_999), "not valid JSON"),
    "number too large": (
        lambda f: (f / "manifest.json").write_bytes(b'{"format":1e999}'), "not valid JSON",
    ),
    "huge manifest": (
        lambda f: (f / "manifest.json").write_bytes(b" " * (5 * 2**20)), "larger than",
    ),
    "key twice": (_twice, "not valid JSON"),
    "spaces": (
        lambda f: (f / "manifest.json").write_bytes((f / "manifest.json").read_bytes() + b" "),
        "damaged",
    ),
    "another version": (_manifest(lambda m: m.update(format_version=1)), "reads version 3"),
    "another format": (_manifest(lambda m: m.update(format="other")), "not the manifest"),
    "a path": (
        _manifest(lambda m: m["files"].update({"../x": {"size": 1, "sha256": "00"}})),
        "other files",
    ),
    "a file too few": (_manifest(lambda m: m["files"].pop("carcs.json")), "other files"),
    "a size that lies": (
        _manifest(lambda m: m["files"]["carcs.json"].update(size=2**40)), "damaged",
    ),
    "a size that is none": (
        _manifest(lambda m: m["files"]["carcs.json"].update(size="8")), "damaged",
    ),
    "more to say": (_manifest(lambda m: m.update(more=1)), "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("how", SPOILED)
def test_what_was_changed_is_refused(folder: Path, how: str) -> None:
    spoil, says = SPOILED[how]
    spoil(folder)
    with pytest.raises(BundleError, match=says) as refused:
        bundle.read(folder)
    assert "\n" not in str(refused.value)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="does not exist"):
        bundle.read(tmp_path / "none")


def test_a_model_is_never_changed_in_place(folder: Path) -> None:
    with pytest.raises(BundleError, match="not empty"):
        bundle.write(folder, bundle.manifest_of(ABOUT, FILES), FILES)


def test_only_its_own_files_are_saved() -> None:
    with pytest.raises(BundleError, match=r"model\.pkl"):
        bundle.manifest_of(ABOUT, {**FILES, "model.pkl": b""})
    with pytest.raises(BundleError, match=r"carcs\.json"):
        bundle.manifest_of(ABOUT, {"causes.txt": b"", "calibration.json": b""})
