"""Reasons of the likeliest category and the riskiest line: only where asked for, and exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from invented import KEYS, Practice, clean_claim

from features.build import build
from features.build_lines import build_lines
from features.frame import Frame
from models.score import CategoryScore, LineScore
from models.scoring import Scored, Scorer


@pytest.fixture(scope="module")
def scored(world: Practice, scorer: Scorer) -> list[Scored]:
    return scorer.score(world.claims[-500:])


def _adds_up(one: CategoryScore | LineScore) -> bool:
    assert one.base_value is not None
    assert one.other_contribution is not None
    told = sum(reason.contribution for reason in one.reasons)
    return abs(one.base_value + told + one.other_contribution - (one.raw_score or 0.0)) < 1e-9


def test_only_claims_that_need_a_look_are_explained_further(scored: list[Scored]) -> None:
    looked = [one.score for one in scored if one.score.decision != "submit"]
    others = [one.score for one in scored if one.score.decision == "submit"]
    assert len(looked) > 30
    assert len(others) > 100
    for score in others:
        assert not any(one.reasons for one in (*score.categories, *score.lines))
        assert all(one.raw_score is None for one in (*score.categories, *score.lines))
    for score in looked:
        assert 1 <= len(score.categories[0].reasons) <= 4
        assert not any(one.reasons for one in score.categories[1:])
        explained = [line for line in score.lines if line.raw_score is not None]
        assert len(explained) == 1
        assert 1 <= len(explained[0].reasons) <= 4
        highest = max(line.denial_probability for line in score.lines)
        assert explained[0].denial_probability == highest


def test_the_sums_are_exact(scored: list[Scored]) -> None:
    for one in scored:
        for part in (*one.score.categories, *one.score.lines):
            assert part.raw_score is None or _adds_up(part)


def test_the_raw_scores_are_those_of_the_boosters(world: Practice, scorer: Scorer) -> None:
    claims = [claim for claim in world.claims[-400:] if len(claim.lines) > 1]
    found = [one for one in scorer.score(claims) if one.score.decision != "submit"]
    assert found
    by_id = {claim.claim_id: claim for claim in claims}
    model = world.model
    for one in found[:20]:
        claim = by_id[one.score.claim_id]
        frame = Frame.from_claims([claim], KEYS)
        frame = frame.replace(as_of=frame.submitted)
        scores = model.booster.raw(build(frame, world.history))[0]
        first = one.score.categories[0]
        place = 1 + [*model.causes.names[1:]].index(first.category)
        assert first.raw_score == pytest.approx(scores[place] - scores[0], abs=1e-12)
        assert model.lines is not None
        own = model.lines.raw(build_lines(frame, world.history))
        at = next(i for i, line in enumerate(one.score.lines) if line.reasons)
        assert one.score.lines[at].raw_score == pytest.approx(own[at], abs=1e-12)


def test_a_line_that_stands_alone_is_its_claim(scored: list[Scored]) -> None:
    alone = [one.score for one in scored if len(one.score.lines) == 1]
    looked = [score for score in alone if score.decision != "submit"]
    assert looked
    for score in looked:
        (line,) = score.lines
        assert line.reasons == score.reasons
        assert line.raw_score == pytest.approx(score.raw_score, abs=1e-9)


def test_a_claim_without_lines_has_no_line_to_explain(scorer: Scorer) -> None:
    claim = replace(clean_claim(3), lines=(), rendering=None)
    assert scorer.score([claim])[0].score.lines == ()


def test_without_a_booster_for_lines_none_is_blamed(world: Practice) -> None:
    blind = Scorer(replace(world.model, lines=None), world.history, KEYS)
    for one in blind.score([claim for claim in world.claims[-300:] if len(claim.lines) > 1]):
        assert not any(line.reasons for line in one.score.lines)


def test_it_names_the_category_that_each_reason_speaks_of(scored: list[Scored]) -> None:
    looked = [one.score for one in scored if one.score.decision != "submit"]
    named = 0
    for score in looked:
        for reason in score.reasons:
            assert (reason.category is not None) or "points above all" not in reason.text
            named += reason.category is not None
        first = score.categories[0]
        assert all("points above all" not in reason.text for reason in first.reasons)
    assert named > len(looked)


def test_a_late_claim_and_its_category_give_the_same_first_reason(scored: list[Scored]) -> None:
    late = [
        one.score
        for one in scored
        if one.score.decision != "submit" and one.score.categories[0].category == "timely_filing"
    ]
    assert len(late) > 5
    for score in late:
        assert score.reasons[0].factor == "filing_lag"
        assert score.categories[0].reasons[0].factor == "filing_lag"
    found = np.array([score.reasons[0].category == "timely_filing" for score in late])
    assert found.mean() > 0.8


def test_lines_are_named_by_their_number(world: Practice, scorer: Scorer) -> None:
    claims = [claim for claim in world.claims[-400:] if len(claim.lines) > 1]
    texts = [
        (one, reason.text)
        for one in scorer.score(claims)
        for reason in one.score.reasons
        if reason.text.startswith("On line ")
    ]
    assert len(texts) > 10
    for one, text in texts:
        number = int(text.split(",")[0].removeprefix("On line "))
        assert number in {line.line for line in one.score.lines}
