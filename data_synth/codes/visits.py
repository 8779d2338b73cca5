"""What a visit looks like on a claim, by specialty: lines, diagnoses, place, who comes.

One template a row::

    specialty | weight | ages, F women, f first visit, r return visit | places | diagnoses | lines

A line is ``code:weight/code:weight`` with ``@probability`` and ``*lowest-highest`` units.
"""

# A row of the table is a line of this file, however long.
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from data_synth.codes.diagnoses import GROUP_PLACE
from data_synth.codes.procedures import PLACE

_ROWS: Final = """
family|5|18-99|11:9 10:1|hypertension:4 diabetes:3 lipid:2 thyroid:1|99213:5/99214:5/99215:1 G2211@.2 36415@.35 80053@.3 83036@.25 80061@.2
family|4|3-99|11:8 10:1|respiratory:5 urinary:1 rash:1|99213:6/99212:2/99214:2 87880@.3 87635@.2 96372@.12 J0696@.12*2-4
family|2|18-99 f|11|hypertension:2 back:2 diabetes:1 fatigue:1|99203:6/99204:3/99202:2 36415@.4 80053@.4 85025@.3
family|2|18-64|11|well:1|99396:5/99395:5 36415@.5 80061@.4 90471@.4 90686@.4
family|2|65-99|11|well:1|G0439:8/G0438:2 99213@.3 G0008@.3 90686@.3 96127@.3
family|1|18-99|11|injury:4 skin_lesion:1|99213:6/99214:3 12001@.3 17000@.2 73562@.2
family|1|18-99|11 10|depression:2 anxiety:3|99214:5/99213:4 96127@.6*1-2 90833@.15
internal|6|30-99|11:9 10:1|hypertension:3 diabetes:3 lipid:2 heart_failure:1 thyroid:1|99214:6/99213:4/99215:2 G2211@.3 36415@.4 80053@.3 83036@.3 84443@.2
internal|2|40-99|11|vitamin:2 fatigue:2 blood:2 thyroid:1|99213:5/99214:4 36415@.7 82306@.4 85025@.5 84443@.4
internal|2|30-99 f|11|hypertension:2 chest:2 fatigue:2|99204:5/99203:5 93000@.5 36415@.4 80053@.4
internal|1|40-99|11|arthritis:3 bone:2|99213:2/99214:2 96365@.4 J1745@.35*30-60 J0897@.4*60-60 96372@.4
internal|1|65-99|11|heart_failure:1 cancer:1|99215:3/99214:4 99497@.5 93000@.3
pediatrics|5|0-17|11|well:1|99391:4/99392:4/99393:3/99394:2 90460@.7*1-2 90461@.4*1-3 90707@.3 90686@.3 90677@.2
pediatrics|5|0-17|11|respiratory:6 rash:1|99213:7/99212:3/99214:2 87880@.4 87635@.2 94640@.1
pediatrics|1|5-17|11 10|attention:3 anxiety:1|99214:5/99213:3 96127@.6*1-2
pediatrics|1|0-17 f|11|respiratory:2 well:1|99203:6/99202:4 87880@.3
cardiology|4|35-99|11|coronary:3 hypertension:2 rhythm:2 heart_failure:2|99214:6/99213:3/99215:2 93000@.6
cardiology|2|35-99|11 22|chest:2 heart_failure:2 rhythm:2 hypertension:2|93306
cardiology|1|35-99|11|chest:3 coronary:2 fatigue:1|78452 A9500*2-3 93015@.8
cardiology|1|35-99|11|chest:3 coronary:1|93015:3/93350:2 93000@.15
cardiology|1|35-99|11|vessel:3 head:1 hypertension:1|93880
cardiology|2|35-99 f|11|chest:3 rhythm:2|99204:6/99203:4 93000@.8 93306@.15
orthopedics|4|15-99|11|knee:4 shoulder:2|99213:6/99214:3 20610@.45 J3301@.4*4-8 73562@.3
orthopedics|2|15-99 f|11|knee:2 shoulder:2 injury:1|99203:6/99204:3 73562@.4 73030@.3 L1830@.15
orthopedics|1|25-99|11|knee:2 meniscus:1 shoulder:1|73721
orthopedics|1|25-80|24 22|meniscus:4 knee:2|29881 20610@.15 L1830@.15
orthopedics|1|50-90|22|knee:5|27447
orthopedics|1|35-75|24 22|shoulder:5|29827
orthopedics|1|30-99|11 24|back:4 neck:1|64483 J3301@.5*2-8
orthopedics|1|15-99|11|back:3 neck:1|99213:5/99214:4 72100@.5
therapy|9|8-99 r|11|back:3 knee:3 shoulder:2 neck:2|97110*1-3 97140@.6*1-2 97530@.4*1-2 97112@.3*1-2 G0283@.2
therapy|2|8-99 f|11|back:3 knee:3 shoulder:2 neck:2|97161 97110@.7*1-2 97140@.3
behavioral|7|8-99 r|11:6 10:5|anxiety:4 depression:4 attention:1|90837:5/90834:5/90832:2 96127@.15
behavioral|2|12-99 r|11|anxiety:1 depression:1|90853
behavioral|2|8-99 f|11:6 10:4|anxiety:3 depression:3|90791 96127@.3
dermatology|4|15-99|11|skin_lesion:5 rash:2|99213:6/99212:2/99214:2 17000@.4 17003@.25*2-9 11102@.3 11103@.1*1-2 88305@.2
dermatology|2|5-99|11|rash:5|99213:6/99212:4 17110@.4
dermatology|1|30-99|11|skin_cancer:4 skin_lesion:1|17311 12001@.2
dermatology|1|20-99|11|skin_lesion:4|11401 12001@.3 88305@.4
dermatology|2|10-99 f|11|skin_lesion:3 rash:3|99203:7/99202:3 11102@.3 17110@.15
gastroenterology|3|45-80|24|colon_screen:5 bowel:1|45378:5/45380:4/45385:4 45380@.15
gastroenterology|2|25-99|24|bowel:4 blood:1|45378:4/45380:4/45385:3 43239@.2
gastroenterology|2|25-99|24|reflux:5|43239:6/43235:3
gastroenterology|3|18-99|11|reflux:3 bowel:3|99213:5/99214:5
gastroenterology|2|18-99 f|11|reflux:3 bowel:3|99204:5/99203:5
gynecology|3|16-75 F|11|gyn:4|99213:5/99214:3 76830@.3 81025@.2 58100@.1
gynecology|2|21-64 F|11|gyn:1 well:2|99395:5/99396:5 87086@.2
gynecology|1|21-64 F|11|gyn:5|57454 58100@.3 81025@.3
gynecology|2|18-42 F|11|pregnancy:5|99213:5/99214:2 59025@.4 81003@.6 87086@.2
gynecology|1|16-64 F f|11|gyn:4|99203:6/99204:4 76830@.3 76700@.1
radiology|3|18-99|11|chest:2 respiratory:3|71046
radiology|2|40-80 F|11|breast_screen:6 gyn:1|77067
radiology|2|18-99|11|head:5 neck:1|70551:5/70553:4/70450:3
radiology|2|18-99|11|back:5|72148
radiology|2|18-99|11|bowel:4 belly_wall:2 cancer:1|74177:5/76700:5
radiology|1|40-99|11|respiratory:2 cancer:2|71250
radiology|1|15-99|11|knee:4 meniscus:1|73721:5/73562:4
outpatient|4|3-99|13|chest:2 bowel:2 injury:2 infection:1 head:1|0450=99284:5/99283:5 0300@.6=80053 0300@.6=85025 0320@.3=71046 0351@.25=70450:2/74177:2 0250@.5=-
outpatient|2|45-85|13|colon_screen:3 bowel:3|0750=45378:4/45380:4/45385:3 0250@.6=-
outpatient|2|30-99|13|arthritis:3 cancer:3|0335=96413 0335@.5=96415*1-3 0636=J1745*30-60 0300@.4=85025
outpatient|2|25-80|13|meniscus:3 knee:2|0360=29881 0250=- 0270@.5=-
outpatient|1|40-99|13|chest:3 rhythm:1|0762=G0378*12-36 0300=80053 0480@.5=93306 0450=99284
outpatient|1|18-99|13|head:2 back:2|0610=70553:3/72148:3
inpatient|2|50-99|11|heart_failure:5|0120=-*2-6 0250=- 0300=- 0320@.6=-
inpatient|2|40-99|11|infection:5|0120=-*3-8 0250=- 0300=- 0270@.6=-
inpatient|1|55-90|11|knee:5|0120=-*1-3 0360=- 0278=- 0250=- 0420@.7=-
inpatient|1|30-99|11|bowel:3 belly_wall:2|0120=-*2-5 0250=- 0300=- 0350@.6=-
"""


