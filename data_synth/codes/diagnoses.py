"""ICD-10-CM codes (without the dot) of the invented practice, in groups that policies speak of."""

from __future__ import annotations

from typing import Final

import numpy as np

# group: codes with weights; a trailing '?' marks an unspecified code that has a specific sister.
_GROUPS: Final = """
hypertension: I10 8, I110 1, I129 1
diabetes: E119 6, E1165 3, E1122 2
lipid: E785 5, E7800 2, E782 2
respiratory: J069 5, J209? 2, J029? 3, J0190? 2, J4520 2, J189? 1
urinary: N390 3, R300 1, R350 1
chest: R079? 3, R0789 2, R0602 3
coronary: I2510 5, I25119 1, I214 1
rhythm: I4891? 3, I480 1, R002 2
heart_failure: I5032 2, I5022 2, I509? 2
vessel: I6523 2, I739? 1
knee: M1711 3, M1712 3, M179? 2, M25561 2, M25562 2, M25569? 1
shoulder: M25511 2, M25512 2, M25519? 1, M7541 1, M7542 1
back: M5450? 4, M5416 3, M5441 1, M5136 1
neck: M542 3, M5412 2
injury: S8001XA 2, S161XXA 2, S93401A 3, S63501A 2, S300XXA 1
meniscus: S83241A 1, S83242A 1, M23221 1
depression: F329? 2, F331 3, F32A? 3
anxiety: F411 4, F419? 4, F4310 1, F4323 2
attention: F902 2, F909? 1
skin_lesion: D485 3, D2271 1, D224 1, L570 3, L821 2
skin_cancer: C44311 2, C44319 2, C44722 1
rash: L400 1, L2089 2, B079? 3, L700 2
reflux: K219 4, K2900? 1, R1310 2, K5900? 2
bowel: R109? 3, K635 2, K5730 1, K625 1, R1032 2, K921 1
colon_screen: Z1211 5, Z86010 3
well: Z0000 5, Z0001 2, Z00129 5, Z00121 1
shots: Z23 5
breast_screen: Z1231 5
gyn: N939? 2, N920 2, Z01419 4, R102 2, N871 1
pregnancy: Z3481 1, O0992? 1, Z3A28 1
cancer: C50911 2, C61 2, Z853 1
blood: D649? 2, D509? 2
thyroid: E039? 3, E0500 1
vitamin: E559? 3
head: R519? 3, G43909? 2, R42 2, R55 1
obesity: E669? 2, E6601 2
fatigue: R5383 3
arthritis: M069? 2, M1990? 2
bone: M810 3, M8580 1
belly_wall: K8020 1, K801 1
infection: A419? 2, L03115 2, J159? 1
"""


def _read() -> tuple[list[str], list[str], list[float], list[bool], list[int]]:
    names: list[str] = []
    codes: list[str] = []
    weights: list[float] = []
    vague: list[bool] = []
    group: list[int] = []
    for row in _GROUPS.strip().splitlines():
        name, rest = row.split(":")
        for cell in rest.split(","):
            code, weight = cell.split()
            codes.append(code.rstrip("?"))
            vague.append(code.endswith("?"))
            weights.append(float(weight))
            group.append(len(names))
        names.append(name)
    return names, codes, weights, vague, group


_names, _codes, _weights, _vague, _group = _read()
GROUPS: Final[tuple[str, ...]] = tuple(_names)
GROUP_PLACE: Final[dict[str, int]] = {name: place for place, name in enumerate(GROUPS)}
CODES: Final[tuple[str, ...]] = tuple(_codes)
WEIGHTS: Final = np.array(_weights)
VAGUE: Final = np.array(_vague)
GROUP: Final = np.array(_group)
NO_DIAGNOSIS: Final = -1
# Groups that a secondary diagnosis is drawn from.
CHRONIC: Final = tuple(
    GROUP_PLACE[name]
    for name in (
        "hypertension",
        "diabetes",
        "lipid",
        "obesity",
        "anxiety",
        "thyroid",
        "vitamin",
        "arthritis",
    )
)


def of_group(group: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Places in ``CODES`` of a group's codes."""
    return np.flatnonzero(group == GROUP)
