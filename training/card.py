"""The figures of a model card, measured on the test period of the judged model and nowhere else."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from claims.categories import CATEGORIES
from claims.dataset import Dataset
from features.catalog import FEATURES
from models.card import FORM, Card
from training.card_groups import UNKNOWN, groupings
from training.card_rates import LEAST, Judged, by_group, calibration, plain, rates, wilson
from training.code import code_version
from training.evaluation import plain as finite
from training.learn import Learned, recipe
from training.metrics import METRICS, figures
from training.prepare import Prepared

LEAST_OF_CATEGORY: Final = 10
"""Denied claims of a category below which no figure is given."""


def measure(dataset: Dataset, prepared: Prepared, learned: Learned) -> Card:
    """The card of a training run, as plain JSON; ``docs/model-card.md`` says what each part is.

    Nothing of a single claim is in it: counts, shares, names of payers' types and of features.
    """
    made, test = learned.evaluation, learned.split.test
    tested = Judged(
        probability=learned.predicted.probability,
        denied=learned.examples.denied[test],
        threshold=learned.judged.model.threshold,
        seed=learned.settings.seed,
    )
    groups = groupings(dataset, prepared.frame, learned.examples.rows[test])
    found = {
        "form": FORM,
        "made_on": dt.datetime.now(dt.UTC).date().isoformat(),
        "program": {name.removeprefix("preclear."): one for name, one in code_version().items()},
        "model": {
            "digest": learned.registered.model.digest,
            "judged_digest": learned.judged.model.digest,
            "rounds": learned.registered.rounds,
            "threshold": learned.registered.model.threshold,
            "recipe": recipe(learned.settings),
        },
        "data": _data(learned),
        "inputs": _inputs(),
        "overall": {
            **{name: plain(getattr(made.overall, name)) for name in METRICS},
            **rates(tested),
            "threshold": tested.threshold,
            "category_first": plain(made.category.top_1),
            "category_in_three": plain(made.category.top_3),
            "carc_first": plain(made.carc.top_1),
            "interval_coverage": plain(made.intervals.coverage),
            "interval_level": made.intervals.level,
        },
        "peers": {
            name: {"auroc": plain(one.auroc), "brier": plain(one.brier)}
            for name, one in made.peers.items()
        },
        "calibration": calibration(tested),
        "categories": _categories(learned, tested),
        "groups": [by_group(tested, one) for one in groups],
        "unknown_groups": dict(UNKNOWN),
        "least": LEAST,
        "least_of_category": LEAST_OF_CATEGORY,
        "months": [asdict(one) for one in made.months],
        "gates": [asdict(one) for one in made.gates],
    }
    card = finite(found)
    assert isinstance(card, dict)  # noqa: S101 - of a dict it makes a dict
    return card


def _data(learned: Learned) -> dict[str, Any]:
    made = learned.evaluation
    refit = None if made.refit is None else asdict(made.refit)
    return {
        "digest": made.data_digest,
        "claims": made.claims,
        "answered_until": made.until,
        "mature_days": made.mature_days,
        "left_out": dict(made.dropped),
        "periods": [asdict(one) for one in made.periods],
        "payers": len(learned.examples.payers),
        "refit": refit,
    }


def _inputs() -> dict[str, Any]:
    factors: dict[str, list[str]] = {}
    for feature in FEATURES:
        factors.setdefault(feature.factor, []).append(feature.name)
    return {"features": len(FEATURES), "factors": factors}


def _categories(learned: Learned, tested: Judged) -> list[dict[str, Any]]:
    """Of the denials of each category: how many were flagged, and how many named right."""
    category = learned.examples.category[learned.split.test]
    first = learned.predicted.category_probability.argmax(axis=1)
    flagged = tested.probability >= tested.threshold
    found = []
    for place, name in enumerate(CATEGORIES):
        own = category == place
        size = int(own.sum())
        if not size:
            continue
        enough = size >= LEAST_OF_CATEGORY
        row: dict[str, Any] = {"category": name, "denied": size, "measured": enough}
        if enough:
            row["flagged"] = plain(wilson(int((flagged & own).sum()), size))
            row["named_first"] = plain(wilson(int((own & (first == place)).sum()), size))
            against = tested.of(own | ~tested.denied)
            row["auroc"] = plain(figures(against.probability, against.denied, against.seed).auroc)
        found.append(row)
    return sorted(found, key=lambda row: -int(np.int64(row["denied"])))
