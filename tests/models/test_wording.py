"""Every factor and feature has a sentence; no sentence says more than the row does."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.categories import CATEGORIES
from features.catalog import FACTORS, FEATURES, NAMES, PLACE, Feature
from features.facts import FACTS
from features.kinds import CLAIM_KINDS, LINE_KINDS
from models.fact_words import FACT_WORDS, MISSING_WORDS
from models.wording import percent, sentence
from models.words import CATEGORY_WORDS, SUBJECTS, USUAL

BY_NAME = {feature.name: feature for feature in FEATURES}


def _row(**values: float) -> np.ndarray:
    row = np.zeros(len(NAMES), np.float32)
    for name, value in values.items():
        row[PLACE[name]] = value
    return row


def _well_formed(text: str) -> bool:
    ending = text.endswith(".") and not text.endswith("..")
    plain = not re.search(r"nan|None(?! of)|_|\{|\}|  | ,", text)
    return ending and plain and (text[0].isupper() or text[0].isdigit()) and len(text) < 330


def test_no_factor_is_without_words() -> None:
    assert set(FACT_WORDS) == {fact.name for fact in FACTS}
    kinds = [kind for kind in (*CLAIM_KINDS.kinds, *LINE_KINDS.kinds) if not kind.category]
    assert set(SUBJECTS) == {kind.name for kind in kinds if kind.shown}
    assert set(USUAL) == {kind.name for kind in kinds if kind.usual}
    assert set(CATEGORY_WORDS) == set(CATEGORIES)
    assert set(MISSING_WORDS) <= set(NAMES)
    covered = {feature.factor for feature in FEATURES if sentence(feature, _row(), raises=True)}
    assert covered == set(FACTORS)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_feature_gives_a_sentence(feature: Feature) -> None:
    for value in (0, 1, 2, 3, 0.004, 0.42, 0.999, 7, 130, 12345.67, np.nan):
        for others in (0, 1, 250, np.nan):
            row = np.full(len(NAMES), others, np.float32)
            row[PLACE[feature.name]] = value
            for raises in (True, False):
                text = sentence(feature, row, raises=raises)
                assert _well_formed(text), text
                assert ("lowers the risk" in text) == (not raises)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_any_row_gives_sentences(seed: int) -> None:
    random = np.random.default_rng(seed)
    scale = random.choice([1, 2, 100, 1e6], len(NAMES))
    row = (random.random(len(NAMES)) * scale).astype(np.float32)
    row[random.random(len(NAMES)) < 0.2] = np.nan
    for place in random.integers(0, len(NAMES), 10):
        assert _well_formed(sentence(FEATURES[place], row, raises=bool(place % 2)))


@pytest.mark.parametrize(
    ("name", "values", "text"),
    [
        ("authorization_given", {}, "No prior authorization number is on the claim."),
        (
            "payer_procedure_authorization_rate",
            {"payer_procedure_authorization_rate": 0.42, "payer_procedure_authorization_seen": 310},
            "No prior authorization number is on the claim: of 310 lines with this procedure to "
            "this payer sent so, 42 % were denied.",
        ),
        ("payer_rate", {"payer_rate": 0.2, "payer_seen": 1310},
         "Of 1,310 claims to this payer, 20 % were denied."),
        ("payer_rate", {"payer_rate": 0.2, "payer_seen": 40},
         "Of 40 claims to this payer, about 20 % were denied."),
        ("payer_rate", {"payer_rate": 0.2, "payer_seen": 1},
         "Only 1 of the claims to this payer has been answered so far, and going by it and what "
         "comes nearest, about 20 % are denied."),
        ("payer_rate", {"payer_rate": 0.1, "payer_seen": 0},
         "None of the claims to this payer has been answered yet, and by those that come nearest "
         "10 % are denied."),
        ("payer_recent", {"payer_recent": 0.42, "payer_seen": 310},
         "In the last 90 days 42 % of the claims to this payer were denied (310 answered in all)."),
        ("payer_seen", {"payer_seen": 1},
         "1 of the claims to this payer has been answered so far."),
        ("lag_days", {"lag_days": 1}, "The claim goes out one day after the service."),
        ("repeat_days", {"repeats": 1, "repeat_days": 9},
         "This service was sent to this payer 9 days ago."),
        ("payer_repeat_rate",
         {"repeats": 1, "repeat_days": 9, "repeat_state": 2, "payer_repeat_rate": 0.9,
          "payer_repeat_seen": 120},
         "This service was sent to this payer 9 days ago (paid): of 120 claims to this payer in "
         "the same state, 90 % were denied."),
    ],
)  # fmt: skip
def test_sentences_as_a_biller_reads_them(name: str, values: dict[str, float], text: str) -> None:
    assert sentence(BY_NAME[name], _row(**values), raises=True) == text


def test_a_count_from_another_line_is_not_shown() -> None:
    name = "payer_procedure_authorization_authorization_rate"
    row = _row(**{name: 0.3, "payer_procedure_authorization_seen": 310})
    assert "310" not in sentence(BY_NAME[name], row, raises=True)


def test_percent_does_not_round_to_certainty() -> None:
    assert percent(0.0) == "under 1 %"
    assert percent(1.0) == "over 99 %"
    assert percent(0.5) == "50 %"
