"""The coders: modifiers, pairs, new patients, places; each coder with a care of their own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import stream
from data_synth.codes import diagnoses, procedures
from data_synth.config import WorldConfig
from data_synth.encounters import Visits
from data_synth.facts import FITS, GP, LT, M25, M59, M95, NOT_NEW, RT, WRONG_PLACE
from data_synth.policy_tables import LIMITED
from data_synth.practice import Practice
from data_synth.preparation.lines import RawLines, year_start

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_EM = procedures.flag(procedures.EM_KINDS)
_MINOR = procedures.flag(procedures.MINOR_KINDS)
_THERAPY = procedures.flag(procedures.THERAPY_KINDS)
_SIDED = procedures.flag_codes(procedures.SIDED)
_NEW = procedures.flag(frozenset({"em_new"}))
_TALK = procedures.flag(frozenset({"em", "psych", "psych_eval"}))


def is_kind(table: Flags, procedure: I64) -> Flags:
    """Look a flag up; False for a line without a procedure."""
    return table[np.maximum(procedure, 0)] & (procedure >= 0)


def called_for(lines: RawLines, size: int, telehealth: Flags) -> I64:
    """Modifier bits that the services call for."""
    em, minor = is_kind(_EM, lines.procedure), is_kind(_MINOR, lines.procedure)
    has_minor = np.bincount(lines.claim[minor], minlength=size) > 0
    bits: I64 = np.where(em & has_minor[lines.claim], M25, 0)
    bits = bits | np.where(is_kind(_THERAPY, lines.procedure), GP, 0)
    bits = bits | np.where(is_kind(_TALK, lines.procedure) & telehealth[lines.claim], M95, 0)
    # Which side it was goes with the diagnosis; payers look only whether one is stated.
    side = np.where(lines.diagnoses[lines.claim, 0] % 2 == 0, RT, LT)
    return bits | np.where(is_kind(_SIDED, lines.procedure), side, 0)


def pairs_of(lines: RawLines, size: int) -> I64:
    """For each line, the pair of PAIRS whose second member it is beside the first, -1 none."""
    found = np.full(len(lines.claim), -1)
    for number, (first, second) in enumerate(procedures.PAIRS):
        one = (
            np.bincount(lines.claim[lines.procedure == procedures.PLACE[first]], minlength=size) > 0
        )
        rows = (lines.procedure == procedures.PLACE[second]) & one[lines.claim]
        found[rows & (found < 0)] = number
    return found


def alone_of(lines: RawLines, size: int) -> Flags:
    """True for add-on lines without their companion."""
    alone = np.zeros(len(lines.claim), dtype=np.bool_)
    for addon, companion in procedures.COMPANIONS.items():
        has = (
            np.bincount(lines.claim[lines.procedure == procedures.PLACE[companion]], minlength=size)
            > 0
        )
        alone |= (lines.procedure == procedures.PLACE[addon]) & ~has[lines.claim]
    return alone


def used_before(lines: RawLines, visits: Visits, payer: I64) -> I64:
    """Earlier lines of the same limited kind, member and payer in the same calendar year."""
    kind = limited_kind(lines.procedure)
    rows = np.flatnonzero(kind >= 0)
    year = year_start(visits.service)[lines.claim[rows]]
    keys = np.stack([kind[rows], payer[lines.claim[rows]], visits.member[lines.claim[rows]], year])
    # Two lines of one visit count as one: the place among the different visits of the key.
    order = np.lexsort((lines.claim[rows], *keys[::-1]))
    sorted_keys = keys[:, order]
    new_key = np.r_[True, (sorted_keys[:, 1:] != sorted_keys[:, :-1]).any(axis=0)]
    new_visit = new_key | np.r_[True, np.diff(lines.claim[rows][order]) != 0]
    visit = np.cumsum(new_visit)
    before = visit - np.maximum.accumulate(np.where(new_key, visit, 0))
    used = np.zeros(len(lines.claim), dtype=np.int64)
    used[rows[order]] = before
    return used


def limited_kind(procedure: I64) -> I64:
    """Place in LIMITED of a procedure's kind, -1 when no benefit limit speaks of it."""
    names = {"mri": "imaging", "ct": "imaging"}
    table = np.array(
        [
            LIMITED.index(names.get(kind, kind)) if names.get(kind, kind) in LIMITED else -1
            for kind in procedures.KINDS
        ]
    )
    return np.where(procedure >= 0, table[np.maximum(procedure, 0)], -1)


