from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.categories import CATEGORY_CODE
from claims.labels import DENIED, NEVER, PAID, PARTIAL, PLACEHOLDER_ABOVE, UNKNOWN, label
from claims.types import Adjustment, Claim, Payer, Remittance, RemittanceLine, ServiceLine

if TYPE_CHECKING:
    from conftest import Gather

START = dt.date(2025, 1, 1)
EPOCH = dt.date(1970, 1, 1)


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


def known(number: int) -> int:
    return (day(number) - EPOCH).days


def claim(name: str, sent: int | None, frequency: str = "1", **more: Any) -> Claim:
    facts: dict[str, Any] = {
        "payer": Payer(payer_id="P1"),
        "lines": (ServiceLine(number=1, procedure="99213", charge=Decimal(100)),),
        **more,
    }
    on = None if sent is None else day(sent)
    return Claim(claim_id=name, submitted_on=on, frequency=frequency, **facts)


def line(
    procedure: str, charge: int, carc: str = "", number: str = "", **more: Any
) -> RemittanceLine:
    denied = (Adjustment(group="CO", carc=carc, amount=Decimal(charge)),) if carc else ()
    return RemittanceLine(
        procedure=procedure,
        charge=Decimal(charge),
        paid=Decimal(0 if carc else charge),
        control_number=number,
        adjustments=denied,
        **more,
    )


def answer(
    name: str, on: int | None, carc: str = "", status: str = "1", payer: str = "P1", **more: Any
) -> Remittance:
    facts: dict[str, Any] = {"lines": (line("99213", 100, carc),), "charge": Decimal(100), **more}
    when = None if on is None else day(on)
    return Remittance(claim_id=name, status=status, payer_id=payer, file_date=when, **facts)


def test_paid_partial_denied_and_unanswered(gather: Gather) -> None:
    two = (line("99213", 100), line("97110", 50, "197"))
    labels = label(
        gather(
            [
                claim("A", 0),
                claim("B", 0),
                claim("C", 0),
                claim("D", 0),
                answer("C", 12, lines=two),
                answer("A", 10),
                answer("B", 11, "29"),
            ]
        )
    )
    assert labels.outcome.tolist() == [PAID, DENIED, PARTIAL, UNKNOWN]
    assert labels.example.tolist() == [True, True, True, False]
    assert labels.known_on.tolist() == [known(10), known(11), known(12), NEVER]
    assert labels.carc.tolist() == ["", "29", "197", ""]
    assert labels.category.tolist() == [
        -1,
        CATEGORY_CODE["timely_filing"],
        CATEGORY_CODE["authorization"],
        -1,
    ]
    assert labels.remittance.tolist() == [1, 2, 0, -1]
    assert labels.line_denied.tolist() == [0, 1, 0, -1]
    assert (labels.outcome.dtype, labels.known_on.dtype) == (np.int8, np.int32)


