"""Each mechanism for itself: what it says, what it looks at, what mends it."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest

from claims.carc import load_catalogue
from claims.categories import CATEGORIES, Action
from data_synth.adjudication import SPEECH_CATEGORY, chances, decide, moderated, probability
from data_synth.chance import luck
from data_synth.lifecycle import ORIGINAL
from data_synth.mechanisms import MECHANISMS, Mechanism

if TYPE_CHECKING:
    from data_synth.facts import Facts
    from data_synth.world import World

NAMES = [mechanism.name for mechanism in MECHANISMS]
MENDABLE = [mechanism for mechanism in MECHANISMS if mechanism.mends]


@pytest.fixture(scope="module")
def facts(middling: World) -> Facts:
    rows = np.flatnonzero(middling.history.frequency == ORIGINAL)
    return middling.history.facts.take(rows)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=NAMES)
def test_what_it_says_is_a_denial_of_its_category(mechanism: Mechanism) -> None:
    catalogue = load_catalogue()
    for speech in mechanism.speeches:
        found = catalogue.facts(speech.carc)
        assert speech.carc in catalogue
        assert found.carc_class == "denial"
        assert speech.group in {"CO", "PR", "OA", "PI"}
        if mechanism.category is not None:
            assert found.category == mechanism.category


def test_every_category_has_a_mechanism_of_its_own() -> None:
    own = {mechanism.category for mechanism in MECHANISMS if mechanism.category}
    assert own == set(CATEGORIES) - {"other"}
    assert "other" in {CATEGORIES[place] for place in SPEECH_CATEGORY}


def test_every_administrative_action_mends_something() -> None:
    mended = set().union(*(mechanism.mends for mechanism in MECHANISMS))
    assert mended == set(get_args(Action)) - {"submit"}


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=NAMES)
def test_it_gives_probabilities_and_words_for_all(
    mechanism: Mechanism, facts: Facts, middling: World
) -> None:
    size = len(facts.lines.claim) if mechanism.per_line else len(facts)
    chance = mechanism.chance(facts, middling.rules)
    assert chance.shape == (size,)
    assert chance.min() >= 0
    assert chance.max() < 1
    assert chance.max() > 0, "it never denies anything"
    words = mechanism.speech(facts, middling.rules, luck(1, np.arange(size), "words"))
    assert words.shape == (size,)
    assert words.min() >= 0
    assert words.max() < len(mechanism.speeches)


@pytest.mark.parametrize("mechanism", MENDABLE, ids=[row.name for row in MENDABLE])
def test_its_mends_help_and_never_harm(mechanism: Mechanism, facts: Facts, middling: World) -> None:
    before = mechanism.chance(facts, middling.rules)
    after = facts
    for action in sorted(mechanism.mends):
        after = mechanism.mend(after, middling.rules, action)
    later = mechanism.chance(after, middling.rules)
    assert (later <= before + 1e-12).all()
    assert later.sum() < 0.75 * before.sum()


@pytest.mark.parametrize("mechanism", MENDABLE, ids=[row.name for row in MENDABLE])
def test_a_mend_leaves_luck_services_and_dates_alone(
    mechanism: Mechanism, facts: Facts, middling: World
) -> None:
    for action in sorted(mechanism.mends):
        after = mechanism.mend(facts, middling.rules, action)
        for name in ("number", "payer", "provider", "member", "service", "form", "specialty"):
            assert np.array_equal(getattr(after.claims, name), getattr(facts.claims, name)), name
        for name in ("claim", "slot", "procedure", "units", "charge", "revenue"):
            assert np.array_equal(getattr(after.lines, name), getattr(facts.lines, name)), name


def test_the_probability_is_that_of_any_mechanism_denying(middling: World) -> None:
    """Checked the slow way on some claims: one minus the product over mechanisms and lines."""
    rows = np.arange(0, len(middling.history.facts), 211)
    facts, rules = middling.history.facts.take(rows), middling.rules
    found = chances(facts, rules)
    temper = rules.temper[facts.claims.payer]
    fast = probability(facts, found, temper)
    for place in range(len(facts)):
        safe = 1.0
        for mechanism, chance in zip(MECHANISMS, found, strict=True):
            if mechanism.per_line:
                lines = np.flatnonzero(facts.lines.claim == place)
                own = moderated(mechanism, chance[lines], temper[[place] * len(lines)])
                safe *= float(np.prod(1 - own))
            else:
                safe *= 1 - float(moderated(mechanism, chance[[place]], temper[[place]])[0])
        assert fast[place] == pytest.approx(1 - safe, abs=1e-9)


def test_outcomes_fall_as_often_as_their_probability_says(middling: World) -> None:
    """Twenty deals of the luck: in each bin the share denied is the mean probability."""
    rows = np.flatnonzero(middling.history.frequency == ORIGINAL)[::4]
    facts, rules = middling.history.facts.take(rows), middling.rules
    chance = probability(facts, chances(facts, rules), rules.temper[facts.claims.payer])
    fell = np.mean([decide(facts, rules, seed).outcome > 0 for seed in range(20)], axis=0)
    edges = [0, 0.01, 0.02, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0]
    for low, high in pairwise(edges):
        inside = (chance >= low) & (chance < high)
        if inside.sum() >= 20:
            mean = float(chance[inside].mean())
            error = 4.5 * (mean * (1 - mean) / (20 * inside.sum())) ** 0.5
            assert abs(float(fell[inside].mean()) - mean) < error + 1e-4


def test_facts_can_be_taken_and_joined(facts: Facts) -> None:
    rows = np.array([5, 0, 17, 3])
    some = facts.take(rows)
    assert some.claims.number.tolist() == facts.claims.number[rows].tolist()
    for place, row in enumerate(rows):
        mine = some.lines.charge[some.lines.claim == place]
        assert mine.tolist() == facts.lines.charge[facts.lines.claim == row].tolist()
    both = facts.take(np.array([0, 1])).join(facts.take(np.array([2])))
    three = facts.take(np.array([0, 1, 2]))
    for item in fields(three.lines):
        assert np.array_equal(getattr(both.lines, item.name), getattr(three.lines, item.name))
