"""What an action is worth: the dollars that it is expected to save, less the minutes it takes.

A denied claim loses its expected payment, unless somebody works the denial and it is paid in the
end, which costs rework and delay; a denial that would bring less than its rework is let go. An
action is worth the fall of the probability that it brings, times that loss, times the chance that
it helps, less what its minutes cost. ``docs/value.md`` has the formula and where each default comes
from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORY_CODE
from features.frame import Frame
from models.advice import Situation
from models.combining import ABOUT
from models.costs import Costs
from models.edits import HOLDING
from models.habits import Habits, payment
from models.recovery import Recovery
from models.score import ActionAdvice, PaymentBasis, Value, money

F64 = NDArray[np.float64]

SURE: Final = 0.9
"""Probability of a denial, or a rejection, where a rule says so that the model does not know."""
DENYING: Final = HOLDING | {
    "authorization_missing",
    "referral_missing",
    "modifier_missing",
    "filing_passed",
    "ncci_pair",
    "mue_exceeded",
}
"""Broken rules for which the payer denies what it has judged; for the others it sends it back."""
NO_FALL: Final = 0.5
"""What is left of an untried action's chance when its what-if was tried and did not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What hangs on one claim, in dollars.

    ``payment``: what the claim brings if nothing is denied, known by ``basis``; ``loss``: what is
    lost if it is denied, of the lines likely to be; ``rejection``: what sending it twice costs.
    """

    payment: float
    basis: PaymentBasis
    loss: float
    rejection: float


@dataclass(frozen=True, slots=True)
class Valued:
    """Actions, and what each saves net of its cost (``nets``, dollars); never none."""

    actions: tuple[ActionAdvice, ...]
    nets: tuple[float, ...]

    @property
    def first(self) -> float:
        """What the first action saves."""
        return self.nets[0]

    @property
    def best(self) -> float:
        """What the best action saves."""
        return max(self.nets)

    @property
    def minutes(self) -> float:
        """How long the first action takes."""
        return self.actions[0].minutes or 0.0

    def worthwhile_first(self) -> Valued:
        """The same, those that save nothing behind the others; else in the order they had."""
        order = sorted(range(len(self.nets)), key=lambda place: self.nets[place] <= 0)
        return Valued(
            tuple(self.actions[place] for place in order), tuple(self.nets[p] for p in order)
        )


def loss(paid: float, costs: Costs, recovered: float | None = None) -> float:
    """Dollars lost when ``paid`` dollars are denied; ``recovered`` is better known than usual.

    Of the denials that are worth it a share is worked, at a cost, and some of it comes late.

    >>> usual = Costs.usual()
    >>> loss(20.0, usual), round(loss(200.0, usual), 2)
    (20.0, 171.82)
    """
    chance = costs.recovered if recovered is None else recovered
    if paid <= 0:
        return 0.0
    late = 1 - costs.delay
    brings = max(chance * paid * late - costs.rework, 0.0)
    return paid - costs.reworked * brings


def at_stake(frame: Frame, lines: F64, probability: F64) -> F64:
    """The share of each claim's charge (n) that is denied if any of it is.

    ``lines`` (m) are the lines' probabilities, ``probability`` (n) the claims'. Of a claim with one
    risky line the others are paid all the same.
    """
    count = len(frame)
    charge = np.maximum(frame.line_charge, 0).astype(np.float64)
    whole = np.bincount(frame.line_claim, charge, minlength=count)
    denied = np.bincount(frame.line_claim, charge * lines, minlength=count)
    known = (whole > 0) & (probability > 0)
    share = denied / np.where(known, whole * probability, 1.0)
    return np.where(known, np.minimum(share, 1.0), 1.0)


@dataclass(frozen=True, slots=True)
class Valuer:
    """Costs, habits of payers and chances of recovery, to value any claim by."""

    costs: Costs
    habits: Habits | None = None
    recovery: Recovery | None = None

    def worth(self, frame: Frame, row: int, stake: float, categories: F64) -> Worth:
        """What hangs on the claim at ``row``, of whose charge the share ``stake`` is in danger."""
        charge = max(int(frame.charge[row]), 0) / 100
        payer, later = int(frame.payer[row]), bool(frame.position[row] >= 2)
        paid, basis = payment(self.habits, charge, payer, later=later)
        return Worth(
            payment=paid,
            basis=basis,
            loss=loss(paid * stake, self.costs, self._recovered(categories, payer)),
            rejection=self.costs.rework,
        )

    def _recovered(self, categories: F64, payer: int) -> float | None:
        if self.recovery is None:
            return None
        shown = zip(categories.tolist(), self.recovery.chances(payer), strict=True)
        usual = self.costs.recovered
        return float(sum(share * (one.chance if one.resent else usual) for share, one in shown))

    def value(self, actions: Sequence[ActionAdvice], now: Situation, worth: Worth) -> Valued:
        """What each of ``actions`` takes and saves, net of its cost; never none."""
        nets = tuple(self._net(one, now, worth) for one in actions)
        told = tuple(
            replace(one, minutes=self.costs.minutes[one.action], saving=money(net))
            for one, net in zip(actions, nets, strict=True)
        )
        return Valued(told, nets)

    def _net(self, one: ActionAdvice, now: Situation, worth: Worth) -> float:
        saved = self.fall(one, now) * worth.loss
        if _rules(one, now) - DENYING:
            saved += SURE * self.costs.tested * worth.rejection
        return saved - self.costs.minutes[one.action] * self.costs.wage

    def fall(self, one: ActionAdvice, now: Situation) -> float:
        """By how much the probability is expected to fall when the action is taken."""
        if one.action == "submit":
            return 0.0
        if one.action == "submit_now":
            later = max(now.tests.get("submit_now", {}).values(), default=now.probability)
            return max(later - now.probability, 0.0)
        risk = now.probability
        if _rules(one, now) & DENYING:
            risk = max(risk, SURE)
            return self.costs.tested * (risk - min(one.probability_after or 0.0, risk))
        about = risk * float(now.categories[CATEGORY_CODE[ABOUT[one.action]]])
        if one.probability_after is None:
            return self.costs.untested * about
        fall = max(risk - one.probability_after, 0.0)
        if one.basis == "category":
            return self.costs.untested * fall
        # A model that has seen too few such mends sees no fall: half the hope of one untried stays.
        return max(self.costs.tested * fall, NO_FALL * self.costs.untested * about)

    def told(self, valued: Valued, worth: Worth, probability: float) -> Value:
        """The figures as the answer shows them."""
        rate = per_minute(valued.first, valued.minutes)
        return Value(
            expected_payment=money(worth.payment),
            payment_basis=worth.basis,
            expected_loss=money(probability * worth.loss),
            saving=money(valued.first),
            minutes=valued.minutes,
            saving_per_minute=None if rate is None else money(rate),
        )


def per_minute(saving: float, minutes: float) -> float | None:
    """Dollars a minute; ``None`` for what takes no time."""
    return saving / minutes if minutes > 0 else None


def _rules(one: ActionAdvice, now: Situation) -> set[str]:
    """The broken rules that the action mends: those about its fields."""
    return {
        edit.code for edit in now.edits if edit.severity == "error" and edit.field in one.fields
    }
