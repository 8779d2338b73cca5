"""What to do with a claim: send it, have it looked at, or keep it back.

First by rule and probability:

* ``hold``: the practice's own facts say that the payer will deny (``edits.HOLDING``), or the
  probability reaches the threshold and either a mend that was tried lowers it by ``HELPS`` of
  itself, or it is hopeless (``HOPELESS``) to send the claim as it is;
* ``review``: it reaches ``REVIEW`` of the threshold, a rule is broken, or nothing is known of such
  claims (silence is never shown as clean);
* ``submit``: otherwise.

Then by value: a claim that is kept back or looked at by its probability alone must be worth
somebody's minutes, that is, its best action saves more than it costs (``models.value``); else it is
sent. Who asked for a precision gets every claim at or above its threshold: the precision was
promised of them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.advice import HELPS, REVIEW, Situation
from models.edits import HOLDING
from models.score import Decision

HOPELESS: Final = 0.8
NOT_WORTH_IT: Final = (
    "Sent as it is: it is at risk, but no action is expected to save more than its minutes cost."
)


def needs_a_look(
    probability: NDArray[np.float64], threshold: float, known: NDArray[np.int8]
) -> NDArray[np.bool_]:
    """Which of n claims without broken rules are more than a plain ``submit``."""
    found: NDArray[np.bool_] = (probability >= REVIEW * threshold) | (known == 0)
    return found


def decide(now: Situation) -> Decision:
    """Decide by rule and probability (see the module's rules)."""
    if _held_by_rule(now):
        return "hold"
    if now.probability >= now.threshold:
        best = min(
            (after for action, ways in now.tests.items() if action != "submit_now"
             for after in ways.values()),
            default=now.probability,
        )  # fmt: skip
        if best <= (1 - HELPS) * now.probability or now.probability >= HOPELESS:
            return "hold"
        return "review"
    if _broken(now) or now.probability >= REVIEW * now.threshold or now.known == 0:
        return "review"
    return "submit"


def not_worth_it(now: Situation, best: float, *, promised: bool) -> bool:
    """Whether a claim that ``decide`` flags is sent after all.

    ``best`` is what its best action saves, net (dollars); ``promised``: a precision was asked for.
    """
    if best > 0 or _broken(now) or now.known == 0:
        return False
    return not (promised and now.probability >= now.threshold)


def reason(
    now: Situation, decision: Decision, *, vetoed: bool, paying: bool, promised: bool
) -> str:
    """Why ``decision`` was taken, in one sentence without a value of the claim.

    ``vetoed``: it was flagged and is not worth it; ``paying``: its best action is worth it.
    """
    if vetoed:
        return NOT_WORTH_IT
    if decision == "submit":
        return "Sent as it is: its probability is below what needs a look."
    word = "Held" if decision == "hold" else "To be reviewed"
    return f"{word}: {_why(now, decision, paying=paying, promised=promised)}."


def _why(now: Situation, decision: Decision, *, paying: bool, promised: bool) -> str:
    reached = now.probability >= now.threshold
    if _held_by_rule(now):
        return "what the practice knows itself says that the payer will deny it"
    if reached and promised:
        return "its probability reaches the threshold of the precision asked for"
    if reached and paying:
        sure = decision == "hold" and now.probability >= HOPELESS
        why = "it is hopeless as it is, and" if sure else "and"
        return (
            f"its probability reaches the threshold, {why} an action is expected to save more "
            "than it costs"
        )
    if _broken(now):
        return "it breaks a rule, for which it may be rejected before a payer judges it"
    if now.known == 0:
        return "nothing is known of claims like it, so its probability is a guess"
    return (
        "its probability is near the threshold, and an action is expected to save more than it "
        "costs"
    )


def _held_by_rule(now: Situation) -> bool:
    return any(edit.code in HOLDING for edit in now.edits)


def _broken(now: Situation) -> bool:
    return any(edit.severity == "error" for edit in now.edits)
