"""The answer in disguise: columns that are known only after the payer answered.

A column is refused as an input by its name, and by a test of what it alone predicts: the AUROC of
the denial rates of its values, each row's rate taken from other members. Published models of
whole claims reach 0.76 to 0.90, so that one column above ``BOUND`` has seen the answer. A column
that is stated (or missing) on hardly any but denied claims is refused too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.extract.values import texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F64 = NDArray[np.float64]
    I8 = NDArray[np.int8]
    I64 = NDArray[np.int64]

BOUND: Final = 0.85
PURE: Final = 0.98
_FOLDS: Final = 5
_BINS: Final = 50
_PRIOR: Final = 10.0
_LEAST: Final = 200
_LEAST_EACH: Final = 20
_COVERED: Final = 0.10
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "what was paid": ("paid", "pmt", "pymt", "payment", "payments", "reimbursed", "reimbursement"),
    "what was allowed": ("allowed", "allow", "alowd", "allwd", "approved"),
    "the patient's share": (
        *("ded", "ddctbl", "deductible", "deduct", "coins", "coinsrnc", "coinsurance"),
        *("copay", "copayment"),
    ),
    "an adjustment": ("adj", "adjustment", "adjustments", "adjusted", "writeoff", "write_off"),
    "a denial": ("denied", "denial", "denials", "deny", "dnl", "rejected", "rejection", "appeal"),
    "a code of the remittance": ("carc", "rarc", "remark", "remarks", "reason"),
    "the remittance": ("remit", "remits", "remittance", "era", "eob", "835", "check", "eft"),
    "the payer's processing": (
        *("status", "stus", "adjudication", "adjudicated", "processed", "processing"),
        *("prcsg", "prcsng", "prc", "outcome", "disposition", "resolution"),
    ),
    "a label": (
        *("label", "labels", "target", "truth", "injected", "preventable", "rootcause"),
        *("root_cause", "y"),
    ),
}
# Fields whose own name holds such a word: there it is no answer of this payer to this claim.
_ALLOWED: Final[dict[str, frozenset[str]]] = {
    "patient_paid": frozenset({"paid", "payment", "pmt", "copay"}),
    "patient_status": frozenset({"status", "stus"}),
    "eligibility_active": frozenset({"status", "stus", "approved"}),
    "eligibility_checked_on": frozenset({"check"}),
    "eligibility_coverage_end": frozenset({"status"}),
    "authorization_given": frozenset({"approved", "status", "stus"}),
    "authorization_valid_from": frozenset({"approved"}),
    "authorization_valid_to": frozenset({"approved"}),
    "authorization_units_left": frozenset({"approved"}),
    "other_payer_paid": frozenset({"paid", "payment", "pmt"}),
    "other_payer_adjudicated": frozenset({"adjudicated", "paid", "processed"}),
    "other_adjudicated": frozenset({"adjudicated", "paid", "processed"}),
    "delay_reason": frozenset({"reason"}),
    "admission_type": frozenset({"reason"}),
    "original_reference": frozenset({"adjusted", "adj"}),
    "frequency": frozenset({"adj"}),
}
_TRUTH_FILES: Final = frozenset({"truth", "label", "labels", "target", "targets"})


def tokens(name: str) -> list[str]:
    """The words of a column's name, in lower case: of ``LinePaidAmt`` line, paid, amt."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word for word in re.split(r"[^a-z0-9]+", parted.lower()) if word]


def named_like_the_answer(column: str, field: str = "") -> str:
    """What the name says the column is, ``""`` where nothing in it sounds like the answer."""
    words = set(tokens(column))
    words |= {f"{a}_{b}" for a, b in zip(tokens(column), tokens(column)[1:], strict=False)}
    words -= _ALLOWED.get(field, frozenset())
    for meaning, listed in _WORDS.items():
        if words & set(listed):
            return meaning
    return ""


def truth_file(name: str) -> bool:
    """Whether a file's name says that it holds labels and no claims."""
    return bool(set(tokens(name)) & _TRUTH_FILES)


def predicts_too_well(column: pa.Array, denied: I8, owner: I64 | None = None) -> str:
    """Why the column cannot be an input, ``""`` where it may be one.

    ``owner``: whose the rows are (0, 1, ...); the rows of one member or claim share many values and
    must not speak for one another. Default: each row stands for itself.
    ``denied``: 1, 0, or -1 where unknown. Fewer than 200 known rows, or 20 of a kind, prove
    nothing.
    """
    known = np.flatnonzero(denied >= 0)
    target = denied[known].astype(np.float64)
    if len(known) < _LEAST or min(target.sum(), len(known) - target.sum()) < _LEAST_EACH:
        return ""
    value = values(column.take(pa.array(known)))
    groups = known if owner is None else owner[known]
    if len(np.unique(groups % _FOLDS)) < _FOLDS:
        return ""
    found = auroc(_rates(value, target, groups % _FOLDS), target)
    if found > BOUND:
        return f"it alone tells denied from paid claims with an AUROC of {found:.2f} (over {BOUND})"
    for which, rows in (("stated", value > 0), ("missing", value == 0)):
        hits = float(target[rows].sum())
        share = hits / max(int(rows.sum()), 1)
        if share > PURE and hits >= max(_LEAST_EACH, _COVERED * target.sum()):
            return f"{share:.0%} of the claims on which it is {which} were denied"
    return ""


def values(column: pa.Array) -> I64:
    """Codes of the values, 0 where nothing is stated; many numbers or days in 50 bins."""
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        column = pc.binary_join(column.cast(pa.list_(pa.string())), " ")
    if pa.types.is_temporal(kind):
        column = pc.cast(column, pa.date32(), safe=False).cast(pa.int32())
    text = texts(column)
    stated = np.asarray(pc.not_equal(text, ""))
    encoded = text.dictionary_encode()
    codes = np.asarray(encoded.indices).astype(np.int64) + 1
    if len(encoded.dictionary) > 4 * _BINS:
        numbers = _numbers(text, stated)
        if numbers is not None:
            cuts = np.unique(np.quantile(numbers[stated], np.linspace(0, 1, _BINS + 1)[1:-1]))
            codes = np.searchsorted(cuts, numbers, side="right") + 1
    return np.where(stated, codes, 0)


def _numbers(text: pa.Array, stated: NDArray[np.bool_]) -> F64 | None:
    try:
        number = pc.cast(pc.if_else(pa.array(stated), text, "0"), pa.float64())
    except pa.ArrowInvalid:
        return None
    found: F64 = np.nan_to_num(np.asarray(number))
    return found


def _rates(value: I64, target: F64, fold: I64) -> F64:
    """For each row the smoothed denial rate of its value among the other folds."""
    size = int(value.max()) + 1
    rates = np.empty(len(value))
    for one in range(_FOLDS):
        inside = fold == one
        mean = float(target[~inside].mean())
        seen = np.bincount(value[~inside], minlength=size)
        hits = np.bincount(value[~inside], target[~inside], minlength=size)
        table = (hits + _PRIOR * mean) / (seen + _PRIOR)
        # the fold's own mean would tell something of its rows
        rates[inside] = table[value[inside]] - mean
    return rates


def auroc(score: F64, target: F64) -> float:
    """Chance that a denied row scores above a paid one; ties count one half."""
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    hits = target.sum()
    rank_sum = float(ranks[place][target == 1].sum())
    return float((rank_sum - hits * (hits + 1) / 2) / (hits * (len(target) - hits)))
