"""Two actions together: named where one leaves too much, and only where both leave clearly less."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.categories import CATEGORIES, Action
from features.catalog import NAMES
from models.action_words import OWNERS
from models.advice import REVIEW, Situation, advise
from models.attest import ASSUMES, ATTESTS
from models.combining import ABOUT, combine, wanted
from models.decision import decide
from models.mends import MENDS
from models.score import ActionAdvice
from models.whatif import Tests


def _advice(action: Action, after: float | None, basis: str | None) -> ActionAdvice:
    made = ActionAdvice(
        action=action, owner=OWNERS[action], text="Do it.", probability_after=after,
        fields=("path",), attest=ATTESTS[action],
    )  # fmt: skip
    return replace(made, basis=basis)


def _now(probability: float, tests: Tests | None = None, seed: int = 0) -> Situation:
    random = np.random.default_rng(seed)
    return Situation(
        probability=probability, threshold=0.4,
        categories=random.dirichlet(np.full(len(CATEGORIES), 0.2)),
        values=random.uniform(0, 0.3, len(NAMES)).astype(np.float32), known=2, tests=tests or {},
    )  # fmt: skip


COVERAGE = _advice("confirm_coverage", 0.5, "category")
BUNDLING = _advice("review_bundling", 0.6, "category")
NUMBER = _advice("obtain_authorization", 0.5, "rescored")
REFERRAL = _advice("obtain_referral", 0.55, "rescored")
RECORDS = _advice("attach_documentation", 0.45, "rescored")
PROOF = _advice("prove_timely_filing", None, None)


def test_every_action_says_what_must_be_attested() -> None:
    assert set(ATTESTS) == set(get_args(Action))
    assert set(ASSUMES) == set(ABOUT) - {"prove_timely_filing"}
    assert all(text.startswith("that ") and text[-1] != "." for text in ATTESTS.values() if text)
    assert all(text.endswith(".") for text in ASSUMES.values())
    # Whoever only looks attests nothing; whoever puts a fact on the claim does.
    assert all(not text for action, text in ATTESTS.items() if action.startswith("review_"))
    assert all(ATTESTS[mend.action] for mend in MENDS if mend.action != "submit_now")


def test_two_parts_that_cannot_be_tried_add_up() -> None:
    made = combine(_now(0.8), [COVERAGE, BUNDLING, PROOF], {})
    assert made is not None
    assert (made.actions, made.basis) == (("confirm_coverage", "review_bundling"), "category")
    assert made.probability_after == pytest.approx(0.8 - 0.3 - 0.2)


def test_two_mends_are_said_as_they_were_tried() -> None:
    advice = [NUMBER, RECORDS]
    (asked,) = wanted(3, _now(0.8), advice)
    assert (asked.row, asked.pair) == (3, ("obtain_authorization", "attach_documentation"))
    assert asked.first == ("obtain_authorization", "path")
    made = combine(_now(0.8), advice, {asked.pair: 0.2})
    assert made is not None
    assert (made.probability_after, made.basis) == (0.2, "rescored")
    # Of one category they do not add up: it must be tried.
    assert combine(_now(0.8), [NUMBER, REFERRAL], {}) is None
    both = {("obtain_authorization", "obtain_referral"): 0.1}
    assert combine(_now(0.8), [NUMBER, REFERRAL], both) is not None


@pytest.mark.parametrize(
    "advice",
    [
        [COVERAGE],
        [COVERAGE, PROOF],
        # One is enough.
        [_advice("confirm_coverage", REVIEW * 0.4 - 0.01, "category"), BUNDLING],
        # Both leave hardly less than one.
        [COVERAGE, _advice("review_bundling", 0.75, "category")],
    ],
)
def test_one_is_enough_or_two_are_no_better(advice: list[ActionAdvice]) -> None:
    assert combine(_now(0.8), advice, {}) is None


_PARTS = sorted({(mend.action, mend.path) for mend in MENDS})


@settings(max_examples=200, deadline=None)
@given(
    st.floats(0.001, 0.999),
    st.integers(0, 10_000),
    st.dictionaries(st.sampled_from(_PARTS), st.floats(0.0, 1.0)),
)
def test_advice_is_whole_whatever_the_claim(
    probability: float, seed: int, afters: dict[tuple[Action, str], float]
) -> None:
    tests: Tests = {}
    for (action, path), part in afters.items():
        tests.setdefault(action, {})[path] = part * probability
    now = _now(probability, tests, seed)
    advice = advise(now, decide(now))
    assert 1 <= len(advice) <= 3
    assert len({one.action for one in advice}) == len(advice)
    for one in advice:
        assert (one.owner, one.attest) == (OWNERS[one.action], ATTESTS[one.action])
        assert one.probability_after is None or 0 <= one.probability_after <= probability + 1e-12
        assert (one.basis is None) or one.probability_after is not None
        assert one.text.endswith(ASSUMES[one.action]) if one.basis == "category" else True
        assert not any("[i]" in path for path in one.fields)
    made = combine(now, advice, {one.pair: 0.0 for one in wanted(0, now, advice)})
    if made is not None:
        by = {one.action: one.probability_after for one in advice}
        assert set(made.actions) <= set(by)
        assert len(set(made.actions)) == 2
        assert 0 <= made.probability_after <= min(by[one] for one in made.actions)
        assert decide(now) != "submit"
