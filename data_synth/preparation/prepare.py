"""All facts of the claims of visits, put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import stream
from data_synth.codes import diagnoses
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
from data_synth.preparation.lines import RawLines, build_lines
from data_synth.rules import Rules

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_TELEHEALTH: Final = "10"
# Share of paired services that really were separate ones.
_SEPARATE: Final = 0.72


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


def _coded(
    config: WorldConfig, practice: Practice, visits: Visits, payer: I64, rng: np.random.Generator
) -> tuple[RawLines, LineFacts]:
    """The lines after the coders: as they stand on the claim, and what is wrong with them."""
    raw = build_lines(config, practice, visits)
    size, claim = len(visits.service), raw.claim
    found = coding.vague_fixed(config, practice, visits, raw.diagnoses)
    mismatch = coding.mismatches(rng, practice, raw, visits)
    procedure, mismatch = coding.recode_established(rng, practice, raw, visits, mismatch)
    prices = practice.charges[visits.location[claim]]
    rows = np.arange(len(claim))
    old, new = (prices[rows, np.maximum(codes, 0)] for codes in (raw.procedure, procedure))
    repriced = raw.charge * new // np.maximum(old, 1) // 100 * 100
    lines = replace(
        raw,
        procedure=procedure,
        charge=np.where(procedure != raw.procedure, repriced, raw.charge),
        pointers=np.where(found[claim, 1] >= 0, raw.pointers, 1),
        diagnoses=found,
    )
    wanted = coding.called_for(lines, size, telehealth_of(visits.template, visits.place))
    pair = coding.pairs_of(lines, size)
    separate = rng.random(len(claim)) < _SEPARATE
    facts = LineFacts(
        claim=lines.claim,
        slot=lines.slot,
        procedure=lines.procedure,
        revenue=lines.revenue,
        units=lines.units,
        charge=lines.charge,
        modifiers=coding.modifiers_given(config, practice, lines, visits, wanted, pair, separate),
        called_for=wanted,
        pair=pair,
        alone=coding.alone_of(lines, size),
        separate=separate,
        used=coding.used_before(lines, visits, payer),
        mismatch=mismatch,
        ndc=np.zeros(len(claim), dtype=np.bool_),
        pointers=lines.pointers,
    )
    return lines, facts


def _accidents(rng: np.random.Generator, found: I64) -> I64:
    """Some injuries come from a road accident, some from work."""
    injured = diagnoses.GROUP[found[:, 0]] == diagnoses.GROUP_PLACE["injury"]
    draw = rng.random(len(found))
    kind = np.where(draw < 0.09, AUTO_ACCIDENT, WORK_ACCIDENT)
    return np.where(injured & (draw < 0.16), kind, NO_ACCIDENT)


def prepare(
    config: WorldConfig, practice: Practice, members: Members, rules: Rules, visits: Visits
) -> Facts:
    """The facts of every visit's claim, in order of service; its number is its place."""
    rng = stream(config.seed, "preparation")
    size = len(visits.service)
    billing = bill(config, practice, members, visits)
    payer = billing.payer
    seen_by = replace(visits, provider=_booked(config, practice, rules, visits, payer))
    form = institutional(visits.specialty)
    lines, line_facts = _coded(config, practice, visits, payer, rng)
    intake = clearance.intake(config, practice, rules, visits, lines, payer)
    accident = np.where(form, NO_ACCIDENT, _accidents(rng, lines.diagnoses))
    liable = (accident > 0) & (rng.random(size) < 0.55)
    # Some claims were late because the payer had first turned them away: that can be proven.
    proof = (visits.submitted - visits.ready > 45) & (rng.random(size) < 0.3)
    claims = ClaimFacts(
        number=np.arange(size),
        payer=payer,
        secondary=np.zeros(size, dtype=np.int64),
        other_payer=billing.other_payer,
        form=form.astype(np.int64),
        specialty=visits.specialty,
        provider=seen_by.provider,
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
        enrollment=np.where(form, ENROLLED, _enrollment(rules, seen_by, payer)),
        auth=clearance.authorizations(config, practice, rules, visits, lines, payer),
        referral=clearance.referrals(config, practice, rules, visits, payer),
        referrer=np.where(form, -1, intake.referrer),
        clia=intake.clia & ~form,
        taxonomy=intake.taxonomy | form,
        attachment=intake.attachment,
        delay_reason=proof & (rng.random(size) < 0.45),
        proof=proof,
        copied=np.zeros(size, dtype=np.bool_),
        copy_of=np.full(size, -1),
        cob=np.where(liable, ACCIDENT_CARRIER, billing.cob),
        accident=accident,
        chart=rng.random(size) < 0.85,
        diagnoses=lines.diagnoses,
    )
    return Facts(claims, replace(line_facts, ndc=intake.ndc))
