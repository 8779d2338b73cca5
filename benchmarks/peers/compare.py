"""All contestants on one case, and what they come to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import boosted, lightgbm_peer, ours
from benchmarks.peers.cases import Case, Labels, labels, peers_table, rows
from benchmarks.peers.judging import Row, ceiling_auroc, earlier_threshold, judge
from benchmarks.peers.logistic import logistic
from benchmarks.peers.table import Table
from claims.categories import CATEGORIES
from training.ceiling import ceiling
from training.evaluation import plain
from training.problems import TrainingError

F64 = NDArray[np.float64]
Peer = Callable[[Table, int], tuple[F64, F64]]

PEERS: dict[str, Peer] = {
    "logistic": logistic,
    "LightGBM": lightgbm_peer.denial,
    "XGBoost": boosted.xgboost,
    "CatBoost": boosted.catboost,
    "EBM": boosted.ebm,
}
MODULES = {"CatBoost": "catboost", "XGBoost": "xgboost", "EBM": "interpret"}


def absent(names: Iterable[str] = tuple(PEERS)) -> list[str]:
    """The packages that these peers need and that are not installed."""
    return [
        module for name, module in MODULES.items() if name in names and find_spec(module) is None
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The rows of one case, ours first; ``ceiling`` is NaN where the truth is not known.

    ``refusal`` says why ours would not learn, and is "" where it did; then there is no row of ours.
    """

    name: str
    about: str
    learned: int
    judged: int
    denied: int
    columns: int
    ceiling: float
    ours: tuple[Row, ...]
    peers: tuple[Row, ...]
    refusal: str = ""

    def best(self, figure: str) -> Row:
        """The peer with the highest value of a figure."""
        return max(self.peers, key=lambda row: float(getattr(row, figure)))

    def way(self, row: Row) -> float:
        """The share of the way from 0.5 to the ceiling's AUROC."""
        return (row.auroc - 0.5) / (self.ceiling - 0.5)

    def ratio(self, row: Row, figure: str) -> float:
        """A figure of ours by that of its best peer; infinite where that peer has nothing."""
        peer, own = float(getattr(self.best(figure), figure)), float(getattr(row, figure))
        return own / peer if peer else (float("inf") if own else float("nan"))

    def to_json(self) -> object:
        """The rows and the ratios as JSON values."""
        ratios = {
            row.name: {name: self.ratio(row, name) for name in ("recall_95", "auroc", "auprc")}
            | {"way_to_the_ceiling": self.way(row)}
            for row in self.ours
        }
        return plain(asdict(self) | {"ratios": ratios})


def compare(
    case: Case,
    threads: int,
    tell: Callable[[str], None],
    peers: Mapping[str, Peer],
) -> Comparison:
    """Let ours and each peer learn and answer; ``tell`` is called with what is going on."""
    learned, judged = rows(case)
    known = labels(case, case.every, judged)
    tell("ours")
    mine, refusal = _ours(case, known, threads)
    table, of_training = peers_table(case)
    theirs = tuple(
        _peer(name, learn, table, known, of_training, threads, tell)
        for name, learn in peers.items()
    )
    truth = ceiling(case.truth, known.claim_key).get("ceiling")
    return Comparison(
        name=case.name,
        about=case.about,
        learned=len(learned),
        judged=len(judged),
        denied=int(known.denied.sum()),
        columns=table.train.shape[1],
        ceiling=float("nan") if truth is None else ceiling_auroc(truth, known),
        ours=mine,
        peers=theirs,
        refusal=refusal,
    )


def _ours(case: Case, known: Labels, threads: int) -> tuple[tuple[Row, ...], str]:
    """Our rows, or none and the sentence with which our training refused."""
    try:
        own = ours.run(case, threads)
    except TrainingError as refused:
        return (), str(refused)
    made = tuple(
        judge(
            f"ours, {answer.history}",
            answer.probability,
            known,
            threshold=own.threshold,
            category=answer.category,
            carcs=answer.carcs,
            seconds=own.seconds,
        )
        for answer in own.answers
    )
    return made, ""


def _peer(
    name: str,
    learn: Peer,
    table: Table,
    known: Labels,
    of_training: Labels,
    threads: int,
    tell: Callable[[str], None],
) -> Row:
    tell(name)
    started = time.perf_counter()
    later, chance = learn(table, threads)
    seconds = time.perf_counter() - started
    threshold = earlier_threshold(later, table.label[table.stop])
    # One peer for why: the others are told apart by whom they find.
    category, carcs = why(table, known, of_training, threads) if name == "LightGBM" else (None, [])
    return judge(
        name,
        np.asarray(chance, np.float64),
        known,
        threshold=threshold,
        category=category,
        carcs=carcs,
        seconds=seconds,
    )


def why(
    table: Table, known: Labels, of_training: Labels, threads: int
) -> tuple[F64, list[list[str]]]:
    """Categories (n, 14) and three CARCs a row, by multiclass LightGBM on the raw columns.

    Rows that were not denied are not asked: their categories are 0 and they have no CARCs.
    """
    denied = np.flatnonzero(of_training.category >= 0)
    asked = np.flatnonzero(known.denied)
    category = np.zeros((len(known.denied), len(CATEGORIES)))
    named: list[list[str]] = [[] for _ in range(len(known.denied))]
    if not len(denied) or not len(asked):
        return category, named
    train, stop = table.train.iloc[denied], table.stop[denied]
    test = table.test.iloc[asked]
    classes, chance = lightgbm_peer.classes(
        train, of_training.category[denied], stop, test, threads
    )
    category[np.ix_(asked, classes)] = chance
    codes, place = np.unique(of_training.carc[denied], return_inverse=True)
    if len(codes) > 1:
        classes, chance = lightgbm_peer.classes(train, place, stop, test, threads)
        best = np.argsort(-chance, axis=1, kind="stable")[:, :3]
        for row, places in zip(asked.tolist(), best, strict=True):
            named[row] = codes[classes[places]].tolist()
    return category, named
