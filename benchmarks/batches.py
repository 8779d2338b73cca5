"""``preclear score --reasons`` on 837 files beside the bare booster on the ready matrix.

Ours is the whole command: start, reading files, history, features, scores, what-ifs, lines,
actions and their worth, reasons in words, and the file. The booster is LightGBM's own, of the same
model, in one process: ``predict`` for all rows and then ``predict(pred_contrib=True)``, on a
float32 matrix that is there already; its start and loading are not counted. Both may use the same
number of cores. CPU time is that of all threads and processes; other work on the machine lengthens
it less.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks._worlds import synthesise
from benchmarks.serving import prepare
from claims.settings import Settings

CLAIMS = 100_000
TOGETHER = 8192
"""Rows that the booster explains at once: all of them would need gigabytes."""
_DONE = re.compile(r"^(.+): done in ([0-9.]+) s$", re.M)


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock and of all cores, for so many claims."""

    claims: int
    wall: float
    cpu: float

    def line(self, name: str, beside: Took) -> str:
        """A line of the table; how fast it is as a share of ``beside``."""
        rates = [self.claims / seconds for seconds in (self.wall, self.cpu)]
        theirs = [beside.claims / seconds for seconds in (beside.wall, beside.cpu)]
        return (
            f"{name:44} {self.wall:8.1f} {self.cpu:8.1f} {rates[0]:9,.0f}"
            f" {rates[0] / theirs[0]:7.2f} {rates[1] / theirs[1]:7.2f}"
        )


HEAD = f"{'':44} {'wall s':>8} {'CPU s':>8} {'claims/s':>9} {'of wall':>7} {'of CPU':>7}"


def matrix(settings: Settings, files: Path) -> NDArray[np.float32]:
    """The feature rows of all claims under ``files``, as the running history knows them."""
    from claims.carc import load_catalogue
    from claims.dataset import read_dataset
    from claims.keys import load_keys
    from features.build import build
    from features.frame import Frame
    from service.start import open_history

    keys, catalogue = load_keys(settings.home), load_catalogue(settings.carc_csv)
    read = read_dataset([files], keys=keys, catalogue=catalogue)
    return build(Frame.from_tables(read.claims, read.lines), open_history(settings))


def whole(files: Path, out: Path, claims: int, cores: int, *words: str) -> tuple[Took, str]:
    """Run the command; what it took, and what it said of its stages."""
    asked = [str(files), "--out", str(out), "--workers", str(cores), *words]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "score", *asked],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    stages = ", ".join(f"{what} {seconds} s" for what, seconds in _DONE.findall(done.stderr))
    return Took(claims, wall, cpu), stages


def bare(values: Path, text: Path, cores: int) -> list[Took]:
    """What the booster takes for ``predict`` alone, and with its contributions."""
    words = ["--bare", str(values), str(text), "--cores", str(cores)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.batches", *words],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return [Took(**one) for one in json.loads(done.stdout)]


def _bare(values: Path, text: Path, cores: int) -> list[dict[str, float]]:
    import lightgbm

    booster, rows = lightgbm.Booster(model_file=text), np.load(values)
    booster.predict(rows[:1], num_threads=cores)
    wall, cpu, found = time.perf_counter(), time.process_time(), []
    for more in ({}, {"pred_contrib": True}):
        for first in range(0, len(rows), TOGETHER):
            booster.predict(rows[first : first + TOGETHER], num_threads=cores, **more)
        took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        found.append({"claims": len(rows), **took})
    return found


def measure(folder: Path, claims: int, cores: int) -> None:
    """Make the batch and measure both; print the table."""
    settings, _ = prepare(folder)
    from models.aliases import CHAMPION, resolve

    synthesise(folder / "batch", claims, seed=10, policies=9)
    files, text = folder / "batch" / "837", resolve(settings.mlruns, CHAMPION).bundle / "causes.txt"
    values = matrix(settings, files)
    np.save(folder / "values.npy", values)
    predicted, explained = bare(folder / "values.npy", text, cores)
    out, rows = folder / "scores.parquet", len(values)
    print(f"{rows:,} claims of 837 files, {cores} cores; shares of the speed of the last line")
    print(HEAD)
    for name, words in (("preclear score --reasons", ["--reasons"]), ("preclear score", [])):
        took, stages = whole(files, out, rows, cores, *words)
        print(took.line(name, explained), f"({stages})", sep="\n  ", flush=True)
    print(predicted.line("the booster alone: predict", explained))
    print(explained.line("the booster alone: predict and pred_contrib", explained))


def main(arguments: list[str] | None = None) -> None:
    """Measure so many claims, or, told ``--bare``, the booster in this process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks batches", description=__doc__)
    parser.add_argument("--claims", type=int, default=CLAIMS)
    parser.add_argument("--cores", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--bare", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args([] if arguments is None else arguments)
    if asked.bare:
        values, text = asked.bare
        print(json.dumps(_bare(values, text, asked.cores)))
        return
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), asked.claims, asked.cores)


if __name__ == "__main__":
    main(sys.argv[1:])
