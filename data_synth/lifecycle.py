"""What becomes of claims: copies, secondary payers, replacements, voids, reversals, silence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES, FACTS
from data_synth.adjudication import DENIED, PAID, PARTIAL, Verdict, decide
from data_synth.chance import I64, luck
from data_synth.clock import LAGS, answered_on, lost
from data_synth.config import NEVER, WorldConfig
from data_synth.encounters import business_day
from data_synth.facts import COB_FINE, EARLIER_ANSWER_WRONG, Facts
from data_synth.mechanisms import MECHANISMS
from data_synth.practice import Practice
from data_synth.rules import Rules

Flags = NDArray[np.bool_]

ORIGINAL, REPLACEMENT, VOID = 1, 7, 8
_SOFT: Final = np.array([FACTS[name].mendable == "soft" for name in CATEGORIES])
_MEDICARE_PLACE: Final = 0


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was sent, one row a submission, and what was answered to it.

    ``facts`` and ``verdict`` by row. ``identity``: number whose claim id the row bears (that of the
    original for a replacement or void). ``frequency``: 1, 7, 8. ``origin``: row of the claim that a
    replacement or void refers to, that a copy repeats, or that went to the payer before; -1 none.
    ``answered``: day of the payment that answers it, NEVER for silence. ``crossed``: Medicare sent
    it on to the other payer, who answers on ``crossed_on`` under the same id. ``reversed_on``:
    day on which the payer takes its answer back; ``corrected``: and answers anew with an allowed
    amount changed by ``factor``.
    """

    facts: Facts
    verdict: Verdict
    identity: I64
    frequency: I64
    origin: I64
    answered: I64
    crossed: Flags
    crossed_on: I64
    reversed_on: I64
    corrected: Flags
    factor: NDArray[np.float64]


def copies(config: WorldConfig, practice: Practice, facts: Facts) -> Facts:
    """Claims sent a second time under a new id: by a slip, or for want of an answer."""
    claims, seed = facts.claims, config.seed
    gone = lost(seed, claims.number)
    answer = answered_on(seed, claims.number, claims.payer, claims.submitted)
    careless = practice.stuck[claims.location]
    slip = luck(seed, claims.number, "sent twice") < 0.002 + 0.08 * careless
    patience = 22 + np.round(LAGS[claims.payer] * 1.2).astype(np.int64) + claims.location * 7 % 21
    waiting = (answer - claims.submitted > patience) | gone
    impatient = waiting & (luck(seed, claims.number, "impatient") < 0.16)
    delay = np.where(
        slip, 1 + np.floor(9 * luck(seed, claims.number, "slip days")).astype(np.int64), patience
    )
    again = business_day(claims.submitted + delay)
    rows = np.flatnonzero((slip | impatient) & (again <= config.last_day))
    copy = facts.take(rows)
    return copy.with_claims(
        number=len(facts) + np.arange(len(rows)),
        ready=again[rows],
        submitted=again[rows],
        copied=~gone[rows],
        copy_of=claims.number[rows],
    )


def _followers(
    config: WorldConfig, facts: Facts, verdict: Verdict, answered: I64, first: int
) -> tuple[Facts, I64]:
    """Claims that follow an answer under new ids: to the second payer, or again as if new."""
    claims, seed = facts.claims, config.seed
    known = answered <= config.last_day
    second = known & (claims.other_payer >= 0) & (verdict.outcome == PAID) & (claims.copy_of < 0)
    crossed = crossed_over(seed, facts, verdict)
    send = business_day(
        answered + 3 + np.floor(12 * luck(seed, claims.number, "second sent")).astype(np.int64)
    )
    rows = np.flatnonzero(second & ~crossed & (send <= config.last_day))
    wrong = luck(seed, claims.number[rows], "earlier answer") < 0.12
    base = facts.take(rows)
    forwarded = base.with_claims(
        number=first + np.arange(len(rows)),
        payer=base.claims.other_payer,
        other_payer=base.claims.payer,
        member_number=base.claims.member_number + 30_000_000,
        secondary=np.ones(len(rows), dtype=np.int64),
        ready=send[rows],
        submitted=send[rows],
        cob=np.where(wrong, EARLIER_ANSWER_WRONG, COB_FINE),
    )
    # A denied claim sent again as if it were new, instead of as a replacement: a duplicate.
    refused = known & (verdict.outcome == DENIED) & (claims.copy_of < 0)
    anew = business_day(
        answered + 6 + np.floor(30 * luck(seed, claims.number, "anew sent")).astype(np.int64)
    )
    again = np.flatnonzero(
        refused & (luck(seed, claims.number, "anew") < 0.045) & (anew <= config.last_day)
    )
    repeated = facts.take(again).with_claims(
        number=first + len(rows) + np.arange(len(again)),
        ready=anew[again],
        submitted=anew[again],
        copied=np.ones(len(again), dtype=np.bool_),
        copy_of=claims.number[again],
    )
    return forwarded.join(repeated), np.concatenate([rows, again])


