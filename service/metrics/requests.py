"""Requests: how many, how long they took, how many are at work, how many were refused."""

from __future__ import annotations

from functools import cache
from typing import Final, Literal

from prometheus_client import Counter, Gauge, Histogram

from service.metrics.registry import REGISTRY

Refusal = Literal["overloaded", "draining"]

_SECONDS: Final = (
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
)  # fmt: skip

REQUESTS: Final = Counter(
    "preclear_requests",
    "Requests answered; status 0: the caller had gone before the answer.",
    ("method", "route", "status"),
    registry=REGISTRY,
)
SECONDS: Final = Histogram(
    "preclear_request_seconds",
    "Seconds from the head of a request to the end of its answer.",
    ("method", "route"),
    buckets=_SECONDS,
    registry=REGISTRY,
)
IN_FLIGHT: Final = Gauge(
    "preclear_requests_in_flight",
    "Requests of the kind that is limited (scoring, ranking, triage, outcomes) at work now.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
LIMIT: Final = Gauge(
    "preclear_requests_in_flight_limit",
    "Most of these that are worked on at once, of all workers together.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
REFUSED: Final = Counter(
    "preclear_requests_refused",
    "Requests refused with 503 before any work: as many at work as may be, or the end is near.",
    ("reason",),
    registry=REGISTRY,
)


@cache
def _of(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, str(status)), SECONDS.labels(method, route)


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request by its route's template; ``method`` and ``route`` are the program's words."""
    count, histogram = _of(method, route, status)
    count.inc()
    histogram.observe(seconds)


@cache
def _refused(reason: Refusal) -> Counter:
    return REFUSED.labels(reason)


def refused(reason: Refusal, times: int = 1) -> None:
    """Count requests that were turned away before any work."""
    _refused(reason).inc(times)
