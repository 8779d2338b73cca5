"""The registry of denial models: MLflow on a SQLite store in the ``mlruns`` folder.

``mlruns/mlflow.db`` holds runs, versions, aliases and tags, ``mlruns/artifacts`` the files. The
alias ``champion`` is the model that serves, ``challenger`` the newest that does not, or one that
was asked for. Every promotion, rollback and refusal is a tag of its version; the champions before
this one are a tag of the model, so that a rollback knows where to go. Nothing of a claim is ever
written here.

MLflow records absolute paths; ``Registry`` sets them right when the folder was moved, and our own
tags hold paths relative to the folder.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import sqlite3
import warnings
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from models.aliases import (
    ARTIFACTS,
    BUNDLE_TAG,
    CHALLENGER,
    CHAMPION,
    DATABASE,
    DIGEST_TAG,
    MODEL,
    RegistryError,
    Resolved,
    resolve,
)
from models.card import TAG, Card, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow.entities import Run
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.tracking import MlflowClient

EXPERIMENT: Final = "denial"
PROMOTION_TAG: Final = "preclear.promotion"
CHAMPIONS_TAG: Final = "preclear.champions"  # versions, the present champion last
_REMEMBERED: Final = 50
_PATHS: Final = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
    ("model_versions", "source"),
)


def quiet() -> None:
    """Keep MLflow off the network and off our output. To be called before mlflow is imported."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)


