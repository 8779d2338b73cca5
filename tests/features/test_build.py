"""One builder: the same bits for one claim and for many, and nothing from the future."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from worlds import NEVER, FakeLabels, random_frame, random_labels

from features.build import build
from features.catalog import FEATURES, FINE, NAMES, PLACE
from features.frame import Frame
from features.history import History, HistoryError
from features.kinds import PRIOR_RATE, PRIOR_STRENGTH, STRENGTH


def make(seed: int = 1, claims: int = 400) -> tuple[Frame, FakeLabels, History]:
    rng = np.random.default_rng(seed)
    frame = random_frame(rng, claims)
    labels = random_labels(rng, frame)
    return frame, labels, History.build(frame, labels)


def test_the_matrix_has_a_row_a_claim_and_a_column_a_feature() -> None:
    frame, _, history = make()
    values = build(frame, history)
    assert values.shape == (len(frame), len(FEATURES))
    assert values.dtype == np.float32
    assert values.flags.c_contiguous
    assert len(set(NAMES)) == len(NAMES)


def test_one_claim_at_a_time_gives_the_same_bits_as_all_at_once() -> None:
    frame, _, history = make()
    together = build(frame, history)
    for row in range(len(frame)):
        alone = build(frame.take(np.array([row])), history)
        assert alone.tobytes() == together[row : row + 1].tobytes()


def test_chunks_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, _, history = make()
    together = build(frame, history)
    for module in ("build", "known"):
        monkeypatch.setattr(f"features.{module}.CHUNK", 37)
    assert build(frame, history).tobytes() == together.tobytes()


def test_a_history_from_disk_gives_the_same_bits(tmp_path: Path) -> None:
    frame, _, history = make()
    history.save(tmp_path / "h")
    opened = History.open(tmp_path / "h")
    assert opened.digest == history.digest
    assert opened.until == history.until
    assert build(frame, opened).tobytes() == build(frame, history).tobytes()


def test_a_torn_history_is_refused_with_the_mend(tmp_path: Path) -> None:
    _, _, history = make()
    history.save(tmp_path / "h")
    (tmp_path / "h" / "sent" / "keys.npy").write_bytes(b"")
    with pytest.raises(HistoryError, match="preclear train"):
        History.open(tmp_path / "h")
    with pytest.raises(HistoryError, match="preclear train"):
        History.open(tmp_path / "nothing")


def test_nothing_learned_on_or_after_the_day_of_judging_is_used() -> None:
    """Cutting all that became known or was sent from a day on changes no feature as of that day."""
    frame, labels, history = make()
    for day in (20_100, 20_200, 20_333):
        known = labels.known_on < day
        rows = np.flatnonzero(frame.submitted < day)
        past = frame.take(rows)
        of_line = known[frame.line_claim]
        kept = np.isin(frame.line_claim, rows)
        cut = FakeLabels(
            example=(labels.example & known)[rows],
            outcome=np.where(known, labels.outcome, -1)[rows].astype(np.int8),
            category=np.where(known, labels.category, -1)[rows].astype(np.int8),
            known_on=np.where(known, labels.known_on, NEVER)[rows].astype(np.int32),
            line_denied=np.where(of_line, labels.line_denied, -1)[kept].astype(np.int8),
            line_category=np.where(of_line, labels.line_category, -1)[kept].astype(np.int8),
        )
        shorter = History.build(past, cut)
        judged = frame.take(np.flatnonzero(frame.submitted >= day)[:50]).as_of_days(day)
        assert build(judged, shorter).tobytes() == build(judged, history).tobytes()


def test_an_empty_history_knows_nothing_and_says_so() -> None:
    frame, _, _ = make()
    values = build(frame, History.empty())
    seen = [place for place, feature in enumerate(FEATURES) if feature.measure == "seen"]
    assert (values[:, seen] == 0).all()
    assert np.allclose(values[:, PLACE["payer_rate"]], PRIOR_RATE)
    assert (values[:, PLACE["member_answers"]] == 0).all()


def test_a_rate_is_what_counting_by_hand_gives() -> None:
    frame, labels, history = make(seed=3, claims=300)
    values = build(frame, history)
    for row in range(0, 300, 7):
        day = frame.as_of[row]
        past = labels.example & (labels.known_on < day)
        lost = past & (labels.outcome > 0)
        overall = (lost.sum() + PRIOR_RATE * PRIOR_STRENGTH) / (past.sum() + PRIOR_STRENGTH)
        same = frame.payer == frame.payer[row]
        seen, denied = (past & same).sum(), (lost & same).sum()
        rate = (denied + STRENGTH * overall) / (seen + STRENGTH)
        assert values[row, PLACE["payer_seen"]] == seen
        assert values[row, PLACE["payer_rate"]] == np.float32(rate)
        late = same & (labels.known_on >= day - 90)
        recent = ((lost & late).sum() + STRENGTH * rate) / ((past & late).sum() + STRENGTH)
        assert values[row, PLACE["payer_recent"]] == np.float32(recent)


def test_repeats_and_visits_are_what_looking_by_hand_gives() -> None:
    frame, _, history = make(seed=5, claims=300)
    values = build(frame, history)
    of = frame.line_claim
    code = np.where(frame.procedure != 0, frame.procedure, frame.revenue)
    sent = frame.original[of] & (frame.member[of] != 0) & (code != 0)
    for row in range(0, 300, 5):
        most_repeats = most_visits = 0
        for line in np.flatnonzero(of == row):
            if frame.member[row] == 0 or code[line] == 0:
                continue
            same = sent & (frame.member[of] == frame.member[row]) & (code == code[line])
            same &= (frame.payer[of] == frame.payer[row]) & (frame.submitted[of] < frame.as_of[row])
            repeats = (same & (frame.line_from == frame.line_from[line])).sum()
            visits = (same & (frame.submitted[of] >= frame.as_of[row] - 365)).sum()
            most_repeats, most_visits = max(most_repeats, repeats), max(most_visits, visits)
        assert values[row, PLACE["repeats"]] == most_repeats
        assert values[row, PLACE["visits"]] == most_visits


def test_an_exact_repeat_has_the_same_charge_modifiers_and_provider() -> None:
    rng = np.random.default_rng(4)
    first = random_frame(rng, 1).replace(
        member=np.array([7], np.uint64),
        original=np.array([True]),
        submitted=np.array([20_000], "i4"),
    )
    first = first.replace(procedure=np.full_like(first.procedure, 5))
    history = History.build(first, random_labels(rng, first))
    again = first.replace(claim_key=np.array([99], np.uint64)).as_of_days(20_050)
    exact = PLACE["exactly_repeated_share"]
    assert build(again, history)[0, exact] == 2
    for column in ("line_charge", "modifiers", "line_rendering"):
        other = again.replace(
            **{column: getattr(again, column) + getattr(again, column).dtype.type(1)}
        )
        assert build(other, history)[0, exact] == 0
        assert build(other, history)[0, PLACE["repeated_share"]] == 2


def test_a_claim_judged_after_its_day_is_no_repeat_of_itself() -> None:
    rng = np.random.default_rng(9)
    frame = random_frame(rng, 1).replace(member=np.array([7], np.uint64), original=np.array([True]))
    history = History.build(frame, random_labels(rng, frame))
    later = build(frame.as_of_days(int(frame.submitted[0]) + 100), history)
    assert later[0, PLACE["repeats"]] == 0
    assert later[0, PLACE["member_answers"]] == 0


def test_claims_without_lines_are_built_too() -> None:
    rng = np.random.default_rng(2)
    frame = random_frame(rng, 60, least_lines=0)
    assert (np.diff(frame.starts) == 0).any()
    history = History.build(frame, random_labels(rng, frame))
    together = build(frame, history)
    for row in range(60):
        alone = build(frame.take(np.array([row])), history)
        assert alone.tobytes() == together[row : row + 1].tobytes()


def test_taking_lines_makes_claims_of_one_line() -> None:
    frame, _, _ = make(claims=20)
    lines = np.array([3, 0, 5])
    taken = frame.take_lines(lines)
    assert (taken.charge == frame.line_charge[lines]).all()
    assert (taken.payer == frame.payer[frame.line_claim[lines]]).all()
    assert (np.diff(taken.starts) == 1).all()


def test_the_combined_rate_is_that_of_any_cause() -> None:
    frame, _, history = make()
    values = build(frame, history)
    fine = values[:, FINE].astype(np.float64)
    assert (values[:, PLACE["highest_rate"]] == fine.max(axis=1).astype(np.float32)).all()
    assert np.allclose(values[:, PLACE["combined_rate"]], 1 - np.prod(1 - fine, axis=1))
    assert len(FINE) == 13
