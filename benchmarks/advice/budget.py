"""What a day's work saves when it is chosen by value, and when by age, amount or probability.

Each day of a ground's last quarter, the claims sent on it are ordered and the first few are worked
with the first action that ``/score`` names, whatever the order; what was not worked on its day is
sent. The dollars saved are the charges of claims that the world denies as they are and pays whole
after the action, with the same luck. No order is told more than another: all have the same claims,
the same actions and the same dollars; only the order differs.

Two lists: ``all claims`` (a biller who orders all of the day's claims), and ``flagged claims`` (the
same orders over the claims that are held or to be reviewed), so that what the flag saves and what
the order saves are told apart.

    python -m benchmarks.advice.budget FOLDER CLAIMS SEED [SEED...]
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.advice.ground import Ground, ground
from claims.types import Claim
from models.rank import Budget, rank
from models.scoring import Scored

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

ACTIONS: Final = 40
SHARES: Final = (0.05, 0.1)
_FAR: Final = "9999-12-31"


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """The claims of one day: what an order may see of each, and ``saved``, which none sees.

    All of shape (n): ``age`` days since the service, ``amount`` dollars of charge,
    ``probability``, ``saving`` and ``minutes`` of the first action, ``flagged``, and the dollars
    that working it saves.
    """

    age: F64
    amount: F64
    probability: F64
    saving: F64
    minutes: F64
    flagged: NDArray[np.bool_]
    saved: F64


Most = Callable[[int], int]
"""How many claims of a day can be worked, by how many were sent."""
Order = Callable[[Day], I64]
"""Places of a day's claims, first to be worked first."""


def _highest(values: F64) -> I64:
    return np.argsort(-values, kind="stable")


def by_value(day: Day) -> I64:
    """As ``models.rank`` does it: dollars saved per minute."""
    return rank(day.saving, day.minutes, day.flagged, Budget()).order


ORDERS: Final[Mapping[str, Order]] = {
    "value per minute": by_value,
    "value": lambda day: _highest(np.where(day.flagged, day.saving, 0.0)),
    "probability": lambda day: _highest(day.probability),
    "amount": lambda day: _highest(day.amount),
    "age": lambda day: _highest(day.age),
}


def days(of: Ground, scored: Sequence[Scored]) -> list[Day]:
    """The claims of ``of`` by their day of submission, with what their first action saves."""
    saved = _saved(of, scored)
    found: dict[str, list[int]] = defaultdict(list)
    for place, claim in enumerate(of.claims):
        found[str(claim.submitted_on)].append(place)
    return [_day(of.claims, scored, saved, places) for _, places in sorted(found.items())]


def _saved(of: Ground, scored: Sequence[Scored]) -> F64:
    """Dollars of each claim that its first action turns from denied to paid whole."""
    by_action: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(scored):
        if of.told[of.claims[place].claim_id].denied:
            by_action[one.score.actions[0].action].append(place)
    saved = np.zeros(len(scored))
    for action, places in by_action.items():
        answers = of.truth.ask_many([of.claims[place].claim_id for place in places], [action])
        for place, answer in zip(places, answers, strict=True):
            if answer.outcome_before != "paid" and answer.outcome == "paid":
                saved[place] = float(of.claims[place].charge)
    return saved


def _day(
    claims: Sequence[Claim], scored: Sequence[Scored], saved: F64, places: Sequence[int]
) -> Day:
    scores = [scored[place].score for place in places]
    values = [score.value for score in scores]
    return Day(
        age=np.array([_age(claims[place]) for place in places], np.float64),
        amount=np.array([float(claims[place].charge) for place in places]),
        probability=np.array([score.denial_probability for score in scores]),
        saving=np.array([0.0 if one is None else float(one.saving) for one in values]),
        minutes=np.array([0.0 if one is None else one.minutes for one in values]),
        flagged=np.array([score.decision != "submit" for score in scores]),
        saved=saved[list(places)],
    )


def _age(claim: Claim) -> int:
    served = [line.service_from for line in claim.lines if line.service_from is not None]
    if claim.submitted_on is None or not served:
        return 0
    return (claim.submitted_on - min(served)).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What one order saved over all days: dollars, actions done, minutes that they took."""

    dollars: float
    actions: int
    minutes: float


def work(all_days: Sequence[Day], order: Order, most: Most, flagged: bool) -> Worked:
    """Work the first ``most(claims of the day)`` of each day's list.

    By value, nothing is worked that is sent, or not expected to save anything; the other orders
    know of no such bound and work as many as there are.
    """
    dollars, actions, minutes = 0.0, 0, 0.0
    bound = order in (ORDERS["value"], ORDERS["value per minute"])
    for day in all_days:
        places = order(day)
        if flagged:
            places = places[day.flagged[places]]
        if bound:
            places = places[(day.flagged & (day.saving > 0))[places]]
        done = places[: most(len(day.age))]
        dollars += float(day.saved[done].sum())
        actions += len(done)
        minutes += float(day.minutes[done].sum())
    return Worked(dollars=dollars, actions=actions, minutes=minutes)


def _fixed(count: int) -> int:
    return ACTIONS


def _part(share: float) -> Most:
    return lambda count: max(1, round(share * count))


def report(name: str, all_days: Sequence[Day]) -> list[str]:
    """The table of one ground, as lines of Markdown."""
    claims = sum(len(day.age) for day in all_days)
    could = sum(float(day.saved.sum()) for day in all_days)
    flagged = sum(int(day.flagged.sum()) for day in all_days)
    lines = [
        f"{name}: {claims} claims on {len(all_days)} days, {flagged} flagged; their first actions "
        f"would save ${could:,.0f} in all",
        "",
        "| list | budget a day | order | saved | of all | actions | per action | minutes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    budgets: list[tuple[str, Most]] = [(f"{ACTIONS} claims", _fixed)]
    budgets += [(f"{share:.0%} of the day's claims", _part(share)) for share in SHARES]
    for listed, only in (("all claims", False), ("flagged claims", True)):
        for said, most in budgets:
            for order in ORDERS:
                done = work(all_days, ORDERS[order], most, only)
                each = done.dollars / done.actions if done.actions else 0.0
                lines.append(
                    f"| {listed} | {said} | {order} | ${done.dollars:,.0f} | "
                    f"{done.dollars / could if could else 0:.0%} | {done.actions} | ${each:,.0f} | "
                    f"{done.minutes:,.0f} |"
                )
    return [*lines, ""]


def main(arguments: list[str] | None = None) -> None:
    """Measure on each ground; ground ``s`` is the folder ``FOLDER/gs`` (made if missing)."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.advice.budget", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("claims", type=int)
    parser.add_argument("seeds", type=int, nargs="+")
    asked = parser.parse_args(arguments)
    for seed in asked.seeds:
        of = ground(asked.folder / f"g{seed}", asked.claims, seed, seed)
        print("\n".join(report(of.name, days(of, of.scored()))), flush=True)


if __name__ == "__main__":
    main()
