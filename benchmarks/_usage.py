"""Wall time, CPU time and peak memory of each stage of this process."""

from __future__ import annotations

import contextlib
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from claims.progress import SILENT, Advance


@dataclass(frozen=True, slots=True)
class Used:
    """What a stage took: seconds by the clock, seconds of all threads, peak and final MiB."""

    stage: str
    wall: float
    cpu: float
    peak: float
    after: float


def _resident(field: str) -> float:
    """``VmHWM`` (peak) or ``VmRSS`` (now) in MiB; where Linux does not tell, the peak so far."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row = next(row for row in status.splitlines() if row.startswith(field))
    return int(row.split()[1]) / 1024


def _forget_peak() -> None:
    # Linux measures the next peak anew; elsewhere the peak is that of all stages so far.
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Meter:
    """A ``Progress`` that measures each stage."""

    def __init__(self) -> None:
        self.stages: list[Used] = []

    @contextmanager
    def stage(self, what: str, total: float | None = None) -> Iterator[Advance]:
        """Measure one stage."""
        _forget_peak()
        wall, cpu = time.perf_counter(), _cpu()
        with SILENT.stage(what, total) as advance:
            yield advance
        self.stages.append(
            Used(
                what,
                time.perf_counter() - wall,
                _cpu() - cpu,
                _resident("VmHWM"),
                _resident("VmRSS"),
            )
        )

    def told(self) -> list[dict[str, object]]:
        """The stages as JSON values."""
        return [asdict(stage) for stage in self.stages]
