"""The KPIs: each with what it counts, of what, by which date, and how it stands to HFMA's.

``top`` and ``base`` are sums over the rows of ``source`` (``reports.kpi.facts``), ``where`` chooses
the rows, ``day`` is the date that puts a row into a period. ``docs/kpi.md`` is made from this list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from claims.categories import CATEGORIES, Category

Unit = Literal["share", "dollars", "days"]
Source = Literal["claim", "line", "denial", "remittance", "advice", "sent"]

NOT_PREVENTABLE: Final[tuple[Category, ...]] = (
    "medical_necessity",
    "non_covered",
    "benefit_limit",
    "other",
)
PREVENTABLE: Final = tuple(name for name in CATEGORIES if name not in NOT_PREVENTABLE)
AR_DAYS: Final = 90
"""Days to the end of a period over which the mean daily charge of days in A/R is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One KPI. ``share``: numerator over denominator; ``dollars``: the numerator itself."""

    name: str
    title: str
    unit: Unit
    definition: str
    numerator: str
    denominator: str
    date: str
    standard: str
    source: Source
    top: str
    base: str
    day: str = "known_on"
    where: str = "TRUE"
    better: Literal["lower", "higher", ""] = "lower"
    money: bool = False
    """Whether numerator and denominator of a share are dollars."""


_ANSWER: Final = "the day the first answer became known"
_DENIED_CLAIMS: Final = "claims of which the first answer denied at least one line"
_ANSWERED: Final = "original claims answered for the first time"
_INITIAL: Final = (
    "HFMA's Claim Integrity Task Force divides initial denials by claims submitted (mean of three "
    "months); ours divides by claims answered, so that no claim still open counts as not denied."
)

KPIS: Final[tuple[Kpi, ...]] = (
    Kpi(
        name="denial_rate",
        title="Denial rate, by claims",
        unit="share",
        definition=(
            "Of the original claims that were answered for the first time, how many had something "
            "denied: wholly or on a line. Contractual write-downs and the patient's share are no "
            "denials; nor are rejections, which no payer has processed."
        ),
        numerator=_DENIED_CLAIMS,
        denominator=_ANSWERED,
        date=_ANSWER,
        standard=_INITIAL,
        source="claim",
        top="(outcome > 0)::BIGINT",
        base="1",
    ),
    Kpi(
        name="zero_pay_denial_rate",
        title="Denial rate, claims wholly denied",
        unit="share",
        definition="The same, but only claims of which every charged line was denied.",
        numerator="claims of which the first answer denied every charged line",
        denominator=_ANSWERED,
        date=_ANSWER,
        standard=(
            "Closest to HFMA's primary denials (zero remits over remits of primary payers, without "
            "duplicates); ours takes each claim's first answer, whoever pays first."
        ),
        source="claim",
        top="(outcome = 2)::BIGINT",
        base="1",
    ),
    Kpi(
        name="denial_rate_lines",
        title="Denial rate, by lines",
        unit="share",
        definition="Of the charged service lines of those claims, how many were denied.",
        numerator="charged lines that the first answer denied",
        denominator="charged lines that the first answer says something of",
        date=_ANSWER,
        standard="HFMA's Task Force names the line as the better level; the same, at first answer.",
        source="line",
        top="denied",
        base="1",
    ),
    Kpi(
        name="denial_rate_dollars",
        title="Denial rate, by dollars",
        unit="share",
        definition="Of the charges that were answered for the first time, how much was denied.",
        numerator="charges of the denied lines, in dollars",
        denominator="charges of the same claims as the payer states them (CLP03), in dollars",
        date=_ANSWER,
        standard=(
            "HFMA's Task Force takes the gross charge of the whole denied claim; ours only that "
            "of the lines that were denied."
        ),
        source="claim",
        top="denied_charge",
        base="charge",
        money=True,
    ),
    Kpi(
        name="remittance_denial_rate",
        title="Denial rate, all remittances",
        unit="share",
        definition=(
            "Of all adjudications, first or later, how many denied something. It needs no 837."
        ),
        numerator="adjudications (CLP) that denied at least one line",
        denominator="adjudications (CLP): processed, no reversal, not pending",
        date="the day the answer became known",
        standard="HFMA MAP Key AR-5 (remittance denial rate): claims denied over claims remitted.",
        source="remittance",
        top="denied",
        base="1",
    ),
    Kpi(
        name="clean_claim_rate",
        title="Clean claim rate",
        unit="share",
        definition=(
            "Of the original claims answered for the first time, how many carried no defect that "
            "made the payer deny: nothing denied, or only for what no correction of the claim "
            "could change (coverage, authorization, medical necessity and other hard categories)."
        ),
        numerator=(
            "claims of which nothing was denied, or whose denial is of a category that cannot be "
            "mended by correcting the claim"
        ),
        denominator=_ANSWERED,
        date=_ANSWER,
        standard=(
            "HFMA MAP Key CL-1 counts claims that pass the billing edits untouched by hand. "
            "Neither 837 nor 835 shows edits or hands; ours is judged by the payer's answer."
        ),
        source="claim",
        top="clean",
        base="1",
        better="higher",
    ),
    Kpi(
        name="first_pass_resolution_rate",
        title="First-pass resolution rate",
        unit="share",
        definition=(
            "Of the original claims answered for the first time, how many were settled by that "
            "answer: nothing was denied, and the claim was not sent again, replaced or voided "
            "after it as far as is known today."
        ),
        numerator="claims of which nothing was denied and nothing was sent after the answer",
        denominator=_ANSWERED,
        date=_ANSWER,
        standard="No MAP Key. Usually: paid or passed to the patient when first sent.",
        source="claim",
        top="first_pass",
        base="1",
        better="higher",
    ),
    Kpi(
        name="denial_recovery_rate",
        title="Denial recovery rate",
        unit="share",
        definition=(
            "Of the denials identified in the period, how many have since been paid: by a later "
            "answer that denied nothing and paid, or as people entered. Denials still open count "
            "as not recovered, so the newest months always look low."
        ),
        numerator="denials (claims) that were paid later",
        denominator="denials (claims) identified",
        date="the day the denial became known",
        standard="HFMA's Task Force: share of initial denials overturned; the same.",
        source="denial",
        top="(state = 'paid')::BIGINT",
        base="1",
        better="higher",
    ),
    Kpi(
        name="dollars_recovered",
        title="Dollars recovered after a denial",
        unit="dollars",
        definition="What the later answers of those denials paid beyond the first answer.",
        numerator="dollars paid later",
        denominator="denials (claims) identified",
        date="the day the denial became known",
        standard="No MAP Key.",
        source="denial",
        top="recovered",
        base="1",
        better="higher",
    ),
    Kpi(
        name="appeal_success_rate",
        title="Appeal success rate",
        unit="share",
        definition=(
            "Of the appeals that were decided, how many were won. Appeals are known only where "
            "people enter them; one that was entered and followed by payment counts as won."
        ),
        numerator="appeals won: entered as won, or followed by a paying answer",
        denominator="appeals decided: won, entered as lost, or written off after the appeal",
        date="the day of the decision",
        standard="HFMA: denials overturned by appeal over appeals finalised or closed; the same.",
        source="denial",
        top="appeal_won",
        base="1",
        day="appeal_decided_on",
        better="higher",
    ),
    Kpi(
        name="days_in_ar",
        title="Days in A/R, until the payer answers",
        unit="days",
        definition=(
            "Charges that were sent to payers and not answered on the last day of the period, over "
            f"the mean daily charge sent in the {AR_DAYS} days to it. A claim that is never "
            "answered stays in it."
        ),
        numerator="charges of original claims sent and not yet answered at the end, in dollars",
        denominator=(
            f"charges of original claims sent in the last {AR_DAYS} days over {AR_DAYS} (over the "
            "days since the first claim sent, where that is later), in dollars a day"
        ),
        date="the last day of the period",
        standard=(
            "HFMA MAP Key FM-1 (net days in A/R) takes net receivables over net patient revenue, "
            "from the ledger. 837 and 835 know gross charges, and neither patients' balances nor "
            "secondary payers' parts; so ours is gross and of the first payer."
        ),
        source="sent",
        top="charge",
        base="charge",
        day="submitted_on",
        money=True,
    ),
    Kpi(
        name="cost_to_rework",
        title="Cost to rework denials",
        unit="dollars",
        definition=(
            "Denials that somebody worked (sent again, corrected or appealed) for the first time "
            "in the period, times what working one costs (PRECLEAR_REWORK_COST)."
        ),
        numerator="denials worked for the first time x cost of working one, in dollars",
        denominator="denials worked for the first time",
        date="the day of the first work",
        standard="No MAP Key; the usual cost is of docs/value.md.",
        source="denial",
        top="rework_cost",
        base="1",
        day="worked_on",
    ),
    Kpi(
        name="preventable_share",
        title="Preventable share of denials",
        unit="share",
        definition=(
            "Of the denials identified, how many are of a category that a practice can prevent "
            f"before sending: {', '.join(PREVENTABLE).replace('_', ' ')}. Not counted as "
            f"preventable: {', '.join(NOT_PREVENTABLE).replace('_', ' ')}."
        ),
        numerator="denials (claims) of a preventable category",
        denominator="denials (claims) identified",
        date="the day the denial became known",
        standard="No MAP Key.",
        source="denial",
        top="preventable",
        base="1",
        better="",
    ),
    Kpi(
        name="dollars_prevented",
        title="Dollars prevented by advice that was followed",
        unit="dollars",
        definition=(
            "Of claims that were held or sent to review, changed, scored again before they were "
            "sent, and then paid: the fall in the probability of denial times the amount at risk, "
            "as the scores said. An estimate by the model, from the audit log alone; claims that "
            "were changed and not scored again are not in it."
        ),
        numerator="fall in probability x amount at risk, in dollars",
        denominator="claims held or sent to review whose first answer is known",
        date=_ANSWER,
        standard="No MAP Key.",
        source="advice",
        top="prevented",
        base="1",
        better="higher",
    ),
)
BY_NAME: Final[Mapping[str, Kpi]] = {kpi.name: kpi for kpi in KPIS}
