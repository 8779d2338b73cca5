"""Five telling claims, chosen by what is true of them in the invented world, never by their score.

All come from the days that were put aside. A claim is called plain when it is an original for a
first payer and the world itself gives it hardly any chance of a denial.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from claims.errors import UserError
from data_synth.codes.procedures import PLACE
from data_synth.config import day_of
from data_synth.payers import PAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from claims.types import Claim
    from data_synth.rules import Rules

_PAYER_PLACE: Final = {payer.payer_id: place for place, payer in enumerate(PAYERS)}
_PLAIN: Final = 0.04  # true probability of a denial
_SETTLED: Final = 180  # days that a rule must be in force before history can know it
_UNKNOWN_PAYER: Final = ("55667", "NEW HORIZON HEALTH")


@dataclass(frozen=True, slots=True)
class Case:
    """One claim to be scored, what kind it is, what was done to it, and the day it is judged."""

    kind: str
    story: str
    claim: Claim
    as_of: dt.date


@dataclass(frozen=True, slots=True)
class Choice:
    """What there is to choose from: the claims put aside, and older ones that wait for an answer.

    ``risk`` is the world's own probability of a denial by claim id, ``rules`` what its payers
    demand, ``unauthorized`` how many service lines were denied for want of an authorization
    before, by payer id and procedure: what the practice could have learned from.
    """

    fresh: Sequence[Claim]
    waiting: Sequence[Claim]
    risk: Mapping[str, float]
    rules: Rules
    unauthorized: Mapping[tuple[str, str], int]

    def plain(self, claims: Iterable[Claim]) -> list[Claim]:
        """Those that nothing speaks against, the least likely to be denied first."""
        found = [c for c in claims if _first(c) and self.risk.get(c.claim_id, 1.0) < _PLAIN]
        return sorted(found, key=lambda claim: (self.risk[claim.claim_id], claim.claim_id))

    def evidence(self, claim: Claim) -> int:
        """How often a line such as ``claim`` has was denied for want of an authorization before.

        -1 when its payer demands none, or began to less than half a year ago.
        """
        payer, day = _PAYER_PLACE[claim.payer.payer_id], day_of(_service(claim))
        found = -1
        for line in claim.lines:
            place = PLACE.get(line.procedure, -1)
            since = day - int(self.rules.auth_from[payer, place])
            if place >= 0 and since > _SETTLED and day < self.rules.auth_to[payer, place]:
                found = max(found, self.unauthorized.get((claim.payer.payer_id, line.procedure), 0))
        return found

    def limit(self, claim: Claim) -> int:
        """Days from service within which its payer takes the claim."""
        payer = _PAYER_PLACE[claim.payer.payer_id]
        changed = day_of(_service(claim)) >= self.rules.filing_change[payer]
        return int(self.rules.filing[payer, int(changed)])


def choose(choice: Choice) -> list[Case]:
    """Choose one clean, one without authorization, one late, one duplicate, one of a new payer.

    Raises ``UserError`` when the world is too small to hold them.
    """
    pickers: list[Callable[[Choice], Case | None]] = [
        _clean,
        _unauthorized,
        _late,
        _duplicate,
        _stranger,
    ]
    cases = [case for pick in pickers if (case := pick(choice))]
    if len(cases) < len(pickers):
        raise UserError("This practice is too small to hold five telling claims: give --claims.")
    return cases


def _clean(choice: Choice) -> Case | None:
    found = choice.plain(choice.fresh)
    # The middle of them: neither the very best case, nor a doubtful one.
    if not found:
        return None
    claim = found[len(found) // 2]
    return Case("clean", f"{_what(claim)}. Sent as it was.", claim, _sent_on(claim))


def _unauthorized(choice: Choice) -> Case | None:
    found = [claim for claim in choice.plain(choice.fresh) if _has_number(claim)]
    # The one that the practice's own history says most about.
    claim = max(found, key=choice.evidence, default=None)
    if claim is None or choice.evidence(claim) < 0:
        return None
    story = f"{_what(claim)}. The payer wants a prior authorization; its number was left out."
    return Case("without authorization", story, _without_number(claim), _sent_on(claim))


def _late(choice: Choice) -> Case | None:
    def over(claim: Claim) -> int:
        return (_sent_on(claim) - _service(claim)).days - choice.limit(claim)

    late = [claim for claim in choice.fresh if _first(claim) and not claim.delay_reason]
    found = sorted((over(claim), claim.claim_id, claim) for claim in late if over(claim) > 1)
    if found:
        claim = found[len(found) // 2][2]
        told = (_sent_on(claim) - _service(claim)).days
        story = f"{_what(claim)}. It was sent {told} days after the service, as the practice did."
        return Case("late", story, claim, _sent_on(claim))
    plain = choice.plain(choice.fresh)
    if not plain:
        return None
    claim = plain[0]
    days = choice.limit(claim) + 10
    day = _service(claim) + dt.timedelta(days=days)
    story = f"{_what(claim)}. It lay on a desk and goes out {days} days after the service."
    return Case("late", story, replace(claim, submitted_on=day), day)


def _duplicate(choice: Choice) -> Case | None:
    found = choice.plain(choice.waiting)
    if not found or not choice.fresh:
        return None
    claim = found[len(found) // 2]
    day = min(_sent_on(other) for other in choice.fresh)
    story = (
        f"{_what(claim)}. It went out on {_sent_on(claim)} and was not answered yet; "
        "now it is sent again under a new claim number."
    )
    again = replace(claim, claim_id=f"{claim.claim_id}R", submitted_on=day)
    return Case("duplicate", story, again, day)


def _stranger(choice: Choice) -> Case | None:
    found = choice.plain(choice.fresh)
    if not found:
        return None
    claim = found[len(found) // 3]
    payer_id, name = _UNKNOWN_PAYER
    stranger = replace(claim, payer=replace(claim.payer, payer_id=payer_id, name=name))
    story = f"{_what(stranger)}. The practice never sent a claim to this payer before."
    return Case("of a payer never seen", story, stranger, _sent_on(claim))


def _first(claim: Claim) -> bool:
    return (
        claim.frequency == "1"
        and claim.payer.position == "P"
        and claim.payer.payer_id in _PAYER_PLACE
        and bool(claim.lines)
    )


def _has_number(claim: Claim) -> bool:
    on_claim = claim.authorization is not None and claim.authorization.number
    return bool(on_claim or any(line.authorization_number for line in claim.lines))


def _without_number(claim: Claim) -> Claim:
    lines = tuple(replace(line, authorization_number="") for line in claim.lines)
    return replace(claim, authorization=None, lines=lines)


def _service(claim: Claim) -> dt.date:
    days = [line.service_from for line in claim.lines if line.service_from]
    return min(days) if days else claim.statement_from or _sent_on(claim)


def _sent_on(claim: Claim) -> dt.date:
    return claim.submitted_on or dt.date.max


def _what(claim: Claim) -> str:
    codes = [line.procedure or f"revenue code {line.revenue_code}" for line in claim.lines]
    shown = ", ".join(codes[:4]) + (" and more" if len(codes) > 4 else "")
    return f"{shown} for ${claim.charge:,.2f} to {claim.payer.name.title()}"
