from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from models.record import AuditRecord
from reports.explanation import NOT_USED, explanation
from reports.logged import Logged
from reports.page import dollars
from reports.rates_in_words import ends_in_words, in_words
from reports.waterfall import Step, waterfall


class Page(HTMLParser):
    """Text, tags and the balance of a page."""

    VOID = frozenset({"meta", "br", "rect", "line", "input", "img", "hr", "link"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self.open = "", [], []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


def read(record: AuditRecord) -> Page:
    page = Page(explanation(record))
    page.text = " ".join(page.text.split())
    assert page.open == []
    return page


def test_it_says_what_was_answered(held: AuditRecord) -> None:
    page = read(held)
    answer: dict[str, Any] = held.answered()
    assert held.decision == "hold"
    assert "Hold it until it is mended" in page.text
    assert f"${answer['amount_at_risk']}" in page.text
    assert answer["edits"]
    assert answer["reasons"]
    for name in ("reasons", "actions", "edits"):
        for part in answer[name]:
            assert part["text"] in page.text
    for category in answer["categories"]:
        assert category["category"].replace("_", " ") in page.text.lower()
    for line in ("after", "now"):
        assert line in page.text.lower()


def test_it_explains_the_first_category_and_the_riskiest_line(held: AuditRecord) -> None:
    answer: dict[str, Any] = held.answered()
    first = answer["categories"][0]
    assert first["reasons"]
    page = read(held)
    assert f"Why {first['category'].replace('_', ' ')}" in page.text
    for reason in first["reasons"]:
        assert reason["text"] in page.text
    assert len(answer["lines"]) > 1
    (riskiest,) = [line for line in answer["lines"] if line["reasons"]]
    assert f"Why line {riskiest['line']}" in page.text
    for reason in riskiest["reasons"]:
        assert reason["text"] in page.text
    told = {"raw_score": -1.25, "base_value": -3.0, "other_contribution": 0.75}
    reason = {**first["reasons"][0], "text": "The line's own reason.", "contribution": 1.0}
    plain = {"raw_score": None, "base_value": None, "other_contribution": None, "reasons": []}
    answer["lines"] = [
        {"line": 1, "denial_probability": 0.1, **plain},
        {"line": 2, "denial_probability": 0.4, "reasons": [reason], **told},
    ]
    page = read(replace(held, answer=json.dumps(answer)))
    assert "Why line 2" in page.text
    assert "The line's own reason. (+1.00)" in page.text
    assert "to \N{MINUS SIGN}1.25" in page.text


def test_a_record_of_before_has_no_such_reasons(held: AuditRecord) -> None:
    answer: dict[str, Any] = held.answered()
    for part in (*answer["categories"], *answer["lines"]):
        for name in ("reasons", "raw_score", "base_value", "other_contribution"):
            part.pop(name)
    for reason in answer["reasons"]:
        reason.pop("category")
    page = read(replace(held, answer=json.dumps(answer)))
    assert "Why " not in page.text.replace("Why the model says so", "")


def test_it_names_the_record(held: AuditRecord) -> None:
    page = read(held)
    for value in (
        held.score_id, held.model_digest, held.history_digest, held.features_digest,
        held.code_version, f"{held.claim_key:016x}", str(held.denial_probability),
        held.as_of.isoformat(), "2025-01-02 at 03:04:05 UTC",
    ):  # fmt: skip
        assert value in page.text
    for sentence in NOT_USED:
        assert sentence in page.text


def test_it_stands_alone(held: AuditRecord) -> None:
    page, html = read(held), explanation(held)
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(page.tags)
    assert not re.search(r"https?://|url\(|@import|javascript:", html)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "src"]
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_it_can_be_read_without_seeing_it(held: AuditRecord) -> None:
    page = read(held)
    assert ("lang", "en") in page.attributes
    assert page.tags.count("h1") == 1
    labels = {value for name, value in page.attributes if name == "aria-labelledby"}
    assert labels <= {value for name, value in page.attributes if name == "id"}
    pictures = page.tags.count("svg")
    assert pictures > 0
    assert pictures == page.attributes.count(("aria-hidden", "true"))
    assert page.tags.count("th") == len([1 for name, _ in page.attributes if name == "scope"])


def test_it_says_between_which_rates(held: AuditRecord) -> None:
    answer: dict[str, Any] = held.answered()
    low, high = answer["denial_probability_low"], answer["denial_probability_high"]
    assert low < held.denial_probability < high
    said = ends_in_words(low, high)
    assert f"between {100 * low:.0f} and" in said
    assert said in read(held).text
    for name in ("denial_probability_low", "denial_probability_high"):
        answer.pop(name)
    before = replace(held, answer=json.dumps(answer))
    assert "In the long run" not in read(before).text


def test_ends_never_say_less_than_a_claim() -> None:
    assert "between none and 1 of 1,000" in ends_in_words(1e-6, 1e-5)
    assert "between 90 and all of 100" in ends_in_words(0.9, 0.9999)


def test_what_is_unknown_is_said_first(unknown: AuditRecord) -> None:
    answer: dict[str, Any] = unknown.answered()
    assert answer["support"]["level"] == "none"
    page = read(unknown)
    assert "A claim whose risk is not known" in page.text
    assert "The probability is a guess." in page.text
    assert "nothing is known of claims like it, so its probability is a guess" in page.text
    before = {**answer, "decision_reason": ""}
    old = read(replace(unknown, answer=json.dumps(before)))
    assert "a person is asked all the same" in old.text.lower()
    assert "of 100 claims like this one, about" not in page.text.lower()
    assert 'class="notice"' in explanation(unknown)
    for note in answer["support"]["notes"]:
        assert note in page.text


def test_nothing_recorded_can_become_markup(held: AuditRecord) -> None:
    answer: dict[str, Any] = held.answered()
    attack = "<script>alert(1)</script>\"'&"
    answer["reasons"][0]["text"] = attack
    answer["actions"][0]["text"] = attack
    answer["support"]["notes"] = [attack]
    hostile = replace(held, answer=json.dumps(answer), code_version=attack)
    page = read(hostile)
    assert "script" not in page.tags
    assert page.text.count(attack) == 4


def test_bars_join_and_end_where_the_raw_score_is(held: AuditRecord) -> None:
    answer: dict[str, Any] = held.answered()
    reasons = [Step(one["factor"], one["contribution"]) for one in answer["reasons"]]
    bars = waterfall(
        [
            Step("base", answer["base_value"], total=True),
            *reasons,
            Step("other", answer["other_contribution"]),
            Step("raw", answer["raw_score"], total=True),
        ]
    )
    assert bars[-2].end == pytest.approx(bars[-1].end, abs=0.02)
    for before, bar in pairwise(bars[:-1]):
        assert bar.kind == ("raises" if bar.amount > 0 else "lowers")
        start = bar.left if bar.amount > 0 else bar.left + bar.width
        assert start == pytest.approx(before.end, abs=0.02)
    assert all(bar.left >= 0 and bar.left + bar.width <= 100.01 for bar in bars)


def test_a_waterfall_of_nothing() -> None:
    (bar,) = waterfall([Step("nothing", 0.0, total=True)])
    assert (bar.left, bar.width, bar.end) == (0, 0, 0)


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.0, "Hardly any"), (0.0004, "Hardly any"), (0.0006, "Of 1,000 claims"),
        (0.004, "about 4 would"), (0.0094, "about 9 would"), (0.0095, "Of 100 claims"),
        (0.5, "about 50 would"), (0.994, "about 99 would"), (0.999, "Nearly all"), (1.0, "Nearly"),
    ],
)  # fmt: skip
def test_probabilities_in_words(probability: float, said: str) -> None:
    assert said in in_words(probability)
    assert "about 0 " not in in_words(probability)
    assert "about 100 " not in in_words(probability)


def test_what_the_log_says_of_it_is_told(held: AuditRecord) -> None:
    def told(threshold: float | None) -> str:
        known = Logged(17, "cd" * 32, (), threshold, "sha256:training")
        return " ".join(Page(explanation(held, known)).text.split())

    whole = told(held.threshold)
    for said in ("cd" * 32, "sha256:training", "Number in the chain17"):
        assert said in whole
    assert "set by the training run of model version 7" in whole
    assert "Nothing is on record yet" in whole
    assert "set by the installation (PRECLEAR_THRESHOLD); the model's own is 99.0 %" in told(0.99)
    assert "unless the installation set its own" in told(None)
    assert "The audit log was not asked." in read(held).text


def test_a_loss_has_its_sign_before_the_dollars() -> None:
    assert [dollars("-3.93"), dollars("412.00")] == ["\N{MINUS SIGN}$3.93", "$412.00"]
