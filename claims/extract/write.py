"""A proposed mapping as TOML, with what a person should know beside each entry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from claims.extract.evidence import Proposed
    from claims.extract.fields import Section
    from claims.extract.propose import Proposal

_SECTIONS: Final[tuple[Section, ...]] = ("claims", "lines", "remittances")
_LAGS: Final = {"submission_lag_days": 7, "answer_lag_days": 30}


def toml(proposal: Proposal) -> str:
    """The text of a ``mapping.toml``."""
    out = [
        "# Proposed by `preclear map` from names and values: check every entry, then remove this",
        "# line. docs/extracts.md says what may stand here.",
    ]
    for section in _SECTIONS:
        fields = [one for one in proposal.fields if one.section == section]
        if not fields and section not in proposal.files:
            continue
        out += ["", f"[{section}]"]
        if section in proposal.files:
            out.append(f"file = {_text(proposal.files[section])}")
        if section in proposal.rows:
            out.append(f'one_row_is = "{proposal.rows[section]}"')
        out += ["", f"[{section}.columns]", *_entries(fields)]
    if "remittances" not in proposal.files:
        out += ["", "# No column tells what was denied: this can be scored, not learned from."]
    out += _rules(proposal)
    if proposal.left_out:
        out += ["", "# Not mapped:"]
        out += [f"#   {_plain(what)}: {why}" for what, why in proposal.left_out]
    return "\n".join([*out, ""])


def _entries(fields: list[Proposed]) -> list[str]:
    lines = []
    for one in fields:
        names = [_text(name) for name in one.columns]
        value = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        lines.append(f"{one.name} = {value}  # {one.confidence}: {one.why}")
    return lines


def _rules(proposal: Proposal) -> list[str]:
    """The lags that are needed, as a guess to be corrected."""
    needed = {
        "submission_lag_days": not proposal.has("claims", "submitted_on"),
        "answer_lag_days": "remittances" in proposal.files
        and not proposal.has("remittances", "known_on", "payment_date"),
    }
    words = {
        "submission_lag_days": "no column says when a claim was sent: days after the last service",
        "answer_lag_days": "no column says when the answer came: days after the submission",
    }
    lines = [f"{name} = {_LAGS[name]}  # low: {words[name]}" for name, yes in needed.items() if yes]
    return ["", "[rules]", *lines] if lines else []


def _text(name: str) -> str:
    return json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(name: str) -> str:
    """A name for a comment: on one line."""
    return "".join(char if char.isprintable() else "?" for char in name)
