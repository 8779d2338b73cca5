"""What is denied over all payers: the very rate that a key never seen leans on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from worlds import random_frame, random_labels

from features.build import build
from features.catalog import FEATURES, PLACE
from features.elsewhere import elsewhere
from features.frame import Frame
from features.history import History
from features.kinds import PRIOR_RATE
from features.known import look_up


def _world() -> tuple[History, Frame]:
    rng = np.random.default_rng(3)
    frame = random_frame(rng, 400)
    return History.build(frame, random_labels(rng, frame)), frame


def test_a_payer_never_seen_has_the_rates_of_all_payers() -> None:
    history, _ = _world()
    rng = np.random.default_rng(4)
    frame = random_frame(rng, 30)
    # As a payer and a procedure that nobody has met.
    strange = replace(
        frame,
        payer=np.full(30, 99, np.uint64),
        procedure=np.full(len(frame.line_claim), 99, np.uint64),
        procedure_range=np.full(len(frame.line_claim), 99, np.uint64),
        rendering=np.full(30, 99, np.uint64),
    )
    values, around = build(strange, history), elsewhere(look_up(strange, history))
    names = [
        feature.name
        for place, feature in enumerate(FEATURES)
        if feature.measure in ("rate", "recent") and not np.isnan(around[0, place])
    ]
    assert {"payer_rate", "payer_recent", "rendering_rate", "payer_lines_rate"} <= set(names)
    assert {"procedure_range_rate", "payer_eligibility_rate", "payer_coding_rate"} <= set(names)
    for name in names:
        place = PLACE[name]
        assert (values[:, place] == around[:, place].astype(np.float32)).all(), name


def test_only_rates_of_the_broadest_keys_lean_on_it() -> None:
    history, frame = _world()
    around = elsewhere(look_up(frame, history))
    assert around.shape == (len(frame), len(FEATURES))
    for name in ("payer_procedure_rate", "payer_seen", "lag_days", "combined_rate", "lag_share"):
        assert np.isnan(around[:, PLACE[name]]).all()


def test_it_is_as_of_each_day_and_a_guess_before_all() -> None:
    history, frame = _world()
    together = elsewhere(look_up(frame, history))
    for row in (0, 7, 399):
        alone = elsewhere(look_up(frame.take(np.array([row])), history))
        np.testing.assert_array_equal(alone[0], together[row])
    first = elsewhere(look_up(frame.as_of_days(0), history))[0, PLACE["payer_rate"]]
    assert first == PRIOR_RATE
    assert len(np.unique(together[:, PLACE["payer_rate"]])) > 10
