"""Ours beside the learners that a data scientist would reach for, on data that nobody tuned on.

LightGBM, CatBoost, XGBoost, logistic regression and an EBM learn from the raw columns of claims;
ours is the path that users have. ``docs/benchmarks.md`` says how they are compared. The packages
are the optional dependency group ``peers`` (``make bench-peers``).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.peers.cases import Case

# Neither the seeds nor the policies were used while anything was developed.
WORLDS = ((7101, 8101), (7102, 8102), (7103, 8103))
CLAIMS, QUICK = 40_000, 8_000
NAMES = ("logistic", "LightGBM", "XGBoost", "CatBoost", "EBM")


def main(arguments: Sequence[str] = ()) -> None:
    """Compare on each data set, print a table for each, and write all figures where asked."""
    from benchmarks.peers.compare import PEERS, absent, compare
    from benchmarks.peers.show import lines
    from training.boosters import cores

    asked = _asked(arguments)
    learners = {name: PEERS[name] for name in asked.peers or PEERS}
    if missing := absent(learners):
        print(f"skipped: {', '.join(missing)} not installed (`make bench-peers` installs them)")
        return
    made = []
    for name, make in _cases(asked):
        if asked.only and name not in asked.only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            case = make(Path(folder))
        found = compare(case, cores(asked.threads), partial(_told, name), learners)
        print("\n" + "\n".join(lines(found)), flush=True)
        made.append(found.to_json())
        if asked.out:
            asked.out.write_text(json.dumps(made, indent=1, allow_nan=False) + "\n")


def _told(name: str, what: str) -> None:
    print(f"{name}: {what} ...", file=sys.stderr, flush=True)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"one world, of {QUICK:,} claims")
    parser.add_argument("--out", type=Path, help="write all figures to this JSON file")
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--peers", nargs="+", choices=NAMES, help="some of them alone")
    parser.add_argument("--only", nargs="+", help="names of data sets, such as claims_tables")
    parser.add_argument(
        "--data", type=Path, help="the folder of claims_tables and carrier_lines_2008.csv"
    )
    return parser.parse_args(list(arguments))


def _cases(asked: argparse.Namespace) -> Iterator[tuple[str, Callable[[Path], Case]]]:
    """Name each data set with what makes it; say which are not there."""
    from benchmarks.peers import cases

    claims = QUICK if asked.quick else CLAIMS
    for seed, policies in WORLDS[:1] if asked.quick else WORLDS:
        yield f"world {seed}", partial(cases.world, claims=claims, seed=seed, policies=policies)
    data = asked.data or cases.REPO.parent / "shared" / "data"
    for name, file, make in (
        ("claims_tables", "claims_tables", cases.claims_tables),
        ("carrier_lines_2008", "carrier_lines_2008.csv", cases.carrier_lines),
    ):
        if (data / file).exists():
            yield name, partial(make, data=data)
        else:
            print(f"skipped: {name} is not there (--data names the folder that holds it)")
