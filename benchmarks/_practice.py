"""A large practice as Arrow tables, drawn by numpy: for measuring size, not for judging models.

``data_synth`` writes 837 and 835 files claim by claim; a million claims would take longer to write
and read than everything that is measured. Here the tables of ``claims.schema`` are drawn at once,
with the cardinalities that matter for the cost of keys (``Sizes``) and reasons for denial that
depend on payer, procedure, diagnosis, authorization, provider, member and delay, so that there is
something to learn. The truth is not kept: nothing here says how good a model is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORY_CODE

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

PAYERS: Final = 30
PROCEDURES: Final = 3_000
DIAGNOSES: Final = 8_000
PROVIDERS: Final = 2_000
PLACES: Final = 40
SPECIALTIES: Final = 25
MODIFIERS: Final = 8
CLAIMS_A_MEMBER: Final = 8
DAYS: Final = 730
FIRST_DAY: Final = 19_358  # 2023-01-01
_AGAIN: Final = 0.05  # of the claims repeat an earlier one: half as new claims, half replace it
_MOST_LINES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """n claims in the order of their days and their m lines, as numbers; codes are places.

    Days are days since 1970-01-01, money is cents, ``answered_on`` is -1 where nobody answered.
    ``line_category`` is a place in ``CATEGORIES`` where the line is denied, else -1.
    """

    claim: I64  # number of the claim id: a replacement has that of the claim it replaces
    replaces: Flags
    submitted: I64
    service: I64
    answered_on: I64
    payer: I64
    member: I64
    provider: I64
    place: I64
    age: I64
    diagnoses: I64  # (n, 3), distinct enough
    authorization: Flags
    referral: Flags
    attachment: Flags
    second_payer: Flags
    sizes: I64
    of: I64  # m: the claim of each line
    procedure: I64
    modifier: I64  # 0 none
    units: I64
    charge: I64
    line_category: I64


def _chance(seed: int, *columns: I64) -> NDArray[np.float64]:
    """A number in [0, 1) that depends on the codes alone: the payers' policies."""
    mixed = np.full(len(columns[0]), seed, np.uint64)
    for column in columns:
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53


def _ranks(random: np.random.Generator, count: int, power: float, size: int) -> I64:
    """Places 0 to ``count`` - 1, the first the most frequent (Zipf's law)."""
    weight = 1.0 / np.arange(1, count + 1) ** power
    return np.searchsorted(np.cumsum(weight) / weight.sum(), random.random(size), side="right")


def draw(claims: int, lines_a_claim: float, seed: int = 1) -> Drawn:
    """Draw ``claims`` claims with about ``lines_a_claim`` lines each, over two years."""
    random = np.random.default_rng(seed)
    again = int(claims * _AGAIN)
    first = _first(random, claims - again, lines_a_claim)
    made = _with_repeats(random, first, again)
    order = np.argsort(made.submitted, kind="stable")
    made = _take(made, order)
    return replace(made, line_category=_denied(random, made))


