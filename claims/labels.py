"""Labels: which remittance answers which submission, and what it said (design.md section 5).

How a remittance finds its claim, by the keyed claim id:

* The submissions of one claim id stand in the order of the day they were sent. A replacement or
  void (frequency 7 or 8) begins a new submission; so does sending the claim again after an answer
  came. Sending it again before any answer (or reading one file twice) begins nothing: the answer
  goes to the first of those copies, and the others stay unknown.
* A remittance belongs to the last submission sent before the day it became known, or on that day
  when there is none before. One that became known before anything was sent belongs to nothing.
* Of the adjudications of a submission the first in time is its outcome. One from another payer
  that processed it in another place of the payer order (a crossover) stands behind.
* An id that stands on more than ``PLACEHOLDER_ABOVE`` claims is a placeholder and is not matched.

A claim that states no day of submission is matched, but is never an example: nothing says what was
known when it was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.arrays import NO_DAY, cents, codes, days, joined, mix, numbers, pairs
from claims.categories import CATEGORIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from claims.arrays import I32, I64, U64
    from claims.dataset import Dataset

    Flags = NDArray[np.bool_]
    I8 = NDArray[np.int8]

NEVER: Final = np.int32(2**31 - 1)
PLACEHOLDER_ABOVE: Final = 20
UNKNOWN, PAID, PARTIAL, DENIED = -1, 0, 1, 2
_OUTCOMES: Final = ("paid", "partial", "denied")
_PLACE_OF_STATUS: Final = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}


@dataclass(frozen=True, slots=True)
class Labels:
    """What became of n claims and their m lines; rows as in ``claims`` and ``lines``.

    Days are int32 days since 1970-01-01.
    """

    example: Flags
    """bool n: an original claim, the first of its id, adjudicated; may be learned from."""
    outcome: I8
    """n: -1 unknown, 0 paid, 1 partial, 2 denied."""
    category: I8
    """n: place in ``CATEGORIES``, -1 when nothing is denied or it is unknown."""
    carc: NDArray[np.str_]
    """n: CARC of the largest denied amount, ``""`` otherwise."""
    known_on: I32
    """n: day the outcome became known, ``NEVER`` while it is not."""
    remittance: I64
    """n: row of ``remittances`` that gave the outcome, -1 while there is none."""
    line_denied: I8
    """m: -1 unknown, 0, 1."""
    line_category: I8
    """m: place in ``CATEGORIES``, -1 otherwise."""

    def take(self, claims: I64, lines: I64) -> Labels:
        """Return those of the claims and lines at these places."""
        return Labels(
            example=self.example[claims],
            outcome=self.outcome[claims],
            category=self.category[claims],
            carc=self.carc[claims],
            known_on=self.known_on[claims],
            remittance=self.remittance[claims],
            line_denied=self.line_denied[lines],
            line_category=self.line_category[lines],
        )


def label(dataset: Dataset) -> Labels:
    """Match remittances to submissions and say what became of each claim and line."""
    claims, remittances = dataset.claims, dataset.remittances
    submitted = days(claims["submitted_on"])
    answer, first = _answers(claims, remittances, submitted)
    answered = answer >= 0
    row = answer[answered]
    outcome = _places(remittances["outcome"], _OUTCOMES)
    category = _places(remittances["category"], CATEGORIES)
    labels = Labels(
        example=first & answered & _original(claims) & (submitted != NO_DAY),
        outcome=_fill(answered, outcome[row], UNKNOWN),
        category=_fill(answered, category[row], -1),
        carc=_texts(remittances["carc"], answered, row),
        known_on=np.full(len(answer), NEVER, np.int32),
        remittance=answer,
        line_denied=np.full(dataset.lines.num_rows, UNKNOWN, np.int8),
        line_category=np.full(dataset.lines.num_rows, -1, np.int8),
    )
    labels.known_on[answered] = days(remittances["known_on"])[row]
    _label_lines(dataset, labels)
    return labels


def _fill(where: Flags, values: I8, otherwise: int) -> I8:
    filled = np.full(len(where), otherwise, np.int8)
    filled[where] = values
    return filled


def _places(column: pa.ChunkedArray, words: tuple[str, ...]) -> I8:
    places = pc.fill_null(pc.index_in(column, value_set=pa.array(words)), -1)
    return np.asarray(places).astype(np.int8)


def _texts(column: pa.ChunkedArray, where: Flags, rows: I64) -> NDArray[np.str_]:
    texts = np.zeros(len(where), dtype="<U5")
    texts[where] = np.asarray(column.to_pylist(), dtype="<U5")[rows]
    return texts


def _original(claims: pa.Table) -> Flags:
    return numbers(pc.is_in(claims["frequency"], pa.array(["1", ""])), np.bool_)


def _replacement(claims: pa.Table) -> Flags:
    return numbers(pc.is_in(claims["frequency"], pa.array(["7", "8"])), np.bool_)


def _answers(claims: pa.Table, remittances: pa.Table, submitted: I32) -> tuple[I64, Flags]:
    """The row of the remittance that answers each claim (-1: none), and the first of each id."""
    answer = np.full(claims.num_rows, -1, np.int64)
    first = np.zeros(claims.num_rows, np.bool_)
    key = numbers(claims["claim_key"], np.uint64)
    replacement = _replacement(claims)
    order = np.lexsort((replacement, submitted, key))
    order = order[key[order] != 0]
    ids, starts, group, sizes = np.unique(
        key[order], return_index=True, return_inverse=True, return_counts=True
    )
    first[order[starts]] = sizes <= PLACEHOLDER_ABOVE

    known = days(remittances["known_on"])
    remit_key = numbers(remittances["claim_key"], np.uint64)
    remit = np.flatnonzero(
        numbers(remittances["first_outcome"], np.bool_) & (known != NO_DAY) & (remit_key != 0)
    )
    place = np.minimum(np.searchsorted(ids, remit_key[remit]), max(len(ids) - 1, 0))
    if len(ids) == 0:
        return answer, first
    fits = (ids[place] == remit_key[remit]) & (sizes[place] <= PLACEHOLDER_ABOVE)
    remit, place = remit[fits], place[fits]

    sent_at = _moment(group, submitted[order])
    known_at = _moment(place, known[remit])
    begins = _begins(sent_at, np.sort(known_at), group, replacement[order])
    episode = np.cumsum(begins) - 1
    head = order[begins]

    last = np.searchsorted(sent_at, known_at, side="left") - 1
    same_day = np.searchsorted(sent_at, known_at, side="right") - 1
    last = np.where(last >= starts[place], last, same_day)
    fits = last >= starts[place]
    remit, of_episode = remit[fits], episode[last[fits]]

    behind = _crossover(claims, remittances, head[of_episode], remit)
    by_time = np.lexsort((remit, known[remit], behind, of_episode))
    answered, winner = np.unique(of_episode[by_time], return_index=True)
    answer[head[answered]] = remit[by_time[winner]]
    return answer, first


def _moment(group: I64, day: I32) -> I64:
    """Group and day as one number that sorts by both."""
    return (group.astype(np.int64) << 32) + (day.astype(np.int64) - NO_DAY)


def _begins(sent_at: I64, known_at: I64, group: I64, replacement: Flags) -> Flags:
    """Where in the sorted claims a new submission begins (see the top of this module)."""
    begins = np.ones(len(sent_at), np.bool_)
    same_id = group[1:] == group[:-1]
    answers = np.searchsorted(known_at, sent_at, side="left")
    came_between = answers[1:] > answers[:-1]
    copy = replacement[:-1] & (sent_at[1:] == sent_at[:-1])
    begins[1:] = ~same_id | came_between | (replacement[1:] & ~copy)
    return begins


def _crossover(claims: pa.Table, remittances: pa.Table, claim: I64, remit: I64) -> Flags:
    """Whether each remittance is another payer's, in another place of the payer order."""
    claim_payer, remit_payer = codes(
        pc.utf8_upper(claims["payer_id"]), pc.utf8_upper(remittances["payer_id"])
    )
    statuses = pa.array(list(_PLACE_OF_STATUS))
    places = pa.chunked_array([pa.array([*_PLACE_OF_STATUS.values(), ""])])
    status = pc.fill_null(pc.index_in(remittances["status"], statuses), len(_PLACE_OF_STATUS))
    claim_place, remit_place = codes(claims["position"], pc.take(places, status))
    differs = _both_differ(claim_payer[claim], remit_payer[remit])
    return differs & _both_differ(claim_place[claim], remit_place[remit])


