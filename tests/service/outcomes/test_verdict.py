from __future__ import annotations

import datetime as dt

import pytest

from models.record import AuditRecord
from service.outcomes.verdict import Answer, Body, outcomes

D = dt.date


def score(name: str, as_of: D, key: int = 1, scored_at: D | None = None) -> AuditRecord:
    day = scored_at or as_of
    return AuditRecord(
        score_id=name,
        scored_at=dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC),
        as_of=as_of,
        claim_key=key,
        claim_digest="",
        model_name="denial",
        model_version="1",
        model_digest="",
        history_digest="",
        code_version="",
        features_digest="",
        features=b"",
        denial_probability=0.5,
        decision="hold",
        threshold=0.4,
        answer="{}",
    )


def answer(name: str, known_on: D, outcome: str = "denied", key: int = 1, place: int = 1) -> Answer:
    return Answer(name, key, known_on, place, outcome, "coding", "4", "PAYER1")


def told(found: dict[str, Body], name: str) -> tuple[object, ...]:
    body = found[name]
    return body["remittance"], body["submission"], body["standing"], body["retrospective"]


def test_the_first_answer_after_a_score_is_its_outcome() -> None:
    found = outcomes(
        [score("a", D(2026, 3, 1))],
        [answer("late", D(2026, 4, 9), "paid"), answer("first", D(2026, 3, 20))],
    )
    assert found == {
        "a": {
            "remittance": "first", "known_on": "2026-03-20", "outcome": "denied",
            "category": "coding", "carc": "4", "payer": "PAYER1", "submission": 1,
            "standing": "as_sent", "retrospective": False,
        }
    }  # fmt: skip


def test_of_several_scores_the_last_is_of_what_was_sent() -> None:
    scores = [score("a", D(2026, 3, 1)), score("b", D(2026, 3, 3)), score("c", D(2026, 3, 3))]
    found = outcomes(scores, [answer("x", D(2026, 3, 20))])
    assert told(found, "a") == ("x", 1, "replaced", False)
    assert told(found, "b") == ("x", 1, "replaced", False)
    assert told(found, "c") == ("x", 1, "as_sent", False)


def test_what_is_scored_after_a_denial_waits_for_the_next_answer() -> None:
    scores = [score("a", D(2026, 3, 1)), score("b", D(2026, 3, 25))]
    first = answer("x", D(2026, 3, 20))
    assert set(outcomes(scores, [first])) == {"a"}
    found = outcomes(scores, [first, answer("y", D(2026, 4, 20), "paid")])
    assert told(found, "a") == ("x", 1, "as_sent", False)
    assert told(found, "b") == ("y", 2, "as_sent", False)


def test_what_is_scored_on_the_day_of_a_denial_is_the_correction() -> None:
    scores = [score("a", D(2026, 3, 1)), score("b", D(2026, 3, 20))]
    found = outcomes(scores, [answer("x", D(2026, 3, 20))])
    assert set(found) == {"a"}
    # Unless nothing was scored before: then it was answered the same day.
    assert told(outcomes(scores[1:], [answer("x", D(2026, 3, 20))]), "b")[0] == "x"


def test_a_second_answer_to_the_same_submission_changes_nothing() -> None:
    scores = [score("a", D(2026, 3, 1))]
    once = outcomes(scores, [answer("x", D(2026, 3, 20))])
    assert outcomes(scores, [answer("x", D(2026, 3, 20)), answer("y", D(2026, 3, 29))]) == once


@pytest.mark.parametrize("day", [D(2026, 3, 21), D(2026, 9, 1)])
def test_a_score_made_after_the_answer_foretold_nothing(day: D) -> None:
    live, late = score("a", D(2026, 3, 1)), score("b", D(2026, 3, 1), scored_at=day)
    found = outcomes([live, late], [answer("x", D(2026, 3, 20))])
    assert told(found, "a") == ("x", 1, "as_sent", False)
    assert told(found, "b") == ("x", 1, "replaced", True)
    assert told(outcomes([late], [answer("x", D(2026, 3, 20))]), "b") == (
        "x", 1, "as_sent", True,
    )  # fmt: skip


def test_claims_are_told_apart_and_the_place_in_the_file_decides_a_day() -> None:
    scores = [score("a", D(2026, 3, 1)), score("b", D(2026, 3, 1), key=2)]
    answers = [
        answer("z", D(2026, 3, 20), "denied", place=1),
        answer("y", D(2026, 3, 20), "paid", place=2),
        answer("w", D(2026, 3, 20), "paid", key=2),
    ]
    found = outcomes(scores, answers)
    assert (found["a"]["remittance"], found["b"]["remittance"]) == ("z", "w")
    assert outcomes(scores, []) == {}


def test_a_payer_is_told_only_by_what_looks_like_an_id() -> None:
    row = '[{"claim_key":1,"known_on":"2026-03-20","outcome":"paid","payer_id":%s},[]]'
    assert Answer.of_row("x", 1, row % '"  60054 "').payer == "60054"
    assert Answer.of_row("x", 1, row % '"JOHN DOE, BORN 1950"').payer == ""
    assert Answer.of_row("x", 1, row % '""').payer == ""
