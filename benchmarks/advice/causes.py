"""Do the reasons name what a claim is denied for? The share of denied claims for which they do.

The world's own word for why it denied a claim (its mechanism) is held against the first reasons of
the claim's score, and beside them against the features that raw SHAP puts first: those with the
largest positive contributions to the same raw score, read by the catalogue's own factors.

What counts as naming a cause (``named``) is strict. A reason whose sentence speaks of one category
of denials ("of 80 claims of this member to this payer, 12 % were denied for want of coverage")
names that category's mechanisms and no other, whatever its factor. A reason that speaks of no
category names a mechanism only where its factor is about just that (``BY_FACTOR``): that a payer, a
procedure or a provider has many denials names none.

A sentence may also say to which category a factor points, because most of its push goes by way of
that cause; what reasons name without those words is given beside it.

Denials that nobody could foresee by anything (a payer's plain errors, its downtimes) have no cause
that a reason could name; they are left out of the shares, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from benchmarks.advice.ground import Ground, Told
from features.catalog import FEATURES
from features.kinds import CLAIM_KINDS, LINE_KINDS
from models.denial import DenialModel
from models.scoring import Scored
from models.wording import POINTS_TO

Named = tuple[str, str, float | None]
"""What a reason says: its factor, the category its sentence speaks of ("" for none), its value."""

UNKNOWABLE: Final = frozenset({"plain_error", "downtime"})
CATEGORY: Final = {"referral": "authorization"}
"""Where a mechanism's category has another name: the words are "authorization or referral"."""
BY_FACTOR: Final[dict[str, frozenset[str]]] = {
    "eligibility": frozenset({"eligibility"}),
    # Whether a number is there, what it covers, and what became of lines sent so.
    "authorization": frozenset({"authorization"}),
    "referral": frozenset({"referral"}),
    # A modifier that is lacking or too many, and a place that does not fit, are flaws of coding. A
    # diagnosis is too (CARC 11), but counts only where the sentence says "for their coding".
    "coding": frozenset({"modifiers", "setting"}),
    # Which other procedure stands beside it; the modifiers (25, 59) that part two services.
    "bundling": frozenset({"companion_procedure", "modifiers"}),
    "medical_necessity": frozenset({"diagnosis"}),
    "timely_filing": frozenset({"filing_lag"}),
    "duplicate": frozenset({"already_billed"}),
    "coordination_of_benefits": frozenset({"other_coverage"}),
    "missing_information": frozenset({"missing_information"}),
    "documentation": frozenset({"documentation"}),
    "benefit_limit": frozenset({"benefit_use"}),
    # Only the category names these: a procedure or a provider with many denials may have any cause.
    "non_covered": frozenset(),
    "provider_enrollment": frozenset(),
}
_OF_KIND: Final = {kind.name: kind.category for kind in (*CLAIM_KINDS.kinds, *LINE_KINDS.kinds)}


@dataclass(frozen=True, slots=True)
class Share:
    """How often the first one and the first two reasons name the cause, of ``claims``."""

    claims: int
    first: float
    first_two: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """Ours beside raw SHAP, over all denied claims and over those that the score flags.

    ``plain`` is ours without the words that a reason "points above all" to a category: what a
    sentence shows by itself. ``guessed`` is how often the likeliest categories hold the cause,
    which reasons can hardly beat. ``unknowable`` denied claims are left out of all shares.
    ``by_mechanism`` gives ours over the flagged.
    """

    name: str
    unknowable: int
    ours: Share
    plain: Share
    raw: Share
    guessed: Share
    ours_flagged: Share
    plain_flagged: Share
    raw_flagged: Share
    guessed_flagged: Share
    by_mechanism: dict[str, Share]


def named(mechanism: str, said: Named) -> bool:
    """Whether a reason that says so names this mechanism."""
    factor, category, value = said
    if category:
        return category == CATEGORY.get(mechanism, mechanism)
    if mechanism == "coordination_of_benefits" and factor == "accident":
        # Another carrier is liable where an accident is stated, not where none is.
        return value == 1
    return factor in BY_FACTOR[mechanism]


