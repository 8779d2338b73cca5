"""What becomes of claims after they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from claims.categories import CATEGORIES
from data_synth.adjudication import PAID
from data_synth.config import NEVER
from data_synth.lifecycle import ORIGINAL, REPLACEMENT, VOID

if TYPE_CHECKING:
    from data_synth.world import World


def test_as_many_visits_as_asked_for(middling: World) -> None:
    facts, frequency = middling.history.facts.claims, middling.history.frequency
    visits = (frequency == ORIGINAL) & (facts.secondary == 0) & (facts.copy_of < 0)
    assert visits.sum() == middling.config.claims


def test_everything_is_sent_within_the_clock_and_after_the_service(middling: World) -> None:
    facts, config = middling.history.facts.claims, middling.config
    assert facts.submitted.min() >= config.first_day
    assert facts.submitted.max() <= config.last_day
    assert (facts.submitted > facts.service).all()
    assert ((facts.submitted + 3) % 7 < 5).all(), "a claim was sent on a weekend"


def test_all_kinds_of_submission_arise(middling: World) -> None:
    history = middling.history
    facts = history.facts.claims
    assert (history.frequency == REPLACEMENT).sum() > 200
    assert (history.frequency == VOID).sum() > 20
    assert ((facts.copy_of >= 0) & (history.frequency == ORIGINAL)).sum() > 50
    assert (facts.secondary > 0).sum() > 100
    assert history.crossed.sum() > 100
    assert history.corrected.sum() > 20
    assert (facts.form == 1).sum() > 200
    assert (history.verdict.outcome == 1).sum() > 100


def test_copies_are_denied_as_duplicates_unless_the_first_never_arrived(middling: World) -> None:
    history = middling.history
    facts, verdict = history.facts.claims, history.verdict
    copies = (facts.copy_of >= 0) & (history.frequency == ORIGINAL)
    caught = verdict.category == CATEGORIES.index("duplicate")
    assert caught[copies & facts.copied].mean() > 0.9
    assert not caught[copies & ~facts.copied].any()
    assert not caught[~copies & (history.frequency == ORIGINAL)].any()


def test_replacements_and_voids_follow_an_answer_under_the_same_id(middling: World) -> None:
    history = middling.history
    later = np.flatnonzero(history.frequency != ORIGINAL)
    origin = history.origin[later]
    assert (origin >= 0).all()
    assert np.array_equal(history.identity[later], history.identity[origin])
    assert (history.facts.claims.submitted[later] > history.answered[origin]).all()
    mended = history.frequency[later] == REPLACEMENT
    assert (history.verdict.outcome[origin[mended]] > PAID).all()
    assert (history.verdict.outcome[origin[~mended]] == PAID).all()
    # Mending helps: most replacements are paid.
    assert (history.verdict.outcome[later[mended]] == PAID).mean() > 0.6


def test_secondary_claims_follow_the_first_payer_s_answer(middling: World) -> None:
    history = middling.history
    facts = history.facts.claims
    rows = np.flatnonzero((facts.secondary > 0) & (history.frequency == ORIGINAL))
    origin = history.origin[rows]
    assert (history.verdict.outcome[origin] == PAID).all()
    assert (facts.submitted[rows] > history.answered[origin]).all()
    assert (facts.payer[rows] != facts.payer[origin]).all()
    assert np.array_equal(facts.member[rows], facts.member[origin])


def test_what_is_taken_back_was_answered_before(middling: World) -> None:
    history = middling.history
    back = np.flatnonzero(history.reversed_on < NEVER)
    assert len(back) > 50
    assert (history.answered[back] < NEVER).all()
    assert (history.reversed_on[back] >= history.answered[back]).mean() > 0.99


def test_lapses_are_seen_again_in_the_member_s_history(middling: World) -> None:
    """A share of the claims on a lapsed coverage follows a denial that was known already."""
    history = middling.history
    facts = history.facts.claims
    first: dict[tuple[int, int], int] = {}
    lapsed = [
        row
        for row in np.argsort(facts.submitted, kind="stable").tolist()
        if facts.coverage[row] == 1 and history.frequency[row] == ORIGINAL
    ]
    again = 0
    for row in lapsed:
        key = (int(facts.member[row]), int(facts.payer[row]))
        again += first.get(key, NEVER) < facts.submitted[row]
        if history.verdict.outcome[row] > PAID:
            first[key] = min(first.get(key, NEVER), int(history.answered[row]))
    assert len(lapsed) > 50
    assert again / len(lapsed) > 0.15
