"""Decision, actions and their worth, settled together for one claim."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from models.advice import Situation, advise
from models.decision import decide, not_worth_it, reason
from models.score import ActionAdvice, Decision
from models.value import Valued, Valuer, Worth

_SEND: Final = "Send the claim as it is: no action is expected to be worth its minutes."


@dataclass(frozen=True, slots=True)
class Settled:
    """What is done with a claim, why, and what each action is worth.

    ``risky``: its probability or a rule flagged it, even if it is sent because nothing that can be
    done is worth it.
    """

    decision: Decision
    reason: str
    valued: Valued
    risky: bool


def settle(now: Situation, worth: Worth, valuer: Valuer, *, promised: bool = False) -> Settled:
    """Decide, advise and value; ``promised``: the caller asked for a precision."""
    decision = decide(now)
    valued = valuer.value(advise(now, decision), now, worth)
    risky = decision != "submit"
    vetoed = risky and not_worth_it(now, valued.best, promised=promised)
    if vetoed:
        decision = "submit"
        valued = valuer.value(advise(now, decision), now, worth)
        valued = replace(valued, actions=tuple(_sent(one) for one in valued.actions))
    elif risky and now.known > 0 and not any(edit.severity == "error" for edit in now.edits):
        valued = valued.worthwhile_first()
    why = reason(now, decision, vetoed=vetoed, paying=valued.best > 0, promised=promised)
    return Settled(decision, why, valued, risky)


def _sent(one: ActionAdvice) -> ActionAdvice:
    return replace(one, text=_SEND) if one.action == "submit" else one
