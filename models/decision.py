"""What to do with a claim: send it, have it looked at, or keep it back.

* ``hold``: the practice's own facts say that the payer will deny (``edits.HOLDING``), or the
  probability reaches the threshold and either a mend that was tried lowers it by ``HELPS`` of
  itself, or it is hopeless (``HOPELESS``) to send the claim as it is;
* ``review``: it reaches ``REVIEW`` of the threshold, a rule is broken, or nothing is known of the
  payer (silence is never shown as clean);
* ``submit``: otherwise.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.advice import HELPS, REVIEW, Situation
from models.edits import HOLDING
from models.score import Decision

HOPELESS: Final = 0.8


def needs_a_look(
    probability: NDArray[np.float64], threshold: float, known: NDArray[np.int8]
) -> NDArray[np.bool_]:
    """Which of n claims without broken rules are more than a plain ``submit``."""
    found: NDArray[np.bool_] = (probability >= REVIEW * threshold) | (known == 0)
    return found


def decide(now: Situation) -> Decision:
    """Decide what to do with the claim (see the module's rules)."""
    codes = {edit.code for edit in now.edits}
    if codes & HOLDING:
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
    broken = any(edit.severity == "error" for edit in now.edits)
    if broken or now.probability >= REVIEW * now.threshold or now.known == 0:
        return "review"
    return "submit"