def mismatches(
    rng: np.random.Generator, practice: Practice, lines: RawLines, visits: Visits
) -> I64:
    """Lines billed as a new patient's that are not, or with a place that does not fit."""
    careless = 1 - practice.review_care[visits.specialty]
    # Seen by the same specialty before: a first visit of a later episode is no new patient's.
    order = np.lexsort((visits.service, visits.specialty, visits.member))
    key = visits.member[order] * 64 + visits.specialty[order]
    again = np.zeros(len(order), dtype=np.bool_)
    again[order] = np.r_[False, key[1:] == key[:-1]]
    new = is_kind(_NEW, lines.procedure) & again[lines.claim]
    place = rng.random(len(visits.service)) < careless * 0.06
    first = lines.slot == 0
    return np.where(
        new, NOT_NEW, np.where(place[lines.claim] & first & (lines.revenue == 0), WRONG_PLACE, FITS)
    )


def recode_established(
    rng: np.random.Generator, practice: Practice, lines: RawLines, visits: Visits, mismatch: I64
) -> tuple[I64, I64]:
    """Most coders notice an established patient and bill the matching established code."""
    caught = rng.random(len(visits.service)) < 0.55 + 0.43 * practice.review_care[visits.specialty]
    fix = (mismatch == NOT_NEW) & caught[lines.claim]
    table = np.arange(len(procedures.CODES))
    for new, established in (("99202", "99212"), ("99203", "99213"), ("99204", "99214")):
        table[procedures.PLACE[new]] = procedures.PLACE[established]
    procedure = np.where(fix, table[np.maximum(lines.procedure, 0)], lines.procedure)
    return procedure, np.where(fix, FITS, mismatch)


def modifiers_given(
    config: WorldConfig,
    practice: Practice,
    lines: RawLines,
    visits: Visits,
    wanted: I64,
    pair: I64,
    separate: Flags,
) -> I64:
    """Bits that the coder put on: what is called for, less what is forgotten."""
    rng = stream(config.seed, "coders")
    care = practice.modifier_care[visits.specialty[lines.claim]]
    given = np.zeros(len(lines.claim), dtype=np.int64)
    for bit, ease in ((M25, 0.0), (M95, 0.02), (GP, 0.10), (RT, 0.03), (LT, 0.03)):
        kept = rng.random(len(lines.claim)) < care + ease
        given |= np.where((wanted & bit > 0) & kept, bit, 0)
    # 59 goes on separate services, and at times on services that were not.
    habit = np.where(separate, care - 0.08, 0.25)
    return given | np.where((pair >= 0) & (rng.random(len(lines.claim)) < habit), M59, 0)


def vague_fixed(config: WorldConfig, practice: Practice, visits: Visits, found: I64) -> I64:
    """A careful coder asks for the specific diagnosis instead of the unspecified one."""
    rng = stream(config.seed, "specific")
    asked = rng.random(len(found)) < practice.review_care[visits.specialty] - 0.35
    out = found.copy()
    for group in np.unique(diagnoses.GROUP[diagnoses.VAGUE]):
        options = diagnoses.of_group(int(group))
        clear = options[~diagnoses.VAGUE[options]]
        if len(clear):
            vague = np.isin(found, options[diagnoses.VAGUE[options]]) & asked[:, None]
            out = np.where(vague, clear[0], out)
    for column in range(1, out.shape[1]):
        again = (out[:, :column] == out[:, column : column + 1]).any(axis=1)
        out[again, column] = -1
    order = np.argsort(out < 0, axis=1, kind="stable")
    return np.take_along_axis(out, order, axis=1)
