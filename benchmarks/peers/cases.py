"""The data sets: who may learn from what, and which rows all are judged on.

``Case.training`` is all that anybody learns from. Its examples, chosen by ``training.examples``
(answered, and old enough), are the same for ours and for the peers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks._worlds import synthesise
from benchmarks.peers import raw
from benchmarks.peers.cut import before, of_members
from benchmarks.peers.table import Table, make
from claims.arrays import NO_DAY, days, numbers
from claims.carc import load_catalogue
from claims.dataset import Dataset, read_dataset
from claims.keys import Keys
from claims.progress import SILENT
from training import ceiling
from training.prepare import Prepared, prepare

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

KEYS: Final = Keys(b"benchmark key of thirty-two byte")
SHARE: Final = 0.75
REPO: Final = Path(__file__).resolve().parents[2]
MAPPINGS: Final = REPO / "docs" / "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One data set. ``test`` are claim rows of ``whole``; ``truth`` is by claim key.

    With ``by_patient`` the rows that are judged are the lines of ``test``, and the split is by
    patient and not by time.
    """

    name: str
    about: str
    training: Dataset
    whole: Dataset
    learned: Prepared
    every: Prepared
    test: I64
    by_patient: bool = False
    truth: Mapping[int, float] | None = None

    @property
    def test_lines(self) -> I64:
        """The lines of the test claims whose answer is known."""
        lines = np.isin(self.every.frame.line_claim, self.test)
        return np.flatnonzero(lines & (self.every.labels.line_denied >= 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What is true of rows: denied, category (-1 when not denied), CARC, payer and claim key."""

    denied: Flags
    category: NDArray[np.int64]
    carc: NDArray[np.str_]
    payer: NDArray[np.uint64]
    claim_key: NDArray[np.uint64]


def _by_day(name: str, about: str, whole: Dataset, truth: Mapping[int, float] | None) -> Case:
    every = prepare(whole, SILENT)
    frame = every.frame
    sent = frame.submitted[frame.original & (frame.submitted != NO_DAY)]
    day = int(np.quantile(sent, SHARE, method="lower"))
    training = before(whole, day)
    return Case(
        name=name,
        about=f"{about}; split by submission at {np.datetime64(day, 'D')}",
        training=training,
        whole=whole,
        learned=prepare(training, SILENT),
        every=every,
        test=every.examples.rows[(every.examples.day >= day) & every.examples.mature],
        truth=truth,
    )


def world(folder: Path, claims: int, seed: int, policies: int) -> Case:
    """An invented practice of its own members, payers' policies and staff."""
    synthesise(folder, claims, seed, policies)
    whole = read_dataset([folder], keys=KEYS, catalogue=load_catalogue(), workers=1)
    truth = ceiling.read(ceiling.find([folder]), KEYS)
    about = f"data_synth, {claims:,} claims, seed {seed}, policies {policies}"
    return _by_day(f"world {seed}", about, whole, truth)


def claims_tables(folder: Path, data: Path) -> Case:
    """Claims and remittances of somebody else's generator, a line each; ``folder`` is spare."""
    place, mapping = data / "claims_tables", MAPPINGS / "claims_tables.toml"
    whole = read_dataset([place], keys=KEYS, catalogue=load_catalogue(), mapping=mapping, workers=1)
    return _by_day("claims_tables", f"{whole.claims.num_rows:,} claims", whole, None)


def carrier_lines(folder: Path, data: Path) -> Case:
    """Medicare carrier lines; a quarter of the patients, by the hash of their id, is the test.

    ``folder`` is spare.
    """
    place, mapping = data / "carrier_lines_2008.csv", MAPPINGS / "carrier_lines_2008.toml"
    whole = read_dataset([place], keys=KEYS, catalogue=load_catalogue(), mapping=mapping, workers=1)
    every = prepare(whole, SILENT)
    apart = numbers(whole.claims["member_key"], np.uint64) % np.uint64(4) == 0
    training = of_members(whole, ~apart)
    examples = every.examples.rows[every.examples.mature]
    return Case(
        name="carrier_lines_2008",
        about=f"{whole.lines.num_rows:,} lines, a quarter of the patients for the test",
        training=training,
        whole=whole,
        learned=prepare(training, SILENT),
        every=every,
        test=examples[apart[examples]],
        by_patient=True,
    )


def _lines_of(prepared: Prepared, claims: I64) -> I64:
    chosen = np.isin(prepared.frame.line_claim, claims) & (prepared.labels.line_denied >= 0)
    return np.flatnonzero(chosen)


def labels(case: Case, prepared: Prepared, rows: I64) -> Labels:
    """The answers of rows: claims, or lines where the case is judged by line."""
    known, frame = prepared.labels, prepared.frame
    if not case.by_patient:
        return Labels(
            denied=known.outcome[rows] >= 1,
            category=known.category[rows].astype(np.int64),
            carc=known.carc[rows],
            payer=frame.payer[rows],
            claim_key=frame.claim_key[rows],
        )
    of = frame.line_claim[rows]
    denied = known.line_denied[rows] > 0
    return Labels(
        denied=denied,
        category=np.where(denied, known.line_category[rows], -1).astype(np.int64),
        carc=np.zeros(len(rows), "<U5"),
        payer=frame.payer[of],
        claim_key=frame.claim_key[of],
    )


def rows(case: Case) -> tuple[I64, I64]:
    """The rows that are learned from (of the training data) and judged on (of all data)."""
    examples = case.learned.examples.rows
    if case.by_patient:
        return _lines_of(case.learned, examples), case.test_lines
    return examples, case.test


def peers_table(case: Case) -> tuple[Table, Labels]:
    """What the peers are handed, and the labels of its training rows."""
    make_rows = raw.line_rows if case.by_patient else raw.claim_rows
    learned, judged = rows(case)
    known = labels(case, case.learned, learned)
    of = case.learned.frame.line_claim[learned] if case.by_patient else learned
    day = days(case.training.claims["submitted_on"])[of]

    def plain(frame: pd.DataFrame, at: I64) -> pd.DataFrame:
        return frame.iloc[at].reset_index(drop=True)

    return (
        make(
            plain(make_rows(case.training), learned),
            plain(make_rows(case.whole), judged),
            known.denied,
            day,
        ),
        known,
    )
