"""What is settled about each claim before it is sent: all that the mechanisms may look at."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Modifiers, as bits of a line's set.
M25, M59, M95, GP, RT, LT, M76 = (1 << place for place in range(7))
MODIFIERS: Final[tuple[tuple[int, str], ...]] = (
    (M25, "25"),
    (M59, "59"),
    (M95, "95"),
    (GP, "GP"),
    (RT, "RT"),
    (LT, "LT"),
    (M76, "76"),
)
# coverage
COVERED, LAPSED, WRONG_NUMBER, NOT_BEGUN = range(4)
# auth
NO_AUTH, AUTH_FITS, AUTH_OTHER_SERVICE, AUTH_EXPIRED = range(4)
# enrollment
ENROLLED, NOT_EFFECTIVE, ENROLLMENT_LAPSED = range(3)
# cob
COB_FINE, OTHER_IS_PRIMARY, ACCIDENT_CARRIER, EARLIER_ANSWER_WRONG = range(4)
# accident
NO_ACCIDENT, AUTO_ACCIDENT, WORK_ACCIDENT = range(3)
# mismatch of a line
FITS, NOT_NEW, WRONG_PLACE = range(3)
DIAGNOSES: Final = 4

T = TypeVar("T", "ClaimFacts", "LineFacts")


def _take(table: T, rows: I64) -> T:
    columns: dict[str, Any] = {item.name: getattr(table, item.name)[rows] for item in fields(table)}
    return replace(table, **columns)


def _join(first: T, second: T) -> T:
    return replace(
        first,
        **{
            item.name: np.concatenate([getattr(first, item.name), getattr(second, item.name)])
            for item in fields(first)
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """One entry a claim. Days are day numbers; payers, providers and the like are places."""

    number: I64  # the key of its luck
    payer: I64
    secondary: I64  # 1 where the payer comes second
    other_payer: I64  # known other payer, -1 none
    form: I64  # 0 professional, 1 institutional
    specialty: I64
    provider: I64
    location: I64
    template: I64
    place: I64  # into the template's places
    member: I64
    member_number: I64  # as billed
    plan: I64
    service: I64
    ready: I64
    submitted: I64
    coverage: I64
    enrollment: I64
    auth: I64
    referral: Flags
    referrer: I64  # -1: none stated
    clia: Flags
    taxonomy: Flags
    attachment: Flags
    delay_reason: Flags
    proof: Flags  # the practice can prove that it filed in time
    copied: Flags  # the payer already has this claim under another id
    copy_of: I64  # number of the claim that this one repeats, -1 none
    cob: I64
    accident: I64
    chart: Flags  # the chart holds a diagnosis that would support the service
    diagnoses: I64  # n x DIAGNOSES, -1 none


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """One entry a line; ``claim`` is the row of its claim, ascending."""

    claim: I64
    slot: I64  # 0-based place on the claim
    procedure: I64  # -1: revenue code only
    revenue: I64  # number of the revenue code, 0 none
    units: I64
    charge: I64  # cents
    modifiers: I64  # bits present
    called_for: I64  # bits that would be right
    pair: I64  # pair of PAIRS that it completes on this claim, -1 none
    alone: Flags  # an add-on whose companion is not on the claim
    separate: Flags  # the second of a pair really was a separate service
    used: I64  # visits or units of its kind earlier in the year, with this payer
    mismatch: I64
    ndc: Flags
    pointers: I64  # bits: diagnoses it points to


@dataclass(frozen=True, slots=True)
class Facts:
    """Claims and their lines."""

    claims: ClaimFacts
    lines: LineFacts

    def __len__(self) -> int:
        """Count the claims."""
        return len(self.claims.number)

    def take(self, rows: I64) -> Facts:
        """The claims in ``rows`` (each at most once) with their lines, in that order."""
        place = np.full(len(self), -1)
        place[rows] = np.arange(len(rows))
        new = place[self.lines.claim]
        kept = np.flatnonzero(new >= 0)
        kept = kept[np.argsort(new[kept], kind="stable")]
        return Facts(_take(self.claims, rows), replace(_take(self.lines, kept), claim=new[kept]))

    def join(self, other: Facts) -> Facts:
        """These claims, then the others."""
        moved = replace(other.lines, claim=other.lines.claim + len(self))
        return Facts(_join(self.claims, other.claims), _join(self.lines, moved))

    def first_lines(self) -> I64:
        """Row of each claim's first line."""
        return np.searchsorted(self.lines.claim, np.arange(len(self)))

    def any_line(self, flags: Flags) -> Flags:
        """True for claims with a flagged line."""
        return np.bincount(self.lines.claim[flags], minlength=len(self)) > 0

    def with_claims(self, **columns: Any) -> Facts:
        """The same with some claim columns replaced."""
        return Facts(replace(self.claims, **columns), self.lines)

    def with_lines(self, **columns: Any) -> Facts:
        """The same with some line columns replaced."""
        return Facts(self.claims, replace(self.lines, **columns))
