"""Procedure codes of the invented practice: shape and price class, no descriptors.

A row is (code, kind, fee in dollars). The fee is the order of magnitude of a public fee schedule;
charges are made from it per location. ``kind`` is our own grouping, which policies speak of.
"""

from __future__ import annotations

from typing import Final

import numpy as np

_ROWS: Final = """
99202 em_new 73|99203 em_new 113|99204 em_new 169|99211 em 24|99212 em 57|99213 em 92
99214 em 130|99215 em 183|G2211 em_addon 16|99385 preventive 128|99386 preventive 148
99391 preventive 101|99392 preventive 108|99393 preventive 108|99394 preventive 118
99395 preventive 121|99396 preventive 129|G0438 preventive 165|G0439 preventive 130
36415 draw 8.5|80053 lab 10.6|80061 lab 13.4|83036 lab 9.7|84443 lab 16.8|85025 lab 7.8
81003 lab 2.3|87880 lab 16.5|87635 lab 51.3|82306 genetic_lab 29.6|88305 pathology 71
87086 lab 8.1|81025 lab 8.6|90471 vaccine_admin 20|90472 vaccine_admin 14|90460 vaccine_admin 22
90461 vaccine_admin 13|90686 vaccine 21|90707 vaccine 92|90715 vaccine 38|90677 vaccine 240
G0008 vaccine_admin 31|93000 ecg 15|93306 echo 204|93015 stress 71|78452 nuclear 334
A9500 tracer 78|93880 vascular 192|93350 echo 196|71046 xray 27|73030 xray 31|73562 xray 37
72100 xray 38|77067 mammogram 133|76700 ultrasound 119|76830 ultrasound 122|70551 mri 223
70553 mri 341|72148 mri 217|73721 mri 221|74177 ct 312|70450 ct 113|71250 ct 142|20610 joint 64
29881 surgery 561|27447 surgery 1248|29827 surgery 1052|L1830 brace 91|E0114 brace 46
J3301 drug 1.9|64483 spine 243|97161 eval 98|97110 therapy 29|97112 therapy 33|97140 therapy 27
97530 therapy 36|97535 therapy 32|G0283 modality 12|97035 modality 14|90791 psych_eval 171
90832 psych 77|90834 psych 102|90837 psych 151|90853 psych_group 28|96127 screen 5
90833 psych_addon 71|11102 biopsy 101|11103 biopsy_addon 54|17000 destruction 66
17003 destruction_addon 6.7|17110 destruction 112|11401 excision 148|12001 repair 92
17311 mohs 662|45378 scope 338|45380 scope 431|45385 scope 502|43239 scope 391|43235 scope 281
58100 biopsy 96|57454 scope_gyn 158|59025 monitor 49|96372 injection 15|J1885 drug 0.9
J0696 drug 0.8|J0897 specialty_drug 19.6|J1745 specialty_drug 43|96365 infusion 69
96413 infusion 141|96415 infusion_addon 30|99283 er 78|99284 er 128|G0378 observation 38
94640 treatment 12|99497 counsel 85|G0447 counsel 26
"""

_CELLS: Final = [c.split() for row in _ROWS.strip().splitlines() for c in row.split("|")]
CODES: Final[tuple[str, ...]] = tuple(cell[0] for cell in _CELLS)
KINDS: Final[tuple[str, ...]] = tuple(cell[1] for cell in _CELLS)
FEES: Final = np.array([float(cell[2]) for cell in _CELLS])
PLACE: Final[dict[str, int]] = {code: place for place, code in enumerate(CODES)}
NO_PROCEDURE: Final = -1

# What a claim form asks for beside the code.
NEEDS_REFERRING: Final = frozenset(
    {
        "lab",
        "genetic_lab",
        "pathology",
        "xray",
        "ultrasound",
        "mri",
        "ct",
        "echo",
        "nuclear",
        "vascular",
        "therapy",
        "eval",
        "mammogram",
    }
)
NEEDS_CLIA: Final = frozenset({"lab", "genetic_lab"})
NEEDS_NDC: Final = frozenset({"drug", "specialty_drug"})
EM_KINDS: Final = frozenset({"em", "em_new", "preventive"})
# Services that need modifier 25 on a visit of the same day.
MINOR_KINDS: Final = frozenset(
    {
        "joint",
        "destruction",
        "biopsy",
        "excision",
        "repair",
        "injection",
        "vaccine_admin",
        "treatment",
    }
)
THERAPY_KINDS: Final = frozenset({"therapy", "eval", "modality"})
SIDED: Final = frozenset(
    {"20610", "73030", "73562", "73721", "29881", "29827", "27447", "L1830", "64483"}
)
UNLISTED_SPLIT: Final = frozenset({"93000", "93306", "93350", "93880", "76700", "76830"})


def flag(kinds: frozenset[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """True for each procedure whose kind is one of ``kinds``."""
    return np.array([kind in kinds for kind in KINDS], dtype=np.bool_)


def flag_codes(codes: frozenset[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """True for each procedure in ``codes``."""
    return np.array([code in codes for code in CODES], dtype=np.bool_)


# Pairs that payers may bundle: the second is paid within the first unless it was separate.
_PAIRS: Final = """
97140+97530 97161+97140 97530+97110 97110+97112 11102+17000 17110+11401 20610+J3301
45385+45380 45380+45378 93015+93000 78452+93015 29881+20610 11401+12001 96365+96372
96413+96365 80053+36415 85025+36415 99213+96127 99214+93000 90837+96127 43239+43235
57454+58100 76830+76700 99214+99497
"""
PAIRS: Final[tuple[tuple[str, str], ...]] = tuple((pair[:5], pair[6:]) for pair in _PAIRS.split())
# Add-on codes and the code that must stand beside them.
COMPANIONS: Final[dict[str, str]] = {
    "17003": "17000",
    "11103": "11102",
    "90461": "90460",
    "96415": "96413",
}
