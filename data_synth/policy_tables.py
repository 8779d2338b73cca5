"""How payers of each type tend to write their policies: chances and ranges to draw from.

Kinds are those of ``codes.procedures``; a chance is that of one payer having such a policy for one
procedure.
"""

from __future__ import annotations

from typing import Final

# How much of what a payer could deny it does deny; drawn within these bounds.
SEVERITY: Final[dict[str, tuple[float, float]]] = {
    "medicare": (0.86, 0.97),
    "medicaid": (0.90, 0.99),
    "managed_medicaid": (0.90, 0.99),
    "medicare_advantage": (0.88, 0.98),
    "commercial": (0.82, 0.96),
    "blues": (0.82, 0.96),
    "exchange": (0.90, 0.99),
}
# Share of a payer's lists that it takes over from what all have in common.
FOLLOWING: Final = 0.7
# How far its policies reach, beside those of the strictest.
REACH: Final[dict[str, float]] = {
    "medicare": 0.4,
    "medicaid": 0.85,
    "managed_medicaid": 0.85,
    "medicare_advantage": 0.65,
    "commercial": 0.4,
    "blues": 0.4,
    "exchange": 0.75,
}
LIMITED: Final = (
    "therapy",
    "psych",
    "preventive",
    "imaging",
    "echo",
    "specialty_drug",
    "vaccine",
    "screen",
)
# How likely each kind is to be on a payer's authorization list:
# Medicare, Medicaid, managed care, others.
AUTH: Final[dict[str, tuple[float, float, float, float]]] = {
    "mri": (0.0, 0.8, 0.95, 0.8),
    "ct": (0.0, 0.6, 0.9, 0.65),
    "nuclear": (0.0, 0.7, 0.95, 0.75),
    "echo": (0.0, 0.2, 0.5, 0.2),
    "surgery": (0.05, 0.8, 0.95, 0.75),
    "spine": (0.2, 0.8, 0.95, 0.8),
    "specialty_drug": (0.0, 0.8, 0.95, 0.85),
    "therapy": (0.0, 0.5, 0.5, 0.22),
    "scope": (0.0, 0.2, 0.3, 0.12),
    "psych": (0.0, 0.2, 0.2, 0.06),
    "brace": (0.1, 0.5, 0.6, 0.3),
    "genetic_lab": (0.0, 0.2, 0.3, 0.1),
    "mohs": (0.0, 0.4, 0.5, 0.3),
    "stress": (0.0, 0.1, 0.4, 0.15),
    "vascular": (0.0, 0.1, 0.35, 0.15),
}
# How likely a payer has a coverage policy (a list of diagnoses) for a kind.
POLICY: Final[dict[str, float]] = {
    "genetic_lab": 0.7,
    "echo": 0.5,
    "nuclear": 0.5,
    "vascular": 0.6,
    "mri": 0.4,
    "ct": 0.3,
    "biopsy": 0.3,
    "destruction": 0.55,
    "joint": 0.35,
    "lab": 0.18,
    "ecg": 0.35,
    "scope": 0.35,
    "specialty_drug": 0.5,
    "ultrasound": 0.3,
    "stress": 0.4,
    "therapy": 0.08,
    "psych": 0.08,
    "spine": 0.6,
    "excision": 0.4,
    "xray": 0.06,
}
# How likely a kind is left out of a payer's plans.
EXCLUDED: Final[dict[str, float]] = {
    "modality": 0.35,
    "counsel": 0.25,
    "em_addon": 0.14,
    "brace": 0.25,
    "genetic_lab": 0.12,
    "psych_group": 0.25,
    "screen": 0.14,
    "vaccine": 0.08,
    "destruction": 0.06,
    "observation": 0.1,
    "treatment": 0.1,
    "preventive": 0.02,
    "draw": 0.05,
    "tracer": 0.1,
    "biopsy": 0.04,
    "monitor": 0.1,
    "repair": 0.05,
    "vascular": 0.05,
    "psych_addon": 0.1,
    "vaccine_admin": 0.03,
    "ultrasound": 0.03,
    "infusion": 0.05,
}
DOCUMENTED: Final[dict[str, float]] = {
    "surgery": 0.5,
    "spine": 0.6,
    "mohs": 0.6,
    "specialty_drug": 0.5,
    "psych_eval": 0.25,
    "brace": 0.5,
    "er": 0.12,
    "infusion": 0.3,
    "excision": 0.3,
    "eval": 0.12,
    "observation": 0.3,
    "scope": 0.08,
    "counsel": 0.3,
    "mri": 0.12,
    "echo": 0.1,
}
LIMITS: Final[dict[str, tuple[int, int, float]]] = {
    "therapy": (14, 30, 0.6),
    "psych": (18, 36, 0.4),
    "preventive": (1, 1, 0.3),
    "imaging": (1, 3, 0.4),
    "echo": (1, 3, 0.4),
    "specialty_drug": (4, 9, 0.4),
    "vaccine": (3, 4, 0.3),
    "screen": (3, 6, 0.4),
}


# Filing limits in days before a change and after it, to choose from.
FILING: Final[dict[str, tuple[list[int], list[int]]]] = {
    "medicare": ([365], [365]),
    "medicaid": ([90, 180, 365], [90, 120]),
    "managed_medicaid": ([90, 120, 180], [90, 95]),
    "medicare_advantage": ([120, 180, 365], [90, 120]),
    "commercial": ([90, 120, 180], [90]),
    "blues": ([120, 180, 365], [120, 180]),
    "exchange": ([90, 120], [60, 90]),
}