def _first(random: np.random.Generator, claims: int, lines_a_claim: float) -> Drawn:
    submitted = FIRST_DAY + np.sort(random.integers(0, DAYS, claims))
    payer = _ranks(random, PAYERS, 0.8, claims)
    provider = _ranks(random, PROVIDERS, 0.6, claims)
    sizes = np.clip(1 + random.poisson(lines_a_claim - 1, claims), 1, _MOST_LINES)
    of = np.repeat(np.arange(claims), sizes)
    # Each specialty has its own usual procedures, and each procedure its usual diagnoses.
    shift = (provider % SPECIALTIES) * (PROCEDURES // SPECIALTIES)
    procedure = (_ranks(random, PROCEDURES, 1.1, len(of)) + shift[of]) % PROCEDURES
    leading = procedure[np.cumsum(sizes) - sizes]
    diagnosis = (_ranks(random, DIAGNOSES, 1.0, 3 * claims).reshape(claims, 3) * 7) % DIAGNOSES
    diagnosis[:, 0] = (leading * 11 + diagnosis[:, 0] // 7) % DIAGNOSES
    return Drawn(
        claim=np.arange(claims),
        replaces=np.zeros(claims, np.bool_),
        submitted=submitted,
        service=submitted - 2 - random.geometric(0.08, claims),
        answered_on=_answers(random, submitted, payer),
        payer=payer,
        member=random.integers(0, max(claims // CLAIMS_A_MEMBER, 1), claims),
        provider=provider,
        place=(provider + random.integers(0, 2, claims)) % PLACES,
        age=random.integers(0, 95, claims),
        diagnoses=diagnosis,
        authorization=random.random(claims) < 0.25,
        referral=random.random(claims) < 0.15,
        attachment=random.random(claims) < 0.08,
        second_payer=random.random(claims) < 0.10,
        sizes=sizes,
        of=of,
        procedure=procedure,
        modifier=np.where(random.random(len(of)) < 0.7, 0, random.integers(1, MODIFIERS, len(of))),
        units=np.minimum(random.geometric(0.7, len(of)), 12),
        charge=2_500 + (procedure * 7_919) % 60_000 + 500 * random.integers(0, 4, len(of)),
        line_category=np.full(len(of), -1),
    )


def _answers(random: np.random.Generator, submitted: I64, payer: I64) -> I64:
    came = submitted + 6 + payer % 12 + random.geometric(0.12, len(submitted))
    lost = (random.random(len(submitted)) < 0.02) | (came >= FIRST_DAY + DAYS)
    return np.where(lost, -1, came)


def _take(made: Drawn, rows: I64) -> Drawn:
    """The claims at ``rows`` with their lines."""
    starts = np.cumsum(made.sizes) - made.sizes
    sizes = made.sizes[rows]
    ends = np.cumsum(sizes)
    lines = np.arange(ends[-1]) + np.repeat(starts[rows] - (ends - sizes), sizes)
    of_lines = {"procedure", "modifier", "units", "charge", "line_category"}
    columns = {
        name: getattr(made, name)[lines if name in of_lines else rows]
        for name in made.__dataclass_fields__
    }
    return Drawn(**columns | {"of": np.repeat(np.arange(len(rows)), sizes)})


def _with_repeats(random: np.random.Generator, first: Drawn, again: int) -> Drawn:
    """Add ``again`` claims that were sent a second time some weeks after their first."""
    total = len(first.claim)
    source = np.sort(random.choice(total, again, replace=False))
    copied = _take(first, np.concatenate([np.arange(total), source]))
    later = np.arange(total, total + again)
    submitted = copied.submitted.copy()
    submitted[later] = np.minimum(
        submitted[later] + random.integers(5, 60, again), FIRST_DAY + DAYS - 1
    )
    replaces, claim = copied.replaces.copy(), copied.claim.copy()
    replaces[later] = random.random(again) < 0.5
    claim[later] = np.where(replaces[later], claim[later], later)
    answered = copied.answered_on.copy()
    answered[later] = _answers(random, submitted[later], copied.payer[later])
    return replace(
        copied, submitted=submitted, replaces=replaces, claim=claim, answered_on=answered
    )


def _denied(random: np.random.Generator, made: Drawn) -> I64:
    """The category of each denied line, -1 where it is paid: the first rule that bites."""
    of, size = made.of, len(made.of)
    payer, member, provider = made.payer[of], made.member[of], made.provider[of]
    procedure, group = made.procedure, made.diagnoses[of, 0] // 8
    strict = 0.5 + _chance(1, made.payer)[of]

    def when(where: Flags, chance: float, *, of_claim: bool = False) -> Flags:
        luck = random.random(len(made.claim))[of] if of_claim else random.random(size)
        return where & (luck < chance * strict)

    repeats = np.zeros(len(made.claim), np.bool_)
    order = np.lexsort((made.submitted, made.service, made.member))
    same = (made.member[order[1:]] == made.member[order[:-1]]) & (
        made.service[order[1:]] == made.service[order[:-1]]
    )
    repeats[order[1:][same]] = True
    late = (made.submitted - made.service)[of] > 20 + 40 * _chance(2, made.payer)[of]
    rules = (
        ("duplicate", when((repeats & ~made.replaces)[of], 0.7, of_claim=True)),
        ("eligibility", when(_chance(3, member, payer) < 0.03, 0.6, of_claim=True)),
        ("timely_filing", when(late, 0.5, of_claim=True)),
        ("provider_enrollment", when(_chance(4, provider, payer) < 0.01, 0.7, of_claim=True)),
        ("coordination_of_benefits", when(made.second_payer[of], 0.06, of_claim=True)),
        (
            "authorization",
            when((_chance(5, procedure, payer) < 0.03) & ~made.authorization[of], 0.7),
        ),
        ("documentation", when((_chance(6, procedure) < 0.02) & ~made.attachment[of], 0.3)),
        ("bundling", when((_chance(7, procedure, payer) < 0.05) & (made.modifier == 0), 0.2)),
        ("medical_necessity", when(_chance(8, procedure, group, payer) < 0.02, 0.6)),
        ("coding", when(_chance(9, procedure, made.modifier) < 0.01, 0.4)),
        ("benefit_limit", when(made.units > 4, 0.2)),
        ("non_covered", when(_chance(10, procedure, payer) < 0.005, 0.8)),
        ("other", when(np.ones(size, np.bool_), 0.002)),
    )
    return np.select([bitten for _, bitten in rules], [CATEGORY_CODE[n] for n, _ in rules], -1)
