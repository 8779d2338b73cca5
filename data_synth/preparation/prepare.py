"""All facts of the claims of visits, put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import stream
from data_synth.codes import diagnoses, procedures
from data_synth.codes.visits import TEMPLATES
from data_synth.config import NEVER, WorldConfig
from data_synth.encounters import Visits, institutional
from data_synth.facts import (
    ACCIDENT_CARRIER,
    AUTO_ACCIDENT,
    ENROLLED,
    ENROLLMENT_LAPSED,
    NO_ACCIDENT,
    NOT_EFFECTIVE,
    WORK_ACCIDENT,
    ClaimFacts,
    Facts,
    LineFacts,
)
from data_synth.members import Members
from data_synth.practice import Practice
from data_synth.preparation import clearance, coding
from data_synth.preparation.coverage import bill
from data_synth.preparation.lines import build_lines
from data_synth.rules import Rules

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_TELEHEALTH: Final = "10"


def telehealth_of(template: I64, place: I64) -> Flags:
    """True for visits held at the patient's home by video (place of service 10)."""
    widest = max(len(row.places) for row in TEMPLATES)
    table = np.zeros((len(TEMPLATES), widest), dtype=np.bool_)
    for number, row in enumerate(TEMPLATES):
        for column, (name, _) in enumerate(row.places):
            table[number, column] = name == _TELEHEALTH
    return table[template, place]


def _enrollment(rules: Rules, visits: Visits, payer: I64) -> I64:
    effective = rules.enrolled_from[visits.provider, payer]
    lapsed = visits.service >= rules.unenrolled_from[visits.provider, payer]
    lapsed &= visits.service < rules.unenrolled_to[visits.provider, payer]
    state = np.where(lapsed, ENROLLMENT_LAPSED, ENROLLED)
    return np.where(visits.service < effective, NOT_EFFECTIVE, state)


def _booked(
    config: WorldConfig, practice: Practice, rules: Rules, visits: Visits, payer: I64
) -> I64:
    """The provider of each visit: nobody is seen by one who has not joined yet.

    Of those who have joined and whose enrollment is pending, the practice steers many members to
    a colleague; one who was never enrolled with a payer is mostly not booked for its members.
    """
    rng = stream(config.seed, "enrollment team")
    provider = visits.provider.copy()
    absent = visits.service < rules.joined[provider]
    effective = rules.enrolled_from[provider, payer]
    pending = visits.service < effective
    steered = absent | (
        pending & (rng.random(len(payer)) < np.where(effective == NEVER, 0.85, 0.6))
    )
    for specialty in np.unique(visits.specialty[steered]):
        rows = np.flatnonzero(steered & (visits.specialty == specialty))
        peers = practice.providers_of(int(specialty))
        choice = peers[rng.integers(0, len(peers), len(rows))]
        # The first of a specialty has always been there.
        choice = np.where(visits.service[rows] < rules.joined[choice], peers[0], choice)
        good = absent[rows] | (visits.service[rows] >= rules.enrolled_from[choice, payer[rows]])
        provider[rows[good]] = choice[good]
    return provider


def prepare(
    config: WorldConfig, practice: Practice, members: Members, rules: Rules, visits: Visits
) -> Facts:
    """The facts of every visit's claim, in order of service; its number is its place."""
    rng = stream(config.seed, "preparation")
    size = len(visits.service)
    billing = bill(config, practice, members, visits)
    provider = _booked(config, practice, rules, visits, billing.payer)
    raw = build_lines(config, practice, visits)
    found = coding.vague_fixed(config, practice, visits, raw.diagnoses)
    pointers = np.where(found[raw.claim, 1] >= 0, raw.pointers, 1)
    mismatch = coding.mismatches(rng, practice, raw, visits)
    procedure, mismatch = coding.recode_established(rng, practice, raw, visits, mismatch)
    base = practice.charges[visits.location[raw.claim], np.maximum(raw.procedure, 0)]
    changed = procedure != raw.procedure
    new_base = practice.charges[visits.location[raw.claim], np.maximum(procedure, 0)]
    charge = np.where(
        changed, raw.charge * new_base // np.maximum(base, 1) // 100 * 100, raw.charge
    )
    lines = type(raw)(
        raw.claim, raw.slot, procedure, raw.revenue, raw.units, charge, pointers, found
    )
    telehealth = telehealth_of(visits.template, visits.place)
    wanted = coding.called_for(lines, size, telehealth)
    pair = coding.pairs_of(lines, size)
    separate = rng.random(len(lines.claim)) < 0.72
    given = coding.modifiers_given(config, practice, lines, visits, wanted, pair, separate)
    form = institutional(visits.specialty)
    extra = clearance.intake(config, practice, rules, visits, lines, billing.payer)
    injured = (diagnoses.GROUP[found[:, 0]] == diagnoses.GROUP_PLACE["injury"]) & (
        billing.payer >= 0
    )
    draw = rng.random(size)
    accident = np.where(
        injured & (draw < 0.16), np.where(draw < 0.09, AUTO_ACCIDENT, WORK_ACCIDENT), NO_ACCIDENT
    )
    cob = np.where((accident > 0) & (rng.random(size) < 0.55), ACCIDENT_CARRIER, billing.cob)
    late = visits.submitted - visits.ready > 45
    # Some claims were late because the payer had first turned them away: that can be proven.
    proof = late & (rng.random(size) < 0.3)
    claims = ClaimFacts(
        number=np.arange(size),
        payer=billing.payer,
        secondary=np.zeros(size, dtype=np.int64),
        other_payer=billing.other_payer,
        form=form.astype(np.int64),
        specialty=visits.specialty,
        provider=provider,
        location=visits.location,
        template=visits.template,
        place=visits.place,
        member=visits.member,
        member_number=billing.member_number,
        plan=members.plan[visits.member],
        service=visits.service,
        ready=visits.ready,
        submitted=visits.submitted,
        coverage=billing.coverage,
        enrollment=np.where(
            form, ENROLLED, _enrollment(rules, _with(visits, provider), billing.payer)
        ),
        auth=clearance.authorizations(config, practice, rules, visits, lines, billing.payer),
        referral=clearance.referrals(config, practice, rules, visits, billing.payer),
        referrer=np.where(form, -1, np.asarray(extra["referrer"])),
        clia=np.asarray(extra["clia"], dtype=np.bool_) & ~form,
        taxonomy=np.asarray(extra["taxonomy"], dtype=np.bool_),
        attachment=np.asarray(extra["attachment"], dtype=np.bool_),
        delay_reason=proof & (rng.random(size) < 0.45),
        proof=proof,
        copied=np.zeros(size, dtype=np.bool_),
        copy_of=np.full(size, -1),
        cob=cob,
        accident=accident,
        chart=rng.random(size) < 0.6,
        diagnoses=found,
    )
    facts = LineFacts(
        claim=lines.claim,
        slot=lines.slot,
        procedure=lines.procedure,
        revenue=lines.revenue,
        units=lines.units,
        charge=lines.charge,
        modifiers=given,
        called_for=wanted,
        pair=pair,
        alone=coding.alone_of(lines, size),
        separate=separate,
        used=coding.used_before(lines, visits, billing.payer),
        mismatch=mismatch,
        ndc=np.asarray(extra["ndc"], dtype=np.bool_)
        & coding.is_kind(procedures.flag(procedures.NEEDS_NDC), lines.procedure),
        pointers=lines.pointers,
    )
    return Facts(claims, facts)


def _with(visits: Visits, provider: I64) -> Visits:
    return replace(visits, provider=provider)
