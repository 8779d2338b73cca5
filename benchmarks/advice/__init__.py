"""What advice is worth, asked of worlds that know what would have happened.

``python -m benchmarks advice`` makes three worlds whose seeds and policies nothing was developed
on, trains on the first three quarters of each, scores the rest in full, and prints for each: what
the first actions save, whether the probability after an action comes true, whether the true cause
is among the reasons, what a day's budget saves, and whether silence is honest. Then the named
category beside the injected errors of somebody else's generator, where its tables are there.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

# Neither the seeds nor the policies were used while anything was developed.
WORLDS = ((7201, 8201), (7202, 8202), (7203, 8203))
CLAIMS, QUICK = 40_000, 8_000


def main(arguments: Sequence[str] = ()) -> None:
    """Print all tables of each world, then that of the injected errors."""
    asked = _asked(arguments)
    worlds = WORLDS[:1] if asked.quick else WORLDS
    with tempfile.TemporaryDirectory() as spare:
        folder = asked.folder or Path(spare)
        for seed, policies in worlds:
            _world(folder / f"g{seed}", QUICK if asked.quick else CLAIMS, seed, policies)
    _injected(asked.data)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks advice", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"one world, of {QUICK:,} claims")
    parser.add_argument("--folder", type=Path, help="keep the worlds and models here")
    parser.add_argument("--data", type=Path, help="the folder that holds claims_tables")
    return parser.parse_args(list(arguments))


def _world(folder: Path, claims: int, seed: int, policies: int) -> None:
    from benchmarks.advice import after, budget, causes, saved, silence
    from benchmarks.advice.ground import ground

    of = ground(folder, claims, seed, policies)
    scored = of.scored()
    print(f"\n{of.name}: {len(of.claims):,} claims of the last quarter", flush=True)
    print("\n".join(saved.lines(saved.flagged(of))), flush=True)
    print("\n".join(after.lines(after.tried(of, [one.score for one in scored]))), flush=True)
    print("\n".join(causes.lines(causes.measure(of, scored))), flush=True)
    print("\n".join(budget.report(of.name, budget.days(of, scored))), flush=True)
    silence.show(of.name, of.model.interval, silence.rows(of))


def _injected(data: Path | None) -> None:
    from benchmarks.advice import injected
    from benchmarks.peers.cases import REPO

    place = data or REPO.parent / "shared" / "data"
    if not (place / "claims_tables").exists():
        print("skipped: claims_tables is not there (--data names the folder that holds it)")
        return
    print("\n".join(injected.lines(injected.judged(place))))
