"""Worlds whose practice never met some payers, procedures and providers: then it does.

``python -m benchmarks.advice.unmet FOLDER CLAIMS SEED...`` takes every claim that touches some of
them out of what a model learns from and out of the history, trains, and scores the claims of the
last quarter that touch them. Unlike ``benchmarks.advice.silence``, nothing at all of them is known
then; but there are fewer of them, and each kind is a handful of names.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.advice.ground import KEYS, Ground, ground
from benchmarks.advice.silence import Row, judged, show
from benchmarks.peers.cut import before, of_members
from claims.arrays import numbers
from claims.carc import load_catalogue
from claims.dataset import Dataset, read_dataset
from claims.progress import SILENT
from claims.types import Claim
from features.columns import as_days
from features.history import History
from models.denial import DenialModel
from models.registry import Registry
from training.boosters import Settings
from training.prepare import prepare
from training.train import train

_PAYERS: Final = 3
_PROVIDERS: Final = 3
_PROCEDURES: Final = 0.06  # share of the codes
_LEAST: Final = 20


class Unmet:
    """Payers, procedures and rendering providers to be left out, drawn by ``seed``."""

    def __init__(self, dataset: Dataset, seed: int) -> None:
        random = np.random.default_rng(seed)

        def drawn(table: str, column: str, count: float) -> frozenset[str]:
            names = sorted({one for one in getattr(dataset, table)[column].to_pylist() if one})
            many = int(count) if count >= 1 else max(1, int(count * len(names)))
            return frozenset(random.choice(names, many, replace=False).tolist())

        self.payers = drawn("claims", "payer_id", _PAYERS)
        self.providers = drawn("claims", "rendering_npi", _PROVIDERS)
        self.procedures = drawn("lines", "procedure", _PROCEDURES)

    def without(self, dataset: Dataset) -> Dataset:
        """The claims that touch none of them, with their answers."""
        owner = np.repeat(np.arange(dataset.claims.num_rows), numbers(dataset.claims["line_count"]))
        touched = np.bincount(
            owner,
            np.isin(dataset.lines["procedure"].to_pylist(), list(self.procedures)),
            dataset.claims.num_rows,
        )
        kept = (touched == 0) & ~np.isin(dataset.claims["payer_id"].to_pylist(), list(self.payers))
        kept &= ~np.isin(dataset.claims["rendering_npi"].to_pylist(), list(self.providers))
        return of_members(dataset, kept)

    def kind(self, claim: Claim) -> str:
        """What is unmet about ``claim``, "" for nothing, "several" for more than one of them."""
        found = [
            name
            for name, there in (
                ("payer", claim.payer.payer_id in self.payers),
                ("procedure", any(line.procedure in self.procedures for line in claim.lines)),
                ("provider", bool(claim.rendering and claim.rendering.npi in self.providers)),
            )
            if there
        ]
        return found[0] if len(found) == 1 else "several" if found else ""


def rows(of: Ground, unmet: Unmet) -> Iterator[Row]:
    """Figures of the claims of each kind, and of those of which everything had been met."""
    kinds = [unmet.kind(claim) for claim in of.claims]
    for name in ("", "payer", "procedure", "provider", "several"):
        if kinds.count(name) >= _LEAST:
            asked = [
                claim if kind == name else None
                for claim, kind in zip(of.claims, kinds, strict=True)
            ]
            yield from judged(of, f"unmet {name}" if name else "all met", asked)


def _learn(home: Path, cut: Dataset, of: Ground) -> None:
    """Save in ``home`` what a practice knows that has met only the claims of ``cut``."""
    first = min(claim.submitted_on for claim in of.claims if claim.submitted_on)
    every = prepare(cut, SILENT)
    with tempfile.TemporaryDirectory() as name:
        made = train(
            before(cut, as_days(first)),
            registry=Registry(Path(name) / "mlruns"),
            home=Path(name) / "var",
            settings=Settings(),
            promote=False,
            progress=SILENT,
        )
    made.model.save(home / "model")
    every.history.save(home / "history")


def main() -> None:
    """Print the table of each world."""
    words = argparse.ArgumentParser(description="What is said of what was never met.")
    words.add_argument("folder", type=Path, help="holds, or will hold, a folder g<SEED> each")
    words.add_argument("claims", type=int)
    words.add_argument("seeds", type=int, nargs="+")
    asked = words.parse_args()
    for seed in asked.seeds:
        folder = asked.folder / f"g{seed}"
        of = ground(folder, asked.claims, seed, seed)
        whole = read_dataset([folder / "world"], keys=KEYS, catalogue=load_catalogue(), workers=1)
        unmet, home = Unmet(whole, seed), folder / "unmet"
        if not home.exists():
            _learn(home, unmet.without(whole), of)
        then = replace(
            of, model=DenialModel.load(home / "model"), history=History.open(home / "history")
        )
        show(of.name, then.model.interval, rows(then, unmet))


if __name__ == "__main__":
    main()
