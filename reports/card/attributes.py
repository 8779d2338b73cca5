"""The 31 source attributes of a predictive decision support intervention, answered for a model.

45 CFR 170.315(b)(11)(iv)(B) lists them in nine groups; titles are in our words, in its order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.card import words as said
from reports.card.blocks import number, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.card import Card


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its number (1 to 31), what is asked, and the answer."""

    number: int
    title: str
    text: str


Group = tuple[str, "Sequence[Attribute]"]


def attributes(card: Card) -> list[Group]:
    """All 31 in their nine groups."""
    asked = (*_said(card), *_measured(card), *_kept_up())
    found: list[Group] = []
    place = 0
    for name, items in asked:
        ones = [Attribute(place + step, *item) for step, item in enumerate(items, 1)]
        place += len(items)
        found.append((name, ones))
    return found


Asked = tuple[str, tuple[tuple[str, str], ...]]


def _said(card: Card) -> tuple[Asked, ...]:
    return (
        ("Details and output", (
            ("Developer and contact", f"{said.DEVELOPER}. {said.CONTACT}."),
            ("Funding of the technical implementation", said.FUNDING),
            ("Value that is put out", said.OUTPUT),
            ("Kind of output", said.KIND),
        )),
        ("Purpose", (
            ("Intended use", said.PURPOSE),
            ("Intended patient population", said.POPULATION),
            ("Intended users", said.USERS),
            ("Intended role in decisions", said.ROLE),
        )),
        ("Cautioned out-of-scope use", (
            ("Tasks, situations and populations to beware of", " ".join(said.OUT_OF_SCOPE)),
            ("Known risks and limits", " ".join(said.RISKS)),
        )),
        ("Development and inputs", (
            ("What was included in and excluded from the training data", _criteria(card)),
            ("Demographic and similar variables as inputs", said.DEMOGRAPHICS),
            ("Demographic representativeness of the training data", _represented(card)),
            ("Relevance of the training data to where it is used", (
                "They are the claims of the installation that uses the model, to the same payers, "
                "and the latest that were answered."
            )),
        )),
        ("Process used to ensure fairness", (
            ("Approach to a fair output", said.FAIR),
            ("Approach to manage, reduce or eliminate bias", said.MITIGATION),
        )),
        ("External validation", (
            ("Data source and setting of external validation", said.EXTERNAL),
            ("Who tested it externally", "Nobody."),
            ("Demographic representativeness of external data", "There are no external data."),
            ("Process of external validation", "There was none."),
        )),
    )  # fmt: skip


def _measured(card: Card) -> tuple[Asked, ...]:
    overall = card["overall"]
    validity = (
        f"AUROC {number(overall['auroc']).text}; AUPRC {number(overall['auprc']).text}; Brier "
        f"{number(overall['brier'], 4).text}; calibration error "
        f"{number(overall['calibration_error'], 4).text}; missed "
        f"{share(overall['missed_rate']).text} of denials and held wrongly "
        f"{share(overall['false_hold_rate']).text} of paid claims at the threshold, on later "
        "claims of the same installation (forward in time)."
    )
    return (
        ("Quantitative measures of performance", (
            ("Validity on test data of the same source", validity),
            ("Fairness on test data of the same source", _fairness(card)),
            ("Validity on external data", said.EXTERNAL),
            ("Fairness on external data", said.EXTERNAL),
            ("References to evaluation of outcomes", said.NO_OUTCOME_STUDY),
        )),
    )  # fmt: skip


def _kept_up() -> tuple[Asked, ...]:
    return (
        ("Ongoing maintenance and monitoring", (
            ("How validity is monitored over time, and how often", said.MONITORING),
            ("Validity on local data", said.LOCAL),
            ("How fairness is monitored over time, and how often", said.MONITOR_FAIR),
            ("Fairness on local data", said.LOCAL),
        )),
        ("Updates and continued validation", (
            ("How and how often it is updated", said.UPDATES),
            ("How and how often performance is corrected when risks are found", said.CORRECTION),
        )),
    )  # fmt: skip


def _criteria(card: Card) -> str:
    left = "; ".join(f"{why}: {count:,}" for why, count in card["data"]["left_out"].items())
    return (
        "Included: original claims with a first answer, of all payers and patients, submitted in "
        f"the periods above. Left out: {left or 'none'}. Nobody is left out by who he or she is."
    )


def _represented(card: Card) -> str:
    told = []
    for group in card["groups"]:
        whole = max(1, sum(row["claims"] for row in group["rows"]))
        parts = ", ".join(
            f"{row['group']} {100 * row['claims'] / whole:.0f} %" for row in group["rows"]
        )
        told.append(f"{group['by']}: {parts}")
    unknown = ", ".join(card["unknown_groups"])
    return f"Of the test claims, by {'; by '.join(told)}. Not known: {unknown}."


def _fairness(card: Card) -> str:
    told = []
    for group in card["groups"]:
        apart = group["apart"]
        if apart is None:
            told.append(f"by {group['by']} too few claims to compare")
            continue
        difference = apart["difference"]
        told.append(
            f"by {group['by']} false-hold rates are {100 * difference['value']:.1f} points apart "
            f"({100 * difference['low']:.1f} to {100 * difference['high']:.1f}; highest "
            f"{apart['highest']}, lowest {apart['lowest']})"
        )
    return f"Of claims that were paid: {'; '.join(told)}."
