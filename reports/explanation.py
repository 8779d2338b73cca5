"""The explanation of one score as a page for people: an auditor, a biller, the payer's examiner.

The page is made from the audit record alone, so it says what was really answered. It is one file:
no script, nothing from a network, readable in print, in the dark and by a screen reader.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.wording import percent
from reports.waterfall import Bar, Step, waterfall

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.record import AuditRecord

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


def explanation(record: AuditRecord) -> str:
    """The page (HTML 5) that explains the score of ``record``."""
    answer: dict[str, Any] = record.answered()
    page: str = _template().render(
        record=record,
        answer=answer,
        **_headline(record, answer["support"]["level"]),
        between=_between(answer),
        decision=_DECISIONS[record.decision],
        why_decided=_why_decided(record, answer),
        bars=_bars(answer),
        explained={
            "categories": _explained(answer["categories"], "category"),
            "lines": _explained(answer["lines"], "line"),
        },
        not_used=NOT_USED,
        used_of_a_person=USED_OF_A_PERSON,
        intended_use=INTENDED_USE,
    )
    return page


def _headline(record: AuditRecord, level: str) -> dict[str, str]:
    """Title and first sentence; where nothing is known, they say that and not a figure."""
    share = percent(record.denial_probability)
    if level == "none":
        title = "A claim whose risk is not known"
        said = f"Nothing in the history resembles this claim: {share} is the model's guess."
    else:
        title = f"A claim with {share} probability of denial"
        said = in_words(record.denial_probability)
    return {"title": title, "in_words": said, "level": _LEVELS[level]}


def in_words(probability: float) -> str:
    """A probability as a count of claims, which people read more truly than a percentage.

    >>> in_words(0.71)
    'Of 100 claims like this one, about 71 would be denied.'
    >>> in_words(0.004), in_words(0.9999)
    ('Of 1,000 claims like this one, about 4 would be denied.', 'Nearly all claims like this one \
would be denied.')
    """
    if probability > 0.995:
        return "Nearly all claims like this one would be denied."
    if probability < 0.0005:
        return "Hardly any claim like this one would be denied."
    of = 100 if probability >= 0.0095 else 1000
    return f"Of {of:,} claims like this one, about {probability * of:.0f} would be denied."


def ends_in_words(low: float, high: float) -> str:
    """Between which rates claims like this one are denied, as counts of claims.

    >>> print(ends_in_words(0.584, 0.8))  # doctest: +NORMALIZE_WHITESPACE
    In the long run, between 58 and 80 of 100 claims like this one (same payer and procedure, as
    well known) are denied: that holds for nine of ten such groups of claims.
    """
    of = 100 if high >= 0.0095 else 1000
    return (
        f"In the long run, between {_below(low * of)} and {_above(high * of, of)} of {of:,} claims "
        "like this one (same payer and procedure, as well known) are denied: that holds for nine "
        "of ten such groups of claims."
    )


def _below(count: float) -> str:
    return "none" if count < 0.5 else f"{count:.0f}"


def _above(count: float, of: int) -> str:
    return "all" if count >= of - 0.5 else f"{max(count, 1.0):.0f}"


def _between(answer: Mapping[str, Any]) -> str:
    """The line about the interval; "" for the record of a program that gave none."""
    low, high = (answer.get(f"denial_probability_{end}") for end in ("low", "high"))
    return "" if low is None or high is None else ends_in_words(low, high)


def _why_decided(record: AuditRecord, answer: Mapping[str, Any]) -> str:
    above = record.denial_probability >= record.threshold
    side = "at or above" if above else "below"
    said = f"The probability is {side} the model's threshold of {100 * record.threshold:.1f} %."
    if above or record.decision == "submit":
        return said
    if any(edit["severity"] == "error" for edit in answer["edits"]):
        return f"{said} The decision follows from a broken rule."
    if answer["support"]["level"] == "none":
        return f"{said} A person is asked all the same, because so little is known."
    return f"{said} It is near enough that a person should look, or a rule asks for it."


def _bars(answer: Mapping[str, Any]) -> list[Bar]:
    reasons: Sequence[Mapping[str, Any]] = answer["reasons"]
    steps = [
        Step("Where claims of such causes start (base value)", answer["base_value"], total=True),
        *(Step(_plain(str(reason["factor"])), reason["contribution"]) for reason in reasons),
        Step("Everything else together", answer["other_contribution"]),
        Step("This claim (raw score)", answer["raw_score"], total=True),
    ]
    return waterfall(steps)


def _explained(parts: Sequence[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    """Those categories or lines that have reasons of their own; older records have none."""
    return [
        {
            "name": str(part[name]).replace("_", " "),
            "reasons": part["reasons"],
            "base": part["base_value"],
            "other": part["other_contribution"],
            "raw": part["raw_score"],
        }
        for part in parts
        if part.get("raw_score") is not None
    ]


def _plain(word: str) -> str:
    said = word.replace("_", " ")
    return said[:1].upper() + said[1:]


def _signed(amount: float) -> str:
    return f"{amount:+.2f}".replace("-", "\N{MINUS SIGN}")


def _owner(name: str) -> str:
    return _OWNERS.get(name, name.replace("_", " "))


@cache
def _template() -> Any:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    filters = {"percent": percent, "plain": _plain, "signed": _signed, "owner": _owner}
    environment.filters.update(filters)
    return environment.get_template("explanation.html.j2")
