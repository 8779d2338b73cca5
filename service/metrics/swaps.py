"""Models and histories that came into service while it ran, and those that were refused."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge

from service.metrics.registry import REGISTRY

SWAPS: Final = Counter(
    "preclear_swaps",
    "Times that a worker went over to another model or history, or both at once.",
    ("what",),
    registry=REGISTRY,
)
REFUSED: Final = Gauge(
    "preclear_candidate_refused",
    "Workers that refuse what is named to serve (champion, challenger, history); GET /model: why.",
    ("alias",),
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
REFUSALS: Final = Counter(
    "preclear_candidate_refusals",
    "Tries of a candidate that ended with its refusal.",
    ("alias",),
    registry=REGISTRY,
)
