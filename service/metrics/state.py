"""In what state the workers are, and which model each answers with."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from prometheus_client import Gauge

from service.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from models.score import ModelRef

WORKERS: Final = Gauge(
    "preclear_workers",
    "Workers by state: ready, not_ready, draining; only those that are ready should get work.",
    ("state",),
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
MODELS: Final = Gauge(
    "preclear_model_workers",
    "Workers that answer with this model; two lines for longer than a swap takes are a fault.",
    ("name", "version", "digest"),
    multiprocess_mode="livesum",
    registry=REGISTRY,
)


class Now:
    """One value of several: the gauge of the present one is 1, of those before it 0."""

    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge
        self._changing = threading.Lock()
        self._labels: tuple[str, ...] = ()

    def become(self, *labels: str) -> bool:
        """Take these labels in place of those before, none for none; whether they are others."""
        with self._changing:
            before, self._labels = self._labels, labels
            if before == labels:
                return False
            if before:
                self._gauge.labels(*before).dec()
            if labels:
                self._gauge.labels(*labels).inc()
            return True


_model: Final = Now(MODELS)


def serving(reference: ModelRef | None) -> None:
    """From now on this worker answers with that model; ``None``: with none any more."""
    if reference is None:
        _model.become()
    else:
        _model.become(reference.name, reference.version, reference.digest)
