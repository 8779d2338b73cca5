"""Which bundle an alias names, read from the registry's database with ``sqlite3`` alone.

Importing mlflow costs a second and 150 MB, so a serving process reads the four values it needs for
itself. ``tests/models/test_registry.py`` holds it against ``MlflowClient``. Every path is taken
relative to the ``mlruns`` folder, which may be moved, copied or mounted elsewhere.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote

from claims.errors import UserError

MODEL: Final = "denial"
CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
DATABASE: Final = "mlflow.db"
ARTIFACTS: Final = "artifacts"
BUNDLE: Final = "bundle"
JUDGED: Final = "judged"  # beside the bundle: the twin that knows nothing of its test period
BUNDLE_TAG: Final = "preclear.bundle"
DIGEST_TAG: Final = "preclear.digest"
_WAIT: Final = 5.0  # seconds, while a training run holds the database


class RegistryError(UserError):
    """The registry cannot answer; the message is one sentence that says how to mend it."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A registered model: its version, the folder of its bundle, and its digest as registered."""

    version: str
    bundle: Path
    digest: str

    @property
    def judged(self) -> Path | None:
        """The folder of the judged twin; ``None`` for a model that was judged itself."""
        return judged_beside(self.bundle)


def judged_beside(bundle: Path) -> Path | None:
    """The folder of the judged twin of the model in ``bundle``; ``None`` where there is none."""
    folder = bundle.absolute().parent / JUDGED
    return folder if folder.is_dir() and folder != bundle.absolute() else None


def bundle_path(mlruns: Path, relative: str, version: str) -> Path:
    """The bundle's folder from the path that was registered, relative to ``mlruns``.

    Raises ``RegistryError`` for a path that leads outside and for a folder that is not there.
    """
    path = PurePosixPath(relative)
    if not relative or path.is_absolute() or ".." in path.parts:
        raise RegistryError(
            f"Version {version} in {mlruns} was not registered by preclear: run "
            "`preclear train PATH... --promote`."
        )
    folder = mlruns / path
    if not folder.is_dir():
        raise RegistryError(
            f"The bundle of version {version} is missing ({folder}): copy the whole of {mlruns}, "
            "its artifacts too, or train again."
        )
    return folder


def connect(mlruns: Path) -> sqlite3.Connection:
    """The registry's database, to be read. Raises ``RegistryError``."""
    database = mlruns / DATABASE
    if not database.is_file():
        raise RegistryError(
            f"There is no model registry in {mlruns}: run `preclear train PATH... --promote` or "
            "set PRECLEAR_MLRUNS to the folder that holds mlflow.db."
        )
    uri = f"file:{quote(str(database.absolute()))}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=_WAIT)


def _version(connection: sqlite3.Connection, wanted: str, mlruns: Path, model: str) -> str:
    if wanted.isdecimal():
        found = connection.execute(
            "SELECT version FROM model_versions WHERE name = ? AND version = ?"
            " AND current_stage <> 'Deleted_Internal'",
            (model, int(wanted)),
        ).fetchone()
        mend = "`preclear models list` shows those there are"
    else:
        found = connection.execute(
            "SELECT version FROM registered_model_aliases WHERE name = ? AND alias = ?",
            (model, wanted),
        ).fetchone()
        mend = "run `preclear train PATH... --promote` or `preclear models promote VERSION`"
    if found is None:
        kind = "version" if wanted.isdecimal() else "alias"
        raise RegistryError(
            f"The registry in {mlruns} has no {kind} {wanted} of model {model}: {mend}."
        )
    return str(found[0])


def resolve(mlruns: Path, wanted: str = CHAMPION, model: str = MODEL) -> Resolved:
    """What ``wanted``, an alias or a version number, names in the registry at ``mlruns``.

    Raises ``RegistryError`` when there is no registry, no such alias or version, or no bundle.
    """
    try:
        with closing(connect(mlruns)) as connection:
            version = _version(connection, wanted, mlruns, model)
            tags = dict(
                connection.execute(
                    "SELECT key, value FROM model_version_tags WHERE name = ? AND version = ?"
                    " AND key IN (?, ?)",
                    (model, int(version), BUNDLE_TAG, DIGEST_TAG),
                ).fetchall()
            )
    except sqlite3.Error as error:
        raise RegistryError(
            f"The registry {mlruns / DATABASE} cannot be read ({error}): restore it or train again."
        ) from error
    folder = bundle_path(mlruns, str(tags.get(BUNDLE_TAG, "")), version)
    return Resolved(version, folder, str(tags.get(DIGEST_TAG, "")))
