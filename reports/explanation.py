"""The explanation of one score as a page for people: an auditor, a biller, the payer's examiner.

The page is made from the audit record (and what the log says of it) alone, so it says what was
really answered. The same page is printed (``reports.pdf``). Every figure carries its place in the
answer and its full value (``<data data-figure="actions.0.probability_after" value="0.0812...">``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reports.claim_facts import claim_facts
from reports.logged import told
from reports.page import plain, template
from reports.rates_in_words import ends_in_words, in_words
from reports.waterfall import Bar, Step, waterfall

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.record import AuditRecord
    from reports.logged import Logged

NOT_USED: Final = (
    "what this claim was paid, allowed, adjusted or denied: that is the answer, known only later",
    "anything that became known on or after the day of judgement",
    "names, addresses, postal codes, telephone numbers and e-mail",
    "race, ethnicity, language, religion and marital status",
    "free text: notes, descriptions and attachments' content",
    "the member's and the claim's numbers as such (they only find earlier claims of the same kind)",
)
USED_OF_A_PERSON: Final = (
    "Of the person it uses age in years, sex as stated on the claim, whether the patient is the "
    "insured, and earlier answers of the same payer on the same member."
)
INTENDED_USE: Final = (
    "For the provider's billing staff, before a claim is sent: to find what is missing or wrong "
    "and mend it truthfully. It decides nothing about care or coverage, it does not say that a "
    "service was unnecessary, and no diagnosis or procedure may be changed for the sake of a score."
)
WARNINGS: Final = (
    "A probability speaks of many claims alike, not of this one: a claim that was held might have "
    "been paid, and one that was sent may be denied.",
    "It knows what this practice's payers answered before. A rule that a payer changed since is "
    "not in it.",
    "A reason says what moved the model, not what the payer will write, nor what caused a denial.",
)
_OWNERS: Final = {
    "registration": "registration desk",
    "authorization": "authorization team",
    "coding": "coding team",
    "clinical": "clinical staff",
    "billing": "billing team",
    "coordination_of_benefits": "coordination of benefits",
    "enrollment": "provider enrollment",
}
_DECISIONS: Final = {
    "submit": "Submit it as it is",
    "review": "Have a person look before it goes out",
    "hold": "Hold it until it is mended",
}
_LEVELS: Final = {
    "good": "Good: much of the history resembles this claim.",
    "thin": "Thin: little of the history resembles this claim. Read the figures with care.",
    "none": "None: nothing in the history resembles this claim. The probability is a guess.",
}
_BASES: Final = {
    "payer": "what this payer usually pays",
    "all_payers": "what payers usually pay",
    "charge": "the charge, for no answer was seen yet",
}


def explanation(record: AuditRecord, logged: Logged | None = None) -> str:
    """The page (HTML 5) that explains the score of ``record``.

    ``logged`` is what the audit log says of the record; without it those parts are left out.
    """
    answer: dict[str, Any] = record.answered()
    return template("explanation.html.j2").render(
        record=record,
        answer=answer,
        **_headline(record, answer["support"]["level"]),
        between=_between(answer),
        decision=_DECISIONS[record.decision],
        why_decided=_why_decided(record, answer),
        threshold_set=_threshold_set(record, answer, logged),
        bars=_bars(answer),
        riskiest=_riskiest(answer["lines"]),
        explained={
            "categories": _explained(answer["categories"], "category"),
            "lines": _explained(answer["lines"], "line"),
        },
        facts=claim_facts(record),
        owners=_OWNERS,
        bases=_BASES,
        logged=logged,
        followed=told(logged.events) if logged else [],
        not_used=NOT_USED,
        used_of_a_person=USED_OF_A_PERSON,
        intended_use=INTENDED_USE,
        warnings=WARNINGS,
    )


def _headline(record: AuditRecord, level: str) -> dict[str, str]:
    """Title and first sentence; where nothing is known, they say that and not a figure."""
    from models.wording import percent

    share = percent(record.denial_probability)
    if level == "none":
        title = "A claim whose risk is not known"
        said = f"Nothing in the history resembles this claim: {share} is the model's guess."
    else:
        title = f"A claim with {share} probability of denial"
        said = in_words(record.denial_probability)
    return {"title": title, "in_words": said, "level": _LEVELS[level]}


def _between(answer: Mapping[str, Any]) -> str:
    """The line about the interval; "" for the record of a program that gave none."""
    low, high = (answer.get(f"denial_probability_{end}") for end in ("low", "high"))
    return "" if low is None or high is None else ends_in_words(low, high)


def _why_decided(record: AuditRecord, answer: Mapping[str, Any]) -> str:
    above = record.denial_probability >= record.threshold
    side = "at or above" if above else "below"
    said = f"The probability is {side} the threshold of {100 * record.threshold:.1f} %."
    if answer.get("decision_reason"):
        return f"{said} {answer['decision_reason']}"
    if above or record.decision == "submit":
        return said
    if any(edit["severity"] == "error" for edit in answer["edits"]):
        return f"{said} The decision follows from a broken rule."
    if answer["support"]["level"] == "none":
        return f"{said} A person is asked all the same, because so little is known."
    return f"{said} It is near enough that a person should look, or a rule asks for it."


def _threshold_set(record: AuditRecord, answer: Mapping[str, Any], logged: Logged | None) -> str:
    """Who set the threshold, as far as the record and the model's files tell."""
    promised = answer.get("precision_promised")
    if promised is not None:
        return (
            f"the caller, by asking that {100 * promised:g} % of the claims from it on be denied "
            "indeed; training found which threshold keeps that"
        )
    own = logged.own_threshold if logged else None
    if own is not None and own == record.threshold:
        version = record.model_version or "without a number"
        return f"the training run of model version {version}, from claims it had not learned from"
    if own is not None:
        return f"the installation (PRECLEAR_THRESHOLD); the model's own is {100 * own:.1f} %"
    return (
        "the training run of the model, from claims it had not learned from, unless the "
        "installation set its own (PRECLEAR_THRESHOLD)"
    )


def _bars(answer: Mapping[str, Any]) -> list[Bar]:
    reasons: Sequence[Mapping[str, Any]] = answer["reasons"]
    steps = [
        Step("Where claims of such causes start", answer["base_value"], total=True),
        *(Step(plain(str(reason["factor"])), reason["contribution"]) for reason in reasons),
        Step("Everything else together", answer["other_contribution"]),
        Step("This claim (raw score)", answer["raw_score"], total=True),
    ]
    return waterfall(steps)


def _riskiest(lines: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return max(lines, key=lambda line: float(line["denial_probability"]), default=None)


def _explained(parts: Sequence[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    """Those categories or lines that have reasons of their own; older records have none."""
    return [
        {
            "name": str(part[name]).replace("_", " "),
            "reasons": part["reasons"],
            "base": part["base_value"],
            "other": part["other_contribution"],
            "raw": part["raw_score"],
            "place": place,
        }
        for place, part in enumerate(parts)
        if part.get("raw_score") is not None
    ]
