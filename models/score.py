"""The answer of ``/score`` (design.md section 6), as frozen values.

Names are a contract. Amounts are strings of dollars with two decimals, probabilities are floats in
[0, 1] at full precision (whoever prints them rounds), days are ISO dates. ``reasons`` with
``base_value`` and ``other_contribution`` add up to ``raw_score``, all in log-odds of the model
before calibration. Of groups of claims alike, nine in ten are denied at a rate between
``denial_probability_low`` and ``_high`` (``models.interval``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Literal

from claims.categories import Action, Category, Owner

if TYPE_CHECKING:
    from decimal import Decimal

Decision = Literal["submit", "review", "hold"]
Level = Literal["good", "thin", "none"]
PaymentBasis = Literal["payer", "all_payers", "charge"]
"""What an expected payment is known by."""
Severity = Literal["error", "warning"]
Basis = Literal["rescored", "category"]

_PAYER: Final = re.compile(r"[A-Z0-9]{2,15}", re.ASCII)
MAX_REASONS: Final = 4
MAX_ACTIONS: Final = 3
MAX_CATEGORIES: Final = 3
MAX_CARCS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRef:
    """Which model answered: its registered name and version, and its bundle's digest."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How much history resembles the claim. Counts are of what was answered before.

    ``similar_claims``: lines of this payer with the procedure of the claim's least known line.
    ``least_known``: the least of that count and those of location and provider; the interval goes
    by it.
    """

    level: Level
    similar_claims: int
    least_known: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CarcScore:
    """A CARC and its probability, given that the claim is denied for the category it stands in."""

    code: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A factor that the model used: a sentence, the value behind it, its push in log-odds.

    ``value`` is the value of the feature that the sentence is built around; ``None`` when it was
    not known. ``category`` is the one whose denials the sentence speaks of, ``None`` where it
    speaks of denials for any.
    """

    factor: str
    text: str
    value: float | None
    contribution: float
    category: Category | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryScore:
    """A category and its probability, given that the claim is denied.

    For the first one of a claim that needs a look, ``reasons`` say why this claim may be denied for
    it: with the other two figures they add up to ``raw_score``, the log-odds of it against paid.
    """

    category: Category
    probability: float
    carcs: tuple[CarcScore, ...] = ()
    reasons: tuple[Reason, ...] = ()
    raw_score: float | None = None
    base_value: float | None = None
    other_contribution: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineScore:
    """A service line (its number on the claim) and its probability of denial.

    For the riskiest line of a claim that needs a look, ``reasons`` with the other two figures add
    up to ``raw_score``: the line's own log-odds before calibration, and before the probability is
    held within its claim's.
    """

    line: int
    denial_probability: float
    reasons: tuple[Reason, ...] = ()
    raw_score: float | None = None
    base_value: float | None = None
    other_contribution: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionAdvice:
    """What one person should do, and what is left of the risk then.

    ``basis`` says what ``probability_after`` rests on: ``rescored``, the claim was scored again
    with the mend; ``category``, what is left without the category that the action settles; ``None``
    where nothing is mended. Without a ``probability_after`` nothing true can be said. ``attest`` is
    what a person must be able to attest first, "" where the action alone changes nothing.
    ``minutes`` of work, ``saving`` in dollars net of their cost, ``deadline``: the last day on
    which it still helps; each ``None`` where it is not known.
    """

    action: Action
    owner: Owner
    text: str
    probability_after: float | None
    fields: tuple[str, ...] = ()
    basis: Basis | None = None
    attest: str = ""
    minutes: float | None = None
    saving: str | None = None
    deadline: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Two of the actions together, where one alone leaves too much of the risk."""

    actions: tuple[Action, Action]
    probability_after: float
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What hangs on the claim, and what its first action saves (``docs/value.md``).

    ``expected_payment``: if nothing is denied, by the habits of this payer, of all payers, or by
    the charge where no answer was ever seen (``payment_basis``). ``expected_loss``: if it is sent
    as it is. ``saving``: net of the cost of its ``minutes``; ``saving_per_minute`` is ``None`` for
    what takes none.
    """

    expected_payment: str
    payment_basis: PaymentBasis
    expected_loss: str
    saving: str
    minutes: float
    saving_per_minute: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A rule that the claim breaks, apart from the model; ``mend`` is what a person does about it.

    Neither text holds a value of the claim.
    """

    code: str
    severity: Severity
    field: str
    text: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesRef:
    """Which rules answered: the digest of the payers' profiles and of CMS's lists in use."""

    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The whole answer for one claim. ``score_id`` and ``scored_at`` are set by the service.

    ``payer`` is the payer's id as the claim states it, ``""`` where that is none (``payer_id``).
    """

    claim_id: str
    as_of: str
    model: ModelRef
    denial_probability: float
    denial_probability_low: float
    denial_probability_high: float
    decision: Decision
    threshold: float
    amount_at_risk: str
    support: Support
    categories: tuple[CategoryScore, ...]
    lines: tuple[LineScore, ...]
    reasons: tuple[Reason, ...]
    actions: tuple[ActionAdvice, ...]
    edits: tuple[Edit, ...]
    raw_score: float
    base_value: float
    other_contribution: float
    rules: RulesRef = RulesRef(digest="")
    precision_promised: float | None = None
    combination: Combination | None = None
    decision_reason: str = ""
    value: Value | None = None
    payer: str = ""
    score_id: str = ""
    scored_at: str = ""


def payer_id(stated: str) -> str:
    """A payer's id as it may be kept: what has not the form of one might be anything.

    >>> payer_id(" 62308 "), payer_id("bcbs01"), payer_id("DOE, JANE")
    ('62308', 'BCBS01', '')
    """
    found = stated.strip().upper()
    return found if _PAYER.fullmatch(found) else ""


def amount(dollars: Decimal) -> str:
    """Dollars as the answer shows them.

    >>> from decimal import Decimal
    >>> amount(Decimal("412"))
    '412.00'
    """
    return f"{dollars:.2f}"


def money(dollars: float) -> str:
    """Dollars and cents of an estimate; never a minus sign before nothing.

    >>> money(12.345), money(-0.001)
    ('12.35', '0.00')
    """
    return f"{round(dollars, 2) + 0.0:.2f}"


_NAMES: Final[dict[object, tuple[str, ...]]] = {
    kind: tuple(field.name for field in fields(kind))
    for kind in (
        ModelRef,
        Support,
        CarcScore,
        CategoryScore,
        LineScore,
        Reason,
        ActionAdvice,
        Combination,
        Value,
        Edit,
        RulesRef,
        Score,
    )
}


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return {name: _plain(getattr(value, name)) for name in _NAMES[type(value)]}


def to_dict(score: Score) -> dict[str, object]:
    """``score`` as plain dicts, lists, texts and numbers, ready for ``json.dumps``.

    ``score_id`` and ``scored_at`` come first; they are ``""`` until the service sets them
    (``dataclasses.replace``).
    """
    first = {"score_id": score.score_id, "claim_id": score.claim_id}
    first |= {"as_of": score.as_of, "scored_at": score.scored_at}
    rest = {name: _plain(getattr(score, name)) for name in _NAMES[Score] if name not in first}
    return {**first, **rest}
