from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from service.load.orphan import leave_with_supervisor

ROOT = Path(__file__).parents[2]
SUPERVISOR = """
import time
from multiprocessing import get_context
from service.load.orphan import leave_with_supervisor

def work():
    assert leave_with_supervisor()
    time.sleep(600)

if __name__ == "__main__":
    worker = get_context("spawn").Process(target=work)
    worker.start()
    print(worker.pid, flush=True)
    time.sleep(600)
"""


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Nobody may be there to take leave of it: one that has ended is a zombie until then.
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_worker_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "supervisor.py"
    script.write_text(SUPERVISOR)
    supervisor = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert supervisor.stdout is not None
    with supervisor.stdout as told:
        worker = int(told.readline())
    assert _runs(worker)
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait(30)
    until = time.monotonic() + 60
    while _runs(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(worker)


def test_a_process_that_nobody_spawned_waits_for_nobody() -> None:
    assert leave_with_supervisor() is False