def _both_differ(left: I64, right: I64) -> Flags:
    differ: Flags = (left != right) & (left != 0) & (right != 0)
    return differ


def _label_lines(dataset: Dataset, labels: Labels) -> None:
    """Fill the labels of the lines: by line number, else by what they are, else by place.

    A remittance without service lines gives its outcome to all charged lines of the claim.
    """
    claims, lines = dataset.claims, dataset.lines
    answers = dataset.remittance_lines
    line_claim = np.repeat(np.arange(claims.num_rows), numbers(claims["line_count"]))
    answer_count = numbers(dataset.remittances["line_count"])
    answer_remit = np.repeat(np.arange(len(answer_count)), answer_count)
    claim_of = np.full(len(answer_count), -1, np.int64)
    answered = np.flatnonzero(labels.remittance >= 0)
    claim_of[labels.remittance[answered]] = answered
    answer_claim = claim_of[answer_remit]

    match = _match_lines(lines, answers, line_claim, answer_claim)
    found = match >= 0
    denied = numbers(answers["denied"], np.int8)
    category = _places(answers["category"], CATEGORIES)
    labels.line_denied[found] = denied[match[found]]
    labels.line_category[found] = category[match[found]]

    whole = np.zeros(claims.num_rows, np.bool_)
    whole[answered] = answer_count[labels.remittance[answered]] == 0
    of_whole = whole[line_claim]
    taken = of_whole & (labels.outcome[line_claim] == DENIED) & (cents(lines["charge"]) > 0)
    labels.line_denied[of_whole] = taken[of_whole]
    labels.line_category[taken] = labels.category[line_claim[taken]]


