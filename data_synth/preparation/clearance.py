"""Authorizations, referrals, paperwork: what was obtained before the claim went out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import stream
from data_synth.codes import procedures
from data_synth.config import NEVER, WorldConfig
from data_synth.encounters import Visits
from data_synth.facts import AUTH_EXPIRED, AUTH_FITS, AUTH_OTHER_SERVICE, NO_AUTH
from data_synth.practice import Practice
from data_synth.preparation.coding import is_kind
from data_synth.preparation.lines import RawLines
from data_synth.rules import Rules

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Days until the authorization team has learned of a payer's new demand.
_LEARNING: Final = 60
_NEEDS_REFERRING: Final = procedures.flag(procedures.NEEDS_REFERRING)
_NEEDS_CLIA: Final = procedures.flag(procedures.NEEDS_CLIA)
_NEEDS_NDC: Final = procedures.flag(procedures.NEEDS_NDC)


def _per_claim(lines: RawLines, flags: Flags, size: int) -> Flags:
    return np.bincount(lines.claim[flags], minlength=size) > 0


def authorizations(
    config: WorldConfig,
    practice: Practice,
    rules: Rules,
    visits: Visits,
    lines: RawLines,
    payer: I64,
) -> I64:
    """NO_AUTH, AUTH_FITS or what is wrong with the one that is there."""
    rng = stream(config.seed, "authorization team")
    size = len(payer)
    procedure = np.maximum(lines.procedure, 0)
    begins = rules.auth_from[payer[lines.claim], procedure]
    stops = rules.auth_to[payer[lines.claim], procedure]
    day = visits.service[lines.claim]
    listed = (lines.procedure >= 0) & (begins < NEVER)
    known = listed & (day >= begins + _LEARNING) & (day < stops + _LEARNING)
    needed = _per_claim(lines, known, size)
    care = practice.auth_care[visits.specialty]
    # A course of treatment is authorized once: its later visits follow the first one's fate.
    steady = rng.random(int(visits.episode.max()) + 1)[visits.episode]
    careful = np.where(rng.random(size) < 0.8, steady, rng.random(size)) < care
    spare = rng.random(size) < 0.03
    given = (needed & careful) | spare
    slip = rng.random(size) < practice.auth_slip[visits.specialty]
    late = (visits.place_in_episode >= 8) & (rng.random(size) < 0.25)
    wrong = np.where(
        late, AUTH_EXPIRED, np.where(rng.random(size) < 0.6, AUTH_OTHER_SERVICE, AUTH_EXPIRED)
    )
    return np.where(given, np.where(slip | late, wrong, AUTH_FITS), NO_AUTH)


def referrals(
    config: WorldConfig, practice: Practice, rules: Rules, visits: Visits, payer: I64
) -> Flags:
    """True where a referral number is on the claim."""
    rng = stream(config.seed, "referrals")
    begins = rules.referral_from[payer, visits.specialty]
    known = (begins < NEVER) & (visits.service >= begins + _LEARNING)
    care = practice.referral_care[visits.specialty]
    steady = rng.random(int(visits.episode.max()) + 1)[visits.episode]
    return (known & (steady < care)) | (rng.random(len(payer)) < 0.02)


@dataclass(frozen=True, slots=True)
class Intake:
    """What got onto the claims: referring provider (-1 none), CLIA number, taxonomy, attachment.

    ``ndc`` is by line, the others by claim.
    """

    referrer: I64
    clia: Flags
    taxonomy: Flags
    attachment: Flags
    ndc: Flags


def intake(
    config: WorldConfig,
    practice: Practice,
    rules: Rules,
    visits: Visits,
    lines: RawLines,
    payer: I64,
) -> Intake:
    """Fill in what intake is asked for, with the care that each specialty's staff has."""
    rng = stream(config.seed, "intake")
    size, day = len(payer), visits.service
    care = practice.intake_care[visits.specialty]
    asked = _per_claim(lines, is_kind(_NEEDS_REFERRING, lines.procedure), size)
    named = rng.random(size) < np.where(asked, care - 0.01, 0.12)
    laboratory = _per_claim(lines, is_kind(_NEEDS_CLIA, lines.procedure), size)
    begins = rules.documents_from[payer[lines.claim], np.maximum(lines.procedure, 0)]
    wanted = (begins < NEVER) & (day[lines.claim] >= begins + _LEARNING) & (lines.procedure >= 0)
    attached = _per_claim(lines, wanted, size) & (rng.random(size) < care - 0.15)
    demanded = (rules.taxonomy_from[payer] < NEVER) & (
        day >= rules.taxonomy_from[payer] + _LEARNING
    )
    stated = np.where(demanded, np.minimum(care + 0.045, 0.997), 0.7)
    drug = np.where((rules.ndc_from[payer] < NEVER)[lines.claim], care[lines.claim], 0.35)
    return Intake(
        referrer=np.where(named, rng.integers(0, len(practice.referrers), size), -1),
        clia=laboratory & (rng.random(size) < care + 0.005),
        taxonomy=rng.random(size) < stated,
        attachment=attached | (rng.random(size) < 0.012),
        ndc=is_kind(_NEEDS_NDC, lines.procedure) & (rng.random(len(lines.claim)) < drug),
    )
