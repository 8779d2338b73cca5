from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from claims.labels import label

if TYPE_CHECKING:
    from .conftest import Extract

MAPPING = """
[claims]
file = "claims.csv"
[claims.columns]
claim_id = "id"
submitted_on = "sent"
[remittances.columns]
known_on = "known"
"""


def outcome(extract: Extract, **columns: Any) -> tuple[int, str]:
    mapped = "".join(f'{name} = "{name}_"\n' for name in columns)
    data = {f"{name}_": [value] for name, value in columns.items()}
    data |= {"id": ["a"], "sent": ["2025-01-01"], "known": ["2025-02-01"]}
    labels = label(extract(MAPPING + mapped, claims=data))
    return int(labels.outcome[0]), str(labels.carc[0])


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        # the flag decides over everything else
        ({"denied": "1", "carc": "45", "paid": "0"}, (2, "45")),
        ({"denied": "0", "carc": "197", "paid": "0"}, (0, "")),
        ({"denied": "1", "paid": "10"}, (1, "")),
        ({"denied": "", "paid": "0"}, (-1, "")),
        # CARC and amount, as design.md section 5 says
        ({"carc": "197", "paid": "0"}, (2, "197")),
        ({"carc": "45;197", "paid": "0"}, (2, "197")),
        ({"carc": "CO 197", "paid": "0"}, (2, "197")),
        ({"carc": "CO197", "paid": "0"}, (2, "197")),
        ({"carc": "CO-45, PR-1", "paid": "0"}, (0, "")),
        ({"carc": "197", "paid": "10"}, (0, "")),
        ({"carc": "", "paid": ""}, (-1, "")),
        # CLP02 says only whether it is an adjudication; words say more
        ({"status": "1", "carc": "197", "paid": "0"}, (2, "197")),
        ({"status": "1", "carc": "45", "paid": "80"}, (0, "")),
        ({"status": "22", "carc": "197", "paid": "0"}, (-1, "")),
        ({"status": "Denied", "paid": "0"}, (2, "")),
        ({"status": "Pending", "paid": "0"}, (-1, "")),
        ({"status": "rejected", "paid": "0"}, (-1, "")),
        # amounts alone: what is left to the patient was not denied
        ({"paid": "0"}, (2, "")),
        ({"paid": "0", "patient_responsibility": "50"}, (0, "")),
        ({"paid": "12"}, (0, "")),
    ],
)
def test_what_an_answer_says(
    extract: Extract, columns: dict[str, str], expected: tuple[int, str]
) -> None:
    assert outcome(extract, **columns) == expected