def _match_lines(lines: pa.Table, answers: pa.Table, line_claim: I64, answer_claim: I64) -> I64:
    """The row of ``remittance_lines`` that answers each line, -1 where none does."""
    match = np.full(lines.num_rows, -1, np.int64)
    waiting = np.isin(line_claim, answer_claim[answer_claim >= 0])
    free = answer_claim >= 0

    def pair(line_keys: U64, answer_keys: U64, usable: Flags | np.bool_) -> None:
        left, right = np.flatnonzero(waiting), np.flatnonzero(free & usable)
        if not len(right):
            return
        of_left, of_right = pairs(line_keys[left], answer_keys[right])
        match[left[of_left]] = right[of_right]
        waiting[left[of_left]] = False
        free[right[of_right]] = False

    number = numbers(answers["line_number"])
    pair(mix(line_claim, numbers(lines["number"])), mix(answer_claim, number), number > 0)
    procedure = codes(lines["procedure"], answers["procedure"])
    revenue = codes(lines["revenue_code"], answers["revenue_code"])
    modifiers = codes(joined(lines["modifiers"]), joined(answers["modifiers"]))
    charge = cents(lines["charge"]), cents(answers["charge"])
    for facts in ((procedure, modifiers, revenue, charge), (procedure, charge), (charge, revenue)):
        if not waiting.any() or not free.any():
            return match
        pair(
            mix(line_claim, *(fact[0] for fact in facts)),
            mix(answer_claim, *(fact[1] for fact in facts)),
            np.True_,
        )
    _pair_by_place(match, waiting, free, line_claim, answer_claim)
    return match


def _pair_by_place(
    match: I64, waiting: Flags, free: Flags, line_claim: I64, answer_claim: I64
) -> None:
    """Pair what is left over by its place, on claims whose counts of lines agree."""
    left, right = np.flatnonzero(waiting), np.flatnonzero(free)
    size = int(max(line_claim.max(initial=-1), answer_claim.max(initial=-1))) + 1
    asked = np.bincount(line_claim, minlength=size)
    given = np.bincount(answer_claim[answer_claim >= 0], minlength=size)
    agree = asked == given
    left = left[agree[line_claim[left]]]
    right = right[agree[answer_claim[right]]]
    of_left, of_right = pairs(
        mix(line_claim[left], _place(line_claim)[left]),
        mix(answer_claim[right], _place(answer_claim)[right]),
    )
    match[left[of_left]] = right[of_right]


def _place(owner: I64) -> I64:
    """The place of each row among the rows of its owner, which stand together."""
    begins = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if len(owner) else owner
    lengths = np.diff(np.r_[begins, len(owner)])
    return np.arange(len(owner)) - np.repeat(begins, lengths)
