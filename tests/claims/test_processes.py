"""Worker processes of one command. (Light imports: each process makes them again.)"""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from claims.errors import UserError
from claims.processes import Processes, cores, without_gc


def doubled(number: int) -> int:
    if number < 0:
        raise UserError("no such thing")
    if number == 99:
        os._exit(9)
    return 2 * number


def test_work_is_given_back_in_its_order_and_taken_as_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    with Processes(2) as processes:
        assert not processes.started
        found = processes.in_turn(doubled, items())
        assert next(found) == (0, 0)
        assert len(taken) < 10
        assert [result for _, result in found] == [2 * number for number in range(1, 20)]
        assert dict(processes.each(doubled, [5, 6, 7], [1, 3, 2])) == {0: 10, 1: 12, 2: 14}
        with pytest.raises(UserError, match="no such thing"):
            list(processes.in_turn(doubled, [-1]))
        with pytest.raises(UserError, match="stopped from outside"):
            list(processes.in_turn(doubled, [1, 99, *range(20)]))
    assert not multiprocessing.active_children()


def test_a_core_each() -> None:
    assert Processes().count == cores() >= 1


def test_the_collector_rests_meanwhile() -> None:
    assert gc.isenabled()
    with without_gc(), without_gc():
        assert not gc.isenabled()
    assert gc.isenabled()


WORKING = """
import os, time
from claims.processes import Processes

def waits(number):
    print(os.getpid(), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    with Processes(2) as processes:
        list(processes.in_turn(waits, [1, 2]))
"""


def test_no_process_outlives_a_command_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "working.py"
    script.write_text(WORKING)
    command = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert command.stdout is not None
    with command.stdout as told:
        assert [int(told.readline()) for _ in range(2)]
        command.kill()
        command.wait(30)
        # They hold the other end: it is closed when both have gone.
        assert told.read() == ""
