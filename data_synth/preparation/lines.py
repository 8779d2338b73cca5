"""Service lines: procedures, units, charges, diagnoses and what each line points to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import pick, stream
from data_synth.codes import diagnoses
from data_synth.codes.visits import SLOTS, TEMPLATES
from data_synth.config import WorldConfig
from data_synth.encounters import Visits
from data_synth.facts import DIAGNOSES
from data_synth.practice import Practice

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RawLines:
    """Lines before anyone has coded them."""

    claim: I64
    slot: I64
    procedure: I64
    revenue: I64
    units: I64
    charge: I64
    pointers: I64
    diagnoses: I64


def _draw_slots(config: WorldConfig, visits: Visits) -> tuple[I64, I64, I64]:
    """Procedure (-2: no line), revenue code and units, each n by SLOTS."""
    rng = stream(config.seed, "lines")
    shape = (len(visits.service), SLOTS)
    procedure = np.full(shape, -2)
    revenue = np.zeros(shape, dtype=np.int64)
    units = np.ones(shape, dtype=np.int64)
    for number, template in enumerate(TEMPLATES):
        rows = np.flatnonzero(visits.template == number)
        for column, slot in enumerate(template.slots):
            chosen = np.array(slot.procedures)[pick(rng.random(len(rows)), np.array(slot.weights))]
            there = rng.random(len(rows)) < slot.chance
            procedure[rows, column] = np.where(there, chosen, -2)
            revenue[rows, column] = int(slot.revenue or 0)
            units[rows, column] = rng.integers(slot.units[0], slot.units[1] + 1, len(rows))
    return procedure, revenue, units


def _draw_diagnoses(config: WorldConfig, visits: Visits) -> I64:
    """n by DIAGNOSES: one of the visit's own groups, then others of them, then chronic ones."""
    rng = stream(config.seed, "diagnoses")
    size = len(visits.service)
    found = np.full((size, DIAGNOSES), -1)
    by_group = [diagnoses.of_group(group) for group in range(len(diagnoses.GROUPS))]
    chronic = np.concatenate([by_group[group] for group in diagnoses.CHRONIC])

    def of(rows: I64, groups: I64) -> I64:
        out = np.zeros(len(rows), dtype=np.int64)
        for group in np.unique(groups):
            inside = np.flatnonzero(groups == group)
            options = by_group[int(group)]
            out[inside] = options[pick(rng.random(len(inside)), diagnoses.WEIGHTS[options])]
        return out

    for number, template in enumerate(TEMPLATES):
        rows = np.flatnonzero(visits.template == number)
        groups = np.array([group for group, _ in template.groups])
        odds = np.array([weight for _, weight in template.groups])
        # One illness an episode: its visits share the draw of the episode's number.
        steady = np.random.Generator(np.random.PCG64(config.seed + 77)).random(
            int(visits.episode.max()) + 1
        )
        found[rows, 0] = of(rows, groups[pick(steady[visits.episode[rows]], odds)])
        second = rng.random(len(rows)) < 0.3
        other = of(rows, groups[pick(rng.random(len(rows)), odds)])
        found[rows, 1] = np.where(second & (other != found[rows, 0]), other, -1)
    for column, share in ((2, 0.35), (3, 0.15)):
        extra = chronic[pick(rng.random(size), diagnoses.WEIGHTS[chronic])]
        new = (rng.random(size) < share) & (found != extra[:, None]).all(axis=1)
        found[:, column] = np.where(new, extra, -1)
    # Close the gaps: what is stated stands first, in order.
    order = np.argsort(found < 0, axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)


def charge_of(
    practice: Practice, location: I64, procedure: I64, revenue: I64, units: I64, service: I64
) -> I64:
    """Cents: the location's charge master times units; it rises by 3 % each January."""
    base = practice.charges[location, np.maximum(procedure, 0)]
    # What has a revenue code alone is priced by that code.
    price = {
        120: 245_000,
        250: 31_500,
        270: 42_700,
        278: 812_000,
        300: 38_400,
        320: 29_600,
        350: 118_300,
        360: 964_500,
        420: 41_200,
    }
    by_revenue = np.array([price.get(number, 21_000) for number in range(1000)])
    factor = practice.price[location] / 2.4
    base = np.where(procedure >= 0, base, np.round(by_revenue[revenue] * factor / 100) * 100)
    years = service.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970 - 2025
    raised = np.where(base < 2500, base, np.round(base * 1.03**years / 100) * 100)
    return (raised * units).astype(np.int64)


def build_lines(config: WorldConfig, practice: Practice, visits: Visits) -> RawLines:
    """All lines of all visits, in order of visit and slot."""
    procedure, revenue, units = _draw_slots(config, visits)
    # A procedure stands on a claim once; a second draw of it is dropped.
    for column in range(1, SLOTS):
        again = (procedure[:, :column] == procedure[:, column : column + 1]) & (
            procedure[:, column : column + 1] >= 0
        )
        procedure[again.any(axis=1), column] = -2
    claim, slots = np.nonzero(procedure > -2)
    found = _draw_diagnoses(config, visits)
    rng = stream(config.seed, "pointers")
    second = (rng.random(len(claim)) < 0.35) & (found[claim, 1] >= 0)
    slot = np.arange(len(claim)) - np.searchsorted(claim, claim)
    lines = (procedure[claim, slots], revenue[claim, slots], units[claim, slots])
    charge = charge_of(practice, visits.location[claim], *lines, visits.service[claim])
    return RawLines(claim, slot, *lines, charge, np.where(second, 3, 1), found)


def year_start(day: I64) -> I64:
    """First of January of each day's year."""
    return (
        day.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    )
