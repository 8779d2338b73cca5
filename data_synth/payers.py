"""The payers: what each is, how fast it answers, how it pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

PayerType = Literal[
    "medicare",
    "medicaid",
    "managed_medicaid",
    "medicare_advantage",
    "commercial",
    "blues",
    "exchange",
]
PAYER_TYPES: Final[tuple[PayerType, ...]] = (
    "medicare",
    "medicaid",
    "managed_medicaid",
    "medicare_advantage",
    "commercial",
    "blues",
    "exchange",
)

# Published shares of professional claims with a denied line (docs/synthetic-world.md).
DENIAL_RANGE: Final[dict[PayerType, tuple[float, float]]] = {
    "medicare": (0.070, 0.080),
    "medicaid": (0.170, 0.230),
    "managed_medicaid": (0.180, 0.250),
    "medicare_advantage": (0.140, 0.150),
    "commercial": (0.055, 0.100),
    "blues": (0.055, 0.100),
    "exchange": (0.170, 0.190),
}


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer.

    ``filing_code`` goes into SBR09 (837), ``answer_code`` into CLP06 (835), which has fewer values.
    ``share`` is its part of the practice's members; ``pays`` its allowed amount over the fee;
    ``lag`` the median days from submission to payment; ``weekday`` the day it pays (None: daily).
    """

    payer_id: str
    name: str
    type: PayerType
    filing_code: str
    answer_code: str
    share: float
    pays: float
    lag: float
    weekday: int | None


PAYERS: Final[tuple[Payer, ...]] = (
    Payer("05102", "MEDICARE PART B", "medicare", "MB", "MB", 20.0, 1.00, 13.0, None),
    Payer("77034", "STATE MEDICAL ASSISTANCE", "medicaid", "MC", "MC", 7.0, 0.68, 16.0, 2),
    Payer(
        "68151", "HARBOR COMMUNITY HEALTH PLAN", "managed_medicaid", "MC", "HM", 6.5, 0.70, 18.0, 1
    ),
    Payer("61746", "GOOD NEIGHBOR FAMILY CARE", "managed_medicaid", "MC", "HM", 3.5, 0.69, 22.0, 3),
    Payer("95211", "SUMMIT SENIOR ADVANTAGE", "medicare_advantage", "16", "16", 9.0, 0.98, 17.0, 4),
    Payer(
        "65093", "EVERWELL MEDICARE CHOICE", "medicare_advantage", "16", "16", 6.0, 0.97, 21.0, 2
    ),
    Payer("60127", "NORTHFIELD MUTUAL", "commercial", "CI", "15", 10.0, 1.35, 14.0, 3),
    Payer("87306", "CONTINENTAL EMPLOYERS HEALTH", "commercial", "CI", "12", 9.0, 1.42, 12.0, 1),
    Payer("62318", "PIONEER BENEFIT TRUST", "commercial", "CI", "15", 5.0, 1.28, 19.0, 4),
    Payer("39190", "LAKESHORE HEALTH", "commercial", "HM", "HM", 3.0, 1.22, 24.0, 2),
    Payer("00846", "BLUE PLAN OF THE VALLEY", "blues", "BL", "12", 10.0, 1.30, 11.0, 2),
    Payer("00912", "BLUE PLAN OF THE COAST", "blues", "BL", "12", 4.5, 1.26, 15.0, 4),
    Payer("45549", "OPENDOOR EXCHANGE PLAN", "exchange", "14", "14", 4.0, 1.02, 20.0, 1),
    Payer("20413", "CLEARPATH MARKET HEALTH", "exchange", "12", "12", 2.5, 1.05, 23.0, 3),
)
# Pays what Medicare leaves; its denial habits are those of a commercial payer.
SUPPLEMENT: Final = 8
TYPE_OF: Final[tuple[int, ...]] = tuple(PAYER_TYPES.index(payer.type) for payer in PAYERS)
