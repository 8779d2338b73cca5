"""What is done with the columns and the answers; the learners that are always installed."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmarks.__main__ as harness
from benchmarks import peers
from benchmarks.peers import compare, lightgbm_peer
from benchmarks.peers.cases import KEYS, Labels
from benchmarks.peers.compare import Comparison, why
from benchmarks.peers.judging import Row, earlier_threshold, judge, top_3
from benchmarks.peers.logistic import logistic
from benchmarks.peers.ours import sent_on
from benchmarks.peers.show import lines
from benchmarks.peers.table import RARE, Table, make
from claims.categories import CATEGORIES
from claims.types import Claim, Payer, ServiceLine
from features.frame import Frame
from training.metrics import auroc

SHARED = Path(__file__).resolve().parents[3] / "shared"
TRUTH = {"A": 0.05, "B": 0.2, "C": 0.7}


def rows(size: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Claims whose payer and lag say how likely a denial is."""
    random = np.random.default_rng(seed)
    payer = random.choice(list(TRUTH), size)
    lag = random.exponential(20, size)
    chance = np.array([TRUTH[one] for one in payer]) + np.where(lag > 60, 0.25, 0)
    frame = pd.DataFrame({"payer": pd.Series(payer, dtype=object), "lag": lag, "same": 1.0})
    return frame, random.random(size) < chance


@pytest.fixture(scope="module")
def handed() -> tuple[Table, np.ndarray]:
    train, denied = rows(1500, 1)
    test, later = rows(800, 2)
    return make(train, test, denied, np.arange(1500) // 10), later


def known(denied: np.ndarray, category: np.ndarray | None = None, carc: str = "") -> Labels:
    size = len(denied)
    return Labels(
        denied=denied,
        category=np.full(size, -1) if category is None else category,
        carc=np.where(denied, carc, ""),
        payer=np.ones(size, np.uint64),
        claim_key=np.arange(size, dtype=np.uint64),
    )


def test_rare_and_unseen_codes_are_one_category() -> None:
    train = pd.DataFrame(
        {"code": pd.Series(["a"] * 5 + ["b"] * 4 + ["c"], dtype=object), "one": "x"}
    ).astype({"one": object})
    test = pd.DataFrame({"code": pd.Series(["a", "c", "new"], dtype=object), "one": "y"})
    made = make(train, test, np.zeros(10, bool), np.arange(10), least=3)
    assert made.texts == ("code",)  # "one" never differs in training
    assert made.test["code"].tolist() == ["a", RARE, RARE]
    assert made.train["code"].dtype == made.test["code"].dtype
    assert np.flatnonzero(made.stop).tolist() == [8, 9]


@pytest.mark.parametrize("learn", [lightgbm_peer.denial, logistic])
def test_a_peer_finds_what_is_there(learn: compare.Peer, handed: tuple[Table, np.ndarray]) -> None:
    table, denied = handed
    later, chance = learn(table, 1)
    assert later.shape == (table.stop.sum(),)
    assert auroc(chance, denied) > 0.75
    assert abs(chance.mean() - denied.mean()) < 0.06
    assert table.train.columns.tolist() == ["payer", "lag"]


def test_a_peer_says_why(handed: tuple[Table, np.ndarray]) -> None:
    table, denied = handed
    by_payer = {"A": 1, "B": 4, "C": 7, RARE: 0}
    place = np.array([by_payer[code] for code in table.train["payer"]])
    of_training = known(table.label, np.where(table.label, place, -1), "197")
    truth = np.array([by_payer[code] for code in table.test["payer"]])
    asked = known(denied, np.where(denied, truth, -1), "197")
    category, carcs = why(table, asked, of_training, 1)
    assert category.shape == (len(denied), len(CATEGORIES))
    assert (category.argmax(1) == truth)[denied].mean() > 0.95
    assert category[~denied].sum() == 0
    assert carcs[int(np.flatnonzero(~denied)[0])] == []


def test_the_earlier_threshold_is_the_lowest_that_kept_the_precision() -> None:
    chance = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    assert earlier_threshold(chance, np.array([1, 1, 1, 0, 1], bool)) == 0.7
    assert earlier_threshold(chance, np.array([0, 1, 1, 1, 1], bool)) is None
    # Equal probabilities never part.
    assert earlier_threshold(np.array([0.9, 0.5, 0.5]), np.array([1, 1, 0], bool)) == 0.9


def test_a_row_of_figures() -> None:
    denied = np.arange(1000) % 4 == 0
    chance = np.where(denied, 0.9, 0.1)
    perfect = judge("p", chance, known(denied), threshold=0.5)
    assert (perfect.auroc, perfect.recall_95, perfect.earlier_recall) == (1, 1, 1)
    assert perfect.earlier_precision == 1
    assert perfect.ece == pytest.approx(0.1)
    assert perfect.ece_payer == pytest.approx(0.1)
    assert math.isnan(perfect.category_top_1)
    refused = judge("p", chance, known(denied))
    assert refused.earlier_recall == 0
    assert math.isnan(refused.earlier_precision)


def test_carcs_are_judged_on_denied_rows_that_have_one() -> None:
    named = [["197", "45"], ["18"], ["197"], []]
    carc = np.array(["45", "29", "", "197"])
    assert top_3(named, carc, np.array([True, True, True, False])) == 0.5
    assert math.isnan(top_3([], carc, np.ones(4, bool)))


def _row(name: str, recall: float, area: float) -> Row:
    rest = dict.fromkeys(
        ("auprc", "recall_95_low", "recall_95_high", "earlier_recall", "ece", "ece_payer"), 0.5
    )
    return Row(name=name, auroc=area, recall_95=recall, earlier_precision=math.nan, **rest)


def test_the_ratio_is_to_the_best_peer() -> None:
    made = Comparison(
        name="n", about="a", learned=1, judged=1, denied=1, columns=1, ceiling=0.9,
        ours=(_row("ours", 0.3, 0.86),), peers=(_row("one", 0.2, 0.7), _row("two", 0.1, 0.8)),
    )  # fmt: skip
    assert made.ratio(made.ours[0], "recall_95") == pytest.approx(1.5)
    assert made.way(made.ours[0]) == pytest.approx(0.9)
    told = "\n".join(lines(made))
    assert "1.50 times the denials that one finds" in told
    assert "two, the best peer: 75% of the way up" in told
    kept = json.loads(json.dumps(made.to_json(), allow_nan=False))
    assert kept["ratios"]["ours"]["recall_95"] == pytest.approx(1.5)


def test_a_refusal_of_ours_is_told_and_hides_no_peer() -> None:
    made = Comparison(
        name="n", about="a", learned=1, judged=1, denied=1, columns=1, ceiling=math.nan,
        ours=(), peers=(_row("one", 0.2, 0.7),), refusal="Give more months.",
    )  # fmt: skip
    told = "\n".join(lines(made))
    assert "ours refused to learn: Give more months." in told
    assert "one  " in told


def test_a_moved_claim_keeps_its_lag() -> None:
    day = dt.date(2025, 1, 10)
    service = ServiceLine(number=1, service_from=day, service_to=day)
    claims = [
        Claim(
            claim_id="1",
            payer=Payer(payer_id="A"),
            submitted_on=day + dt.timedelta(days=lag),
            lines=(service,) * lines,
        )
        for lag, lines in ((7, 1), (30, 2))
    ]
    frame = Frame.from_claims(claims, KEYS)
    moved = sent_on(frame, 30_000)
    assert moved.as_of.tolist() == moved.submitted.tolist() == [30_000, 30_000]
    assert (30_000 - moved.line_from).tolist() == [7, 30, 30]
    assert (moved.submitted - moved.service_to == frame.submitted - frame.service_to).all()


def test_without_the_peers_it_says_so_and_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compare, "absent", lambda names: ["catboost"])
    assert harness.main(["peers", "--quick"]) == 0
    assert "skipped: catboost not installed (`make bench-peers`" in capsys.readouterr().out


