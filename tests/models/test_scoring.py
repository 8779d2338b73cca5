"""The whole answer: habits of the invented payers are found, explained and advised upon."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from invented import CARC, Practice, clean_claim

from claims.categories import CATEGORIES
from claims.types import Claim, Eligibility, OtherPayer, Payer, Provider
from models.promise import PromiseError
from models.score import Score
from models.scoring import Scorer

SERVED = dt.date(2024, 12, 20)
CLEAN = clean_claim(1)
LINE = CLEAN.lines[0]
GAMMA = Payer(payer_id="GAMMA", filing_code="CI", position="P")
SECOND = Payer(payer_id="GAMMA", filing_code="CI", position="S")

THERAPY = replace(CLEAN, claim_id="T", lines=(replace(LINE, procedure="97110"),))
LATE = replace(
    CLEAN, claim_id="L", payer=Payer(payer_id="BETA", filing_code="CI", position="P"),
    lines=(replace(LINE, service_from=SERVED - dt.timedelta(120)),),
)  # fmt: skip
UNTOLD = replace(CLEAN, claim_id="U", payer=GAMMA, rendering=Provider(npi="1245319599"))
LATER = replace(CLEAN, claim_id="S", payer=SECOND, other_payers=(OtherPayer(payer_id="FIRST"),))
STRANGER = replace(CLEAN, claim_id="N", payer=Payer(payer_id="OMEGA", filing_code="CI"))


def _score(scorer: Scorer, claim: Claim) -> Score:
    return scorer.score([claim])[0].score


def _again(world: Practice) -> Claim:
    """A claim of the practice, sent once more under a new id three days later."""
    first = next(
        claim for claim, place in zip(world.claims, world.outcomes.category, strict=True)
        if place < 0 and claim.submitted_on > dt.date(2024, 8, 1)
    )  # fmt: skip
    return replace(first, claim_id="D", submitted_on=first.submitted_on + dt.timedelta(3))


def test_a_clean_claim_is_sent(scorer: Scorer) -> None:
    score = _score(scorer, CLEAN)
    assert score.denial_probability < 0.1
    assert score.decision == "submit"
    assert [one.action for one in score.actions] == ["submit"]
    assert score.support.level == "good"
    assert score.edits == ()
    assert (score.claim_id, score.as_of, score.model.version) == ("C1", "2024-12-27", "7")


@pytest.mark.parametrize(
    ("claim", "category", "factor", "action", "basis"),
    [
        (THERAPY, "authorization", "authorization", "obtain_authorization", "rescored"),
        (LATE, "timely_filing", "filing_lag", "prove_timely_filing", None),
        (
            UNTOLD, "missing_information", "missing_information", "complete_information",
            "rescored",
        ),
        (
            LATER, "coordination_of_benefits", "other_coverage",
            "update_coordination_of_benefits", "rescored",
        ),
    ],
)  # fmt: skip
def test_each_habit_is_found_explained_and_advised_upon(
    scorer: Scorer, claim: Claim, category: str, factor: str, action: str, basis: str | None
) -> None:
    score = _score(scorer, claim)
    assert score.denial_probability > 0.7
    assert score.decision == "hold"
    assert score.categories[0].category == category
    assert score.categories[0].carcs[0].code == CARC[category]
    assert factor in [reason.factor for reason in score.reasons[:2]]
    first = score.actions[0]
    assert (first.action, first.basis) == (action, basis)
    # Whether there is a proof that the claim was sent in time, nobody can foretell.
    assert (first.probability_after is None) == (basis is None)
    assert (first.probability_after or 0.0) < score.threshold


def test_a_duplicate_is_known_from_history_alone(scorer: Scorer, world: Practice) -> None:
    score = _score(scorer, _again(world))
    assert score.denial_probability > 0.7
    assert score.categories[0].category == "duplicate"
    assert score.reasons[0].factor == "already_billed"
    assert "3 days ago" in score.reasons[0].text
    assert score.actions[0].action == "check_claim_status"
    after = score.actions[0].probability_after
    assert score.actions[0].basis == "category"
    assert after is not None
    assert after < score.threshold
    assert score.actions[0].text.endswith("if no earlier claim stands in the way.")


def test_the_field_named_is_the_one_that_was_missing(scorer: Scorer) -> None:
    assert _score(scorer, UNTOLD).actions[0].fields == ("rendering.taxonomy",)


def test_the_mended_claim_is_what_the_what_if_said(scorer: Scorer) -> None:
    before = _score(scorer, UNTOLD)
    mended = replace(UNTOLD, rendering=replace(CLEAN.rendering, npi=UNTOLD.rendering.npi))
    after = _score(scorer, mended)
    assert after.denial_probability == before.actions[0].probability_after


def test_a_payer_never_seen_is_never_shown_as_clean(scorer: Scorer) -> None:
    score = _score(scorer, STRANGER)
    assert (score.support.level, score.support.similar_claims) == ("none", 0)
    assert score.decision == "review"
    assert score.actions[0].action == "verify_eligibility"


def test_what_the_front_desk_knows_holds_a_claim(scorer: Scorer) -> None:
    ended = replace(CLEAN, eligibility=Eligibility(active=True, coverage_end=dt.date(2024, 12, 1)))
    score = _score(scorer, ended)
    assert score.decision == "hold"
    assert score.actions[0].action == "verify_eligibility"
    assert score.actions[0].fields == ("eligibility.coverage_end",)
    assert [edit.code for edit in score.edits] == ["coverage_ended"]
    # None of the claims that it learned from had such facts, so it cannot say.
    assert score.actions[0].probability_after is None


def test_a_model_that_knows_coverage_says_what_a_check_would_change(informed: Scorer) -> None:
    known = Eligibility(active=True, coverage_end=SERVED - dt.timedelta(20))
    score = _score(informed, replace(CLEAN, eligibility=known))
    first = score.actions[0]
    assert score.denial_probability > 0.5
    assert score.categories[0].category == "eligibility"
    assert (score.decision, first.action) == ("hold", "verify_eligibility")
    assert first.probability_after is not None
    assert first.probability_after < 0.2
    reason = score.reasons[0]
    assert reason.factor == "eligibility"
    assert reason.text.startswith("Coverage ended 20 days before the service")
    mended = replace(known, coverage_end=SERVED + dt.timedelta(200))
    assert _score(informed, replace(CLEAN, eligibility=mended)).denial_probability < 0.2
    unknown = _score(informed, CLEAN)
    assert unknown.denial_probability < 0.3
    # One claim in twelve of which nobody asked is not covered either: not to know is a risk too.
    told = [reason.text for reason in unknown.reasons if reason.factor == "eligibility"]
    assert set(told) <= {"When coverage ends is not known."}


def test_lines_are_scored_and_never_above_their_claim(scorer: Scorer, world: Practice) -> None:
    two = (LINE, replace(LINE, number=7, procedure="97110"))
    score = _score(scorer, replace(CLEAN, lines=two, charge=Decimal(240)))
    assert [line.line for line in score.lines] == [1, 7]
    plain, therapy = (line.denial_probability for line in score.lines)
    assert therapy > 0.7 > plain
    for one in scorer.score(world.claims[:200]):
        risks = [line.denial_probability for line in one.score.lines]
        assert len(risks) == len(one.score.lines)
        assert max(risks) <= one.score.denial_probability
        if len(risks) == 1:
            assert risks == [one.score.denial_probability]


def test_values_are_those_that_training_saw(scorer: Scorer, world: Practice) -> None:
    scored = scorer.score(world.claims[:300])
    values = np.stack([one.values for one in scored])
    assert values.dtype == np.float32
    assert values.tobytes() == world.values[:300].tobytes()
    found = world.model.predict(world.values[:300]).probability
    assert [one.score.denial_probability for one in scored] == found.tolist()


def test_one_by_one_and_together_are_the_same(scorer: Scorer, world: Practice) -> None:
    together = [one.score for one in scorer.score(world.claims[:150])]
    assert together == [_score(scorer, claim) for claim in world.claims[:150]]


def test_a_precision_takes_the_place_of_the_threshold(scorer: Scorer, world: Practice) -> None:
    claims = world.claims[-40:]
    plain = scorer.score(claims)
    kept = scorer.score(claims, precision=0.7)
    for one, other in zip(plain, kept, strict=True):
        assert one.score.denial_probability == other.score.denial_probability
        assert (one.score.threshold, one.score.precision_promised) == (0.35, None)
        assert (other.score.threshold, other.score.precision_promised) == (0.7, 0.7)
    frame = world.frame.take(np.arange(len(world.frame))[-40:])
    held = scorer.score_frame(frame, precision=0.7).decision != "submit"
    strict = scorer.score_frame(frame).decision != "submit"
    assert held.sum() < strict.sum()
    mixed = scorer.score(claims[:2], precision=[None, 0.6])
    assert [one.score.threshold for one in mixed] == [0.35, 0.25]
    with pytest.raises(PromiseError, match=r"the best that it can keep is 0\.9"):
        scorer.score(claims, precision=0.95)


def test_a_score_can_be_replayed_from_its_values(scorer: Scorer, world: Practice) -> None:
    scored = scorer.score([THERAPY])[0]
    again = world.model.predict(scored.values[None, :])
    assert again.probability[0] == scored.score.denial_probability
    assert again.probability[0] == scored.prediction.probability[0]


def test_reasons_and_rest_make_up_the_raw_score(scorer: Scorer, world: Practice) -> None:
    for one in scorer.score(world.claims[:100]):
        score = one.score
        told = sum(reason.contribution for reason in score.reasons)
        assert abs(told + score.base_value + score.other_contribution - score.raw_score) < 1e-9


def test_as_of(scorer: Scorer) -> None:
    claim = replace(CLEAN, submitted_on=None)
    before = dt.datetime.now().astimezone().date().isoformat()
    judged = scorer.score([claim])[0].score.as_of
    assert before <= judged <= dt.datetime.now().astimezone().date().isoformat()
    day = dt.date(2024, 6, 1)
    assert [one.score.as_of for one in scorer.score([claim, CLEAN], day)] == ["2024-06-01"] * 2
    both = scorer.score([claim, CLEAN], [day, None])
    assert [one.score.as_of for one in both] == ["2024-06-01", "2024-12-27"]


def test_nothing_learned_later_is_used(scorer: Scorer) -> None:
    early = scorer.score([THERAPY], dt.date(2024, 1, 3))[0].score
    assert early.support.similar_claims < 5
    assert early.support.level != "good"


def test_odd_claims_are_scored_too(scorer: Scorer) -> None:
    bare = Claim(claim_id="", payer=Payer(payer_id=""))
    void = replace(CLEAN, lines=(), diagnoses=(), frequency="8")
    long = replace(CLEAN, lines=(LINE,) * 60, charge=Decimal(7200))
    for one in scorer.score([bare, void, long, CLEAN]):
        assert 0 < one.score.denial_probability < 1
        assert one.score.actions
    assert [one.score.claim_id for one in scorer.score([bare, void])] == ["", "C1"]
    assert scorer.score([]) == []


def test_the_table_agrees_with_the_whole_answer(scorer: Scorer, world: Practice) -> None:
    rows = np.arange(400)
    table = scorer.score_frame(world.frame.take(rows))
    for row, one in enumerate(scorer.score(world.claims[:400])):
        score = one.score
        assert table.probability[row] == score.denial_probability
        assert table.low[row] == score.denial_probability_low
        assert table.high[row] == score.denial_probability_high
        assert CATEGORIES[table.category[row]] == score.categories[0].category
        assert table.carc[row] == score.categories[0].carcs[0].code
        if not score.edits:
            assert table.decision[row] == score.decision
            assert table.action[row] == score.actions[0].action
            assert score.value is not None
            assert f"{table.saving[row] + 0.0:.2f}" == score.value.saving
            assert table.minutes[row] == score.value.minutes


def test_the_table_reports_progress_and_takes_nothing(scorer: Scorer, world: Practice) -> None:
    done: list[int] = []
    scorer.score_frame(world.frame, done.append)
    assert sum(done) == len(world.frame)
    empty = scorer.score_frame(world.frame.take(np.zeros(0, np.int64)))
    assert len(empty.probability) == len(empty.decision) == 0


def test_scoring_imports_nothing_heavy() -> None:
    # numba brings scipy's linear algebra.
    code = (
        "import sys, models.scoring;"
        "print([m for m in ('pandas', 'sklearn', 'shap', 'mlflow', 'lightgbm')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
