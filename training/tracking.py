"""One training run in MLflow: parameters, figures, plots, the bundle, and the pyfunc beside it.

And the trials of a tuning, as runs below one run.

Only figures and the model go in: no input example, no signature drawn from data, nothing of a
claim, no name of a user or a machine.
"""

from __future__ import annotations

import contextlib
import importlib.util
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from features.catalog import FEATURES
from models.aliases import ARTIFACTS, BUNDLE, JUDGED, MODEL
from models.denial import DenialModel
from models.registry import Registry, quiet, store_uri

if TYPE_CHECKING:
    from mlflow.models import ModelSignature

_PACKAGES: Final = ("claims", "features", "models")
_NEEDED: Final = ("mlflow", "lightgbm", "numpy", "pandas")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What a run leaves behind. ``files`` are texts by name, ``plots`` PNG images by name."""

    name: str
    parameters: Mapping[str, str | int | float]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    files: Mapping[str, str]
    plots: Mapping[str, bytes]


class Trials:
    """A tuning in MLflow: one run for the whole, and below it one for each trial, as it ends."""

    def __init__(
        self, registry: Registry, name: str, tags: Mapping[str, str], known: str = ""
    ) -> None:
        """Go on with the run ``known`` if it is there, else begin one."""
        self._client = registry.client
        self._experiment = registry.experiment_id
        from mlflow.exceptions import MlflowException

        try:
            found = self._client.get_run(known) if known else None
        except MlflowException:
            found = None
        if found is None or found.info.lifecycle_stage != "active":
            found = self._client.create_run(self._experiment, tags=dict(tags), run_name=name)
        self.run_id = str(found.info.run_id)
        self._client.update_run(self.run_id, status="RUNNING")

    def add(
        self,
        number: int,
        parameters: Mapping[str, str | int | float],
        metrics: Mapping[str, float],
        seconds: float,
    ) -> None:
        """Log a trial that has just ended and took ``seconds``."""
        from mlflow.entities import Metric, Param
        from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

        now = int(time.time() * 1000)
        run = self._client.create_run(
            self._experiment,
            start_time=now - int(seconds * 1000),
            tags={MLFLOW_PARENT_RUN_ID: self.run_id},
            run_name=f"trial {number}",
        )
        self._client.log_batch(
            run.info.run_id,
            metrics=[Metric(name, value, now, 0) for name, value in metrics.items()],
            params=[Param(name, str(value)) for name, value in parameters.items()],
        )
        self._client.set_terminated(run.info.run_id, "FINISHED", now)

    def finish(self, status: str, metrics: Mapping[str, float]) -> None:
        """End the whole: ``FINISHED``, ``KILLED`` (by the user) or ``FAILED``."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        found = [Metric(name, value, now, 0) for name, value in metrics.items()]
        self._client.log_batch(self.run_id, metrics=found)
        self._client.set_terminated(self.run_id, status, now)


def log(registry: Registry, model: DenialModel, judged: DenialModel, record: RunRecord) -> str:
    """Log a run, register ``model`` as the challenger, and give the version.

    Its twin ``judged``, which the figures are about, is kept beside it.
    """
    client = registry.client
    from mlflow.entities import Metric, Param

    now = int(time.time() * 1000)
    run = client.create_run(registry.experiment_id, tags=dict(record.tags), run_name=record.name)
    run_id = str(run.info.run_id)
    try:
        client.log_batch(
            run_id,
            metrics=[Metric(name, value, now, 0) for name, value in record.metrics.items()],
            params=[Param(name, str(value)) for name, value in record.parameters.items()],
        )
        with tempfile.TemporaryDirectory() as folder:
            staged = Path(folder)
            _stage(staged, model, judged, record)
            client.log_artifacts(run_id, str(staged))
            model_id = _log_pyfunc(registry, run_id, staged / BUNDLE)
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id, "FINISHED")
    artifacts = registry.mlruns / ARTIFACTS
    bundle = artifacts / run_id / "artifacts" / BUNDLE
    source = artifacts / "models" / model_id / "artifacts"
    return registry.register(source, run_id, model_id, bundle, model.digest)


def _stage(folder: Path, model: DenialModel, judged: DenialModel, record: RunRecord) -> None:
    model.save(folder / BUNDLE)
    judged.save(folder / JUDGED)
    for name, text in record.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    plots = folder / "plots"
    plots.mkdir()
    for name, image in record.plots.items():
        (plots / f"{name}.png").write_bytes(image)


@contextlib.contextmanager
def _fluent(registry: Registry, run_id: str) -> Iterator[None]:
    """MLflow's module-level state, set to a run of this registry and put back afterwards."""
    import mlflow

    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    uri = store_uri(registry.mlruns)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    try:
        with warnings.catch_warnings(), mlflow.start_run(run_id=run_id):
            warnings.simplefilter("ignore")
            yield
    finally:
        mlflow.set_tracking_uri(before[0])
        mlflow.set_registry_uri(before[1])


def _signature() -> ModelSignature:
    from mlflow.models import ModelSignature
    from mlflow.types.schema import (
        ColSpec,
        DataType,
        ParamSchema,
        ParamSpec,
        Schema,
        TensorSpec,
    )

    columns: list[ColSpec | TensorSpec] = [
        ColSpec(DataType.double, feature.name) for feature in FEATURES
    ]
    asked = ParamSchema([ParamSpec("contributions", DataType.boolean, False)])
    return ModelSignature(inputs=Schema(columns), params=asked)


def _log_pyfunc(registry: Registry, run_id: str, bundle: Path) -> str:
    """Log the pyfunc and give MLflow's id of it. Requirements are named: nothing is inferred."""
    quiet()
    import mlflow.pyfunc

    homes = {name: _folder(name) for name in _PACKAGES}
    with _fluent(registry, run_id):
        made = mlflow.pyfunc.log_model(
            name=MODEL,
            python_model=str(homes["models"] / "pyfunc.py"),
            artifacts={BUNDLE: str(bundle)},
            code_paths=[str(home) for home in homes.values()],
            pip_requirements=[f"{name}=={version(name)}" for name in _NEEDED],
            signature=_signature(),
        )
    return str(made.model_id)


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"The package {package} is not installed as files.")
    return Path(spec.submodule_search_locations[0])
