"""Memory does not grow with what passes: streams of claims, and batches of the command line.

Measured is the peak of what is resident (VmHWM): of the serving process, and of ``preclear score``
in one process while it scores, explains and writes. What it has read it keeps, as tables.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections import deque
from dataclasses import replace
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

import pytest
from claim_json import as_json
from invented import Practice
from test_drain import serving

from claims.settings import Settings
from claims.types import Claim
from claims.x12 import Envelope, write_837
from service.access import local

FEW: Final = 400
MANY: Final = 8 * FEW
AHEAD: Final = 100_000
"""Bytes read ahead: far fewer than either stream has."""
PIECE: Final = 1 << 14


def peak(pid: int) -> int:
    """The most MiB that a process ever had in memory."""
    rows = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    (row,) = [row for row in rows if row.startswith("VmHWM")]
    return int(row.split()[1]) // 1024


def claims_of(world: Practice, count: int) -> list[Claim]:
    """So many claims of different ids."""
    known = len(world.claims)
    return [replace(world.claims[n % known], claim_id=f"S{n}") for n in range(count)]


def as_837(claims: list[Claim]) -> bytes:
    out = io.BytesIO()
    created = datetime(2025, 1, 1)  # noqa: DTZ001 - X12 states no zone
    write_837(claims, out, Envelope(sender="A", receiver="B", created=created))
    return out.getvalue()


def as_lines(claims: list[Claim]) -> bytes:
    return b"".join(json.dumps(as_json(claim)).encode() + b"\n" for claim in claims)


def streamed(port: int, key: str, kind: str, body: bytes) -> Any:
    """Send ``body`` in chunks while the answer is read; its summary."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.putrequest("POST", "/score/batch")
    headers = {"Authorization": f"Bearer {key}", "Content-Type": kind}
    headers |= {"Accept": "application/x-ndjson", "Transfer-Encoding": "chunked"}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()

    def send() -> None:
        for first in range(0, len(body), PIECE):
            piece = body[first : first + PIECE]
            connection.send(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.send(b"0\r\n\r\n")

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    with connection.getresponse() as answer:
        assert answer.status == 200
        (last,) = deque(answer, maxlen=1)
    sender.join(60)
    connection.close()
    return json.loads(last)["summary"]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("kind", "form"), [("application/x-ndjson", as_lines), ("application/edi-x12", as_837)]
)
def test_a_stream_eight_times_as_long_needs_no_more_memory(
    world: Practice, settings: Settings, tmp_path: Path, kind: str, form: Any
) -> None:
    few, many = (form(claims_of(world, count)) for count in (FEW, MANY))
    assert len(few) > 2 * AHEAD
    room = {"PRECLEAR_MAX_BODY_BYTES": str(AHEAD), "PRECLEAR_RATE_LIMIT": "0"}
    with serving(settings, tmp_path / "log", **room) as (port, process):
        key = local.read(settings.home)
        peaks = []
        for body, count in ((few, FEW), (many, MANY)):
            summary = streamed(port, key, kind, body)
            assert summary["complete"]
            assert summary["claims"] == count
            peaks.append(peak(process.pid))
    print(f"{kind}: {peaks} MiB")
    assert peaks[1] < 1.03 * peaks[0]


CODE = """
import ctypes
import sys
from contextlib import contextmanager
from pathlib import Path
import pyarrow
import cli.progress
import cli.score_parts
from claims.progress import SILENT
from cli.main import call


def resident(what):
    rows = Path("/proc/self/status").read_text().splitlines()
    return int(next(row for row in rows if row.startswith(what)).split()[1])


class Told:
    @contextmanager
    def stage(self, what, total=None):
        if what == "Scoring":
            # What was free already would hide what is taken now; the peak is measured anew.
            pyarrow.default_memory_pool().release_unused()
            ctypes.CDLL(None).malloc_trim(0)
            Path("/proc/self/clear_refs").write_text("5")
        before = resident("VmRSS")
        with SILENT.stage(what, total) as advance:
            yield advance
        if what == "Scoring":
            print(resident("VmHWM") - before, file=sys.stderr)


cli.progress.watch = lambda: Told()
cli.score_parts.PART = 500
sys.exit(call(sys.argv[1:]))
"""


@pytest.mark.heavy
@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_scoring_four_times_the_claims_needs_no_more_memory(
    world: Practice, settings: Settings, tmp_path: Path, ending: str
) -> None:
    more = []
    for count in (3_000, 12_000):
        (tmp_path / "claims.837").write_bytes(as_837(claims_of(world, count)))
        out = tmp_path / f"scores.{ending}"
        words = ["score", str(tmp_path / "claims.837"), "--out", str(out), "--workers", "1"]
        here = {"PRECLEAR_HOME": str(settings.home), "PRECLEAR_MLRUNS": str(settings.mlruns)}
        done = subprocess.run(
            [sys.executable, "-c", CODE, *words, "--reasons"],
            env={**os.environ, **here}, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert f"Scored {count:,} claims" in done.stdout
        more.append(int(done.stderr.splitlines()[-1]) / 1024)
    print(f"{ending}: {more} MiB")
    assert more[1] < more[0] + 5
