"""Visits: who comes, to whom, when, what for, and when the claim of it is ready and sent."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import pick, stream
from data_synth.codes.visits import INSTITUTIONAL, SPECIALTIES, SPECIALTY_NAMES, TEMPLATES
from data_synth.config import WorldConfig
from data_synth.members import Members
from data_synth.practice import Practice

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

WARM: Final = 300
_ADULT: Final = 18


@dataclass(frozen=True, slots=True)
class Visits:
    """One entry a visit, in order of service. ``place`` is an index into the template's places."""

    member: I64
    specialty: I64
    provider: I64
    location: I64
    template: I64
    place: I64
    service: I64
    ready: I64
    submitted: I64
    episode: I64
    place_in_episode: I64

    def take(self, rows: I64) -> Visits:
        """The visits in ``rows``."""
        return replace(self, **{item.name: getattr(self, item.name)[rows] for item in fields(self)})


def business_day(day: I64) -> I64:
    """The day itself, or the Monday after a weekend. 1970-01-01 was a Thursday."""
    weekday = (day + 3) % 7
    return day + np.where(weekday >= 5, 7 - weekday, 0)


def _specialty(rng: np.random.Generator, age: F64, female: NDArray[np.bool_]) -> I64:
    """A specialty that fits age and sex."""
    weight = np.tile(np.array([row[1] for row in SPECIALTIES.values()]), (len(age), 1))
    place = {name: column for column, name in enumerate(SPECIALTY_NAMES)}
    child, old = age < _ADULT, age >= 60
    weight[~child, place["pediatrics"]] = 0
    for name in ("internal", "cardiology", "gastroenterology", "inpatient", "radiology"):
        weight[child, place[name]] = 0
    weight[child, place["pediatrics"]] *= 6
    weight[old, place["cardiology"]] *= 2.2
    weight[old, place["internal"]] *= 1.6
    weight[~female | (age < _ADULT) | (age > 70), place["gynecology"]] = 0
    weight[age < 8, place["therapy"]] = 0
    weight[age < 8, place["behavioral"]] = 0
    weight[(age < 10), place["orthopedics"]] *= 0.2
    return pick(rng.random(len(age)), weight)


def _templates(
    rng: np.random.Generator,
    specialty: I64,
    age: F64,
    female: NDArray[np.bool_],
    first: NDArray[np.bool_],
    senior: NDArray[np.bool_],
) -> I64:
    """A template of the specialty that fits; the nearest one where none does."""
    chosen = np.zeros(len(specialty), dtype=np.int64)
    for place, name in enumerate(SPECIALTY_NAMES):
        rows = np.flatnonzero(specialty == place)
        options = [
            number for number, template in enumerate(TEMPLATES) if template.specialty == name
        ]
        weight = np.full((len(rows), len(options)), 1e-6)
        for column, number in enumerate(options):
            template = TEMPLATES[number]
            fits = (age[rows] >= template.ages[0]) & (age[rows] < template.ages[1] + 1)
            fits &= female[rows] | (not template.female_only)
            if template.first is not None:
                fits &= first[rows] == template.first
            # A yearly wellness visit of Medicare's kind (G0438/9) is for Medicare's members.
            if template.ages[0] == 65 and name == "family":
                fits &= senior[rows]
            weight[fits, column] = template.weight * (1.6 if template.first else 1.0)
        chosen[rows] = np.array(options)[pick(rng.random(len(rows)), weight)]
    return chosen


def _episodes(
    rng: np.random.Generator, config: WorldConfig, members: Members
) -> tuple[I64, I64, I64, I64, I64]:
    """Member, specialty, first day, visits, days between, by episode; more than needed."""
    begin, end = config.first_day - WARM, config.last_day
    share = (end - begin) / (end - config.first_day)
    count = int(config.claims * share / 1.75 * 1.3) + 40
    member = pick(rng.random(count), members.frailty)
    start = rng.integers(begin, end + 1, count)
    age = (start - members.birth[member]) / 365.25
    specialty = _specialty(rng, age, members.female[member])
    mean = np.array([row[2] for row in SPECIALTIES.values()])[specialty]
    visits = 1 + np.minimum(rng.geometric(1 / np.maximum(mean, 1.0001)) - 1, 40)
    gap = np.array([row[3] for row in SPECIALTIES.values()])[specialty]
    return member, specialty, start, visits, gap


