"""What is known of the past: built once, looked up as of any day, shared by memory map.

>>> from features.frame import Frame            # doctest: +SKIP
>>> history = History.build(frame, labels)      # doctest: +SKIP
>>> history.save(folder)                        # doctest: +SKIP
>>> values = build(frame, History.open(folder)) # doctest: +SKIP
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from claims.categories import CATEGORY_CODE
from claims.errors import UserError
from claims.order import stable_order
from features.columns import NO_DAY
from features.fold import fold_events, fold_rates
from features.frame import Frame
from features.index import EventIndex, RateIndex, write_json
from features.indexing import build_events, build_rates, event_order, order_events
from features.key_columns import claim_columns, line_columns
from features.kinds import CLAIM_KINDS, LINE_KINDS
from features.priors import member_keys, priors, service_keys
from features.rates import build_index
from features.segments import Segments

if TYPE_CHECKING:
    from claims.labels import Labels

_PARTS: Final = ("claim_rates", "line_rates", "sent", "answered")
_VERSION: Final = 4


class HistoryError(UserError):
    """The history on disk cannot be used; the text says why and how to mend it."""


@dataclass(frozen=True, slots=True)
class History:
    """Outcomes by the day they became known; claims by the day they were sent.

    ``digest`` is ``sha256:...`` over all arrays; ``until`` is the last day on which it learned
    something (days since 1970-01-01, 0 when empty).
    """

    claim_rates: RateIndex
    line_rates: RateIndex
    sent: EventIndex
    answered: EventIndex
    digest: str
    until: int

    @classmethod
    def build(cls, frame: Frame, labels: Labels) -> History:
        """Index ``frame`` (n claims, m lines) and its ``labels``; time and memory are linear."""
        sent = _sent(frame, labels)
        answered = _answered(frame, labels)
        # Keys such as "after five visits" hold for a past claim as of its own day.
        before = priors(frame, sent, answered)
        lines = Segments(frame.starts)
        rows = np.flatnonzero(labels.example)
        columns = claim_columns(frame, before, lines)
        claim_rates = build_index(
            CLAIM_KINDS,
            {name: values[rows] for name, values in columns.items()},
            labels.known_on[rows],
            labels.outcome[rows] > 0,
            labels.category[rows],
            CATEGORY_CODE,
        )
        at = np.flatnonzero(labels.example[frame.line_claim] & (labels.line_denied >= 0))
        columns = line_columns(frame, before, lines, columns["missing"])
        del before
        for name in columns:
            # One by one: all columns twice would be a gigabyte at a million claims.
            columns[name] = columns[name][at]
        line_rates = build_index(
            LINE_KINDS,
            columns,
            labels.known_on[frame.line_claim[at]],
            labels.line_denied[at] > 0,
            labels.line_category[at],
            CATEGORY_CODE,
        )
        parts = (claim_rates, line_rates, sent, answered)
        return cls(*parts, digest=_digest(parts), until=_until(frame, labels))

    @classmethod
    def empty(cls) -> History:
        """Make a history in which nothing has happened."""
        nothing = np.zeros(0, np.int8)
        days = np.zeros(0, np.int32)
        rates = build_rates([], days, np.zeros(0, np.bool_))
        keys = np.zeros(0, np.uint64)
        events = build_events(keys, days, keys, days, nothing, nothing)
        parts = (rates, rates, events, events)
        return cls(*parts, digest=_digest(parts), until=0)

    def folded(self, news: History, without: History | None = None) -> History:
        """This history with ``news``, a history of other claims, as one (``features.fold``).

        ``without``: what this history holds of some claims and is told anew by ``news``.
        """
        gone = History.empty() if without is None else without
        parts = (
            fold_rates(self.claim_rates, news.claim_rates, gone.claim_rates),
            fold_rates(self.line_rates, news.line_rates, gone.line_rates),
            fold_events(self.sent, news.sent, gone.sent),
            fold_events(self.answered, news.answered, gone.answered),
        )
        return History(*parts, digest=_digest(parts), until=max(self.until, news.until))

    def save(self, folder: Path) -> None:
        """Write the arrays (npy) and ``history.json`` with sizes and digest, the latter last."""
        for name in _PARTS:
            getattr(self, name).save(folder / name)
        sizes = {str(p.relative_to(folder)): p.stat().st_size for p in folder.rglob("*.npy")}
        meta = {"version": _VERSION, "digest": self.digest, "until": self.until, "sizes": sizes}
        write_json(folder / "history.json", meta)

    @classmethod
    def open(cls, folder: Path) -> History:
        """Map a saved history; ``HistoryError`` when it is absent, torn or of another version."""
        try:
            meta = json.loads((folder / "history.json").read_text())
            sizes: dict[str, int] = meta["sizes"]
            torn = [name for name, size in sizes.items() if (folder / name).stat().st_size != size]
        except (OSError, ValueError, KeyError) as error:
            raise HistoryError(
                f"There is no usable history in {folder}: run `preclear train` to make one."
            ) from error
        if torn or meta.get("version") != _VERSION:
            raise HistoryError(
                f"The history in {folder} is incomplete or of another version: "
                "run `preclear train` to make it anew."
            )
        return cls(
            RateIndex.open(folder / "claim_rates"),
            RateIndex.open(folder / "line_rates"),
            EventIndex.open(folder / "sent"),
            EventIndex.open(folder / "answered"),
            digest=meta["digest"],
            until=meta["until"],
        )

    def verified(self) -> History:
        """This history, once its arrays are found to be those of its digest; ``HistoryError``."""
        parts = (self.claim_rates, self.line_rates, self.sent, self.answered)
        if _digest(parts) != self.digest:
            raise HistoryError(
                f"The history {self.digest} is not what it was when it was written: "
                "run `preclear train` to make it anew."
            )
        return self


def _sent(frame: Frame, labels: Labels) -> EventIndex:
    keys, comparable = service_keys(frame)
    of = frame.line_claim
    # A replacement or a void is announced as such: it does not make the next claim a duplicate.
    rows = np.flatnonzero(comparable & frame.original[of] & (frame.submitted[of] != NO_DAY))
    told = event_order(frame.claim_key, labels.known_on, labels.outcome, labels.category)
    place = np.empty(len(told), np.int64)
    place[told] = np.arange(len(told))
    rows = rows[stable_order(place[of[rows]])]
    order, unique, starts, moments = order_events(
        keys[:, rows].ravel(), np.tile(frame.submitted[of[rows]], len(keys))
    )
    del keys
    order %= max(len(rows), 1)
    claim = of[rows[order]]
    return EventIndex(
        keys=unique,
        starts=starts,
        moments=moments,
        claim=frame.claim_key[claim],
        known_on=labels.known_on[claim],
        outcome=labels.outcome[claim],
        category=labels.category[claim],
    )


def _answered(frame: Frame, labels: Labels) -> EventIndex:
    rows = np.flatnonzero((labels.outcome >= 0) & (frame.member != 0))
    return build_events(
        member_keys(frame)[rows],
        labels.known_on[rows],
        frame.claim_key[rows],
        labels.known_on[rows],
        labels.outcome[rows],
        labels.category[rows],
    )


def _until(frame: Frame, labels: Labels) -> int:
    known = labels.known_on[labels.outcome >= 0]
    sent = frame.submitted[frame.submitted != NO_DAY]
    return int(max(known.max(initial=0), sent.max(initial=0)))


def _digest(parts: tuple[RateIndex, RateIndex, EventIndex, EventIndex]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        for name in part.__dataclass_fields__:
            whole.update(np.ascontiguousarray(getattr(part, name)).data)
    return f"sha256:{whole.hexdigest()}"
