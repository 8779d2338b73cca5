"""Every factor and feature has a sentence; no sentence says more than the row does."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.categories import CATEGORIES
from features.build_lines import LINE_FACTS, LINE_FEATURES, LINE_NAMES
from features.catalog import FACTORS, FEATURES, NAMES, PLACE, Feature
from features.facts import FACTS
from features.kinds import CLAIM_KINDS, LINE_KINDS
from models.fact_words import FACT_WORDS, LINE_WORDS, MISSING_WORDS
from models.grouping import GROUPS
from models.wording import percent, sentence, vague
from models.words import CATEGORY_WORDS, FACTOR_WORDS, NAMES_ITS_CAUSE, SUBJECTS, USUAL

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
    assert set(LINE_NAMES) > set(LINE_WORDS) > {fact.name for fact in LINE_FACTS}
    assert set(FACTOR_WORDS) == set(GROUPS)
    assert set(NAMES_ITS_CAUSE) < set(GROUPS)
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
         "Only 1 of the claims to this payer has been answered so far; going by it and what "
         "comes nearest, about 20 % are denied."),
        ("payer_rate", {"payer_rate": 0.1, "payer_seen": 0},
         "None of the claims to this payer has been answered yet; going by what comes nearest, "
         "about 10 % are denied."),
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


AUTHORIZED = "payer_procedure_authorization_authorization_rate"


def test_a_count_from_another_line_is_not_shown() -> None:
    counts = {AUTHORIZED: 0.3, "payer_procedure_authorization_seen": 310}
    several = sentence(BY_NAME[AUTHORIZED], _row(**counts, line_count=2), raises=True, beside=0.1)
    assert "for one line" in several
    assert "310" not in several
    assert "10 %" not in several
    alone = sentence(BY_NAME[AUTHORIZED], _row(**counts, line_count=1), raises=True)
    assert "of 310 lines with this procedure to this payer sent so, 30 % were denied" in alone


def test_one_line_of_several_stands_beside_all_lines_to_its_payer() -> None:
    row = _row(**{AUTHORIZED: 0.3, "payer_authorization_rate": 0.02, "line_count": 3})
    raising = sentence(BY_NAME[AUTHORIZED], row, raises=True, beside=0.1)
    assert raising.endswith("as far as is known; of all service lines to this payer, 2 %.")
    # What would contradict the way that the factor pushes is not shown.
    assert "2 %" not in sentence(BY_NAME[AUTHORIZED], row, raises=False, beside=0.4)


def test_a_rate_stands_beside_the_one_it_leans_on() -> None:
    row = _row(payer_rate=0.204, payer_seen=1310, payer_coding_rate=0.013, payer_lines_seen=3184)
    told = sentence(BY_NAME["payer_rate"], row, raises=True, beside=0.11)
    assert told == "Of 1,310 claims to this payer, 20 % were denied; of claims to all payers, 11 %."
    same = sentence(BY_NAME["payer_rate"], row, raises=True, beside=0.203)
    assert same == "Of 1,310 claims to this payer, 20 % were denied."
    # Low rates of many answers have a decimal, or both would be one percent.
    coding = sentence(BY_NAME["payer_coding_rate"], row, raises=True, beside=0.005)
    assert coding == (
        "Of 3,184 service lines to this payer, 1.3 % were denied for their coding; "
        "of service lines to all payers, 0.5 %."
    )
    trifle = sentence(BY_NAME["payer_coding_rate"], row, raises=True, beside=0.0004)
    assert trifle.endswith("of service lines to all payers, under 0.1 %.")


def test_a_line_that_stands_alone_has_nothing_beside_it() -> None:
    row = _row(line_count=1, payer_companion_rate=0.3, payer_companion_seen=40)
    assert sentence(BY_NAME["payer_companion_rate"], row, raises=True) == (
        "Of 40 lines with this procedure to this payer that stand alone on their claim, "
        "about 30 % were denied."
    )
    assert "beside" not in sentence(BY_NAME["procedure_companion_share"], row, raises=True)
    row[PLACE["line_count"]] = 2
    assert "dearest other line" in sentence(BY_NAME["payer_companion_rate"], row, raises=True)


def test_what_a_common_rule_lets_expect_is_not_said_to_have_happened() -> None:
    row = _row(lag_days=421, payer_lag_timely_filing_rate=0.95)
    told = sentence(BY_NAME["payer_lag_timely_filing_rate"], row, raises=True, beside=0.01)
    assert "none of the claims that this payer got after as long has been answered yet" in told
    assert "going by what comes nearest or is a common rule, about 95 % are denied" in told
    assert "were denied" not in told


def test_the_cause_that_a_factor_points_to_is_named() -> None:
    row = _row(payer_rendering_seen=2, charge=120)
    told = sentence(BY_NAME["payer_rendering_seen"], row, raises=True, towards="coding")
    assert told == (
        "2 of the claims of this provider to this payer have been answered so far; "
        "this points above all to a denial for its coding."
    )
    assert vague("modifiers", raises=True, towards="duplicate") == (
        "What counts against it is the modifiers, though only beside the rest of the claim; "
        "this points above all to a denial as a duplicate."
    )
    assert vague("payer_history", raises=False).endswith("; this lowers the risk.")


def test_a_line_speaks_of_itself() -> None:
    row = np.zeros(len(LINE_NAMES), np.float32)
    row[PLACE["line_count"]] = 3
    row[LINE_NAMES.index("line_position")] = 2
    assert sentence(BY_NAME["authorization_given"], row, raises=True) == (
        "No prior authorization number is on the line."
    )
    assert sentence(LINE_FEATURES[-2], row, raises=True) == "It is line 2 of the claim."
    row[[PLACE[AUTHORIZED], PLACE["payer_procedure_authorization_seen"]]] = 0.3, 310
    assert sentence(BY_NAME[AUTHORIZED], row, raises=True, line=2) == (
        "On line 2, no prior authorization number is on the line: of 310 lines with this procedure "
        "to this payer sent so, 30 % were denied for want of an authorization or referral."
    )


def test_of_several_lines_none_is_this_one() -> None:
    row = _row(line_count=2, visits=3, repeats=0)
    assert sentence(BY_NAME["visits"], row, raises=True) == (
        "A procedure of the claim was billed 3 times for this member within a year."
    )
    assert sentence(BY_NAME["repeats"], row, raises=False) == (
        "No service of the claim was sent to this payer before; this lowers the risk."
    )


@pytest.mark.parametrize("feature", LINE_FEATURES, ids=lambda feature: feature.name)
def test_every_feature_gives_a_sentence_for_a_line(feature: Feature) -> None:
    for value in (0, 1, 0.42, 130, np.nan):
        for others in (0, 1, 250, np.nan):
            row = np.full(len(LINE_NAMES), others, np.float32)
            row[LINE_NAMES.index(feature.name)] = value
            assert _well_formed(sentence(feature, row, raises=True, beside=0.3))


def test_percent_does_not_round_to_certainty() -> None:
    assert percent(0.0) == "under 1 %"
    assert percent(1.0) == "over 99 %"
    assert percent(0.5) == "50 %"
