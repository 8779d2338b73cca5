"""Which models are registered, read as ``models.aliases`` does: ``sqlite3`` alone, no mlflow."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.aliases import DATABASE, DIGEST_TAG, MODEL, RegistryError, connect

if TYPE_CHECKING:
    from pathlib import Path

_DECISION_TAG = "preclear.promotion"


@dataclass(frozen=True, slots=True)
class Listed:
    """A registered version, the names that point to it, its digest, and what was decided of it."""

    version: str
    aliases: tuple[str, ...]
    digest: str
    decision: str


def listed(mlruns: Path, model: str = MODEL) -> list[Listed]:
    """Every registered version, the newest first. Raises ``RegistryError``."""
    try:
        with closing(connect(mlruns)) as connection:
            versions = connection.execute(
                "SELECT version FROM model_versions WHERE name = ?"
                " AND current_stage <> 'Deleted_Internal' ORDER BY version DESC",
                (model,),
            ).fetchall()
            aliases = connection.execute(
                "SELECT version, alias FROM registered_model_aliases WHERE name = ? ORDER BY alias",
                (model,),
            ).fetchall()
            tags = connection.execute(
                "SELECT version, key, value FROM model_version_tags WHERE name = ?"
                " AND key IN (?, ?)",
                (model, DIGEST_TAG, _DECISION_TAG),
            ).fetchall()
    except sqlite3.Error as error:
        raise RegistryError(
            f"The registry {mlruns / DATABASE} cannot be read ({error}): restore it or train again."
        ) from error
    said = {(str(version), key): str(value) for version, key, value in tags}
    return [
        Listed(
            version=version,
            aliases=tuple(name for of, name in aliases if str(of) == version),
            digest=said.get((version, DIGEST_TAG), ""),
            decision=said.get((version, _DECISION_TAG), ""),
        )
        for version in (str(row[0]) for row in versions)
    ]
