"""Silence that is honest: what was never seen is said to be so."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest
from invented import KEYS, clean_claim

from claims.types import Claim, Provider
from features.frame import Frame
from features.likeness import Likeness
from models.scoring import Scorer
from models.support import NAMES, levels, recorded, support, thickness

WELL_KNOWN = {
    "payer": 5000, "provider": 300, "provider_anywhere": 900, "location": 4000, "similar": 310,
    "procedure": 700, "resembling": 800,
}  # fmt: skip
NEW_NPI = "1999999992"
CLEAN = clean_claim(1)
STRANGER = replace(CLEAN.payer, payer_id="NEVERSEEN")


def _of(**counts: int) -> Likeness:
    found = WELL_KNOWN | counts
    return Likeness(**{field.name: np.array([found[field.name]]) for field in fields(Likeness)})


def _with(procedure: str, *, beside: bool = False) -> Claim:
    """The clean claim with another procedure; ``beside``: on a second, cheaper line."""
    line = replace(CLEAN.lines[0], procedure=procedure)
    if not beside:
        return replace(CLEAN, lines=(line,))
    second = replace(line, number=2, charge=Decimal(1))
    return replace(CLEAN, lines=(CLEAN.lines[0], second), charge=Decimal(121))


def _from(npi: str) -> Claim:
    return replace(CLEAN, rendering=Provider(npi=npi, taxonomy="207Q00000X"))


def test_good() -> None:
    found = support(_of(), 0)
    assert (found.level, found.similar_claims, found.least_known, found.notes) == (
        "good", 310, 310, (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "level", "least", "note"),
    [
        ({"similar": 10}, "good", 10, ""),
        ({"similar": 9}, "thin", 9, "only 9 lines with this procedure"),
        ({"similar": 1}, "thin", 1, "only one line with this procedure"),
        ({"similar": 0}, "thin", 0, "has not answered a line with this procedure before"),
        ({"similar": 0, "procedure": 0}, "thin", 0, "No line with this procedure has been"),
        ({"similar": 0, "procedure": 0, "resembling": 0}, "none", 0, "one near it"),
        ({"payer": 60, "similar": 40}, "thin", 40, "Only 60 claims to this payer have"),
        ({"payer": 1, "similar": 1}, "thin", 1, "Only one claim to this payer has"),
        ({"payer": 0, "similar": 0}, "none", 0, "This payer has not been seen before"),
        ({"provider": 1}, "good", 310, ""),
        ({"provider": 0}, "thin", 0, "has not answered a claim of this provider before"),
        ({"provider": 0, "provider_anywhere": 0}, "thin", 0, "No claim of this provider"),
        ({"provider": -1, "provider_anywhere": -1}, "good", 310, ""),
        ({"location": 9}, "thin", 9, "only 9 claims from this billing provider or location"),
        ({"location": 0}, "thin", 0, "has not answered a claim from this billing provider"),
    ],
)
def test_what_is_not_known_is_said(
    counts: dict[str, int], level: str, least: int, note: str
) -> None:
    found = support(_of(**counts), 0)
    assert (found.level, found.least_known) == (level, least)
    assert note in " ".join(found.notes)
    assert bool(found.notes) == (level != "good")


def test_everything_new_is_said_once_each() -> None:
    nothing = dict.fromkeys(WELL_KNOWN, 0)
    found = support(_of(**nothing), 0)
    assert found.level == "none"
    assert len(found.notes) == len(set(found.notes)) == 3


def test_levels_of_many_are_those_of_each() -> None:
    each = [
        _of(payer=payer, similar=similar, provider=provider)
        for payer in (0, 1, 99, 100) for similar in (0, 9, 10) for provider in (-1, 0, 5)
    ]  # fmt: skip
    every = Likeness(
        **{
            field.name: np.concatenate([getattr(one, field.name) for one in each])
            for field in fields(Likeness)
        }
    )
    assert [NAMES[level] for level in levels(every)] == [support(one, 0).level for one in each]
    assert thickness(every).tolist() == [int(thickness(one)[0]) for one in each]


def test_a_record_gives_back_the_thickness_that_was_used() -> None:
    for counts in ({}, {"similar": 3}, {"provider": 0}, {"payer": 0}, {"resembling": 0}):
        one = _of(**counts)
        said = support(one, 0)
        answer = {
            "level": said.level, "similar_claims": said.similar_claims,
            "least_known": said.least_known,
        }  # fmt: skip
        assert recorded(answer) == thickness(one)[0]
    assert recorded({"level": "none", "similar_claims": 0}) == 0  # as programs before said it
    assert recorded({"level": "thin", "similar_claims": 29, "notes": []}) == 29
    assert recorded({}) == 0


@pytest.mark.parametrize(
    ("claim", "level"),
    [
        (CLEAN, "good"),
        (replace(CLEAN, payer=STRANGER), "none"),
        (_with("99299"), "thin"),  # near others
        (_with("27447"), "none"),  # near nothing
        (_with("99299", beside=True), "thin"),
        (_with("27447", beside=True), "none"),
        (_from(NEW_NPI), "thin"),
        (replace(CLEAN, billing=Provider(npi=NEW_NPI, taxonomy="207Q00000X")), "thin"),
        (replace(CLEAN, lines=()), "none"),
    ],
)
def test_both_ways_to_score_say_what_is_new(scorer: Scorer, claim: Claim, level: str) -> None:
    """Through ``score`` and ``score_frame``, alone and beside others."""
    alone = scorer.score([claim])[0].score
    beside = scorer.score([CLEAN, claim, CLEAN])[1].score
    assert alone.support == beside.support
    assert alone.support.level == level
    frame = Frame.from_claims([CLEAN, claim], KEYS)
    found = scorer.score_frame(frame)
    assert NAMES[found.known[1]] == level
    ends = (alone.denial_probability_low, alone.denial_probability_high)
    assert (found.low[1], found.high[1]) == ends
    if level == "none":
        assert {alone.decision, str(found.decision[1])} <= {"review", "hold"}
    if level != "good":
        assert alone.support.notes
        assert all("nothing stands out" not in one.text for one in alone.actions)


def test_a_thin_claim_that_is_sent_says_so(scorer: Scorer) -> None:
    score = scorer.score([_with("99299")])[0].score
    assert score.decision == "submit"
    assert score.actions[0].text.startswith("Little is known of such claims")


def test_a_new_payer_and_a_new_service_ask_different_things(scorer: Scorer) -> None:
    payer, service = scorer.score([replace(CLEAN, payer=STRANGER), _with("27447")])
    assert payer.score.actions[0].action == "verify_eligibility"
    assert service.score.actions[0].action == "confirm_coverage"


def test_history_of_the_day_alone_counts(scorer: Scorer) -> None:
    """In the first days nothing had been answered yet."""
    early = scorer.score([CLEAN], as_of=dt.date(2024, 1, 3))[0].score
    assert (early.support.level, early.support.least_known) == ("none", 0)