def crossed_over(seed: int, facts: Facts, verdict: Verdict) -> Flags:
    """True where Medicare itself sends the claim on to the other payer it knows of."""
    claims = facts.claims
    able = (claims.payer == _MEDICARE_PLACE) & (claims.other_payer >= 0) & (claims.secondary == 0)
    sent: Flags = able & (verdict.outcome == PAID)
    return sent & (luck(seed, claims.number, "crossover") < 0.75)


def _replaced(
    config: WorldConfig, rules: Rules, facts: Facts, verdict: Verdict, answered: I64, first: int
) -> tuple[Facts, Verdict, I64]:
    """Denied claims, mended as their cause allows, sent again as replacements; and their fate."""
    claims, seed = facts.claims, config.seed
    soft = _SOFT[np.maximum(verdict.category, 0)]
    works = luck(seed, claims.number, "reworked") < np.where(soft, 0.68, 0.4)
    send = business_day(
        answered + 6 + np.floor(40 * luck(seed, claims.number, "rework days") ** 2).astype(np.int64)
    )
    denied = (verdict.outcome > PAID) & (verdict.category != CATEGORIES.index("duplicate"))
    rows = np.flatnonzero(denied & works & (answered < NEVER) & (send <= config.last_day))
    mended = facts.take(rows)
    for place, mechanism in enumerate(MECHANISMS):
        inside = verdict.cause[rows] == place
        if inside.any():
            part = np.flatnonzero(inside)
            piece = mended.take(part)
            for action in sorted(mechanism.mends):
                piece = mechanism.mend(piece, rules, action)
            rest = np.flatnonzero(~inside)
            order = np.argsort(np.concatenate([rest, part]), kind="stable")
            mended = mended.take(rest).join(piece).take(order)
    mended = mended.with_claims(
        number=first + np.arange(len(rows)),
        submitted=np.where(
            verdict.category[rows] == CATEGORIES.index("timely_filing"),
            mended.claims.submitted,
            send[rows],
        ),
    )
    fate = decide(mended, rules, seed)
    return mended.with_claims(submitted=send[rows]), fate, rows


def _joined(first: Verdict, second: Verdict) -> Verdict:
    names = ("probability", "outcome", "category", "said", "cause", "line_mechanism", "line_speech")
    return Verdict(
        *(np.concatenate([getattr(first, name), getattr(second, name)]) for name in names)
    )


def _silent(config: WorldConfig, facts: Facts) -> I64:
    claims = facts.claims
    answer = answered_on(config.seed, claims.number, claims.payer, claims.submitted)
    return np.where(lost(config.seed, claims.number), NEVER, answer)


def _voided(config: WorldConfig, facts: Facts, verdict: Verdict, answered: I64) -> tuple[I64, I64]:
    """Paid claims that the practice takes back: their rows, and the days of the voids."""
    seed, number = config.seed, facts.claims.number
    paid = (verdict.outcome == PAID) & (answered <= config.last_day)
    wait = 10 + np.floor(50 * luck(seed, number, "void days")).astype(np.int64)
    days = business_day(answered + wait)
    void = paid & ~crossed_over(seed, facts, verdict) & (luck(seed, number, "void") < 0.006)
    rows = np.flatnonzero(void & (days <= config.last_day))
    return rows, days[rows]


