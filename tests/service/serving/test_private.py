"""Private copies: whole or not there, for one user alone, and no more of them than are of use."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from invented import Practice

from claims.errors import UserError
from models import bundle
from models.aliases import Resolved
from models.denial import DenialModel
from models.score import ModelRef
from service.serving.private import PrivateModels


def saved(model: DenialModel, folder: Path, version: str = "7") -> Resolved:
    model.save(folder)
    return Resolved(version, folder, model.digest)


@pytest.fixture
def named(world: Practice, tmp_path: Path) -> Resolved:
    return saved(world.model, tmp_path / "bundle")


@pytest.fixture
def copies(tmp_path: Path) -> PrivateModels:
    (tmp_path / "var").mkdir(mode=0o700)
    return PrivateModels(tmp_path / "var")


def test_a_copy_is_its_owners_alone_and_found_again(
    copies: PrivateModels, named: Resolved, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = copies.load(named)
    assert model.digest == named.digest
    (folder,) = copies.root.iterdir()
    assert folder.name == named.digest.removeprefix("sha256:")
    assert copies.root.stat().st_mode & 0o777 == folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(bundle, "copy", never)
    assert copies.load(named).digest == named.digest


@pytest.mark.parametrize("how", ["flipped", "missing", "extra", "link", "file"])
def test_a_damaged_copy_is_made_anew(copies: PrivateModels, named: Resolved, how: str) -> None:
    copies.load(named)
    (folder,) = copies.root.iterdir()
    if how == "flipped":
        (folder / "carcs.json").write_bytes(b"{}")
    elif how == "missing":
        (folder / "causes.txt").unlink()
    elif how == "extra":
        (folder / "model.pkl").write_bytes(b"\x80\x04.")
    else:
        folder.rename(copies.root / "elsewhere")
        if how == "link":
            folder.symlink_to("elsewhere")
        else:
            folder.write_bytes(b"")
    assert copies.load(named).digest == named.digest
    assert not folder.is_symlink()
    assert bundle.read(folder)[1].keys() == bundle.read(named.bundle)[1].keys()


def test_many_workers_at_once(copies: PrivateModels, named: Resolved) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(copies.load, [named] * 16))
    assert {model.digest for model in found} == {named.digest}
    assert [path.name for path in copies.root.iterdir()] == [named.digest[7:]]


def test_nothing_is_left_of_what_is_refused(copies: PrivateModels, named: Resolved) -> None:
    (named.bundle / "golden.json").write_bytes(b"{}")
    with pytest.raises(UserError, match="was changed"):
        copies.load(named)
    assert list(copies.root.iterdir()) == []


def test_a_full_disk_is_said(
    copies: PrivateModels, named: Resolved, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundle, "copy", full)
    with pytest.raises(UserError, match=r"cannot be copied to .*No space left.*make room"):
        copies.load(named)
    assert list(copies.root.iterdir()) == []


def test_a_folder_that_is_not_ours_is_refused(
    copies: PrivateModels, named: Resolved, tmp_path: Path
) -> None:
    (tmp_path / "theirs").mkdir()
    copies.root.symlink_to(tmp_path / "theirs")
    with pytest.raises(UserError, match="no folder of the user that serves"):
        copies.load(named)
    assert list((tmp_path / "theirs").iterdir()) == []


def test_an_open_folder_is_closed_to_others(copies: PrivateModels, named: Resolved) -> None:
    copies.root.mkdir(mode=0o755)
    copies.load(named)
    assert copies.root.stat().st_mode & 0o777 == 0o700


def test_the_model_that_served_last(copies: PrivateModels, named: Resolved) -> None:
    assert copies.last() is None
    copies.load(named)
    copies.served(ModelRef(name="denial", version="7", digest=named.digest))
    last = copies.last()
    assert last is not None
    assert (last[0].version, last[0].digest, last[1].digest) == ("7", named.digest, named.digest)
    (folder,) = (path for path in copies.root.iterdir() if path.is_dir())
    (folder / "carcs.json").write_bytes(b"{}")
    assert copies.last() is None


@pytest.mark.parametrize("said", ["{", "[]", "{}", '{"version": 1, "digest": "../../x"}', "null"])
def test_a_note_that_is_none_names_nothing(copies: PrivateModels, said: str) -> None:
    copies.root.mkdir(mode=0o700)
    (copies.root / "served.json").write_text(said)
    assert copies.last() is None


def test_old_copies_go_and_those_in_use_stay(
    copies: PrivateModels, world: Practice, tmp_path: Path
) -> None:
    from invented import another

    long_ago = time.time() - 3600
    named: list[Any] = []
    for number in range(6):
        one = saved(another(world, 0.1 * (number + 1)), tmp_path / str(number), str(number))
        copies.load(one)
        named.append(copies.root / one.digest[7:])
    half = copies.root / ".abandoned"
    half.mkdir()
    copies.tidy()  # all are young: another worker may be loading one
    assert all(path.is_dir() for path in (*named, half))
    for place, path in enumerate(named):
        os.utime(path, (long_ago + place, long_ago + place))
    os.utime(half, (long_ago, long_ago))
    (copies.root / "served.json").write_text("{}")
    copies.tidy()
    assert [path.is_dir() for path in named] == [False, False, True, True, True, True]
    assert not half.exists()
    assert (copies.root / "served.json").exists()
