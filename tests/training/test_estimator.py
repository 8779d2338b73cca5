"""A notebook's ``DenialModel`` answers as ``preclear train`` and ``/score`` do."""

from __future__ import annotations

import datetime as dt
import doctest
from pathlib import Path

import numpy as np
import pytest

from claims.errors import UserError
from claims.keys import load_keys
from claims.types import Claim
from models.scoring import Scorer
from training import estimator
from training.estimator import DenialModel, read_claims


def command(*words: str) -> None:
    """Run ``preclear`` with these words in this process."""
    from cli.main import call

    assert call(words) == 0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``world`` to learn from, ``new-claims`` to ask about, and ``home``."""
    folder = tmp_path_factory.mktemp("estimator")
    world = folder / "world"
    command("synth", str(world), "--claims", "2000", "--seed", "11")
    files = sorted((world / "837").rglob("*.837"))
    (folder / "new-claims").mkdir()
    for file in files[-12:]:
        file.rename(folder / "new-claims" / file.name)
    return folder


@pytest.fixture(scope="module")
def fitted(place: Path) -> DenialModel:
    return DenialModel(seed=7, home=place / "home").fit(place / "world")


@pytest.fixture(scope="module")
def claims(place: Path) -> list[Claim]:
    found = read_claims(place / "new-claims")
    assert len(found) > 10
    return found


def test_probabilities_are_those_of_the_answers(fitted: DenialModel, claims: list[Claim]) -> None:
    told = fitted.predict_proba(claims)
    answers = fitted.explain(claims)
    assert told[:, 1].tolist() == [one.denial_probability for one in answers]
    assert np.array_equal(told.sum(1), np.ones(len(claims)))
    assert fitted.predict(claims).tolist() == [p >= fitted.model_.threshold for p in told[:, 1]]
    assert np.array_equal(fitted.score(claims).probability, told[:, 1])


def test_files_and_claims_are_answered_alike(
    fitted: DenialModel, claims: list[Claim], place: Path
) -> None:
    assert np.array_equal(fitted.predict_proba(place / "new-claims"), fitted.predict_proba(claims))
    assert np.array_equal(fitted.predict_proba(claims[0]), fitted.predict_proba(claims)[:1])


def test_contributions_add_up(fitted: DenialModel, claims: list[Claim]) -> None:
    raw = fitted.model_.predict(fitted.features(claims)).raw
    assert np.allclose(fitted.contributions(claims).sum(1), raw, atol=1e-9)


def test_another_day_is_another_question(fitted: DenialModel, claims: list[Claim]) -> None:
    early = fitted.features(claims, dt.date(2025, 1, 1))
    assert not np.array_equal(early, fitted.features(claims), equal_nan=True)
    answer = fitted.explain(claims[0], dt.date(2025, 1, 1))[0]
    assert answer.as_of == "2025-01-01"


def test_what_is_saved_answers_the_same(
    fitted: DenialModel, claims: list[Claim], place: Path, tmp_path: Path
) -> None:
    fitted.save(tmp_path / "kept")
    again = DenialModel.load(tmp_path / "kept", home=place / "home")
    assert again.explain(claims) == fitted.explain(claims)
    with pytest.raises(UserError, match="evaluation"):
        _ = again.evaluation_


def test_it_learns_what_the_command_learns(
    fitted: DenialModel, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.aliases import resolve
    from models.denial import DenialModel as Bundle

    monkeypatch.setenv("PRECLEAR_HOME", str(place / "home"))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(place / "mlruns"))
    command("train", str(place / "world"), "--seed", "7")
    kept = Bundle.load(resolve(place / "mlruns", "challenger").bundle)
    claims = read_claims(place / "new-claims")
    ours = Scorer(kept, fitted.history_, load_keys(place / "home")).score(claims)
    assert [one.score.denial_probability for one in ours] == fitted.predict_proba(claims)[
        :, 1
    ].tolist()


def test_another_history_is_another_answer(fitted: DenialModel, place: Path) -> None:
    other = fitted.knowing(place / "new-claims")
    assert other.history_.digest != fitted.history_.digest
    assert other.model_ is fitted.model_


def test_what_is_not_fitted_or_not_there_says_so(tmp_path: Path) -> None:
    model = DenialModel(home=tmp_path)
    with pytest.raises(UserError, match="not fitted"):
        model.predict_proba([])
    with pytest.raises(UserError, match="not there"):
        read_claims(tmp_path / "nothing")


def test_the_example_runs(
    fitted: DenialModel, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("PRECLEAR_HOME", str(place / "home"))
    tests = doctest.DocTestFinder().find(DenialModel, globs=vars(estimator).copy())
    ran = [doctest.DocTestRunner().run(one) for one in tests if one.examples]
    assert ran
    assert all(one.failed == 0 for one in ran)
