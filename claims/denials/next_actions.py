"""What can be done after a denial: the small vocabulary, in one place, with its words.

These are the steps *after* the payer's answer; the actions before a claim goes out are those of
``claims.categories``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

NextAction = Literal[
    "correct_and_resubmit",
    "resubmit_with_documents",
    "appeal",
    "bill_other_payer",
    "bill_patient",
    "write_off",
    "no_action",
]
Standing = Literal["denied", "rejected"]


@dataclass(frozen=True, slots=True)
class Words:
    """How a next action is said: ``short`` in a table, ``text`` as a sentence."""

    short: str
    text: str


NEXT_ACTIONS: Final[dict[NextAction, Words]] = {
    "correct_and_resubmit": Words(
        "correct and resend",
        "Correct what is wrong, as the record says it, and send the claim again.",
    ),
    "resubmit_with_documents": Words(
        "resend with documents",
        "Send what the payer asks for, with its claim number on every page.",
    ),
    "appeal": Words("appeal", "Appeal in writing, with the documents listed."),
    "bill_other_payer": Words(
        "bill another payer", "Find out which payer is responsible and bill it."
    ),
    "bill_patient": Words("bill the patient", "The payer says that the patient owes it."),
    "write_off": Words("write off", "Nothing more can be got for it."),
    "no_action": Words("nothing to send", "There is nothing to send now."),
}
WORKED: Final[frozenset[NextAction]] = frozenset(
    {"correct_and_resubmit", "resubmit_with_documents", "appeal"}
)
"""Those that ask the same payer again: what the history of resubmissions speaks of."""

GROUPS: Final[dict[str, str]] = {
    "CO": "contractual obligation: the patient may not be billed for it",
    "PR": "patient responsibility: the payer says that the patient owes it",
    "OA": "other adjustment: neither contract nor patient",
    "PI": "reduced by the payer alone, without a contract",
    "CR": "correction of an earlier answer",
}


def group_words(group: str) -> str:
    """What a CAS group code says, in plain words.

    >>> group_words("CO")[:22], group_words("ZZ")
    ('contractual obligation', 'a group code that the standard does not know')
    """
    return GROUPS.get(group.strip().upper(), "a group code that the standard does not know")
