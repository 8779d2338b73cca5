"""Whom the test claims are about and who sent them: the groups that a model card judges apart.

Only what the claims tables hold can be a group. What they do not hold is named too, with the
reason, so that nobody takes silence for fairness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.dataset import Dataset
from features.frame import Frame

I64 = NDArray[np.int64]

_PAYERS: Final = {
    "Medicare": ("MA", "MB", "16"),
    "Medicaid": ("MC", "TV"),
    "Commercial": ("CI", "12", "13", "14", "15", "HM"),
    "Blue plans": ("BL",),
    "Other government": ("CH", "VA", "OF", "FI", "11"),
    "Workers' compensation, automobile, liability": ("WC", "AM", "LM", "LI"),
}
"""Claim filing indicators (SBR09) by the type of payer that they state."""
_OTHER: Final = "Other or not stated"
_AGES: Final = ((0, "0 to 17"), (18, "18 to 44"), (45, "45 to 64"), (65, "65 to 74"),
                (75, "75 and older"))  # fmt: skip
_SIZES: Final = ((1, "1 provider"), (2, "2 to 10 providers"), (11, "11 to 50 providers"),
                 (51, "more than 50 providers"))  # fmt: skip
NOT_KNOWN: Final = "not known"


@dataclass(frozen=True, slots=True)
class Grouping:
    """n claims by one property: ``group`` (n) are places in ``names``; ``what`` says what it is."""

    name: str
    what: str
    names: tuple[str, ...]
    group: I64


UNKNOWN: Final = {
    "rurality": (
        "No claims table holds an address or a postal code (they are dropped at reading, for "
        "privacy), so whether a patient or provider is rural cannot be told."
    ),
    "race and ethnicity": "X12 claims (837) do not state them.",
    "language": "X12 claims (837) do not state it.",
    "sexual orientation and gender identity": "X12 claims (837) state sex alone.",
    "social determinants of health": (
        "Not measured: diagnosis codes of that kind (Z55 to Z65) are on few claims, and are used "
        "as any other diagnosis."
    ),
}
"""What cannot be judged, and why."""


def groupings(dataset: Dataset, frame: Frame, rows: I64) -> tuple[Grouping, ...]:
    """The groups of the claims at ``rows`` (places in the tables)."""
    filing = np.array(dataset.claims["filing_code"].take(rows).to_pylist(), np.str_)
    return (
        _payer_type(filing),
        _banded("age band", "years of age on the first day of service", frame.age[rows], _AGES),
        _sex(frame, rows),
        _banded(
            "provider size",
            "rendering providers that were seen on claims of the same billing provider",
            provider_counts(frame)[rows],
            _SIZES,
        ),
    )


def _payer_type(filing: NDArray[np.str_]) -> Grouping:
    names = (*_PAYERS, _OTHER)
    place = {code: number for number, codes in enumerate(_PAYERS.values()) for code in codes}
    group = np.array([place.get(code.upper(), len(_PAYERS)) for code in filing], np.int64)
    return Grouping("payer type", "by the claim filing indicator (SBR09)", names, group)


def _sex(frame: Frame, rows: I64) -> Grouping:
    names = (NOT_KNOWN, "female", "male")
    return Grouping("sex", "as stated on the claim", names, frame.sex[rows].astype(np.int64))


def _banded(
    name: str, what: str, values: NDArray[np.integer], bands: tuple[tuple[int, str], ...]
) -> Grouping:
    """Values in bands that begin at the number of each; below the first is not known."""
    group = np.searchsorted([start for start, _ in bands], values, side="right")
    return Grouping(name, what, (NOT_KNOWN, *(name for _, name in bands)), group.astype(np.int64))


def provider_counts(frame: Frame) -> I64:
    """For each claim, how many rendering providers its billing provider has; 0 where unknown."""
    stated = (frame.billing != 0) & (frame.rendering != 0)
    pairs = np.unique(np.stack([frame.billing[stated], frame.rendering[stated]], axis=1), axis=0)
    billing, counts = np.unique(pairs[:, 0], return_counts=True)
    if not len(billing):
        return np.zeros(len(frame.billing), np.int64)
    place = np.minimum(np.searchsorted(billing, frame.billing), len(billing) - 1)
    found: I64 = np.where(billing[place] == frame.billing, counts[place], 0).astype(np.int64)
    return found
