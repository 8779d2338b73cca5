"""A million claims, and a quarter of them: does time or memory grow faster than the data?

``python -m benchmarks.scale --claims 1000000 --lines-per-claim 5`` measures matching, frame,
history, the features of every example, and then the whole of ``training.train.train``, as
``preclear train FOLDER --promote`` runs it on a folder of claims tables. The peer is the quarter,
measured before and after the whole: a ratio of 4 is linear. Every measurement runs in a process of
its own, so that one's peak memory is not another's; CPU time (all threads) stands beside wall time,
which other work on the machine lengthens. The tables are drawn by numpy (``benchmarks._practice``
says why) and are not measured.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import fmean
from typing import Any

CLAIMS = 1_000_000
LINES_A_CLAIM = 5.0
PARTS = 4


def write(folder: Path, claims: int, lines_a_claim: float) -> None:
    """Draw the tables and save them as Parquet."""
    from benchmarks._practice import draw
    from benchmarks._tables import dataset
    from claims.dataset import save

    save(dataset(draw(claims, lines_a_claim)), folder)


def build_all(folder: Path) -> dict[str, object]:
    """Measure each step from the tables to the matrix of all examples."""
    from benchmarks._usage import Meter
    from claims.dataset import load
    from claims.labels import label
    from features.catalog import FEATURES
    from features.frame import Frame
    from features.history import History
    from training.examples import make
    from training.payers import Payers
    from training.prepare import matrix

    meter = Meter()
    with meter.stage("reading the tables"):
        dataset = load(folder)
    with meter.stage("label"):
        labels = label(dataset)
    with meter.stage("Frame.from_tables"):
        frame = Frame.from_tables(dataset.claims, dataset.lines)
    with meter.stage("History.build"):
        history = History.build(frame, labels)
    with meter.stage("choosing examples"):
        examples = make(frame, labels, Payers.of(dataset.claims))
    matrix(frame, history, examples.rows, meter)
    facts = {
        "claims": len(frame),
        "lines": len(frame.line_claim),
        "examples": len(examples),
        "features": len(FEATURES),
        "history": history.digest,
    }
    return {"stages": meter.told(), "facts": facts}


def train_all(folder: Path) -> dict[str, object]:
    """Measure the whole training, from the tables to a registered model."""
    import training  # noqa: F401 - says how LightGBM's threads wait, before it is loaded
    from benchmarks._usage import Meter
    from claims.dataset import load
    from models.registry import Registry
    from training.boosters import Settings
    from training.train import train

    stages, whole = Meter(), Meter()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        registry = Registry(home / "mlruns")
        registry.experiment_id  # noqa: B018 - MLflow makes its tables once
        with whole.stage("whole training"):
            with stages.stage("reading the tables"):
                dataset = load(folder)
            made = train(
                dataset,
                registry=registry,
                home=home / "var",
                settings=Settings(),
                promote=True,
                progress=stages,
            )
    facts = {
        "model": made.model.digest,
        "promoted": made.promoted,
        "refusal": made.refusal,
        "auroc": made.evaluation.overall.auroc.value,
        "learned from": made.evaluation.periods[0].examples,
    }
    return {"stages": [*stages.told(), *_whole(stages, whole)], "facts": facts}


def _whole(stages: object, whole: object) -> list[dict[str, object]]:
    from benchmarks._usage import Meter, Used

    assert isinstance(stages, Meter)
    assert isinstance(whole, Meter)
    last = whole.stages[0]
    peak = max(last.peak, *(stage.peak for stage in stages.stages))
    rest = Used(
        "other (digest, files, promotion)",
        last.wall - sum(stage.wall for stage in stages.stages),
        last.cpu - sum(stage.cpu for stage in stages.stages),
        last.peak,
        last.after,
    )
    total = Used("whole training", last.wall, last.cpu, peak, last.after)
    made = Meter()
    made.stages = [rest, total]
    return made.told()


def measured(work: str, folder: Path) -> dict[str, object]:
    """Run ``build_all`` or ``train_all`` in a process of its own."""
    out = folder / f"{work}.json"
    _child(["--work", work, "--folder", str(folder), "--out", str(out)])
    found: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return found


def _child(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"a measurement failed:\n{done.stderr[-4000:]}")


def compare(title: str, large: list[dict[str, Any]], small: list[dict[str, Any]]) -> None:
    """Print the stages of both sizes and the ratios of CPU time and peak memory."""
    print(f"{title:34} {'wall s':>15} {'CPU s':>15} {'x':>5} {'peak MiB':>15} {'x':>5}")
    for big, little in zip(large, small, strict=True):
        print(
            f"  {big['stage']:32} {little['wall']:7.1f}{big['wall']:8.1f} "
            f"{little['cpu']:7.1f}{big['cpu']:8.1f} {_ratio(big['cpu'], little['cpu'])} "
            f"{little['peak']:7,.0f}{big['peak']:8,.0f} {_ratio(big['peak'], little['peak'])}"
        )


def _ratio(big: float, little: float) -> str:
    return f"{big / little:5.1f}" if little >= 0.05 else f"{'-':>5}"


def main(arguments: list[str] | None = None) -> None:
    """Measure both sizes and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--claims", type=int, default=CLAIMS)
    parser.add_argument("--lines-per-claim", type=float, default=LINES_A_CLAIM)
    parser.add_argument("--only", choices=("build", "train"))
    parser.add_argument("--work", choices=("write", "build", "train"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments or [])
    if asked.work == "write":
        write(asked.folder, asked.claims, asked.lines_per_claim)
    elif asked.work:
        found = (build_all if asked.work == "build" else train_all)(asked.folder)
        asked.out.write_text(json.dumps(found), encoding="utf-8")
    else:
        _measure(asked)


def _mean(runs: list[dict[str, Any]], work: str) -> dict[str, Any]:
    """The same work measured several times, as one: means of the stages' figures."""
    stages = []
    for same in zip(*(run[work]["stages"] for run in runs), strict=True):
        figures = {name: fmean(one[name] for one in same) for name in same[0] if name != "stage"}
        stages.append({"stage": same[0]["stage"], **figures})
    return {"stages": stages, "facts": runs[0][work]["facts"]}


def _measure(asked: argparse.Namespace) -> None:
    works = [asked.only] if asked.only else ["build", "train"]
    sizes = (asked.claims, asked.claims // PARTS)
    found: dict[int, list[dict[str, Any]]] = {claims: [] for claims in sizes}
    # The quarter before and after the whole: other work on the machine comes and goes.
    for claims in (sizes[1], sizes[0], sizes[1]):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            size = ["--claims", str(claims), "--lines-per-claim", str(asked.lines_per_claim)]
            _child(["--work", "write", "--folder", str(folder), *size])
            found[claims].append({work: measured(work, folder) for work in works})
    large, small = found[sizes[0]][0], {work: _mean(found[sizes[1]], work) for work in works}
    print(f"{sizes[1]:,} and {sizes[0]:,} claims; x: how many times, where the claims are {PARTS}")
    for work in works:
        compare(work, large[work]["stages"], small[work]["stages"])
        for one in (small, large):
            print("  " + ", ".join(f"{k} {v}" for k, v in one[work]["facts"].items()))


if __name__ == "__main__":
    main(sys.argv[1:])
