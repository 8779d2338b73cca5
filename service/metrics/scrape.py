"""What ``GET /metrics`` answers: the metrics of all workers, and what all of them share."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

from service.metrics.registry import REGISTRY, WORKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client import Metric

    Collect = Callable[[], Iterable[Metric]]

_log = logging.getLogger("preclear.metrics")
_GONE: Final = "preclear_model_workers"
"""Of this one a line with 0 says nothing: a model that answered once and does so no more."""


class Scrape:
    """Puts the page together, in a thread of its own: no request waits for it, nor it for one."""

    def __init__(self, code_version: str) -> None:
        self._code_version = code_version
        self._shared: list[Collect] = []
        self._before: list[Callable[[], None]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="metrics")

    def close(self) -> None:
        """Stop; a page that is being made is finished."""
        self._thread.shutdown()

    def register(self, collect: Collect) -> None:
        """Ask ``collect`` at each scrape, in the worker that is asked.

        For what all workers share, as the database does. What it gives must be named
        ``preclear_...`` and stand in docs/operations.md. When it fails the rest is told without it.
        """
        self._shared.append(collect)

    def before(self, look: Callable[[], None]) -> None:
        """Call ``look`` before each scrape, to set gauges of this worker."""
        self._before.append(look)

    async def page(self, accept: str) -> tuple[bytes, str]:
        """The page and its content type: Prometheus' text, or OpenMetrics if that is asked for."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._page, accept)

    def _page(self, accept: str) -> tuple[bytes, str]:
        for look in self._before:
            look()
        encode, kind = choose_encoder(accept)
        found = CollectorRegistry()
        found.register(_Held([*self._workers(), *self._about(), *self._asked()]))
        return encode(found), kind

    def _workers(self) -> Iterable[Metric]:
        for metric in (WORKERS or REGISTRY).collect():
            if metric.name == _GONE:
                metric.samples = [sample for sample in metric.samples if sample.value]
            yield metric

    def _about(self) -> Iterable[Metric]:
        about = GaugeMetricFamily(
            "preclear_build_info", "Always 1; says which program this is.", labels=("version",)
        )
        about.add_metric((self._code_version,), 1)
        yield about

    def _asked(self) -> Iterable[Metric]:
        for collect in self._shared:
            try:
                yield from list(collect())
            except Exception as error:  # its message may quote what it read
                _log.warning("a collector failed: %s", type(error).__name__)


class _Held:
    """Metrics that were collected before, as ``CollectorRegistry`` takes them."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics
