"""What the judging of advice counts, on answers written down here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.advice import after, injected, saved
from benchmarks.advice.ground import Told
from benchmarks.advice.injected import Judged
from claims.categories import CATEGORIES, Action
from models.action_words import OWNERS
from models.score import ActionAdvice, CategoryScore, ModelRef, Score, Support

TOLD = Told(
    outcome="denied", category="authorization", mechanism="authorization",
    prevented_by=("obtain_authorization",), kind="plain",
)  # fmt: skip


def _score(actions: tuple[Action, ...], *categories: str) -> Score:
    return Score(
        claim_id="C", as_of="2025-01-01", model=ModelRef(name="m", version="1", digest="d"),
        denial_probability=0.6, denial_probability_low=0.5, denial_probability_high=0.7,
        decision="hold", threshold=0.4, amount_at_risk="1.00",
        support=Support(level="good", similar_claims=9),
        categories=tuple(
            CategoryScore(category=one, probability=0.5)
            for one in CATEGORIES if one in categories
        ),
        lines=(), reasons=(), edits=(),
        actions=tuple(
            ActionAdvice(action=one, owner=OWNERS[one], text="", probability_after=None)
            for one in actions
        ),
        raw_score=0.0, base_value=0.0, other_contribution=0.0,
    )  # fmt: skip


def _flagged(*paid_after: Action, actions: tuple[Action, ...]) -> saved.Flagged:
    made = _score(actions, "authorization", "bundling")
    return saved.Flagged(score=made, told=TOLD, paid_after=frozenset(paid_after))


CLAIMS = [
    _flagged("obtain_authorization", actions=("obtain_authorization",)),
    _flagged("review_bundling", actions=("confirm_coverage", "review_bundling")),
    _flagged("submit_now", actions=("prove_timely_filing",)),
    _flagged(actions=("verify_eligibility",)),
]


def test_a_claim_can_be_saved_by_what_its_world_says() -> None:
    assert [claim.savable for claim in CLAIMS] == [True, True, True, False]
    assert [claim.in_time for claim in CLAIMS] == [True, True, False, False]
    paid = replace(CLAIMS[0], told=replace(TOLD, outcome="paid"))
    assert not paid.savable


def test_the_first_action_and_the_first_two_are_counted() -> None:
    savable = [claim for claim in CLAIMS if claim.savable]
    assert saved.saved(savable, saved.ours, 1) == saved.Share(1, 3)
    assert saved.saved(savable, saved.ours, 2) == saved.Share(2, 3)
    assert saved.saved(savable, saved.peers(saved.PEERS_WAY), 2) == saved.Share(1, 3)
    assert saved.saved(savable, saved.peers(saved.KINDER_WAY), 2) == saved.Share(2, 3)
    told = "\n".join(saved.lines(CLAIMS))
    assert "4 flagged claims, 4 of them would be denied, 3 of those can be saved; 2 " in told


def test_the_peers_have_an_action_for_every_category() -> None:
    assert set(saved.PEERS_WAY) == set(saved.KINDER_WAY) == set(CATEGORIES)


def test_wilson_holds_the_share_inside_and_widens_for_few() -> None:
    # Worked by hand from Wilson's formula: 8 of 10.
    low, high = saved.Share(8, 10).ends
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert saved.Share(0, 0).ends == (0.0, 1.0)
    wide, narrow = saved.Share(8, 10).ends, saved.Share(800, 1000).ends
    assert narrow[1] - narrow[0] < wide[1] - wide[0]


def test_what_was_said_is_set_against_what_happened() -> None:
    one = after.Tried(
        actions=("confirm_coverage",), basis="category", before=0.6, said=0.25, denied=False,
        first=True,
    )  # fmt: skip
    found = [one, one, one, replace(one, denied=True), replace(one, said=0.35, first=False)]
    assert after.points(found[:4]) == pytest.approx(0.0)
    assert after.points(found) == pytest.approx(7.0)
    told = after.lines([*found, replace(one, actions=("confirm_coverage", "review_bundling"))])
    assert told[1].split()[-5:] == ["5", "0.600", "0.270", "0.200", "+7.0"]
    assert any(line.startswith("combinations of two") for line in told)
    assert any(line.startswith("  said 0.30 to 0.50") for line in told)


def test_injected_errors_stand_beside_the_category_that_leads() -> None:
    one = Judged(injected="missing_auth", denied=True, flagged=True, category="authorization")
    found = [one, replace(one, category="coding"), replace(one, injected="none", denied=False)]
    told = injected.lines(found)
    assert told[0].startswith("claims_tables: 3 later claims, 2 denied")
    assert told[2].split() == ["missing_auth", "2", "2", "2", "2", "1", "1", "1"]
    assert told[3].split()[:4] == ["none", "1", "1", "0"]
    assert told[-1].endswith("leads on 1 of 2")