@pytest.mark.parametrize(
    ("what", "values", "outcome", "example"),
    [
        (
            "the first adjudication in time counts",
            [claim("A", 0), answer("A", 30), answer("A", 10, "50")],
            [DENIED],
            [True],
        ),
        (
            "of one day the first in the file",
            [claim("A", 0), answer("A", 10, "50"), answer("A", 10)],
            [DENIED],
            [True],
        ),
        (
            "reversals, pending and forwarded answers are passed over",
            [
                claim("A", 0),
                answer("A", 5, status="25"),
                answer("A", 6, "133"),
                answer("A", 7, status="22", charge=Decimal(-100)),
                answer("A", 10, "50"),
            ],
            [DENIED],
            [True],
        ),
        (
            "a replacement gets the answers that come after it",
            [claim("A", 0), claim("A", 20, "7"), answer("A", 40), answer("A", 10, "50")],
            [DENIED, PAID],
            [True, False],
        ),
        (
            "a replacement sent before any answer takes it",
            [claim("A", 0), claim("A", 20, "7"), answer("A", 40)],
            [UNKNOWN, PAID],
            [False, False],
        ),
        (
            "a denial is not the answer to the correction of the same day",
            [claim("A", 0), claim("A", 10, "7"), answer("A", 10, "50"), answer("A", 30)],
            [DENIED, PAID],
            [True, False],
        ),
        (
            "a claim answered on the day it was sent",
            [claim("A", 10), answer("A", 10, "50")],
            [DENIED],
            [True],
        ),
        (
            "original and replacement of one day, whatever their order",
            [claim("A", 0, "7"), claim("A", 0), answer("A", 10, "50")],
            [DENIED, UNKNOWN],
            [False, False],
        ),
        (
            "a file read twice is one submission",
            [claim("A", 0), claim("A", 0), answer("A", 10, "50"), answer("A", 10, "50")],
            [DENIED, UNKNOWN],
            [True, False],
        ),
        (
            "sent again before the answer: the first copy gets it",
            [claim("A", 0), claim("A", 8), answer("A", 10, "50"), answer("A", 18)],
            [DENIED, UNKNOWN],
            [True, False],
        ),
        (
            "sent again after the answer: a second submission, no example",
            [claim("A", 0), claim("A", 20), answer("A", 10, "50"), answer("A", 30)],
            [DENIED, PAID],
            [True, False],
        ),
        (
            "a new id is an example of its own (a duplicate)",
            [claim("A", 0), claim("B", 20), answer("A", 10), answer("B", 30, "18")],
            [PAID, DENIED],
            [True, True],
        ),
        (
            "an answer before the claim was sent",
            [claim("A", 20), answer("A", 10)],
            [UNKNOWN],
            [False],
        ),
        ("an answer without a day", [claim("A", 0), answer("A", None)], [UNKNOWN], [False]),
        (
            "a claim without a day is matched and no example",
            [claim("A", None), answer("A", 10)],
            [PAID],
            [False],
        ),
        ("a blank frequency is an original", [claim("A", 0, ""), answer("A", 10)], [PAID], [True]),
        ("a void is no example", [claim("A", 0, "8"), answer("A", 10)], [PAID], [False]),
        ("no id matches no id", [claim("", 0), answer("", 10)], [UNKNOWN], [False]),
        ("ids match as payers write them", [claim("a1", 0), answer(" A1", 10)], [PAID], [True]),
        (
            "a crossover stands behind the payer's own answer",
            [claim("A", 0), answer("A", 9, status="2", payer="P2"), answer("A", 10, "50")],
            [DENIED],
            [True],
        ),
        (
            "another payer id alone is no crossover",
            [claim("A", 0), answer("A", 9, payer="77777"), answer("A", 10, "50")],
            [PAID],
            [True],
        ),
        (
            "a crossover alone still answers",
            [claim("A", 0), answer("A", 9, "50", status="2", payer="P2")],
            [DENIED],
            [True],
        ),
        (
            "a secondary claim gets the secondary payer's answer",
            [
                claim("A", 0),
                claim("A", 20, payer=Payer(payer_id="P2", position="S")),
                answer("A", 10),
                answer("A", 30, "50", status="2", payer="P2"),
            ],
            [PAID, DENIED],
            [True, False],
        ),
    ],
)
def test_which_answer_is_whose(
    gather: Gather, what: str, values: list[Any], outcome: list[int], example: list[bool]
) -> None:
    labels = label(gather(values))
    assert labels.outcome.tolist() == outcome, what
    assert labels.example.tolist() == example, what


def test_placeholder_ids_are_not_matched(gather: Gather) -> None:
    crowd = PLACEHOLDER_ABOVE + 1
    values = [claim("XXXX", at) for at in range(crowd)] + [answer("XXXX", 99)] * crowd
    labels = label(gather([*values, claim("A", 0), answer("A", 9)]))
    assert labels.outcome.tolist() == [UNKNOWN] * crowd + [PAID]
    assert labels.example.sum() == 1


def test_no_remittances_and_no_claims(gather: Gather) -> None:
    labels = label(gather([claim("A", 0)]))
    assert labels.outcome.tolist() == [UNKNOWN]
    assert len(label(gather([])).outcome) == 0
    assert len(label(gather([answer("A", 9)])).line_denied) == 0


def service(number: int, procedure: str, charge: int, **more: Any) -> ServiceLine:
    return ServiceLine(number=number, procedure=procedure, charge=Decimal(charge), **more)


