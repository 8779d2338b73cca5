"""One claim as the rules look at it: with its day, its payer's profile and its days of service."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claims.profiles import Profile
    from claims.types import Claim
    from models.edits.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Seen:
    """``first`` and ``last`` are the days of service, ``None`` where none is stated."""

    claim: Claim
    as_of: dt.date
    rules: Rulebook
    profile: Profile
    first: dt.date | None
    last: dt.date | None

    @property
    def answers_first(self) -> bool:
        """Whether the payer is the first to answer, for all that the claim says."""
        return self.claim.payer.position in ("P", "")

    @property
    def medicare(self) -> bool:
        """Whether the claim goes to Medicare itself."""
        return self.claim.payer.filing_code in ("MA", "MB")


def see(claim: Claim, as_of: dt.date, rules: Rulebook) -> Seen:
    """Gather what every rule asks for."""
    first: dt.date | None = None
    last: dt.date | None = None
    for line in claim.lines:
        start = line.service_from
        if start is not None and (first is None or start < first):
            first = start
        end = line.service_to or start
        if end is not None and (last is None or end > last):
            last = end
    return Seen(
        claim,
        as_of,
        rules,
        rules.profiles.of(claim.payer.payer_id, claim.payer.filing_code),
        first or claim.statement_from,
        last or claim.statement_to or claim.statement_from,
    )
