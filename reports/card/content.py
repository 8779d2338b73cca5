"""A card as sections, from its figures and the words that are true of every model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.card import words as said
from reports.card.attributes import attributes
from reports.card.blocks import (
    Bullets,
    Calibration,
    Cell,
    Section,
    Table,
    count,
    number,
    share,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.card import Card

_PEERS = {
    "constant": "the same probability for every claim",
    "payer rate": "the payer's denial rate",
    "logistic": "logistic regression on the same features",
    "ceiling": "the true probabilities (invented data alone)",
}


def sections(card: Card, version: str) -> tuple[Section, ...]:
    """The whole card. ``version``: in the registry, "" where it has none yet."""
    return (
        _summary(card, version),
        Section("purpose", "Purpose", (said.PURPOSE, said.ROLE, f"For whom: {said.USERS}")),
        Section("out-of-scope", "Not to be used for", (Bullets(said.OUT_OF_SCOPE),)),
        Section("risks", "Known risks and limits", (Bullets(said.RISKS),)),
        _data(card),
        _inputs(card),
        _performance(card),
        _calibration(card),
        _categories(card),
        *(_group(one, card) for one in card["groups"]),
        _fairness(card),
        _maintenance(card),
        Section(
            "attributes",
            "The 31 source attributes of 45 CFR 170.315(b)(11)",
            (
                "The rule binds developers of certified health IT; it is answered here as good "
                "practice. Attributes in our words, numbered in the order of the rule.",
                *(
                    Table(
                        group,
                        ("Attribute", "Answer"),
                        [[words(f"{one.number}. {one.title}"), words(one.text)] for one in ones],
                    )
                    for group, ones in attributes(card)
                ),
            ),
        ),
    )


def _summary(card: Card, version: str) -> Section:
    overall, model = card["overall"], card["model"]
    test = _period(card, "test")
    rows = [
        [words("Version"), words(version or "given by the registry when the run ended")],
        [words("Model digest"), words(model["digest"])],
        [words("Judged twin"), words(model["judged_digest"])],
        [words("Made on"), words(card["made_on"])],
        [words("Program"), words(_program(card["program"]))],
        [words("Kind"), words(f"LightGBM, one softmax over causes, {model['rounds']} rounds")],
        [words("Threshold"), Cell(f"{100 * model['threshold']:.1f} %", model["threshold"])],
        [words("AUROC on later claims"), number(overall["auroc"])],
        [words("Held wrongly, of claims that were paid"), share(overall["false_hold_rate"])],
    ]
    return Section(
        "summary",
        "In short",
        (
            said.OUTPUT,
            f"Judged on {test['examples']:,} claims sent from {test['first']} to {test['last']}, "
            "which the judged model had not learned from. The registered model is the same recipe "
            "fitted again on all examples; its figures are those of the judged one.",
            Table("The model", ("What", "Value"), rows),
        ),
    )


def _program(of: Mapping[str, str]) -> str:
    named = (("Preclear", "version"), ("commit", "commit"), ("source files", "sources"))
    return ", ".join(f"{what} {of[name]}" for what, name in named if of.get(name))


def _data(card: Card) -> Section:
    data = card["data"]
    periods = [
        [words(one["name"]), words(one["first"]), words(one["last"]), count(one["examples"]),
         count(one["denied"])]
        for one in (*data["periods"], *([data["refit"]["period"]] if data["refit"] else []))
    ]  # fmt: skip
    left = [[words(reason), count(number)] for reason, number in data["left_out"].items()]
    return Section(
        "data",
        "Data",
        (
            f"{data['claims']:,} claims of this installation to {data['payers']:,} payers, with "
            f"answers until {data['answered_until']}; digest {data['digest']}. A claim is judged "
            f"by only when nearly all of its kind have been answered ({data['mature_days']} days).",
            Table("Periods, by day of submission", ("Period", "First", "Last", "Claims", "Denied"),
                  periods),
            Table("Claims left out", ("Reason", "Claims"), left),
        ),
    )  # fmt: skip


def _inputs(card: Card) -> Section:
    factors = [
        [words(name.replace("_", " ")), count(len(names))]
        for name, names in card["inputs"]["factors"].items()
    ]
    return Section(
        "inputs",
        "Inputs",
        (
            f"{card['inputs']['features']} features, by what they speak of (docs/features.md names "
            "each). All are as of the day on which the claim is judged.",
            Table("Features", ("Factor", "Features"), factors),
            said.DEMOGRAPHICS,
            "Never used:",
            Bullets(said.NOT_USED),
        ),
    )


def _performance(card: Card) -> Section:
    overall = card["overall"]
    rows = [
        [words("AUROC"), number(overall["auroc"])],
        [words("AUPRC (average precision)"), number(overall["auprc"])],
        [words("Recall at 95 % precision"), number(overall["recall_at_precision"])],
        [words("Brier score"), number(overall["brier"], 4)],
        [words("Calibration error (ECE)"), number(overall["calibration_error"], 4)],
        [words("Log loss"), number(overall["log_loss"], 4)],
        [words("Flagged, of all claims"), share(overall["flagged"])],
        [words("Held wrongly, of claims that were paid"), share(overall["false_hold_rate"])],
        [words("Missed, of claims that were denied"), share(overall["missed_rate"])],
        [words("Category named first, of denied claims"), share(overall["category_first"])],
        [words("Category among three"), share(overall["category_in_three"])],
        [words("CARC named first"), share(overall["carc_first"])],
        [words(f"Intervals hold (right: {100 * overall['interval_level']:.0f} %)"),
         share(overall["interval_coverage"])],
    ]  # fmt: skip
    peers = [
        [words(_PEERS.get(name, name)), number(one["auroc"]), number(one["brier"], 4)]
        for name, one in card["peers"].items()
    ]
    return Section(
        "performance",
        "Performance",
        (
            "95 % intervals in brackets. Flagged: at or above the threshold; a person may send "
            "such a claim all the same, and others may be looked at for another reason "
            "(docs/value.md).",
            Table("On the test period", ("Figure", "Value"), rows),
            Table("Others on the same claims", ("Instead", "AUROC", "Brier"), peers),
        ),
    )


def _calibration(card: Card) -> Section:
    rows = [
        [words(f"{place}"), Cell(f"{100 * one['foretold']:.1f} %", one["foretold"]),
         share(one["observed"]), count(one["claims"])]
        for place, one in enumerate(card["calibration"], 1)
    ]  # fmt: skip
    return Section(
        "calibration",
        "Calibration",
        (
            "Test claims in bins of equal size by their probability: what was foretold, and what "
            "share was denied.",
            Calibration(card["calibration"]),
            Table("The same as a table", ("Bin", "Foretold", "Denied", "Claims"), rows),
        ),
    )


def _categories(card: Card) -> Section:
    rows = [
        [words(one["category"].replace("_", " ")), count(one["denied"]), share(one.get("flagged")),
         share(one.get("named_first")), number(one.get("auroc"))]
        for one in card["categories"]
    ]  # fmt: skip
    return Section(
        "categories",
        "By category of denial",
        (
            f"Below {card['least_of_category']} denied claims nothing is measured; of few more "
            "the intervals are wide.",
            Table(
                "Denied test claims, and how many were foreseen",
                ("Category", "Denied", "Flagged", "Named first", "AUROC against paid"),
                rows,
            ),
        ),
    )


def _group(group: Mapping[str, Any], card: Card) -> Section:
    return Section(
        f"by-{group['by'].replace(' ', '-')}",
        f"By {group['by']}",
        (
            f"{group['what'][:1].upper()}{group['what'][1:]}.",
            Table(
                f"Test claims by {group['by']} (fewer than {card['least']}: not measured)",
                ("Group", "Claims", "Denied", "AUROC", "Held wrongly", "Missed", "Calibration gap"),
                [_row(row) for row in group["rows"]],
            ),
            *_apart(group),
        ),
    )


def _row(row: Mapping[str, Any]) -> Sequence[Cell]:
    return [
        words(row["group"]), count(row["claims"]), count(row["denied"]), number(row.get("auroc")),
        share(row.get("false_hold_rate")), share(row.get("missed_rate")),
        number(row.get("calibration_gap")),
    ]  # fmt: skip


def _apart(group: Mapping[str, Any]) -> list[str]:
    apart = group["apart"]
    if apart is None:
        return ["Fewer than two groups are large enough to be compared."]
    difference = apart["difference"]
    sure = difference["low"] > 0
    end = (
        "more than chance explains at one comparison" if sure else "no more than chance may explain"
    )
    return [
        f"Held wrongly most often: {apart['highest']}; least often: {apart['lowest']}; they are "
        f"{100 * difference['value']:.1f} points apart ({100 * difference['low']:.1f} to "
        f"{100 * difference['high']:.1f}), {end}."
    ]


def _fairness(card: Card) -> Section:
    apart = [f"By {one['by']}: {_apart(one)[0]}" for one in card["groups"]]
    unknown = [[words(name), words(why)] for name, why in card["unknown_groups"].items()]
    return Section(
        "fairness",
        "Fairness of holds",
        (
            "Who is held, and so delayed, wrongly: the false-hold rate is the share flagged among "
            "claims that were paid. Where denial rates differ between groups, equal calibration "
            "and equal false-hold rates cannot both be had; both are shown above.",
            Bullets(apart),
            Table("Not known, and why", ("Group", "Why it cannot be judged"), unknown),
            said.FAIR,
            said.MITIGATION,
        ),
    )


def _maintenance(card: Card) -> Section:
    gates = [
        [words(one["name"]), words(one["verdict"]), words(one["sentence"])] for one in card["gates"]
    ]
    return Section(
        "maintenance",
        "Maintenance and monitoring",
        (
            said.MONITORING,
            said.UPDATES,
            said.CORRECTION,
            Table("Gates of this training", ("Gate", "Verdict", "What it found"), gates),
        ),
    )


def _period(card: Card, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(one for one in card["data"]["periods"] if one["name"] == name)
    return found