def store_uri(mlruns: Path) -> str:
    """MLflow's address of the store in ``mlruns``, for ``mlflow ui --backend-store-uri``."""
    return f"sqlite:///{quote(str((mlruns / DATABASE).absolute()))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One registered model. ``promotion`` is what was last decided about it, and when."""

    version: str
    aliases: tuple[str, ...]
    created_at: str
    digest: str
    run_id: str
    promotion: str
    parameters: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of two models; ``None`` where a model has none."""

    metric: str
    first: float | None
    second: float | None


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


class Registry:
    """The registry in a folder, made at first use. Raises ``RegistryError`` with one sentence."""

    def __init__(self, mlruns: Path) -> None:
        self.mlruns = mlruns.absolute()

    @cached_property
    def client(self) -> MlflowClient:
        """MLflow's client on the store, which is made when it is not there."""
        quiet()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from mlflow.exceptions import MlflowException
            from mlflow.tracking import MlflowClient
            from sqlalchemy.exc import SQLAlchemyError

            quiet()  # importing mlflow sets its loggers up anew
            self.mlruns.mkdir(parents=True, exist_ok=True)
            uri = store_uri(self.mlruns)
            try:
                client = MlflowClient(uri, uri)
                experiment = client.get_experiment_by_name(EXPERIMENT)
            except (MlflowException, SQLAlchemyError) as error:
                raise RegistryError(
                    f"The registry {self.mlruns / DATABASE} cannot be used "
                    f"({type(error).__name__}): it is damaged or of another version of MLflow; "
                    "restore it, or move the folder away and train again."
                ) from error
        if experiment is not None:
            self._settle(str(experiment.artifact_location))
        return client

    @cached_property
    def experiment_id(self) -> str:
        """The experiment that all runs belong to; made when it is not there."""
        found = self.client.get_experiment_by_name(EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        return str(self.client.create_experiment(EXPERIMENT, str(self.mlruns / ARTIFACTS)))

    def _settle(self, recorded: str) -> None:
        """Set MLflow's absolute paths right when the folder was moved since they were written."""
        before, now = recorded.removesuffix(f"/{ARTIFACTS}"), str(self.mlruns)
        if before == now:
            return
        with closing(sqlite3.connect(self.mlruns / DATABASE)) as connection, connection:
            for table, column in _PATHS:
                connection.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?)"  # noqa: S608
                    f" WHERE substr({column}, 1, ?) = ?",
                    (now, len(before) + 1, len(before) + 1, f"{before}/"),
                )

    def _version(self, wanted: str) -> ModelVersion:
        self._exists()
        version = resolve(self.mlruns, wanted).version
        return self.client.get_model_version(MODEL, version)

    def _exists(self) -> None:
        if not (self.mlruns / DATABASE).is_file():
            raise RegistryError(
                f"There is no model registry in {self.mlruns}: run "
                "`preclear train PATH... --promote` or set PRECLEAR_MLRUNS to the folder that "
                "holds mlflow.db."
            )

    def _entry(self, version: ModelVersion) -> Entry:
        run: Run = self.client.get_run(str(version.run_id))
        tags = dict(version.tags)
        created = dt.datetime.fromtimestamp(version.creation_timestamp / 1000, dt.UTC)
        return Entry(
            version=str(version.version),
            aliases=tuple(sorted(version.aliases)),
            created_at=created.isoformat(timespec="seconds"),
            digest=tags.get(DIGEST_TAG, ""),
            run_id=str(version.run_id),
            promotion=tags.get(PROMOTION_TAG, ""),
            parameters=dict(run.data.params),
            metrics=dict(run.data.metrics),
            tags={k: v for k, v in run.data.tags.items() if k.startswith("preclear.")},
        )

    def register(
        self, source: Path, run_id: str, model_id: str | None, bundle: Path, digest: str
    ) -> str:
        """Register what a run logged; gives the version, which becomes the challenger.

        ``source`` is the folder of the pyfunc and ``bundle`` that of the bundle, both under
        ``mlruns``; ``model_id`` is MLflow's name for the pyfunc.
        """
        from mlflow.exceptions import MlflowException

        try:
            self.client.get_registered_model(MODEL)
        except MlflowException:
            self.client.create_registered_model(MODEL)
        relative = bundle.absolute().relative_to(self.mlruns).as_posix()
        made = self.client.create_model_version(
            MODEL,
            str(source.absolute()),
            run_id,
            tags={BUNDLE_TAG: relative, DIGEST_TAG: digest},
            model_id=model_id,
        )
        self.client.set_registered_model_alias(MODEL, CHALLENGER, str(made.version))
        return str(made.version)

    def entries(self) -> list[Entry]:
        """All registered models, newest first; none when nothing was ever trained."""
        if not (self.mlruns / DATABASE).is_file():
            return []
        found = self.client.search_model_versions(f"name = '{MODEL}'", max_results=1000)
        # A search leaves the aliases out.
        versions = sorted((int(version.version) for version in found), reverse=True)
        return [
            self._entry(self.client.get_model_version(MODEL, str(version))) for version in versions
        ]

    def show(self, wanted: str) -> Entry:
        """The model that an alias or a version number names."""
        return self._entry(self._version(wanted))

    def resolve(self, wanted: str = CHAMPION) -> Resolved:
        """The version and the bundle's folder of an alias or a version number."""
        return resolve(self.mlruns, wanted)

    def champions(self) -> list[str]:
        """Versions that were champion, the present one last."""
        self._exists()
        tag = self.client.get_registered_model(MODEL).tags.get(CHAMPIONS_TAG, "[]")
        return [str(version) for version in json.loads(tag)]

    def card(self, wanted: str) -> Card:
        """The model card of an alias or a version number. Raises ``CardError``."""
        entry = self.show(wanted)
        found = self.resolve(entry.version)
        return load(found.bundle, entry.version, entry.digest, entry.tags.get(TAG, ""))

    def _crown(self, version: str, champions: list[str]) -> None:
        self.card(version)
        self.client.set_registered_model_alias(MODEL, CHAMPION, version)
        self.client.set_registered_model_tag(
            MODEL, CHAMPIONS_TAG, json.dumps(champions[-_REMEMBERED:])
        )

    def _decided(self, version: str, what: str) -> None:
        self.client.set_model_version_tag(MODEL, version, PROMOTION_TAG, f"{_now()} {what}")

    def promote(self, wanted: str, reason: str) -> Entry:
        """Make a model the champion; a no-op when it is. ``reason`` is kept with the version.

        Raises ``CardError`` for a model without its card.
        """
        version = str(self._version(wanted).version)
        champions = self.champions()
        if not champions or champions[-1] != version:
            self._crown(version, [*champions, version])
            self._decided(version, f"promoted: {reason}")
        if CHALLENGER in self.show(version).aliases:
            self.client.delete_registered_model_alias(MODEL, CHALLENGER)
        return self.show(version)

    def challenge(self, wanted: str) -> Entry:
        """Make a model the challenger. Raises ``RegistryError`` for the champion itself."""
        version = str(self._version(wanted).version)
        if CHAMPION in self.show(version).aliases:
            raise RegistryError(
                f"Version {version} is the champion: a challenger is another model, see "
                "`preclear models list`."
            )
        self.client.set_registered_model_alias(MODEL, CHALLENGER, version)
        return self.show(version)

    def withdraw(self, wanted: str) -> None:
        """Let a model be the challenger no longer, if it is."""
        version = str(self._version(wanted).version)
        if CHALLENGER in self.show(version).aliases:
            self.client.delete_registered_model_alias(MODEL, CHALLENGER)

    def note(self, wanted: str, tags: Mapping[str, str], metrics: Mapping[str, float]) -> None:
        """Put tags on a version and its run, and metrics on the run, beside those it has."""
        found = self._version(wanted)
        for name, figure in metrics.items():
            self.client.log_metric(str(found.run_id), name, figure)
        for name, text in tags.items():
            self.client.set_model_version_tag(MODEL, str(found.version), name, text)
            self.client.set_tag(str(found.run_id), name, text)

    def refuse(self, wanted: str, reason: str) -> Entry:
        """Keep a model from promotion and say why, as a tag of the version."""
        version = str(self._version(wanted).version)
        self._decided(version, f"refused: {reason}")
        return self.show(version)

    def rollback(self, reason: str = "asked for") -> Entry:
        """Make the champion before this one the champion again."""
        self._exists()
        present = resolve(self.mlruns, CHAMPION).version
        champions = self.champions()
        if len(champions) < 2:
            raise RegistryError(
                f"No champion came before version {present}: promote another with "
                "`preclear models promote VERSION`."
            )
        version = champions[-2]
        self._crown(version, champions[:-1])
        self._decided(present, f"rolled back to version {version}: {reason}")
        self._decided(version, f"champion again after version {present}: {reason}")
        return self.show(version)

    def compare(self, first: str, second: str) -> list[Difference]:
        """The test figures of two models side by side, in the order of their names."""
        one, two = self.show(first), self.show(second)
        names = sorted(name for name in one.metrics | two.metrics if name.startswith("test."))
        return [Difference(name, one.metrics.get(name), two.metrics.get(name)) for name in names]
