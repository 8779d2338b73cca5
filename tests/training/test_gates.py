from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from training.champion import Rival
from training.gates import CALIBRATION, Exam, judge
from training.metrics import chance_error, figures
from training.verdicts import Gate, refusal

World = tuple[np.ndarray, np.ndarray]
SIZE = 4_000


@pytest.fixture(scope="module")
def world() -> World:
    random = np.random.default_rng(1)
    probability = random.beta(1, 4, SIZE)
    return probability, random.random(SIZE) < probability


def _asked(
    ours: np.ndarray,
    denied: np.ndarray,
    *,
    rival: Rival | None = None,
    payer: np.ndarray | None = None,
    best: float = 0.7,
    peers: dict[str, np.ndarray] | None = None,
) -> dict[str, Gate]:
    constant = np.full(len(denied), denied.mean())
    signal = SimpleNamespace(best_feature="payer_rate", best_auroc=best)
    tested = Exam(
        evaluation=SimpleNamespace(overall=figures(ours, denied), signal=signal),
        probability=ours,
        denied=denied,
        payer=np.zeros(len(denied), np.int32) if payer is None else payer,
        payers=("ONE", "TWO"),
        peers=dict.fromkeys(("constant", "payer rate", "logistic"), constant) | (peers or {}),
        seed=1,
    )
    return {one.name: one for one in judge(tested, rival, ())}


def _rival(probability: np.ndarray | None, fair: np.ndarray | None = None) -> Rival:
    return Rival(
        version="7",
        same=False,
        learned_before="2024-01-01",
        probability=probability,
        fair=np.ones(SIZE, np.bool_) if fair is None else fair,
    )


def _refused(gates: dict[str, Gate]) -> list[str]:
    return [one.name for one in gates.values() if one.verdict == "refused"]


def test_a_good_model_passes_every_gate(world: World) -> None:
    gates = _asked(*world)
    assert not _refused(gates)
    assert refusal(gates.values()) == ""
    assert gates["beats the champion"].verdict == "not asked"
    assert gates["large payers"].verdict == "passed"
    assert all(one.sentence for one in gates.values())


def test_chance_is_refused(world: World) -> None:
    drawn = np.random.default_rng(2).permutation(world[0])
    assert "not above 0.5" in refusal(_asked(drawn, world[1]).values())


def test_one_class_and_few_denials_are_refused(world: World) -> None:
    none = np.zeros(SIZE, np.bool_)
    assert list(_asked(world[0], none)) == ["enough claims"]
    assert "holds 0 denied claims" in refusal(_asked(world[0], none).values())
    few = none.copy()
    few[:20] = True
    assert "holds 20 denied claims" in refusal(_asked(world[0], few).values())
    assert "holds 20 paid claims" in refusal(_asked(world[0], ~few).values())


def test_a_model_that_ranks_but_misjudges_is_refused(world: World) -> None:
    gates = _asked(world[0] ** 0.1, world[1])
    assert {"beats the constant", "calibrated", "large payers"} <= set(_refused(gates))
    assert "no better than a constant" in refusal(gates.values())


def test_a_baseline_that_is_as_good_is_not_beaten(world: World) -> None:
    gates = _asked(*world, peers={"logistic": world[0]})
    assert _refused(gates) == ["beats the logistic"]
    nearly = np.clip(world[0] + np.random.default_rng(3).normal(0, 0.01, SIZE), 0.001, 0.999)
    assert "beats the payer rate" in _refused(
        _asked(nearly, world[1], peers={"payer rate": world[0]})
    )


def test_the_champion_must_be_beaten_on_the_same_claims(world: World) -> None:
    worse = 0.6 * world[0] + 0.4 * world[1].mean()
    assert not _refused(_asked(*world, rival=_rival(worse)))
    losing = _asked(worse, world[1], rival=_rival(world[0]))
    assert "worse than the present champion" in losing["beats the champion"].sentence
    equal = _asked(*world, rival=_rival(world[0]))
    assert "beyond chance" in refusal(equal.values())


def test_a_champion_that_saw_the_test_claims_is_asked_about_the_others(world: World) -> None:
    worse = 0.6 * world[0] + 0.4 * world[1].mean()
    half = np.arange(SIZE) >= SIZE // 2
    told = _asked(*world, rival=_rival(worse, half))["beats the champion"]
    assert told.verdict == "passed"
    assert "2,000 claims new to both" in told.sentence
    none = _asked(*world, rival=_rival(worse, np.zeros(SIZE, np.bool_)))
    assert "too few test claims are new to both" in refusal(none.values())


def test_a_champion_of_another_program_and_the_same_model_do_not_hinder(world: World) -> None:
    assert not _refused(_asked(*world, rival=_rival(None)))
    same = Rival(
        version="7", same=True, learned_before="", probability=world[0], fair=np.ones(SIZE, bool)
    )
    assert "bit for bit" in _asked(*world, rival=same)["beats the champion"].sentence


@pytest.mark.parametrize(("best", "caught"), [(0.70, False), (0.96, True)])
def test_one_feature_that_knows_all_is_caught(world: World, best: float, caught: bool) -> None:
    assert ("no leak" in _refused(_asked(*world, best=best))) == caught


def test_a_model_that_is_too_good_is_caught() -> None:
    denied = np.random.default_rng(1).random(SIZE) < 0.2
    gates = _asked(np.where(denied, 0.99, 0.01), denied)
    assert "better than claims allow" in gates["no leak"].sentence


def test_a_large_payer_that_is_failed_is_named(world: World) -> None:
    payer = (np.arange(SIZE) % 5 == 0).astype(np.int32)
    second = payer == 1
    backwards = np.where(second, world[0].mean() * 2 - world[0], world[0]).clip(0.001, 0.999)
    told = _asked(backwards, world[1], payer=payer)["large payers"]
    assert told.verdict == "refused"
    assert "TWO backwards" in told.sentence
    off = np.where(second, (world[0] + 0.25).clip(0, 0.99), world[0])
    assert (
        "for TWO are not what happens"
        in _asked(off, world[1], payer=payer)["large payers"].sentence
    )
    assert _asked(*world, payer=payer)["large payers"].verdict == "passed"


def test_calibrated_probabilities_pass_nineteen_times_of_twenty() -> None:
    random = np.random.default_rng(5)
    probability = random.beta(1, 6, 1_000)
    most = chance_error(probability)
    found = [
        figures(probability, random.random(1_000) < probability).calibration_error.value
        for _ in range(40)
    ]
    assert 0.8 <= np.mean(np.array(found) <= most) <= 1.0
    assert max(found) < most + CALIBRATION