def _taken_back(config: WorldConfig, facts: Facts, verdict: Verdict, answered: I64) -> I64:
    """Day on which the payer of its own accord takes back what it paid; NEVER for most."""
    seed, number = config.seed, facts.claims.number
    back = (verdict.outcome == PAID) & (answered < NEVER) & ~crossed_over(seed, facts, verdict)
    back &= luck(seed, number, "taken back") < 0.007
    days = 25 + np.floor(100 * luck(seed, number, "taken back days")).astype(np.int64)
    return np.where(back, answered + days, NEVER)


def _originals(config: WorldConfig, rules: Rules, facts: Facts) -> tuple[Facts, Verdict, I64, I64]:
    """Visits' claims, copies, and what follows their answers under new ids; answers and origins."""
    verdict = decide(facts, rules, config.seed)
    answered = _silent(config, facts)
    place = {int(number): row for row, number in enumerate(facts.claims.number)}
    origin = [place.get(int(number), -1) for number in facts.claims.copy_of]
    followers, behind = _followers(config, facts, verdict, answered, len(facts))
    return (
        facts.join(followers),
        _joined(verdict, decide(followers, rules, config.seed)),
        np.concatenate([answered, _silent(config, followers)]),
        np.concatenate([np.array(origin, dtype=np.int64), behind]),
    )


def live(config: WorldConfig, rules: Rules, visits: Facts) -> History:
    """From the claims of visits and their copies to everything that was sent and answered."""
    facts, verdict, answered, origin = _originals(config, rules, visits)
    seed, number, size = config.seed, facts.claims.number, len(facts)
    mended, fate, rows = _replaced(config, rules, facts, verdict, answered, size)
    mended_answer = _silent(config, mended)
    voided, void_days = _voided(config, facts, verdict, answered)
    voids = facts.take(voided).with_claims(
        number=size + len(rows) + np.arange(len(voided)), submitted=void_days, ready=void_days
    )
    reversed_on = _taken_back(config, facts, verdict, answered)
    corrected = reversed_on < NEVER
    # The payer's reversal answers a void; nothing else is said to it.
    corrected[voided] = False
    reversed_on[voided] = answered_on(seed, voids.claims.number, voids.claims.payer, void_days)
    # A replacement of a claim paid in part: the payer takes the part back and pays anew.
    partly = verdict.outcome[rows] == PARTIAL
    reversed_on[rows[partly]] = mended_answer[partly]
    extra = np.zeros(len(rows) + len(voided), dtype=np.int64)
    crossing = answered + 9 + np.floor(12 * luck(seed, number, "crossover days")).astype(np.int64)
    return History(
        facts=facts.join(mended).join(voids),
        verdict=_joined(_joined(verdict, fate), _part(verdict, facts, voided)),
        identity=np.concatenate([number, number[rows], number[voided]]),
        frequency=np.repeat([ORIGINAL, REPLACEMENT, VOID], [size, len(rows), len(voided)]),
        origin=np.concatenate([origin, rows, voided]),
        answered=np.concatenate([answered, mended_answer, np.full(len(voided), NEVER)]),
        crossed=np.concatenate([crossed_over(seed, facts, verdict), extra > 0]),
        crossed_on=np.concatenate([crossing, extra + NEVER]),
        reversed_on=np.concatenate([reversed_on, extra + NEVER]),
        corrected=np.concatenate([corrected, extra > 0]),
        factor=np.concatenate([np.where(luck(seed, number, "rate") < 0.5, 1.06, 0.9), extra + 1.0]),
    )


def _part(verdict: Verdict, facts: Facts, rows: I64) -> Verdict:
    """The verdict of some claims."""
    place = np.full(len(facts), -1)
    place[rows] = np.arange(len(rows))
    lines = np.flatnonzero(place[facts.lines.claim] >= 0)
    lines = lines[np.argsort(place[facts.lines.claim[lines]], kind="stable")]
    return replace(
        verdict,
        probability=verdict.probability[rows],
        outcome=verdict.outcome[rows],
        category=verdict.category[rows],
        said=verdict.said[rows],
        cause=verdict.cause[rows],
        line_mechanism=verdict.line_mechanism[lines],
        line_speech=verdict.line_speech[lines],
    )
