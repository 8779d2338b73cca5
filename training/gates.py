"""Whether a new model may become the champion, and if not, why not, in one sentence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.evaluation import Evaluation
from training.metrics import log_loss_gain

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]


def refusal(
    evaluation: Evaluation,
    probability: F64,
    constant: F64,
    champion: F64 | None,
    denied: Flags,
    seed: int,
) -> str:
    """The reason why the model may not be promoted, "" when it may.

    It must rank better than chance and foretell better than a constant, both beyond their 95 %
    intervals, on the test claims (all arrays n). Where the champion's probabilities for the same
    claims are given, it must not foretell worse than the champion, beyond the interval.
    """
    auroc = evaluation.overall.auroc
    if not auroc.low > 0.5:
        return (
            f"its AUROC on the test period, {auroc:.3f}, is not above 0.5 beyond its interval: "
            "the claims' history says nothing about their denial"
        )
    gain = log_loss_gain(probability, constant, denied, seed)
    if not gain.low > 0:
        return (
            f"it foretells no better than the constant {constant[0]:.3f}: its log loss is lower by "
            f"{gain:.4f} nats a claim, and the interval holds zero"
        )
    if champion is not None:
        over = log_loss_gain(probability, champion, denied, seed)
        if over.high < 0:
            return (
                "it foretells worse than the present champion on the same claims: its log loss is "
                f"higher by {-over.value:.4f} nats a claim, beyond the interval"
            )
    return ""