@dataclass(frozen=True, slots=True)
class Slot:
    """One possible line: procedures (-1: revenue code only) with weights, chance, units."""

    procedures: tuple[int, ...]
    weights: tuple[float, ...]
    chance: float
    units: tuple[int, int]
    revenue: str


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of visit."""

    specialty: str
    weight: float
    ages: tuple[int, int]
    female_only: bool
    first: bool | None
    places: tuple[tuple[str, float], ...]
    groups: tuple[tuple[int, float], ...]
    slots: tuple[Slot, ...]


def _slot(text: str) -> Slot:
    head, _, tail = text.rpartition("=")
    chance, units, revenue = 1.0, (1, 1), ""
    if head:
        revenue, _, odds = head.partition("@")
        chance = float(odds) if odds else 1.0
    tail, _, span = tail.partition("*")
    if span:
        low, high = span.split("-")
        units = (int(low), int(high))
    tail, _, odds = tail.partition("@")
    if odds:
        chance = float(odds)
    options = [part.partition(":") for part in tail.split("/")]
    return Slot(
        tuple(PLACE[code] if code != "-" else -1 for code, _, _ in options),
        tuple(float(weight or 1) for _, _, weight in options),
        chance,
        units,
        revenue,
    )


def _weighted(text: str) -> list[tuple[str, float]]:
    parts = [part.partition(":") for part in text.split()]
    return [(name, float(weight or 1)) for name, _, weight in parts]


def _template(row: str) -> Template:
    specialty, weight, who, places, groups, lines = row.split("|")
    ages, *marks = who.split()
    low, high = ages.split("-")
    first = True if "f" in marks else False if "r" in marks else None
    return Template(
        specialty,
        float(weight),
        (int(low), int(high)),
        "F" in marks,
        first,
        tuple(_weighted(places)),
        tuple((GROUP_PLACE[name], share) for name, share in _weighted(groups)),
        tuple(_slot(text) for text in lines.split()),
    )


TEMPLATES: Final[tuple[Template, ...]] = tuple(_template(row) for row in _ROWS.strip().splitlines())
SLOTS: Final = max(len(template.slots) for template in TEMPLATES)

# specialty: (taxonomy, share of episodes, mean visits an episode, days between visits)
SPECIALTIES: Final[dict[str, tuple[str, float, float, int]]] = {
    "family": ("207Q00000X", 26.0, 1.6, 60),
    "internal": ("207R00000X", 15.0, 1.7, 75),
    "pediatrics": ("208000000X", 10.0, 1.6, 50),
    "cardiology": ("207RC0000X", 7.0, 2.0, 45),
    "orthopedics": ("207X00000X", 8.0, 2.2, 28),
    "therapy": ("225100000X", 3.2, 9.0, 4),
    "behavioral": ("103TC0700X", 3.0, 10.0, 8),
    "dermatology": ("207N00000X", 6.0, 1.5, 60),
    "gastroenterology": ("207RG0100X", 4.0, 1.4, 40),
    "gynecology": ("207V00000X", 6.0, 1.6, 35),
    "radiology": ("2085R0202X", 8.0, 1.1, 90),
    "outpatient": ("282N00000X", 5.5, 1.3, 60),
    "inpatient": ("282N00000X", 1.0, 1.0, 90),
}
SPECIALTY_NAMES: Final[tuple[str, ...]] = tuple(SPECIALTIES)
INSTITUTIONAL: Final = frozenset({"outpatient", "inpatient"})
DRGS: Final[dict[str, str]] = {
    "heart_failure": "291",
    "infection": "871",
    "knee": "470",
    "bowel": "392",
    "belly_wall": "418",
}
