"""A hostile bundle is refused before any parser of its contents sees a byte of it.

Whatever the registry names, the model that serves goes on, and nothing of the other is left behind.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hostile_bundles import MANIFEST, PICKLE, SPOILED
from installation import install, point, register, tag
from invented import Practice, another
from swapping import Trial

from claims.errors import UserError
from models import bundle
from models.aliases import CHAMPION, resolve
from models.calibration import Calibration
from models.carcs import CarcTable
from models.checked import checked
from models.denial import DenialModel
from models.golden import Golden
from models.native import NativeBooster
from service.app import create_app
from service.scoring.examples import FLAT

VERSIONS = count(100)
PARSERS = (
    (DenialModel, "_assembled"), (NativeBooster, "__init__"), (Calibration, "from_json"),
    (CarcTable, "from_json"), (Golden, "from_json"),
)  # fmt: skip


@pytest.fixture(scope="module")
def trial(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    chosen = install(tmp_path_factory.mktemp("hostile"), world, model_poll_seconds=3600.0)
    with TestClient(create_app(chosen), raise_server_exceptions=False) as client:
        yield Trial(client, chosen)


@pytest.fixture(scope="module")
def good(world: Practice) -> DenialModel:
    return another(world, 0.25)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parsers that were called."""
    found: list[str] = []
    for kind, name in PARSERS:

        def parses(*_: object, what: str = f"{kind.__name__}.{name}") -> Any:
            found.append(what)
            raise AssertionError(what)

        monkeypatch.setattr(kind, name, parses)
    return found


def shown(trial: Trial) -> dict[str, Any]:
    """A score, without what is of the moment."""
    answer = trial.client.post("/score", json=FLAT)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return {name: value for name, value in told.items() if name not in ("score_id", "scored_at")}


def left(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("how", SPOILED)
def test_it_is_refused_unread_and_the_old_model_serves(
    trial: Trial,
    good: DenialModel,
    seen: list[str],
    how: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if how == "a device" and os.geteuid() != 0:
        pytest.skip("only root can make a device")
    monkeypatch.chdir(tmp_path)
    before, kept = shown(trial), left(trial.settings.home / "models")
    version = next(VERSIONS)
    folder = register(trial.mlruns, good, version)
    SPOILED[how](folder)
    if how.startswith("known: "):
        tag(
            trial.mlruns,
            version,
            "preclear.digest",
            bundle.digest((folder / MANIFEST).read_bytes()),
        )
    point(trial.mlruns, CHAMPION, version)
    try:
        with caplog.at_level(logging.INFO):
            trial.held.watch.look()
        (refused,) = trial.card()["refused"]
        assert refused["alias"] == "champion"
        assert refused["reason"].endswith(".")
        assert refused["reason"].isprintable()
        assert f"refused as champion: version {refused['version'] or 'unknown'}" in caplog.text
        # Nor may it be promoted by hand.
        with pytest.raises(UserError):
            checked(resolve(trial.mlruns, str(version)))
        assert seen == []
    finally:
        point(trial.mlruns, CHAMPION, 7)
        trial.held.watch.look()
        for path in (folder, folder.parent / "real"):
            if path.is_symlink():
                path.unlink()
            shutil.rmtree(path, ignore_errors=True)
    assert shown(trial) == before
    assert before["model"]["version"] == "7"
    assert trial.client.get("/readyz").status_code == 200
    assert trial.card()["refused"] == []
    assert left(trial.settings.home / "models") == kept
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("place", ["../../outside", "/etc", "artifacts/../../outside", "", "x\0y"])
def test_a_folder_outside_the_registry_is_not_looked_into(
    trial: Trial, good: DenialModel, seen: list[str], place: str
) -> None:
    outside = trial.mlruns.parent / "outside"
    if not outside.exists():
        good.save(outside)
    version = next(VERSIONS)
    register(trial.mlruns, good, version)
    tag(trial.mlruns, version, "preclear.bundle", place)
    point(trial.mlruns, CHAMPION, version)
    trial.held.watch.look()
    assert trial.card()["version"] == "7"
    assert trial.card()["refused"][0]["alias"] == "champion"
    assert seen == []
    point(trial.mlruns, CHAMPION, 7)
    trial.held.watch.look()


def test_the_cases_are_hostile_and_the_parsers_would_have_been_seen(
    trial: Trial, good: DenialModel, seen: list[str], tmp_path: Path, monkeypatch: Any
) -> None:
    """The unspoiled bundle reaches the parsers; the pickle does explode where it is unpickled."""
    import pickle  # noqa: TID251 - to show that this is one

    assert len(SPOILED) >= 30
    version = next(VERSIONS)
    register(trial.mlruns, good, version)
    point(trial.mlruns, CHAMPION, version)
    trial.held.watch.look()
    assert seen == ["DenialModel._assembled"]
    point(trial.mlruns, CHAMPION, 7)
    trial.held.watch.look()
    monkeypatch.chdir(tmp_path)
    pickle.loads(PICKLE)
    assert (tmp_path / "exploded").is_dir()


def test_a_file_that_becomes_a_link_between_the_look_and_the_opening(
    good: DenialModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = tmp_path / "bundle", tmp_path / "copy"
    good.save(folder)
    target.mkdir()
    look = os.stat

    def late(path: Any, **more: Any) -> os.stat_result:
        found = look(path, **more)
        if path == "carcs.json":
            (folder / path).rename(tmp_path / "elsewhere")
            (folder / path).symlink_to(tmp_path / "elsewhere")
        return found

    monkeypatch.setattr(os, "stat", late)
    with pytest.raises(UserError, match="regular file"):
        bundle.copy(folder, target, good.digest)


def test_no_more_is_read_than_was_stated(
    good: DenialModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = tmp_path / "bundle", tmp_path / "copy"
    good.save(folder)
    stated = (folder / "causes.txt").stat().st_size
    os.truncate(folder / "causes.txt", 2**40)
    target.mkdir()
    with pytest.raises(UserError, match="was changed"):
        bundle.copy(folder, target, good.digest)
    assert (target / "causes.txt").stat().st_size == stated + 1
    with pytest.raises(UserError, match="was changed"):
        bundle.read(folder)
