"""An installation in a temporary folder, with a model and a history, and the service over it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

# The invented practice of the models' tests serves here too.
sys.path.insert(0, str(Path(__file__).parents[1] / "models"))

from fastapi.testclient import TestClient
from invented import KEYS, Practice, practice

from claims.keys import SECRET_NAME
from claims.settings import Settings
from service.app import create_app


def write_registry(mlruns: Path, practice: Practice, version: int = 7) -> None:
    """The three tables that ``models.aliases`` reads, with one champion."""
    bundle = f"artifacts/{version}/bundle"
    (mlruns / bundle).parent.mkdir(parents=True)
    practice.model.save(mlruns / bundle)
    with closing(sqlite3.connect(mlruns / "mlflow.db")) as connection, connection:
        connection.executescript(
            "CREATE TABLE model_versions (name, version INTEGER, current_stage);"
            "CREATE TABLE registered_model_aliases (name, alias, version INTEGER);"
            "CREATE TABLE model_version_tags (name, version INTEGER, key, value);"
        )
        connection.execute("INSERT INTO model_versions VALUES ('denial', ?, 'None')", (version,))
        connection.execute(
            "INSERT INTO registered_model_aliases VALUES ('denial', 'champion', ?)", (version,)
        )
        tags = {"preclear.bundle": bundle, "preclear.digest": practice.model.digest}
        for key, value in tags.items():
            connection.execute(
                "INSERT INTO model_version_tags VALUES ('denial', ?, ?, ?)", (version, key, value)
            )


def install(folder: Path, practice: Practice, **overrides: object) -> Settings:
    """State for a service: secret, history, registry."""
    home, mlruns = folder / "var", folder / "mlruns"
    home.mkdir(mode=0o700)
    secret = home / SECRET_NAME
    secret.write_bytes(KEYS.secret)
    secret.chmod(0o600)
    practice.history.save(home / "history" / "current")
    mlruns.mkdir()
    write_registry(mlruns, practice)
    return Settings.read(home=home, mlruns=mlruns, **overrides)


@pytest.fixture(scope="session")
def world() -> Practice:
    return practice(2500)


@pytest.fixture(scope="session")
def settings(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return install(tmp_path_factory.mktemp("installation"), world)


@pytest.fixture(scope="session")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client