def test_every_peer_can_be_asked_for_by_its_name() -> None:
    assert tuple(compare.PEERS) == peers.NAMES
    assert compare.absent(["logistic", "LightGBM"]) == []


def test_only_the_peers_take_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert harness.main(["reading", "--quick"]) == 2
    assert "--quick" in capsys.readouterr().err


@pytest.mark.heavy
def test_a_small_world_from_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if missing := compare.absent():
        pytest.skip(f"{missing[0]} is not installed (make bench-peers installs it)")
    out = tmp_path / "figures.json"
    peers.main(["--quick", "--only", "world 7101", "--out", str(out)])
    (made,) = json.loads(out.read_text())
    assert [row["name"] for row in made["peers"]] == list(peers.NAMES)
    assert made["judged"] > 500
    for row in (*made["ours"], *made["peers"]):
        assert 0.5 < row["auroc"] < made["ceiling"] + 0.03
        assert 0 <= row["ece"] < 0.2
    assert "times the denials" in capsys.readouterr().out


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("name", "histories"),
    [
        ("claims_tables", ["as of submission", "history frozen"]),
        ("carrier_lines_2008", ["as of submission", "at the end"]),
    ],
)
def test_other_peoples_data_from_end_to_end(
    name: str, histories: list[str], tmp_path: Path
) -> None:
    if not (SHARED / "data" / "claims_tables").exists():
        pytest.skip("the shared data is not there")
    out = tmp_path / "figures.json"
    peers.main(["--only", name, "--peers", "LightGBM", "--out", str(out)])
    (made,) = json.loads(out.read_text())
    assert [row["name"] for row in made["ours"]] == [f"ours, {what}" for what in histories]
    (peer,) = made["peers"]
    # Whatever comes near 1 on such data saw the answer.
    assert 0.6 < peer["auroc"] < 0.92
    assert made["ceiling"] is None
    assert 0.08 < made["denied"] / made["judged"] < 0.25
