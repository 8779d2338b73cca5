"""The practice: its places, its providers, and staff whose care differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import stream
from data_synth.codes import visits
from data_synth.codes.procedures import FEES
from data_synth.config import WorldConfig

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_NPI_PREFIX: Final = "80840"
REFERRERS: Final = 60


def npi(stem: int) -> str:
    """A ten-digit NPI: nine digits, and the Luhn check digit over ``80840`` and them."""
    body = f"{stem:09d}"
    total = 0
    for place, digit in enumerate(reversed(_NPI_PREFIX + body)):
        double = int(digit) * (2 - place % 2)
        total += double - 9 if double > 9 else double
    return body + str(-total % 10)


@dataclass(frozen=True, slots=True)
class Practice:
    """Who works where, and how carefully.

    Per location: ``location_npi``, ``price`` (charge over fee), ``check`` (chance that the front
    desk verifies coverage at a visit), ``typo`` (chance of a wrong member id), ``coding_days``.
    Per provider: specialty place, home location, NPI, joined day is the payers' affair.
    Per specialty: ``auth_care`` (chance that the authorization team obtains what it knows is
    needed), ``auth_slip`` (chance that what it obtained does not fit), ``referral_care``.
    Per specialty: ``modifier_care``, ``review_care`` of the coder, ``intake_care`` of who fills in
    the referring provider, CLIA, NDC and the like.
    """

    location_npi: tuple[str, ...]
    price: F64
    check: F64
    typo: F64
    coding_days: F64
    stuck: F64
    provider_npi: tuple[str, ...]
    provider_specialty: I64
    provider_location: I64
    auth_care: F64
    auth_slip: F64
    referral_care: F64
    modifier_care: F64
    review_care: F64
    intake_care: F64
    referrers: tuple[str, ...]
    group_npi: str
    hospital_npi: str
    clia: str
    charges: NDArray[np.int64]

    def providers_of(self, specialty: int) -> I64:
        """Places of the providers of a specialty."""
        return np.flatnonzero(self.provider_specialty == specialty)


def _numbers(config: WorldConfig, count: int) -> list[str]:
    stems = stream(config.seed, "npi").choice(900_000, size=count, replace=False)
    return [npi(100_000_000 + int(stem) * 111 + 7) for stem in stems]


def build_practice(config: WorldConfig) -> Practice:
    """Draw the practice: about one provider for 900 claims, at least two a specialty."""
    rng = stream(config.policies, "staff")
    body = stream(config.seed, "practice")
    specialties = len(visits.SPECIALTY_NAMES)
    locations = int(np.clip(3 + config.claims // 12_000, 3, 9))
    shares = np.array([row[1] for row in visits.SPECIALTIES.values()])
    counts = np.maximum(
        2, np.round(shares / shares.sum() * config.claims / config.months / 55).astype(int)
    )
    counts = np.minimum(counts, 40)
    specialty = np.repeat(np.arange(specialties), counts)
    numbers = _numbers(config, locations + len(specialty) + REFERRERS + 2)
    price = body.uniform(1.9, 2.9, locations)
    by_specialty = body.uniform(0.85, 1.2, len(FEES))
    exact = np.round(FEES * by_specialty * price[:, None] * 100)
    # Charge masters are mostly kept in whole dollars, cheap items to the quarter.
    charges = np.where(
        FEES < 25, np.maximum(np.round(exact / 25), 2) * 25, np.round(exact / 100) * 100
    )
    return Practice(
        location_npi=tuple(numbers[:locations]),
        price=price,
        check=rng.uniform(0.45, 0.9, locations),
        typo=rng.choice([0.001, 0.003, 0.009], locations, p=[0.4, 0.35, 0.25]),
        coding_days=rng.uniform(1.5, 5.0, locations),
        stuck=rng.choice([0.012, 0.025, 0.05], locations, p=[0.4, 0.4, 0.2]),
        provider_npi=tuple(numbers[locations : locations + len(specialty)]),
        provider_specialty=specialty,
        provider_location=body.integers(0, locations, len(specialty)),
        auth_care=rng.uniform(0.84, 0.985, specialties),
        auth_slip=rng.choice([0.01, 0.025, 0.07], specialties, p=[0.4, 0.4, 0.2]),
        referral_care=rng.uniform(0.86, 0.985, specialties),
        modifier_care=rng.uniform(0.90, 0.993, specialties),
        review_care=rng.uniform(0.75, 0.98, specialties),
        intake_care=rng.uniform(0.95, 0.995, specialties),
        referrers=tuple(numbers[locations + len(specialty) : -2]),
        group_npi=numbers[-2],
        hospital_npi=numbers[-1],
        clia=f"{body.integers(10, 52)}D{body.integers(0, 10_000_000):07d}",
        charges=charges.astype(np.int64),
    )