@pytest.mark.parametrize(
    ("what", "asked", "given_back", "denied"),
    [
        (
            "by line number, in another order",
            [service(1, "A", 10), service(2, "A", 10), service(3, "A", 10)],
            [line("A", 10, "50", "3"), line("A", 10, "", "1"), line("A", 10, "97", "2")],
            [0, 1, 1],
        ),
        (
            "by procedure, modifiers and charge",
            [service(1, "A", 10, modifiers=("25",)), service(2, "A", 10)],
            [line("A", 10, "50"), line("A", 10, modifiers=("25",))],
            [0, 1],
        ),
        (
            "equal lines in their order",
            [service(1, "A", 10), service(2, "A", 10), service(3, "A", 10)],
            [line("A", 10), line("A", 10, "97"), line("A", 10)],
            [0, 1, 0],
        ),
        (
            "modifiers dropped by the payer",
            [service(1, "A", 10), service(2, "B", 10, modifiers=("25",))],
            [line("B", 10, "50"), line("A", 10)],
            [0, 1],
        ),
        (
            "another code for the same charge",
            [service(1, "A", 10), service(2, "B", 20)],
            [line("C", 20, "50"), line("A", 10)],
            [0, 1],
        ),
        (
            "by place when nothing else agrees and the counts do",
            [service(1, "A", 10), service(2, "B", 20)],
            [line("A", 10), line("C", 19, "50")],
            [0, 1],
        ),
        (
            "not by place when the counts differ",
            [service(1, "A", 10), service(2, "B", 20)],
            [line("C", 19, "50")],
            [-1, -1],
        ),
        (
            "a line that the payer left out is unknown",
            [service(1, "A", 10), service(2, "B", 20)],
            [line("B", 20, "50")],
            [-1, 1],
        ),
        (
            "by revenue code",
            [service(1, "", 10, revenue_code="0450"), service(2, "", 10, revenue_code="0300")],
            [
                line("0300", 10, "50", procedure_qualifier="NU"),
                line("0450", 10, procedure_qualifier="NU"),
            ],
            [0, 1],
        ),
        (
            "a line number that the claim does not have",
            [service(1, "A", 10), service(2, "B", 20)],
            [line("B", 20, "50", "9"), line("A", 10, "", "8")],
            [0, 1],
        ),
    ],
)
def test_lines_find_their_answers(
    gather: Gather,
    what: str,
    asked: list[ServiceLine],
    given_back: list[RemittanceLine],
    denied: list[int],
) -> None:
    beside = [claim("before", 0), answer("before", 5), claim("after", 0, lines=tuple(asked))]
    labels = label(
        gather(
            [
                beside[0],
                claim("A", 0, lines=tuple(asked)),
                beside[2],
                answer("A", 10, lines=tuple(given_back)),
                beside[1],
            ]
        )
    )
    assert labels.line_denied.tolist()[1 : 1 + len(asked)] == denied, what
    assert labels.line_denied.tolist()[0] == 0
    assert set(labels.line_denied.tolist()[1 + len(asked) :]) == {-1}
    assert [category >= 0 for category in labels.line_category] == [
        denied == 1 for denied in labels.line_denied
    ]


def test_an_answer_without_lines_goes_to_all_charged_lines(gather: Gather) -> None:
    asked = (service(1, "A", 10), service(2, "B", 0))
    whole = (Adjustment(group="CO", carc="29", amount=Decimal(10)),)
    labels = label(
        gather(
            [
                claim("A", 0, lines=asked),
                claim("B", 0, lines=asked),
                answer("A", 9, lines=(), adjustments=whole, charge=Decimal(10)),
                answer("B", 9, lines=(), charge=Decimal(10), paid=Decimal(10)),
            ]
        )
    )
    assert labels.line_denied.tolist() == [1, 0, 0, 0]
    assert labels.line_category.tolist() == [CATEGORY_CODE["timely_filing"], -1, -1, -1]


names = st.sampled_from(["A", "B", "C", ""])
sent = st.builds(claim, names, st.integers(0, 40), st.sampled_from(["1", "1", "7", "8"]))
given_answer = st.builds(
    answer,
    names,
    st.integers(0, 80),
    st.sampled_from(["", "50"]),
    st.sampled_from(["1", "4", "22"]),
)


@given(st.lists(st.one_of(sent, given_answer), max_size=14))
def test_whatever_comes_no_rule_is_broken(gather: Gather, values: list[Any]) -> None:
    labels = label(gather(values))
    claims = [value for value in values if isinstance(value, Claim)]
    answers = [value for value in values if isinstance(value, Remittance)]
    used = labels.remittance[labels.remittance >= 0]
    assert len(set(used.tolist())) == len(used)
    learned: set[str] = set()
    for at, sent_claim in enumerate(claims):
        row = int(labels.remittance[at])
        assert (row >= 0) == (labels.outcome[at] != UNKNOWN) == (labels.known_on[at] != NEVER)
        if row >= 0:
            assert answers[row].claim_id == sent_claim.claim_id != ""
            assert answers[row].file_date is not None
            assert sent_claim.submitted_on is not None
            assert answers[row].file_date >= sent_claim.submitted_on
            assert answers[row].status != "22"
        if labels.example[at]:
            assert sent_claim.frequency == "1"
            assert sent_claim.claim_id not in learned
            learned.add(sent_claim.claim_id)
