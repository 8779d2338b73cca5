"""What is watched: by payer and procedure, day by day, how many claims were answered and denied.

An observation is one procedure of one claim at its first answer, on the day that became known. It
counts as denied once for each category that its lines were denied for. A denial of the same member,
payer, procedure and category within ``REPEAT`` days of another is no news (a course of treatment
shares one fate): it is no observation, in what is expected as in what is watched. Beside its
procedures each payer is watched as a whole, claim by claim.

Benefit limits are not watched: members use them up as the calendar year goes on, which looks like a
change of rule every year and is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from claims.arrays import NO_DAY, codes, days, mix, numbers
from claims.categories import CATEGORIES, CATEGORY_CODE
from claims.denials.again import plain
from claims.labels import NEVER

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from claims.dataset import Dataset
    from claims.labels import Labels

    I64 = NDArray[np.int64]

REPEAT: Final = 90
"""Days within which a denial of the same kind of the same member is a repetition."""
WHOLE: Final = 0
"""The procedure code that stands for the payer as a whole."""
KINDS: Final = len(CATEGORIES)
NOT_WATCHED: Final = CATEGORY_CODE["benefit_limit"]


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Events in the order of the days on which they became known (e).

    ``day``: known on; ``service``: day of the service (of the claim's last, for the payer as a
    whole); ``of``: the pair, or the stream, it belongs to; ``claim``: the row of its claim.
    """

    day: I64
    service: I64
    of: I64
    claim: I64

    def between(self, begin: int, end: int) -> slice:
        """Those known from ``begin`` up to, not including, ``end``."""
        low, high = np.searchsorted(self.day, [begin, end])
        return slice(int(low), int(high))


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Pairs of payer and procedure (p), and streams of a pair and a category (s) with any denial.

    ``payers``, ``procedures``: texts by code; procedure ``WHOLE`` is the payer as a whole.
    ``pair_payer``, ``pair_procedure`` (p); ``stream_pair``, ``stream_category`` (s).
    ``seen``: observations, by pair. ``denied``: denials, by stream. ``repeated``: denials that are
    repetitions, by stream: the stream has not seen them.
    """

    payers: list[str]
    procedures: list[str]
    pair_payer: I64
    pair_procedure: I64
    stream_pair: I64
    stream_category: I64
    seen: Entries
    denied: Entries
    repeated: Entries

    @property
    def days(self) -> tuple[int, int]:
        """The first day and the last; (0, -1) where nothing was observed."""
        found = self.seen.day
        return (int(found[0]), int(found[-1])) if len(found) else (0, -1)


def observed(dataset: Dataset, labels: Labels, until: int = int(NEVER) - 1) -> Observed:
    """What was known by the day ``until``."""
    owner = np.repeat(np.arange(dataset.claims.num_rows), numbers(dataset.claims["line_count"]))
    answered = labels.example & (labels.known_on <= until)
    (payer,) = codes(plain(dataset.claims["payer_id"]))
    (procedure,) = codes(plain(dataset.lines["procedure"]))
    rows = np.flatnonzero(answered[owner] & (labels.line_denied >= 0) & (procedure > 0))
    claims = np.flatnonzero(answered)
    # A procedure of a claim, and then the claim as a whole.
    each = np.unique(
        np.stack([np.r_[owner[rows], claims], np.r_[procedure[rows], np.full(len(claims), WHOLE)]]),
        axis=1,
    ).astype(np.int64)
    width = int(procedure.max(initial=0)) + 1
    pairs, pair = np.unique(payer[each[0]] * width + each[1], return_inverse=True)
    lines = np.flatnonzero(answered[owner] & (labels.line_denied == 1))
    category = labels.line_category[lines].astype(np.int64)
    named = procedure[lines] > 0
    found = np.concatenate(
        [
            np.stack([owner[lines], np.full(len(lines), WHOLE), category]),
            np.stack([owner[lines], procedure[lines], category])[:, named],
        ],
        axis=1,
    ).astype(np.int64)
    found = np.unique(found[:, (found[2] >= 0) & (found[2] != NOT_WATCHED)], axis=1)
    of_pair = np.searchsorted(pairs, payer[found[0]] * width + found[1])
    streams, stream = np.unique(of_pair * KINDS + found[2], return_inverse=True)
    repeats = _repeats(dataset, labels, found[0], stream)
    return Observed(
        payers=_texts(dataset.claims["payer_id"], payer),
        procedures=_texts(dataset.lines["procedure"], procedure),
        pair_payer=pairs // width,
        pair_procedure=pairs % width,
        stream_pair=streams // KINDS,
        stream_category=streams % KINDS,
        seen=_entries(dataset, labels, each[0], pair),
        denied=_entries(dataset, labels, found[0][~repeats], stream[~repeats]),
        repeated=_entries(dataset, labels, found[0][repeats], stream[repeats]),
    )


def _entries(dataset: Dataset, labels: Labels, claim: I64, of: I64) -> Entries:
    known = labels.known_on[claim].astype(np.int64)
    service = days(dataset.claims["service_to"]).astype(np.int64)[claim]
    # A service that states no day, or one after its answer, is taken to be of the day of sending.
    sent = days(dataset.claims["submitted_on"]).astype(np.int64)[claim]
    service = np.where((service == NO_DAY) | (service > known), np.minimum(sent, known), service)
    order = np.lexsort((claim, of, known))
    return Entries(known[order], service[order], of[order].astype(np.int64), claim[order])


def _repeats(dataset: Dataset, labels: Labels, claim: I64, stream: I64) -> NDArray[np.bool_]:
    """Which denials repeat one of the same member in the same stream."""
    day = labels.known_on[claim].astype(np.int64)
    member = numbers(dataset.claims["member_key"], np.uint64)[claim]
    key = mix(member, stream)
    order = np.lexsort((claim, day, key))
    same = np.zeros(len(order), np.bool_)
    same[1:] = (key[order][1:] == key[order][:-1]) & (np.diff(day[order]) <= REPEAT)
    found = np.zeros(len(order), np.bool_)
    found[order] = same
    repeats: NDArray[np.bool_] = found & (member != 0)
    return repeats


def _texts(column: pa.ChunkedArray, code: I64) -> list[str]:
    """The text of each code; ``""`` for 0."""
    texts = plain(column).to_pylist()
    found = [""] * (int(code.max(initial=0)) + 1)
    for place, first in zip(*np.unique(code, return_index=True), strict=True):
        found[place] = texts[first]
    return found
