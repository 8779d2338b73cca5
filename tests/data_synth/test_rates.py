"""The world against what is published: denial rates, lags, mix, and how hard it is to foresee."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from claims.categories import CATEGORIES
from data_synth.config import NEVER, WorldConfig
from data_synth.lifecycle import ORIGINAL
from data_synth.payers import DENIAL_RANGE, PAYER_TYPES, TYPE_OF, PayerType
from data_synth.world import World, build

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _originals(world: World) -> NDArray[np.int64]:
    return np.flatnonzero(world.history.frequency == ORIGINAL)


def _auroc(positive: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    order = np.argsort(score, kind="stable")
    rank = np.empty(len(score))
    rank[order] = np.arange(len(score))
    count = positive.sum()
    return float((rank[positive].mean() - (count - 1) / 2) / (len(score) - count))


def _rate(world: World, kind: PayerType) -> tuple[float, float, int]:
    """Denied share of a payer type's professional claims: as it fell, as expected; the claims."""
    rows = _originals(world)
    facts, verdict = world.history.facts.claims, world.history.verdict
    of_kind = np.array(TYPE_OF)[facts.payer[rows]] == PAYER_TYPES.index(kind)
    rows = rows[of_kind & (facts.form[rows] == 0)]
    fell = float((verdict.outcome[rows] > 0).mean())
    return fell, float(verdict.probability[rows].mean()), len(rows)


@pytest.mark.parametrize("kind", PAYER_TYPES)
def test_professional_claims_are_denied_as_often_as_published(
    middling: World, kind: PayerType
) -> None:
    low, high = DENIAL_RANGE[kind]
    fell, expected, count = _rate(middling, kind)
    chance = 3 * (expected * (1 - expected) / count) ** 0.5
    assert low - 0.008 <= expected <= high + 0.008
    assert low - 0.008 - chance <= fell <= high + 0.008 + chance


def test_the_published_ranges_are_those_of_the_issue() -> None:
    assert DENIAL_RANGE["medicare"] == (0.07, 0.08)
    assert DENIAL_RANGE["medicare_advantage"] == (0.14, 0.15)
    assert DENIAL_RANGE["exchange"] == (0.17, 0.19)
    private: tuple[PayerType, ...] = ("commercial", "blues")
    public: tuple[PayerType, ...] = ("medicaid", "managed_medicaid")
    for kind in private:
        assert 0.05 <= DENIAL_RANGE[kind][0] < DENIAL_RANGE[kind][1] <= 0.10
    for kind in public:
        assert 0.17 <= DENIAL_RANGE[kind][0] < DENIAL_RANGE[kind][1] <= 0.25


def test_every_category_arises_and_none_prevails(middling: World) -> None:
    rows = _originals(middling)
    category = middling.history.verdict.category[rows]
    share = np.bincount(category[category >= 0], minlength=len(CATEGORIES))
    share = share / share.sum()
    assert share.min() >= 0.005
    assert share.max() <= 0.25


def test_it_is_neither_trivial_nor_hopeless(middling: World) -> None:
    rows = _originals(middling)
    verdict = middling.history.verdict
    ceiling = _auroc(verdict.outcome[rows] > 0, verdict.probability[rows])
    assert 0.88 <= ceiling <= 0.945


def test_answers_take_five_to_thirty_five_days_with_a_long_tail(middling: World) -> None:
    history = middling.history
    rows = _originals(middling)
    rows = rows[history.answered[rows] < NEVER]
    lag = history.answered[rows] - history.facts.claims.submitted[rows]
    assert lag.min() >= 4
    assert np.percentile(lag, 1) >= 5
    assert ((lag >= 5) & (lag <= 35)).mean() > 0.88
    assert 60 < np.percentile(lag, 99) < 160


def test_some_claims_are_never_answered(middling: World) -> None:
    rows = _originals(middling)
    silent = (middling.history.answered[rows] == NEVER).mean()
    assert 0.004 < silent < 0.02


def test_charges_look_like_charges(middling: World) -> None:
    facts = middling.history.facts
    lines, claims = facts.lines, facts.claims
    assert lines.charge.min() > 0
    # One charge master a location: the same procedure costs the same there in the same year.
    year = claims.service.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    one_unit = (lines.units == 1) & (lines.procedure >= 0)
    seen: dict[tuple[int, ...], set[int]] = {}
    for row in np.flatnonzero(one_unit)[:20_000].tolist():
        claim = int(lines.claim[row])
        key = (int(claims.location[claim]), int(lines.procedure[row]), int(year[claim]))
        seen.setdefault(key, set()).add(int(lines.charge[row]))
    assert np.mean([len(charges) == 1 for charges in seen.values()]) > 0.97


def test_charges_do_not_tell_the_outcome(middling: World) -> None:
    """Within one procedure at one place, what is denied is charged like what is paid."""
    history = middling.history
    lines = history.facts.lines
    denied = history.verdict.line_speech >= 0
    location = history.facts.claims.location[lines.claim]
    ratio = []
    for procedure in range(int(lines.procedure.max()) + 1):
        for place in range(int(location.max()) + 1):
            rows = (lines.procedure == procedure) & (location == place) & (lines.units == 1)
            if (rows & denied).sum() >= 30:
                ratio.append(
                    lines.charge[rows & denied].mean() / lines.charge[rows & ~denied].mean()
                )
    assert len(ratio) >= 3
    assert np.abs(np.array(ratio) - 1).max() < 0.03


def test_other_policies_make_another_world() -> None:
    one = build(WorldConfig(claims=1_500, seed=5))
    other = build(WorldConfig(claims=1_500, seed=5, policy_seed=6))
    assert not np.array_equal(one.rules.auth_from, other.rules.auth_from)
    assert not np.array_equal(one.rules.filing, other.rules.filing)
    assert one.practice.provider_npi == other.practice.provider_npi


def test_policies_change_while_the_clock_runs(middling: World) -> None:
    rules, config = middling.rules, middling.config

    def dated(table: NDArray[np.int64]) -> int:
        return int(((table > config.first_day) & (table <= config.last_day)).sum())

    assert dated(rules.auth_from) >= 5
    assert dated(rules.auth_to) >= 1
    assert dated(rules.tightened) >= 5
    assert dated(rules.filing_change) >= 1
    assert (rules.filing[:, 1] < rules.filing[:, 0]).any()


@pytest.mark.heavy
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_rates_and_ceiling_hold_for_other_seeds(seed: int) -> None:
    world = build(WorldConfig(claims=60_000, seed=seed))
    for kind in PAYER_TYPES:
        low, high = DENIAL_RANGE[kind]
        assert low - 0.01 <= _rate(world, kind)[1] <= high + 0.01
    test_it_is_neither_trivial_nor_hopeless(world)
