"""What would the probability be, had a person mended the claim? Tried, not looked up.

Each mend is an administrative fact that a person can attest, written as columns of a ``Frame`` to
be set. No mend touches a diagnosis, a procedure, a modifier, a unit, a charge or a date of service
(``tests/models/test_whatif.py`` compares every column). All mends of all claims of a batch are
variants in one frame: one ``features.build``, one prediction.

A mend counts only where the category that it would prevent is likely at all (``LIKELY``): a model
may also lower its probability for a mend that has nothing to do with why the claim is at risk.

Where a mend must assume something that the claim does not say (what an earlier payer paid), it is
tried several ways and the least favourable counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORY_CODE, Action, Category
from features.columns import NO_DAY
from features.frame import LINE_COLUMNS, Frame
from features.key_columns import lag_days

Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]
Column = NDArray[np.generic]
Tests = dict[Action, dict[str, float]]
"""For one claim: the probability after each action, by the path that it changes."""
Setting = bool | int | Callable[[Frame, Rows], Column]

LIKELY: Final = 0.05
WAITING_DAYS: Final = 30
LONG_LAG: Final = 60
_STATED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """One thing that a person can put right.

    ``name`` tells mends apart; ``prevents`` is the category that it is about (``None``: any);
    ``path`` is the JSON path that changes; ``applies`` says for which
    claims of a frame it makes sense; ``sets`` gives the new value of each column, for the claims
    concerned or, for a column of lines, for all their lines.
    """

    name: str
    action: Action
    prevents: Category | None
    path: str
    applies: Callable[[Frame], Flags]
    sets: Mapping[str, Setting]


def _some_line_lacks(column: str) -> Callable[[Frame], Flags]:
    def lacks(frame: Frame) -> Flags:
        missing = np.zeros(len(frame), np.bool_)
        missing[frame.line_claim[~getattr(frame, column)]] = True
        return missing

    return lacks


def _not_given(column: str) -> Callable[[Frame], Flags]:
    return lambda frame: ~getattr(frame, column)


def _later_payer_without_answer(frame: Frame) -> Flags:
    return (frame.position >= 2) & ~frame.other_adjudicated


def _long_ago(frame: Frame) -> Flags:
    return lag_days(frame) >= LONG_LAG


def _paid(share: float) -> Callable[[Frame, Rows], Column]:
    return lambda frame, rows: (frame.charge[rows] * share).astype(np.int64)


def _answered_by_first(name: str, share: float) -> Mend:
    return Mend(
        name=name,
        action="update_coordination_of_benefits",
        prevents="coordination_of_benefits",
        path="other_payers",
        applies=_later_payer_without_answer,
        sets={
            "other_adjudicated": True,
            "other_payers": lambda frame, rows: np.maximum(frame.other_payers[rows], 1),
            "other_paid": _paid(share),
        },
    )


def _complete(name: str, path: str, sets: Mapping[str, Setting], lacks: str) -> Mend:
    return Mend(
        name=name,
        action="complete_information",
        prevents="missing_information",
        path=path,
        applies=_not_given(lacks),
        sets=sets,
    )


WAITING: Final = Mend(
    name="waiting",
    action="submit_now",
    prevents=None,
    path="submitted_on",
    applies=lambda frame: _long_ago(frame) & (frame.as_of != NO_DAY),
    sets={"as_of": lambda frame, rows: frame.as_of[rows] + np.int32(WAITING_DAYS)},
)
"""The odd one out: what happens if the claim is *not* sent now."""

MENDS: Final[tuple[Mend, ...]] = (
    Mend(
        name="authorization",
        action="obtain_authorization",
        prevents="authorization",
        path="authorization.number",
        applies=_some_line_lacks("line_authorization"),
        sets={"authorization": True, "line_authorization": True},
    ),
    Mend(
        name="referral",
        action="obtain_referral",
        prevents="authorization",
        path="referral_number",
        applies=_some_line_lacks("line_referral"),
        sets={"referral": True, "line_referral": True},
    ),
    Mend(
        name="attachment",
        action="attach_documentation",
        prevents="documentation",
        path="attachments",
        applies=lambda frame: frame.attachments == 0,
        sets={"attachments": 1},
    ),
    _complete("rendering", "rendering.npi", {"rendering_given": True}, "rendering_given"),
    _complete(
        "rendering_taxonomy",
        "rendering.taxonomy",
        {"rendering_taxonomy_given": True},
        "rendering_taxonomy_given",
    ),
    _complete("referring", "referring.npi", {"referring_given": True}, "referring_given"),
    _complete("facility", "facility.npi", {"facility_given": True}, "facility_given"),
    Mend(
        name="billing_taxonomy",
        action="complete_information",
        prevents="missing_information",
        path="billing.taxonomy",
        applies=lambda frame: frame.billing_taxonomy == 0,
        sets={"billing_taxonomy": _STATED},
    ),
    Mend(
        name="clia",
        action="complete_information",
        prevents="missing_information",
        path="clia_number",
        applies=_some_line_lacks("line_clia"),
        sets={"clia": True, "line_clia": True},
    ),
    _answered_by_first("first_payer_paid_nothing", 0.0),
    _answered_by_first("first_payer_paid_half", 0.5),
    _answered_by_first("first_payer_paid_most", 0.8),
    Mend(
        name="delay_reason",
        action="prove_timely_filing",
        prevents="timely_filing",
        path="delay_reason",
        applies=lambda frame: _long_ago(frame) & ~frame.delay_reason,
        sets={"delay_reason": True},
    ),
    WAITING,
)


@dataclass(frozen=True, slots=True, eq=False)
class Variants:
    """Mended copies of claims: ``claim[i]`` is the row of the original, ``mend[i]`` the mend."""

    frame: Frame
    claim: Rows
    mend: Rows
    mends: tuple[Mend, ...]

    def __len__(self) -> int:
        """Count the variants."""
        return len(self.claim)

    def tested(
        self, probability: NDArray[np.float64], categories: NDArray[np.float64]
    ) -> list[Tests]:
        """Sort the variants' probabilities by claim, as far as they are ``likely`` (n, 14)."""
        found: list[Tests] = [{} for _ in range(len(categories))]
        worth = [likely(mend, categories) for mend in self.mends]
        for row, mend, after in zip(
            self.claim.tolist(), self.mend.tolist(), probability.tolist(), strict=True
        ):
            if not worth[mend][row]:
                continue
            of = self.mends[mend]
            ways = found[row].setdefault(of.action, {})
            ways[of.path] = max(after, ways.get(of.path, 0.0))
        return found