def by_reasons(one: Scored, *, pointed: bool = True) -> list[Named]:
    """What the reasons of a score that raise the risk say, in their order.

    Without ``pointed`` a category does not count that a sentence only points to.
    """
    return [
        (
            reason.factor,
            (reason.category or "") if pointed or POINTS_TO not in reason.text else "",
            reason.value,
        )
        for reason in one.score.reasons
        if reason.contribution > 0
    ]


def by_categories(one: Scored) -> list[Named]:
    """The likeliest categories, as if each were a reason."""
    return [("", category.category, None) for category in one.score.categories]


def by_features(model: DenialModel, one: Scored) -> list[Named]:
    """What the features with the largest positive contributions say, largest first."""
    pushes = model.contributions(one.values[None])[0, :-1]
    largest = [int(place) for place in np.argsort(-pushes, kind="stable")[:2] if pushes[place] > 0]
    return [
        (FEATURES[place].factor, _OF_KIND.get(FEATURES[place].kind, ""), float(one.values[place]))
        for place in largest
    ]


def measure(ground: Ground, scored: list[Scored]) -> Causes:
    """Measure on the denied among the claims of ``ground``, whose answers are ``scored``."""
    told = [ground.told[one.score.claim_id] for one in scored]
    pairs = [(one, say) for one, say in zip(scored, told, strict=True) if say.denied]
    known = [pair for pair in pairs if pair[1].mechanism not in UNKNOWABLE]
    flagged = [pair for pair in known if pair[0].score.decision != "submit"]

    def raw(one: Scored) -> list[Named]:
        return by_features(ground.model, one)

    plain = partial(by_reasons, pointed=False)
    mechanisms = Counter(say.mechanism for _, say in flagged)
    return Causes(
        name=ground.name,
        unknowable=len(pairs) - len(known),
        ours=share(known, by_reasons),
        plain=share(known, plain),
        raw=share(known, raw),
        guessed=share(known, by_categories),
        ours_flagged=share(flagged, by_reasons),
        plain_flagged=share(flagged, plain),
        raw_flagged=share(flagged, raw),
        guessed_flagged=share(flagged, by_categories),
        by_mechanism={
            name: share([pair for pair in flagged if pair[1].mechanism == name], by_reasons)
            for name, _ in mechanisms.most_common()
        },
    )


def share(pairs: Iterable[tuple[Scored, Told]], says: Callable[[Scored], list[Named]]) -> Share:
    """How often what ``says`` gives of a score names the claim's cause."""
    hits = [[named(told.mechanism, one) for one in says(score)[:2]] for score, told in pairs]
    if not hits:
        return Share(0, float("nan"), float("nan"))
    first = float(np.mean([any(hit[:1]) for hit in hits]))
    return Share(len(hits), first, float(np.mean([any(hit) for hit in hits])))


def lines(found: Causes) -> list[str]:
    """The lines to print."""
    head = f"{'true cause among the reasons':34}{'claims':>8}{'first':>9}{'first two':>11}"
    rows = (
        ("denied: reasons", found.ours),
        ("  without what they point to", found.plain),
        ("  raw SHAP features", found.raw),
        ("  the likeliest categories", found.guessed),
        ("denied and flagged: reasons", found.ours_flagged),
        ("  without what they point to", found.plain_flagged),
        ("  raw SHAP features", found.raw_flagged),
        ("  the likeliest categories", found.guessed_flagged),
        *((f"    {name}", share) for name, share in found.by_mechanism.items()),
    )
    return [
        f"{found.name}; {found.unknowable} denials that nothing foretells are left out",
        head,
        *(
            f"{name:34}{share.claims:>8,}{share.first:>9.1%}{share.first_two:>11.1%}"
            for name, share in rows
        ),
    ]