def _sending(
    rng: np.random.Generator, practice: Practice, location: I64, service: I64
) -> tuple[I64, I64]:
    """Day the claim could have gone, and day it went: most within days, some stuck for months."""
    size = len(service)
    ready = (
        service
        + 1
        + np.floor(rng.lognormal(0, 0.7, size) * practice.coding_days[location]).astype(np.int64)
    )
    stuck = rng.random(size) < practice.stuck[location]
    wait = np.where(stuck, rng.lognormal(np.log(75), 0.75, size), rng.exponential(0.8, size))
    ready = business_day(ready)
    return ready, business_day(ready + np.minimum(wait, 420).astype(np.int64))


def build_visits(
    config: WorldConfig, practice: Practice, members: Members, senior: NDArray[np.bool_]
) -> Visits:
    """Exactly ``config.claims`` visits whose claims are sent within the clock.

    Whole episodes are left out until the number fits, so that a member's visits stay complete.
    """
    rng = stream(config.seed, "visits")
    member, specialty, start, count, gap = _episodes(rng, config, members)
    episode = np.repeat(np.arange(len(member)), count)
    place = np.arange(len(episode)) - np.repeat(np.cumsum(count) - count, count)
    spread = rng.gamma(6, 1 / 6, len(episode)) * gap[episode]
    before = np.cumsum(spread) - spread
    offset = before - np.repeat(before[np.cumsum(count) - count], count)
    service = business_day(start[episode] + offset.astype(np.int64))
    away = rng.random(len(member)) < 0.15
    home = np.where(
        away, rng.integers(0, len(practice.location_npi), len(member)), members.location[member]
    )
    provider = np.zeros(len(member), dtype=np.int64)
    for number in range(len(SPECIALTY_NAMES)):
        rows = np.flatnonzero(specialty == number)
        options = practice.providers_of(number)
        provider[rows] = options[rng.integers(0, len(options), len(rows))]
    age = (service - members.birth[member[episode]]) / 365.25
    template = _templates(
        rng,
        specialty[episode],
        age,
        members.female[member[episode]],
        place == 0,
        senior[member[episode]],
    )
    odds = [np.array([weight for _, weight in row.places]) for row in TEMPLATES]
    where = np.zeros(len(episode), dtype=np.int64)
    for number, weights in enumerate(odds):
        rows = np.flatnonzero(template == number)
        where[rows] = pick(rng.random(len(rows)), weights)
    ready, submitted = _sending(rng, practice, home[episode], service)
    visits = Visits(
        member[episode],
        specialty[episode],
        provider[episode],
        home[episode],
        template,
        where,
        service,
        ready,
        submitted,
        episode,
        place,
    )
    return _trim(config, visits)


def _trim(config: WorldConfig, visits: Visits) -> Visits:
    inside = (visits.submitted >= config.first_day) & (visits.submitted <= config.last_day)
    inside &= visits.service <= config.last_day
    kept = visits.take(np.flatnonzero(inside))
    # Episodes stand in random order, so the first ones that fill the number are a fair draw.
    kept = kept.take(np.arange(config.claims))
    if len(kept.service) < config.claims:
        raise RuntimeError("the draw of visits fell short of the number of claims asked for")
    return kept.take(np.lexsort((kept.episode, kept.service)))


def institutional(specialty: I64) -> NDArray[np.bool_]:
    """True where the claim of a visit is institutional."""
    return np.array([name in INSTITUTIONAL for name in SPECIALTY_NAMES])[specialty]
