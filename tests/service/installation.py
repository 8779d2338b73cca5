"""An installation for tests: secret, history and registry in a folder."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

# The invented practice of the models' tests serves here too.
sys.path.insert(0, str(Path(__file__).parents[1] / "models"))

from invented import KEYS, Practice

from claims.keys import SECRET_NAME
from claims.settings import Settings
from models.denial import DenialModel


def write_registry(mlruns: Path, model: DenialModel, version: int = 7) -> None:
    """The three tables that ``models.aliases`` reads, with one champion."""
    with closing(sqlite3.connect(mlruns / "mlflow.db")) as connection, connection:
        connection.executescript(
            "CREATE TABLE model_versions (name, version INTEGER, current_stage);"
            "CREATE TABLE registered_model_aliases"
            " (name, alias, version INTEGER, PRIMARY KEY (name, alias));"
            "CREATE TABLE model_version_tags"
            " (name, version INTEGER, key, value, PRIMARY KEY (name, version, key));"
        )
    register(mlruns, model, version)
    point(mlruns, "champion", version)


def register(mlruns: Path, model: DenialModel, version: int) -> Path:
    """Register ``model`` as a version, and give the folder of its bundle."""
    bundle = f"artifacts/{version}/bundle"
    (mlruns / bundle).parent.mkdir(parents=True)
    model.save(mlruns / bundle)
    with closing(sqlite3.connect(mlruns / "mlflow.db")) as connection, connection:
        connection.execute("INSERT INTO model_versions VALUES ('denial', ?, 'None')", (version,))
    tag(mlruns, version, "preclear.bundle", bundle)
    tag(mlruns, version, "preclear.digest", model.digest)
    return mlruns / bundle


def tag(mlruns: Path, version: int, key: str, value: str) -> None:
    """Set a tag of a version."""
    with closing(sqlite3.connect(mlruns / "mlflow.db")) as connection, connection:
        connection.execute(
            "INSERT OR REPLACE INTO model_version_tags VALUES ('denial', ?, ?, ?)",
            (version, key, value),
        )


def point(mlruns: Path, alias: str, version: int | None) -> None:
    """Point an alias at a version; ``None`` takes it away."""
    with closing(sqlite3.connect(mlruns / "mlflow.db")) as connection, connection:
        if version is None:
            connection.execute("DELETE FROM registered_model_aliases WHERE alias = ?", (alias,))
        else:
            connection.execute(
                "INSERT OR REPLACE INTO registered_model_aliases VALUES ('denial', ?, ?)",
                (alias, version),
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
    write_registry(mlruns, practice.model)
    return Settings.read(home=home, mlruns=mlruns, **overrides)
