"""Whether the features can have known what they foretell, or will be missing when it counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from features.build import build
from features.catalog import NAMES, PLACE
from features.frame import Frame
from features.history import History
from training.days import iso
from training.examples import Examples
from training.splits import Split
from training.verdicts import Gate, gate

if TYPE_CHECKING:
    from claims.labels import Labels
    from training.prepare import Prepared

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

EXPECTED: Final = 30.0
"""Claims of the latest slice that should differ in a feature before its silence is no chance."""
RARE: Final = 0.01
"""Share of training claims that must differ in a feature for it to be asked about at all."""
SAMPLE: Final = 200
"""Test claims whose counted history is counted again, and whose outcomes are flipped."""
WINDOW: Final = 20_000
"""Claims of the small history in which outcomes are flipped."""


def missing(train: F32, latest: F32, gain: F64) -> Gate:
    """Refuse a feature that the model leans on and that varies in training, but not at the end.

    ``train`` (n, features) and ``latest`` (m, features) are the training claims and the latest test
    claims; ``gain`` (features) what the trees gained by each. Not known (NaN) counts as a value.
    """
    name = "features alive"
    if not len(latest) or not len(train):
        return gate(name, "there is no claim to look at", "")
    first = latest[0]
    still = ((latest == first) | (np.isnan(latest) & np.isnan(first))).all(axis=0)
    # Less than an even share of the gain is no leaning: its silence changes little.
    leant_on = (gain > 0) & (gain >= gain.mean())
    for place in np.flatnonzero(still & leant_on):
        column = train[:, place]
        same = np.isnan(column) if np.isnan(first[place]) else column == first[place]
        share = 1.0 - float(same.mean())
        if share >= RARE and share * len(latest) >= EXPECTED:
            what = "is missing" if np.isnan(first[place]) else "never changes"
            return gate(
                name,
                f"the feature {NAMES[place]} {what} on the latest {len(latest):,} claims, though "
                f"{share:.0%} of the training claims differ in it: it will be missing when claims "
                "are scored",
                "",
            )
    used = int(leant_on.sum())
    return gate(name, "", f"all {used} features leant on vary on the latest {len(latest):,} claims")


def times(prepared: Prepared, examples: Examples, parts: Split, values: F32) -> Gate:
    """Refuse labels or features that know of an answer before it came.

    ``values`` (n, features) are those of the n ``examples``. Three questions: was every label known
    when it was used; does the history count, for a sample of test claims, just the answers that
    were there before them; and do features stay the same, bit for bit, when the outcomes that come
    later (the claim's own among them) are turned round?
    """
    name = "no answer before its time"
    refused = (
        _labels(examples, parts)
        or _recount(prepared, examples, parts.test, values)
        or _flipped(prepared.frame, prepared.labels, parts)
    )
    return gate(name, refused, "features stay the same when later outcomes are turned round")


def _labels(examples: Examples, parts: Split) -> str:
    if (examples.known_on < examples.day).any():
        return "some of its labels were known before their claims were sent"
    learned = ((fold.train.places, fold.starts) for fold in parts.folds)
    for part, before in (
        *learned,
        (parts.foretold, parts.test_starts),
        (parts.train.places, parts.test_starts),
    ):
        late = int((examples.known_on[part] >= before).sum())
        if late:
            return f"{late:,} labels that it learned from were known only from {iso(before)} on"
    return ""


def _recount(prepared: Prepared, examples: Examples, test: I64, values: F32) -> str:
    """Count the payer's earlier answers for a sample of test claims, straight from the labels."""
    frame, labels = prepared.frame, prepared.labels
    sample = test[np.unique(np.linspace(0, len(test) - 1, SAMPLE).astype(np.int64))]
    answered = np.flatnonzero(labels.example)
    payer, known = frame.payer[answered], labels.known_on[answered]
    wrong = 0
    for place in sample:
        own = payer == frame.payer[examples.rows[place]]
        count = int((own & (known < examples.day[place])).sum())
        wrong += np.float32(count) != values[place, PLACE["payer_seen"]]
    if not wrong:
        return ""
    return (
        f"for {wrong} of {len(sample)} test claims looked at, the history counts other answers "
        "than had come before their submission: it is not indexed by the day of the answer"
    )


def _flipped(frame: Frame, labels: Labels, parts: Split) -> str:
    day = (parts.test_starts + parts.test_ends) // 2
    sent = np.flatnonzero(frame.submitted <= day)
    latest = np.sort(sent[np.argsort(frame.submitted[sent], kind="stable")[-WINDOW:]])
    small, known = frame.take(latest), _taken(labels, frame, latest)
    later = known.known_on >= day
    asked = np.flatnonzero(later & known.example)[-SAMPLE:]
    if not len(asked):
        return ""
    claims = small.take(asked)
    before = build(claims, History.build(small, known))
    after = build(claims, History.build(small, _turned(known, later, small.line_claim)))
    moved = np.flatnonzero(~((before == after) | (np.isnan(before) & np.isnan(after))).all(axis=0))
    if not len(moved):
        return ""
    return (
        f"the feature {NAMES[moved[0]]} changes when outcomes that came only after the claim was "
        "sent are turned round: it knows the answer before its time"
    )


def _taken(labels: Labels, frame: Frame, rows: I64) -> Labels:
    """The labels of the claims at ``rows`` (ascending) and of their lines."""
    wanted = np.zeros(len(frame), np.bool_)
    wanted[rows] = True
    lines = np.flatnonzero(wanted[frame.line_claim])
    return labels.take(rows, lines)


def _turned(labels: Labels, later: NDArray[np.bool_], line_claim: I64) -> Labels:
    """Denied for paid and paid for denied, where ``later``; what is not known stays so."""
    claims = later & (labels.outcome >= 0)
    lines = later[line_claim] & (labels.line_denied >= 0)
    denied, line_denied = labels.outcome > 0, labels.line_denied > 0
    return replace(
        labels,
        outcome=np.where(claims, np.where(denied, 0, 2), labels.outcome).astype(np.int8),
        category=np.where(claims, np.where(denied, -1, 0), labels.category).astype(np.int8),
        line_denied=np.where(lines, ~line_denied, labels.line_denied).astype(np.int8),
        line_category=np.where(lines, np.where(line_denied, -1, 0), labels.line_category).astype(
            np.int8
        ),
    )
