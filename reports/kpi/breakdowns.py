"""The tables of the KPIs: one figure by payer, provider, place and the like, most denied first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """Numerator and denominator by the columns ``keys`` of ``source``; by date as its KPI.

    ``share_of``: the denominator is that of all rows with the same first key.
    """

    name: str
    title: str
    definition: str
    kpi: str
    source: Literal["claim", "line", "denial"]
    keys: tuple[str, ...]
    top: str
    base: str = "1"
    money: bool = False
    share_of: bool = False
    in_order: bool = False
    """In the order of the key instead of the largest numerator first."""


_CLAIMS: Final = "Denied claims over claims answered for the first time, by {}."


def _rate(by: str, title: str, what: str, *, in_order: bool = False) -> Breakdown:
    return Breakdown(
        name=f"denial_rate_by_{by}",
        title=title,
        definition=_CLAIMS.format(what),
        kpi="denial_rate",
        source="claim",
        keys=(by,),
        top="(outcome > 0)::BIGINT",
        in_order=in_order,
    )


BREAKDOWNS: Final[tuple[Breakdown, ...]] = (
    Breakdown(
        name="reasons_by_payer",
        title="Top reasons by payer",
        definition=(
            "Denials (claims) of the payer with this category and CARC, those of the largest "
            "denied amount of each claim, over all its denials."
        ),
        kpi="denial_rate",
        source="denial",
        keys=("payer", "category", "carc"),
        top="1",
        share_of=True,
    ),
    _rate("payer", "Denial rate by payer", "payer (the id on the claim)"),
    _rate(
        "provider",
        "Denial rate by provider",
        "rendering provider (NPI), else the attending, else who bills",
    ),
    _rate("location", "Denial rate by location", "facility (NPI), else who bills"),
    _rate(
        "specialty",
        "Denial rate by specialty",
        "taxonomy code of the rendering provider, else of who bills",
    ),
    Breakdown(
        name="denial_rate_by_procedure",
        title="Denial rate by procedure",
        definition="Denied lines over charged lines answered for the first time, by procedure.",
        kpi="denial_rate_lines",
        source="line",
        keys=("procedure",),
        top="denied",
    ),
    _rate(
        "filing_lag",
        "Denial rate by filing lag",
        "days from the last day of service to the day of sending",
        in_order=True,
    ),
    Breakdown(
        name="denied_dollars_by_category",
        title="Denied dollars by category",
        definition="Denied charges of the category over all denied charges.",
        kpi="denial_rate_dollars",
        source="denial",
        keys=("category",),
        top="denied_charge",
        base="denied_charge",
        money=True,
    ),
    Breakdown(
        name="denials_by_state",
        title="Where the denials stand",
        definition="Denials (claims) identified in the period, by the state that they are in now.",
        kpi="denial_recovery_rate",
        source="denial",
        keys=("state",),
        top="1",
    ),
    Breakdown(
        name="denials_by_root_cause",
        title="Root causes found",
        definition="Denials (claims) identified in the period whose root cause a person entered.",
        kpi="denial_recovery_rate",
        source="denial",
        keys=("root_cause",),
        top="1",
    ),
)
OF_ALL: Final = ("denied_dollars_by_category", "denials_by_state", "denials_by_root_cause")
"""Tables whose denominator is the sum over all rows."""
