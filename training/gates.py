"""The gates before a promotion: what a model must show on the test period to become the champion.

Every gate measures one thing and says it in one sentence; the first that refuses is the reason.
Bounds that are a matter of judgement stand here as constants, and in ``docs/training.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.champion import Rival
from training.evaluation import Evaluation
from training.intervals import Figure
from training.metrics import chance_error, figures, log_loss_gain
from training.verdicts import NOT_ASKED, Gate, gate

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Flags = NDArray[np.bool_]

FEWEST: Final = 50
"""Denied, and paid, test claims below which no interval is narrow enough to decide by."""
CALIBRATION: Final = 0.03
"""ECE overall, beyond what a perfectly calibrated model would show by chance (95 of 100 times)."""
PAYER_CALIBRATION: Final = 0.05
"""The same for one payer."""
LARGE_PAYER: Final = 500
"""Test claims from which a payer is judged by itself."""
TOO_GOOD: Final = 0.98
"""AUROC from which a model knows the answer; published ones on real claims end at 0.90."""
ALONE: Final = 0.90
"""AUROC of one feature from which it is suspected, if it is ``NEARLY`` all that the model knows."""
ALONE_ANYHOW: Final = 0.95
"""AUROC of one feature from which it is suspected whatever the model has."""
NEARLY: Final = 0.95
"""Part of the model's way from 0.5 up that one feature goes alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """A model's n test claims: float64 probabilities of it and of its peers, outcomes, payers.

    ``payer`` (n) are places in ``payers``. ``peers`` are the baselines by name.
    """

    evaluation: Evaluation
    probability: F64
    denied: Flags
    payer: I32
    payers: tuple[str, ...]
    peers: Mapping[str, F64]
    seed: int


def judge(tested: Exam, rival: Rival | None, checks: Sequence[Gate]) -> tuple[Gate, ...]:
    """Ask every gate; ``checks`` are those that were asked of the features (``training.leaks``)."""
    return tuple(_asked(tested, rival, checks))


def _asked(tested: Exam, rival: Rival | None, checks: Sequence[Gate]) -> Iterator[Gate]:
    yield _enough(tested)
    if min(tested.denied.sum(), (~tested.denied).sum()) == 0:
        return  # with one kind of claims no other gate has a question
    yield _signal(tested)
    yield _over(tested, "constant", "a constant", strict=True)
    yield _over(tested, "payer rate", "each payer's share of denied claims", strict=True)
    yield _over(tested, "logistic", "a logistic regression on the same features", strict=False)
    yield _champion(tested, rival)
    yield _calibration(tested)
    yield _leak(tested)
    yield from checks
    yield _payers(tested)


def _enough(tested: Exam) -> Gate:
    hits = int(tested.denied.sum())
    counts = f"{hits:,} of its {len(tested.denied):,} test claims are denied"
    kind = "denied" if hits <= len(tested.denied) - hits else "paid"
    few = min(hits, len(tested.denied) - hits)
    refused = (
        f"its test period holds {few:,} {kind} claims and the gates need {FEWEST}: "
        "give more months of 837 and 835 files"
    )
    return gate("enough claims", refused if few < FEWEST else "", counts)


def _signal(tested: Exam) -> Gate:
    found = tested.evaluation.overall.auroc
    refused = (
        f"its AUROC on the test period, {found:.3f}, is not above 0.5 beyond its interval: "
        "the claims' history says nothing about their denial"
    )
    return gate("signal", "" if found.low > 0.5 else refused, f"AUROC {found:.3f}")


def _lower(gain: Figure) -> str:
    """How much lower a log loss is, in words that fit when it is not."""
    if gain.value >= 0:
        return f"its log loss is lower by {gain:.4f} nats a claim"
    turned = Figure(-gain.value, -gain.high, -gain.low)
    return f"its log loss is higher by {turned:.4f} nats a claim"


def _over(tested: Exam, peer: str, called: str, *, strict: bool) -> Gate:
    """Log loss below a baseline's beyond the interval; if not ``strict``, not above it beyond.

    A booster and a logistic regression on the same rates lie close on a few thousand claims. A
    healthy model is mostly ahead, but not always beyond chance (7 of 9 data sets), and once it was
    behind within it (docs/training.md).
    """
    theirs = tested.peers[peer]
    gain = log_loss_gain(tested.probability, theirs, tested.denied, tested.seed)
    name = f"beats the {peer}"
    said = _lower(gain)
    refused = f"it foretells no better than {called}: {said}"
    if strict:
        return gate(name, "" if gain.low > 0 else f"{refused}, and the interval holds zero", said)
    if gain.high > 0 >= gain.low:
        said += ", which may be chance"
    return gate(name, "" if gain.high > 0 else refused, said)


def _champion(tested: Exam, rival: Rival | None) -> Gate:
    name = "beats the champion"
    if rival is None:
        return Gate(name=name, verdict=NOT_ASKED, sentence="there is no champion yet")
    if rival.same:
        return gate(name, "", f"it is version {rival.version}, the champion itself, bit for bit")
    if rival.probability is None:
        return Gate(
            name=name,
            verdict=NOT_ASKED,
            sentence=f"the champion, version {rival.version}, cannot be asked by this program",
        )
    fair, denied = rival.fair, tested.denied[rival.fair]
    if min(int(denied.sum()), int((~denied).sum())) < FEWEST:
        refused = (
            f"the champion, version {rival.version}, learned from answers up to "
            f"{rival.learned_before}, so too few test claims are new to both of them: give later "
            "files, or decide yourself with `preclear models promote`"
        )
        return gate(name, refused, "")
    gain = log_loss_gain(tested.probability[fair], rival.probability[fair], denied, tested.seed)
    asked = f"version {rival.version}{', its judged twin,' if rival.twin else ''}"
    over = f"{asked} on {len(denied):,} claims new to both"
    said = f"{_lower(gain)} than that of {over}"
    if gain.high < 0:
        return gate(name, f"it foretells worse than the present champion: {said}", "")
    refused = f"it does not beat the present champion beyond chance: {said}"
    return gate(name, "" if gain.low > 0 else refused, said)


def _calibration(tested: Exam) -> Gate:
    error = tested.evaluation.overall.calibration_error
    most = CALIBRATION + chance_error(tested.probability, tested.seed)
    said = f"its calibration error is {error:.3f}; at most {most:.3f} was allowed"
    refused = f"its probabilities are not what happens: {said}"
    return gate("calibrated", refused if error.value > most else "", said)


def _leak(tested: Exam) -> Gate:
    ours, alone = tested.evaluation.overall.auroc.value, tested.evaluation.signal
    said = f"AUROC {ours:.3f}"
    refused = ""
    if alone is not None:
        said += f"; the best feature alone, {alone.best_feature}, has {alone.best_auroc:.3f}"
        near = alone.best_auroc - 0.5 >= NEARLY * (ours - 0.5)
        if alone.best_auroc >= ALONE_ANYHOW or (alone.best_auroc >= ALONE and near):
            refused = (
                f"one feature, {alone.best_feature}, ranks the test claims nearly as well as the "
                f"whole model ({alone.best_auroc:.3f} of {ours:.3f}), which is more than a fact "
                "known at submission can: it may know the answer"
            )
    if ours >= TOO_GOOD and not refused:
        refused = (
            f"its AUROC, {ours:.3f}, is better than claims allow (at most {TOO_GOOD} is believed): "
            "something that it reads knows the answer"
        )
    return gate("no leak", refused, said)


def _payers(tested: Exam) -> Gate:
    name, judged = "large payers", 0
    for place in np.flatnonzero(np.bincount(tested.payer) >= LARGE_PAYER):
        of = tested.payer == place
        probability, denied = tested.probability[of], tested.denied[of]
        judged += 1
        payer = tested.payers[place]
        made = figures(probability, denied, tested.seed)
        if made.auroc.high < 0.5:
            return gate(name, f"it ranks claims to {payer} backwards: AUROC {made.auroc:.3f}", "")
        most = PAYER_CALIBRATION + chance_error(probability, tested.seed)
        if made.calibration_error.value > most:
            told = f"calibration error {made.calibration_error:.3f}, at most {most:.3f} is allowed"
            return gate(name, f"its probabilities for {payer} are not what happens: {told}", "")
    if not judged:
        none = f"no payer has {LARGE_PAYER} test claims"
        return Gate(name=name, verdict=NOT_ASKED, sentence=none)
    return gate(name, "", f"none of the {judged} payers with {LARGE_PAYER} test claims is failed")