def likely(mend: Mend, categories: NDArray[np.float64]) -> Flags:
    """For which claims (n, 14 category probabilities) the mend is worth trying."""
    if mend.prevents is None:
        return np.ones(len(categories), np.bool_)
    found: Flags = categories[:, CATEGORY_CODE[mend.prevents]] >= LIKELY
    return found


def variants(
    frame: Frame,
    mends: tuple[Mend, ...] = MENDS,
    categories: NDArray[np.float64] | None = None,
) -> Variants:
    """Make every mend that applies to every claim of ``frame``, as one frame.

    With ``categories`` (n, 14), only those that are ``likely``.
    """
    chosen = [
        np.flatnonzero(
            mend.applies(frame) & (True if categories is None else likely(mend, categories))
        )
        for mend in mends
    ]
    claim = np.concatenate(chosen) if chosen else np.zeros(0, np.int64)
    mend = np.repeat(np.arange(len(mends)), [len(rows) for rows in chosen])
    taken = frame.take(claim)
    names = dict.fromkeys(name for one in mends for name in one.sets)
    columns = {name: getattr(taken, name).copy() for name in names}
    for place, one in enumerate(mends):
        _set(columns, one, taken, np.flatnonzero(mend == place))
    return Variants(taken.replace(**columns), claim, mend, mends)


def _set(columns: dict[str, Column], mend: Mend, taken: Frame, rows: Rows) -> None:
    if not len(rows):
        return
    # The variants of one mend stand together, so their lines do too.
    first, last = np.searchsorted(taken.line_claim, [rows[0], rows[-1] + 1])
    for name, value in mend.sets.items():
        where = slice(first, last) if name in LINE_COLUMNS else slice(rows[0], rows[-1] + 1)
        columns[name][where] = value(taken, rows) if callable(value) else value
