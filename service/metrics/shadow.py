"""What the challenger was asked in shadow."""

from __future__ import annotations

from functools import cache
from typing import Final

from prometheus_client import Counter

from service.metrics.registry import REGISTRY

SCORES: Final = Counter(
    "preclear_shadow_scores",
    "Claims that the challenger was asked about; same: it flags the claim as the champion did.",
    ("model_version", "same"),
    registry=REGISTRY,
)
DROPPED: Final = Counter(
    "preclear_shadow_dropped",
    "Claims that the challenger was not asked about, because it was behind or not recorded.",
    registry=REGISTRY,
)


@cache
def _of(version: str, same: bool) -> Counter:
    return SCORES.labels(version, "yes" if same else "no")


def asked(version: str, *, same: bool) -> None:
    """Count one answer of the challenger."""
    _of(version, same).inc()
