"""The payer decides: all mechanisms together, with luck that is fixed for each claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.carc import load_catalogue
from claims.categories import CATEGORY_CODE
from data_synth.chance import F64, I64, luck
from data_synth.facts import Facts
from data_synth.mechanisms import MECHANISMS, Mechanism
from data_synth.rules import Rules

Flags = NDArray[np.bool_]

PAID, PARTIAL, DENIED = range(3)
OUTCOMES: Final = ("paid", "partial", "denied")

_CATALOGUE: Final = load_catalogue()
SPEECHES: Final = tuple(speech for row in MECHANISMS for speech in row.speeches)
_FIRST_SPEECH: Final = np.cumsum([0, *(len(row.speeches) for row in MECHANISMS)])
SPEECH_CATEGORY: Final = np.array(
    [CATEGORY_CODE[_CATALOGUE.facts(row.carc).category] for row in SPEECHES]
)
SPEECH_CARC: Final = np.array([row.carc for row in SPEECHES])


@dataclass(frozen=True, slots=True)
class Verdict:
    """n claims and their m lines, decided.

    ``probability``: that any line is denied, given all that was settled before sending.
    ``mechanism`` and ``speech`` (a line each) are -1 where the line is paid; ``category``, ``carc``
    and ``cause`` (a claim each: place in CATEGORIES, place in SPEECHES, place in MECHANISMS) are
    those of the largest denied amount, -1 where nothing is denied.
    """

    probability: F64
    outcome: I64
    category: I64
    said: I64
    cause: I64
    line_mechanism: I64
    line_speech: I64


def tempered(chance: F64, temper: F64) -> F64:
    """``chance`` with its log odds moved by ``temper``; 0 stays 0."""
    odds = chance * np.exp(temper)
    return odds / np.where(chance > 0, 1 - chance + odds, 1.0)


def moderated(mechanism: Mechanism, chance: F64, temper: F64) -> F64:
    """The chance under the payer's temper, which moves judgement, not what no mend could change."""
    return tempered(chance, temper) if mechanism.mends else chance


def chances(facts: Facts, rules: Rules) -> list[F64]:
    """For each mechanism, its probability before the payer's temper, for claims or lines."""
    second = facts.claims.secondary > 0
    found = []
    for mechanism in MECHANISMS:
        chance = mechanism.chance(facts, rules)
        rows = second[facts.lines.claim] if mechanism.per_line else second
        found.append(np.where(rows, chance * mechanism.secondary, chance))
    return found


def probability(facts: Facts, found: list[F64], temper: F64) -> F64:
    """That any line of each claim is denied. ``temper`` is one value a claim."""
    safe = np.zeros(len(facts))
    for mechanism, chance in zip(MECHANISMS, found, strict=True):
        if mechanism.per_line:
            log = np.log1p(-moderated(mechanism, chance, temper[facts.lines.claim]))
            safe += np.bincount(facts.lines.claim, weights=log, minlength=len(facts))
        else:
            safe += np.log1p(-moderated(mechanism, chance, temper))
    return -np.expm1(safe)


def decide(facts: Facts, rules: Rules, seed: int) -> Verdict:
    """Deal each claim its luck and let the payers speak."""
    lines, claim = facts.lines, facts.lines.claim
    temper = rules.temper[facts.claims.payer]
    found = chances(facts, rules)
    spoke = np.full(len(claim), -1)
    words = np.full(len(claim), -1)
    number = facts.claims.number
    for place, (mechanism, chance) in enumerate(zip(MECHANISMS, found, strict=True)):
        # One line's luck is its own; which words are used is one draw a claim.
        uttered = luck(seed, number, mechanism.name + " words")
        if mechanism.per_line:
            dealt = luck(seed, number[claim], mechanism.name, lines.slot + 1)
            hit = dealt < moderated(mechanism, chance, temper[claim])
            word = mechanism.speech(facts, rules, uttered[claim])
        else:
            dealt = luck(seed, number, mechanism.name)
            hit = (dealt < moderated(mechanism, chance, temper))[claim]
            word = mechanism.speech(facts, rules, uttered)[claim]
        new = hit & (spoke < 0)
        spoke[new] = place
        words[new] = word[new] + _FIRST_SPEECH[place]
    return _sum_up(facts, probability(facts, found, temper), spoke, words)


def _sum_up(facts: Facts, chance: F64, spoke: I64, words: I64) -> Verdict:
    claim, size = facts.lines.claim, len(facts)
    denied = spoke >= 0
    count = np.bincount(claim, minlength=size)
    bad = np.bincount(claim[denied], minlength=size)
    outcome = np.where(bad == 0, PAID, np.where(bad == count, DENIED, PARTIAL))
    category, said = _largest(facts, words)
    cause = np.full(size, -1)
    rows = np.flatnonzero(denied & (words == said[claim]))
    cause[claim[rows[::-1]]] = spoke[rows[::-1]]
    return Verdict(chance, outcome, category, said, cause, spoke, words)


def _largest(facts: Facts, words: I64) -> tuple[I64, I64]:
    """Category with the largest denied amount, and what was said for most of it.

    As ``claims.outcome`` has it: summed by category, then by CARC within; the first among equals.
    """
    size, rows = len(facts), np.flatnonzero(words >= 0)
    claim, amount = facts.lines.claim[rows], facts.lines.charge[rows]
    category = np.full(size, -1)
    said = np.full(size, -1)
    if not len(rows):
        return category, said
    of = SPEECH_CATEGORY[words[rows]]
    by_category = _totals(claim * 64 + of, amount)
    best = _first_largest(claim, by_category)
    category[claim[best]] = of[best]
    _, carc = np.unique(SPEECH_CARC, return_inverse=True)
    by_carc = _totals(claim * 1024 + carc[words[rows]], amount)
    inside = of == category[claim]
    best = _first_largest(claim, np.where(inside, by_carc, -1))
    said[claim[best]] = words[rows][best]
    return category, said


def _totals(key: I64, amount: I64) -> I64:
    """For each entry, the sum of the amounts of all entries with its key."""
    _, place = np.unique(key, return_inverse=True)
    return np.bincount(place, weights=amount).astype(np.int64)[place]


def _first_largest(claim: I64, value: I64) -> I64:
    """For each claim the entry with the largest value, the first among equals."""
    order = np.lexsort((np.arange(len(claim)), -value, claim))
    first = np.r_[True, np.diff(claim[order]) != 0]
    return order[first]
