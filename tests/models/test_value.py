"""What an action is worth: by hand, and in the direction that it must go."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import KEYS, clean_claim

from claims.categories import CATEGORIES, CATEGORY_CODE, Action
from claims.types import Payer
from features.catalog import NAMES
from features.frame import Frame
from models.advice import Situation
from models.combining import ABOUT
from models.costs import Costs
from models.edits import FAMILIES, HOLDING
from models.habits import Habits
from models.recovery import Recovery
from models.score import ActionAdvice, Edit
from models.value import DENYING, SURE, Valuer, Worth, at_stake, loss, per_minute

USUAL = Costs.usual()
DOLLARS = st.floats(0, 1e6)
SHARE = st.floats(0, 1)
EDIT = Edit(code="npi_invalid", severity="error", field="billing.npi", text="Wrong.")


def _now(probability: float = 0.6, category: str = "authorization", **changes: object) -> Situation:
    categories = np.zeros(len(CATEGORIES))
    categories[CATEGORY_CODE[category]] = 1.0
    now = Situation(
        probability=probability, threshold=0.4, categories=categories,
        values=np.zeros(len(NAMES), np.float32), known=2, tests={},
    )  # fmt: skip
    return replace(now, **changes)


def _action(name: Action, after: float | None = None, *fields: str) -> ActionAdvice:
    return ActionAdvice(
        action=name, owner="billing", text="Do.", probability_after=after, fields=fields,
        basis=None if after is None else "rescored",
    )  # fmt: skip


def _worth(dollars: float) -> Worth:
    return Worth(payment=dollars, basis="payer", loss=dollars, rejection=40.0)


def _net(action: ActionAdvice, now: Situation, dollars: float, costs: Costs = USUAL) -> float:
    return Valuer(costs).value([action], now, _worth(dollars)).first


def test_every_action_prevents_one_category_but_to_send_prevents_none() -> None:
    assert set(ABOUT) == set(USUAL.minutes) - {"submit", "submit_now"}
    assert set(ABOUT.values()) == set(CATEGORIES) - {"other"}


def test_a_small_denial_is_let_go_and_of_a_large_one_some_is_recovered() -> None:
    costs = replace(USUAL, rework=40.0, reworked=0.5, recovered=0.6, delay=0.0)
    assert loss(50.0, costs) == 50.0
    assert loss(200.0, costs) == 200 - 0.5 * (0.6 * 200 - 40)
    assert loss(200.0, replace(costs, delay=0.1)) == pytest.approx(200 - 0.5 * (108 - 40))
    assert loss(200.0, costs, 0.9) == 200 - 0.5 * (0.9 * 200 - 40)
    assert loss(0.0, costs) == loss(-5.0, costs) == 0.0


@given(DOLLARS, DOLLARS, SHARE, SHARE)
def test_more_money_is_a_greater_loss_and_more_recovery_a_smaller_one(
    one: float, other: float, less: float, more: float
) -> None:
    low, high = sorted((one, other))
    assert 0 <= loss(low, USUAL) <= loss(high, USUAL) + 1e-6
    assert loss(high, USUAL) <= high
    seldom, often = sorted((less, more))
    assert loss(high, USUAL, often) <= loss(high, USUAL, seldom) + 1e-6


def test_a_claim_of_twenty_dollars_is_not_worth_half_an_hour() -> None:
    costs = replace(USUAL, minutes={**USUAL.minutes, "obtain_authorization": 30.0})
    charged = Worth(payment=8.0, basis="payer", loss=loss(20 * 0.4, costs), rejection=0.0)
    for after in (None, 0.0, 0.3):
        action = _action("obtain_authorization", after)
        assert Valuer(costs).value([action], _now(0.99), charged).first < 0
    assert _net(_action("obtain_authorization", 0.0), _now(0.99), 400.0, costs) > 0


@given(DOLLARS, DOLLARS, SHARE, SHARE, st.sampled_from(sorted(ABOUT)))
def test_an_action_is_worth_more_with_more_money_and_more_risk(
    one: float, other: float, less: float, more: float, name: Action
) -> None:
    action, now = _action(name), _now(max(less, more), ABOUT[name])
    small, large = sorted((one, other))
    assert _net(action, now, small) <= _net(action, now, large) + 1e-6
    calm = _now(min(less, more), ABOUT[name])
    assert _net(action, calm, large) <= _net(action, now, large) + 1e-6


def test_a_mend_that_was_tried_is_worth_what_it_showed() -> None:
    valuer, now = Valuer(USUAL), _now(0.6)
    assert valuer.fall(_action("obtain_authorization", 0.1), now) == pytest.approx(
        USUAL.tested * 0.5
    )
    untried = valuer.fall(_action("obtain_authorization"), now)
    assert untried == pytest.approx(USUAL.untested * 0.6)
    assert valuer.fall(_action("obtain_authorization", 0.6), now) == pytest.approx(untried / 2)
    assert valuer.fall(_action("review_coding"), now) == 0
    assumed = replace(_action("obtain_authorization", 0.1), basis="category")
    assert valuer.fall(assumed, now) == pytest.approx(USUAL.untested * 0.5)


def test_to_send_is_worth_nothing_and_to_send_now_what_waiting_would_cost() -> None:
    late = _now(0.2, tests={"submit_now": {"submitted_on": 0.7}})
    assert _net(_action("submit"), late, 500.0) == 0
    assert _net(_action("submit_now"), late, 500.0) == pytest.approx(0.5 * 500 - 2 * USUAL.wage)
    assert _net(_action("submit_now"), _now(0.2), 500.0) < 0


def test_a_rule_that_the_model_does_not_know_makes_a_rejection_or_a_denial_sure() -> None:
    now = _now(0.02, "coding", edits=(EDIT,))
    mend = _action("complete_information", None, "billing.npi")
    spent = USUAL.minutes["complete_information"] * USUAL.wage
    assert _net(mend, now, 100.0) == pytest.approx(SURE * USUAL.tested * 40 - spent)
    assert _net(replace(mend, fields=()), now, 100.0) == pytest.approx(-spent)
    ended = replace(EDIT, code="coverage_ended", field="eligibility.coverage_end")
    held = replace(now, edits=(ended,))
    verify = _action("verify_eligibility", None, "eligibility.coverage_end")
    assert Valuer(USUAL).fall(verify, held) == pytest.approx(SURE * USUAL.tested)
    listed = replace(EDIT, code="ncci_pair", field="lines[0].procedure")
    review = _action("review_bundling", None, "lines[0].procedure")
    asked = _now(0.02, "coding", edits=(listed,))
    assert Valuer(USUAL).fall(review, asked) == pytest.approx(SURE * USUAL.tested)


def test_every_rule_that_denies_is_one_that_is_known() -> None:
    known = {rule.code for family in FAMILIES for rule in family.KNOWN}
    assert HOLDING < DENYING <= known


def test_what_saves_nothing_stands_behind_what_does() -> None:
    now = _now(0.6)
    three = [_action("review_coding"), _action("obtain_authorization", 0.1), _action("submit")]
    valued = Valuer(USUAL).value(three, now, _worth(300.0))
    first = valued.worthwhile_first()
    assert [one.action for one in first.actions] == [
        "obtain_authorization",
        "review_coding",
        "submit",
    ]
    assert first.best == first.first == valued.best
    assert first.actions[0].saving == f"{valued.best:.2f}"
    assert first.minutes == USUAL.minutes["obtain_authorization"]


def test_of_several_lines_the_riskiest_charges_are_at_stake() -> None:
    line = clean_claim(1).lines[0]
    two = (replace(line, charge=Decimal(300)), replace(line, number=2, charge=Decimal(100)))
    frame = Frame.from_claims(
        [clean_claim(1, lines=two, charge=Decimal(400)), clean_claim(2)], KEYS
    )
    stake = at_stake(frame, np.array([0.1, 0.6, 0.5]), np.array([0.6, 0.5]))
    assert stake.tolist() == [pytest.approx((30 + 60) / (0.6 * 400)), 1.0]
    free = Frame.from_claims([clean_claim(1, lines=(replace(line, charge=Decimal(0)),))], KEYS)
    assert at_stake(free, np.array([0.5]), np.array([0.5])).tolist() == [1.0]


def _of(category: str, recovery: Recovery | None, habits: Habits | None = None) -> Worth:
    frame = Frame.from_claims([clean_claim(1, payer=Payer(payer_id="A", position="P"))], KEYS)
    return Valuer(USUAL, habits, recovery).worth(frame, 0, 1.0, _now(0.6, category).categories)


def test_what_history_shows_of_recovery_takes_the_place_of_the_usual_chance() -> None:
    place = CATEGORY_CODE["authorization"]
    shown = Recovery.fit(120, [(place, frozenset(), True, True)] * 400)
    chance = shown.chance("authorization").chance
    assert chance > 0.9
    usual = _of("authorization", None)
    assert _of("authorization", shown).loss == pytest.approx(loss(120.0, USUAL, chance))
    assert _of("authorization", shown).loss < usual.loss
    # Of this category nothing was sent again.
    assert _of("coding", shown).loss == pytest.approx(usual.loss)


def test_what_a_payer_habitually_pays_is_what_is_lost() -> None:
    told = _of("coding", None, Habits({False: 0.25}, {}, {}))
    assert (told.payment, told.basis, told.loss) == (30.0, "all_payers", 30.0)
    assert _of("coding", None).basis == "charge"


def test_the_answer_says_dollars_as_text() -> None:
    costs = replace(USUAL, tested=0.8, wage=0.5)
    valuer, now, worth = Valuer(costs), _now(0.5), _worth(100.0)
    valued = valuer.value([_action("obtain_authorization", 0.0)], now, worth)
    told = valuer.told(valued, worth, 0.5)
    assert (told.expected_payment, told.expected_loss) == ("100.00", "50.00")
    assert (told.saving, told.minutes, told.saving_per_minute) == ("30.00", 20.0, "1.50")
    sent = valuer.told(valuer.value([_action("submit")], now, worth), worth, 0.5)
    assert (sent.saving, sent.minutes, sent.saving_per_minute) == ("0.00", 0.0, None)
    assert per_minute(3.0, 0.0) is None
