"""The front desk: whom it bills, and what it has not yet found out about the member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import F64, stream
from data_synth.config import NEVER, WorldConfig
from data_synth.encounters import Visits
from data_synth.facts import COB_FINE, COVERED, LAPSED, NOT_BEGUN, OTHER_IS_PRIMARY, WRONG_NUMBER
from data_synth.members import Members
from data_synth.practice import Practice

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

# From sending the first claim to be denied until somebody has mended the registration: at least
# the payer's lag, and then the mean days for which the denial lies unworked or is only re-sent.
_LAG: Final = 25.0
_MENDING: Final = 120.0
# Share of its checks in which the desk sees a change of coverage, or another payer.
_SEES_END: Final = 0.3
_SEES_OTHER: Final = 0.12


@dataclass(frozen=True, slots=True)
class Billing:
    """Who is billed for each visit, under which number, and what is wrong with that."""

    payer: I64
    other_payer: I64
    member_number: I64
    coverage: I64
    cob: I64


def _found_out(
    rng: np.random.Generator, visits: Visits, begins: I64, noticed: Flags, slow: F64
) -> I64:
    """Day a member's hidden change is discovered: at the desk, or after the first denial.

    ``begins`` (a member each) is the first day of the change, ``noticed`` (a visit each) says that
    the desk would see it at that visit, ``slow`` (a member each) the days from the first claim's
    submission until its denial has been worked.
    """
    found = np.full(len(begins), NEVER)
    after = visits.service >= begins[visits.member]
    seen = (
        after
        & noticed
        & (visits.service >= begins[visits.member] + rng.integers(0, 35, len(after)))
    )
    np.minimum.at(found, visits.member[seen], visits.service[seen])
    first = np.full(len(begins), NEVER)
    np.minimum.at(first, visits.member[after], visits.submitted[after])
    return np.where(first < NEVER, np.minimum(found, first + slow.astype(np.int64)), found)


def _slowness(rng: np.random.Generator, size: int) -> F64:
    return _LAG + rng.gamma(1.6, _MENDING / 1.6, size)


def bill(config: WorldConfig, practice: Practice, members: Members, visits: Visits) -> Billing:
    """Decide payer, member number and their flaws for every visit."""
    rng = stream(config.seed, "front desk")
    size, count = len(visits.service), len(members.birth)
    member = visits.member
    noticed = rng.random(size) < _SEES_END * practice.check[visits.location]
    ends = members.ends[member]
    lapse_begins = np.where(members.ends < NEVER, members.ends + 1, NEVER)
    lapse_found = _found_out(rng, visits, lapse_begins, noticed, _slowness(rng, count))[member]
    gone = visits.service > ends
    known = gone & (visits.submitted >= lapse_found)
    payer = np.where(known, members.next_payer[member], members.payer[member])
    coverage = np.where(gone & ~known, LAPSED, COVERED)
    early = (visits.service < members.starts[member]) & (
        visits.service >= members.starts[member] - 45
    )
    coverage = np.where(early & ~gone, NOT_BEGUN, coverage)
    noticed_other = rng.random(size) < _SEES_OTHER * practice.check[visits.location]
    other_found = _found_out(rng, visits, members.other_from, noticed_other, _slowness(rng, count))[
        member
    ]
    other = (visits.service >= members.other_from[member]) & ~gone
    informed = other & (visits.submitted >= other_found)
    cob = np.where(other & ~informed, OTHER_IS_PRIMARY, COB_FINE)
    second = np.where(gone, -1, members.secondary[member])
    second = np.where(informed, payer, second)
    payer = np.where(informed, members.other_payer[member], payer)
    number = members.numbers[member]
    # A number goes with the coverage: another payer, another number.
    number = number + np.where(known, 10_000_000, 0) + np.where(informed, 20_000_000, 0)
    typo = rng.random(int(visits.episode.max()) + 1) < 0.5
    wrong = typo[visits.episode] & (rng.random(size) < practice.typo[visits.location] * 2)
    coverage = np.where(wrong & (coverage == COVERED), WRONG_NUMBER, coverage)
    number = np.where(
        coverage == WRONG_NUMBER, number + 50_000_000 + rng.integers(1, 1_000_000, size), number
    )
    second = np.where(second == payer, -1, second)
    return Billing(payer, second, number, coverage, cob)
