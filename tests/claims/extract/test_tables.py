from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from claims.categories import CATEGORY_CODE
from claims.dataset import Dataset, load, save
from claims.errors import UserError
from claims.labels import label
from features.frame import Frame

if TYPE_CHECKING:
    from pathlib import Path

    from claims.keys import Keys

    from .conftest import Extract

THREE_FILES = """
[claims]
file = "claims.parquet"
[claims.columns]
claim_id = "id"
member_id = "patient"
payer_id = "payer"
service_from = "served"
submitted_on = "sent"
diagnoses = "dx"
authorization_given = "auth"
eligibility_coverage_end = "covered_to"
sex = "gender"
birth_date = "dob"
[lines]
file = "lines.csv"
[lines.columns]
claim_id = "claim"
procedure = "cpt"
modifiers = "mod"
charge = "billed"
units = "qty"
[remittances]
file = "remits.csv"
one_row_is = "adjustment"
[remittances.columns]
claim_id = "clm"
known_on = "remit_date"
carc = "carc"
adjusted = "adj"
paid = "paid"
"""
D = dt.date


def three_files(extract: Extract) -> Dataset:
    return extract(
        THREE_FILES,
        claims_parquet={
            "id": ["A", "B", "C"],
            "patient": ["p1", "p1", "p2"],
            "payer": ["X", "Y", "X"],
            "served": [D(2025, 1, 1), D(2025, 1, 2), D(2025, 1, 3)],
            "sent": [D(2025, 1, 5), D(2025, 1, 6), None],
            "dx": ["I21.9;e11.9", "V70.0", "4019"],
            "auth": ["", "N77", ""],
            "covered_to": [D(2025, 6, 1), None, None],
            "gender": ["male", "F", "2"],
            "dob": [D(1980, 1, 2), None, D(1980, 1, 1)],
        },
        lines={
            "claim": ["B", "A", "A", "C", "nobody"],
            "cpt": ["99213", "27447", "0001f", "99214", "99215"],
            "mod": ["25", "RT,59", "", "", ""],
            "billed": [100.0, 2000.5, 9.5, 80, 1],
            "qty": [1, 2, 1, 1, 1],
        },
        remits={
            "clm": ["A", "A", "B", "nobody"],
            "remit_date": ["2025-02-01", "2025-02-01", "2025-02-03", "2025-02-03"],
            "carc": ["45", "CO-197", "45", "45"],
            "adj": [10, 2000, 20, 1],
            "paid": [0, 0, 80, 1],
        },
    )


def test_three_files_make_one_dataset(extract: Extract, keys: Keys, tmp_path: Path) -> None:
    dataset = three_files(extract)
    claims = dataset.claims.to_pylist()
    assert [claim["claim_key"] for claim in claims] == [keys.claim(one) for one in "ABC"]
    first, second, third = claims
    assert first["member_key"] == second["member_key"] == keys.member("p1")
    assert first["charge"] == Decimal("2010.00")
    assert (first["line_count"], second["line_count"], third["line_count"]) == (2, 1, 1)
    assert first["diagnoses"] == ["I219", "E119"]
    assert [claim["diagnosis_version"] for claim in claims] == [10, 10, 9]
    assert [claim["authorization_given"] for claim in claims] == [False, True, False]
    assert first["eligibility_coverage_end"] == D(2025, 6, 1)
    assert [claim["sex"] for claim in claims] == ["M", "F", "F"]
    assert [claim["age"] for claim in claims] == [44, None, 45]
    lines = dataset.lines.to_pylist()
    assert [line["procedure"] for line in lines] == ["27447", "0001F", "99213", "99214"]
    assert [line["number"] for line in lines] == [1, 2, 1, 1]
    assert lines[0]["modifiers"] == ["RT", "59"]
    assert lines[0]["service_from"] == D(2025, 1, 1)

    labels = label(dataset)
    assert labels.outcome.tolist() == [2, 0, -1]
    assert labels.carc.tolist() == ["197", "", ""]
    assert labels.category.tolist() == [CATEGORY_CODE["authorization"], -1, -1]
    assert labels.line_denied.tolist() == [1, 1, 0, -1]
    assert labels.example.tolist() == [True, True, False]
    told = " ".join(problem.text for problem in dataset.problems)
    assert "1 rows of lines.csv belong to no claim" in told
    notes = " ".join(dataset.notes)
    assert "1 claims have no day of submission" in notes
    assert "1 answers belong to no claim" in notes
    assert len(Frame.from_tables(dataset.claims, dataset.lines)) == 3
    save(dataset, tmp_path / "saved")
    assert load(tmp_path / "saved").digest() == dataset.digest()


LINE_LEVEL = """
[claims]
file = "carrier.csv"
one_row_is = "line"
[claims.columns]
claim_id = "clm"
member_id = "bene"
service_from = "from"
service_to = "thru"
diagnoses = ["dx1", "dx2"]
[claims.values]
payer_id = "MEDICARE"
[lines.columns]
procedure = "hcpcs"
diagnoses = "ldx"
number = "line"
[remittances.columns]
denied = "denied_line"
category = "why"
[remittances.categories]
noncovered = "non_covered"
[rules]
submission_lag_days = 7
answer_lag_days = 30
"""
CARRIER: dict[str, list[object]] = {
    "clm": ["2", "1", "2", "3"],
    "bene": ["x", "y", "x", "y"],
    "from": ["20080101", "20080105", "20080102", "20080109"],
    "thru": ["20080101", "20080105", "20080104", "20080109"],
    "dx1": ["1140", "V7641", "1140", "4019"],
    "dx2": ["51881", "", "51881", ""],
    "hcpcs": ["99223", "77052", "99233", "99213"],
    "ldx": ["486", "V7612", "1140", ""],
    "line": [1, 1, 2, 1],
    "denied_line": ["1", "0", "0", ""],
    "why": ["noncovered", "allowed", "allowed", ""],
}


def test_lines_alone_are_grouped_into_claims(extract: Extract, keys: Keys) -> None:
    dataset = extract(LINE_LEVEL, keep_ids=True, carrier=CARRIER)
    claims = dataset.claims.to_pylist()
    assert [claim["claim_key"] for claim in claims] == [keys.claim(one) for one in "213"]
    assert dataset.claim_ids is not None
    assert dataset.claim_ids.to_pylist() == ["2", "1", "3"]
    assert claims[0]["diagnoses"] == ["1140", "51881", "486"]
    assert claims[0]["diagnosis_version"] == 9
    assert (claims[0]["service_from"], claims[0]["service_to"]) == (D(2008, 1, 1), D(2008, 1, 4))
    assert claims[0]["submitted_on"] == D(2008, 1, 11)
    assert [line["diagnosis_pointers"] for line in dataset.lines.to_pylist()] == [[3], [1], [2], []]
    labels = label(dataset)
    assert labels.outcome.tolist() == [1, 0, -1]
    assert labels.line_denied.tolist() == [1, 0, 0, -1]
    assert labels.category.tolist() == [CATEGORY_CODE["non_covered"], -1, -1]
    assert dataset.remittances["known_on"].to_pylist() == [D(2008, 2, 10), D(2008, 2, 11)]
    notes = " ".join(dataset.notes)
    assert "3 of 3 claims state no day of submission" in notes
    assert "3 of 3 answers state no day" in notes
    assert "no charge is mapped" in notes


def test_claim_level_with_several_procedures_in_a_row(extract: Extract) -> None:
    mapping = """
[claims]
file = "flat.csv"
[claims.columns]
claim_id = "id"
submitted_on = ["sent", "received"]
charge = "billed"
[lines.columns]
procedure = "cpts"
modifiers = "mods"
[remittances.columns]
status = "status"
known_on = "decided"
paid = "paid"
"""
    dataset = extract(
        mapping,
        flat={
            "id": ["a", "b", "c", "d"],
            "sent": ["1/5/2025", "", "1/7/2025", "1/8/2025"],
            "received": ["", "1/9/2025", "", ""],
            "billed": ["100.01", "50", "50", "50"],
            "cpts": ["99213;36415", '["99214"]', "", "99215"],
            "mods": ["25", "", "", ""],
            "status": ["Denied", "Paid", "Pending", "Denied"],
            "decided": ["2/5/2025", "2/9/2025", "", "2/9/2025"],
            "paid": ["0", "40", "", "10"],
        },
    )
    lines = dataset.lines.to_pylist()
    assert [line["procedure"] for line in lines] == ["99213", "36415", "99214", "", "99215"]
    assert [line["charge"] for line in lines[:2]] == [Decimal("50.01"), Decimal("50.00")]
    assert [line["modifiers"] for line in lines[:2]] == [["25"], []]
    assert dataset.claims["submitted_on"].to_pylist()[1] == D(2025, 1, 9)
    labels = label(dataset)
    assert labels.outcome.tolist() == [2, 0, -1, 1]
    assert labels.line_denied.tolist()[:2] == [1, 1]


def test_numbered_columns_are_lines(extract: Extract) -> None:
    mapping = """
[claims]
file = "wide.csv"
[claims.columns]
claim_id = "id"
service_from = "day"
[lines.columns]
procedure = ["px1", "px2", "px3"]
units = ["u1", "u2", "u3"]
[rules]
submission_lag_days = 0
"""
    dataset = extract(
        mapping,
        wide={
            "id": ["a", "b"],
            "day": ["2025-01-01", "2025-01-01"],
            **{"px1": ["99213", "1"], "px2": ["", "2"], "px3": ["36415", ""]},
            **{"u1": [1, 2], "u2": [3, 4], "u3": [5, 6]},
        },
    )
    lines = dataset.lines.to_pylist()
    found = [(line["procedure"], int(line["units"])) for line in lines]
    assert found == [("99213", 1), ("36415", 5), ("1", 2), ("2", 4)]
    assert dataset.remittances.num_rows == 0
    assert label(dataset).outcome.tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"carrier.csv"', '"gone.csv"', "names the file gone.csv, which is not in"),
        ('procedure = "hcpcs"', 'procedure = "cpt"', "names the column cpt, which"),
        ('service_to = "thru"', 'service_to = "hcpcs"', "the column hcpcs of .* holds no dates"),
        ('denied = "denied_line"', 'denied = "why"', "words for the outcome that are not known"),
    ],
)
def test_one_sentence_for_what_does_not_fit(
    extract: Extract, old: str, new: str, says: str
) -> None:
    assert old in LINE_LEVEL
    with pytest.raises(UserError, match=says):
        extract(LINE_LEVEL.replace(old, new), carrier=CARRIER)


def test_words_of_the_outcome_can_be_listed(extract: Extract) -> None:
    mapping = LINE_LEVEL.replace('denied = "denied_line"', 'denied = "why"')
    words = '[remittances]\ndenied_words = ["noncovered"]\n[remittances.columns]'
    mapping = mapping.replace("[remittances.columns]", words)
    assert label(extract(mapping, carrier=CARRIER)).outcome.tolist() == [1, 0, -1]


SMALL = """
[claims]
file = "claims.csv"
[claims.columns]
claim_id = "id"
submitted_on = "sent"
diagnosis_version = "icd"
frequency = "kind"
[lines.values]
procedure = "99213"
"""


def test_words_for_codes_and_lines_of_values_alone(extract: Extract) -> None:
    dataset = extract(
        SMALL,
        claims={
            "id": ["a", "b", "c"],
            "sent": ["2025-01-01"] * 3,
            "icd": ["ICD-10", "9", "0"],
            "kind": ["original", "Corrected", "8"],
        },
    )
    assert dataset.claims["diagnosis_version"].to_pylist() == [10, 9, 10]
    assert dataset.claims["frequency"].to_pylist() == ["1", "7", "8"]
    assert dataset.lines["procedure"].to_pylist() == ["99213"] * 3


@pytest.mark.parametrize("mapping", [SMALL, LINE_LEVEL, THREE_FILES])
def test_files_without_rows(extract: Extract, mapping: str) -> None:
    empty = {
        "claims": ["id", "sent", "icd", "kind"],
        "carrier": list(CARRIER),
        "lines": ["claim", "cpt", "mod", "billed", "qty"],
        "remits": ["clm", "remit_date", "carc", "adj", "paid"],
    }
    names = [
        "id",
        "patient",
        "payer",
        "served",
        "sent",
        "dx",
        "auth",
        "covered_to",
        "gender",
        "dob",
    ]
    files = {file: {key: [] for key in columns} for file, columns in empty.items()}
    dataset = extract(mapping, claims_parquet={key: [] for key in names}, **files)
    assert (dataset.claims.num_rows, dataset.lines.num_rows) == (0, 0)
    assert label(dataset).outcome.tolist() == []


def test_what_is_no_table_at_all(extract: Extract, tmp_path: Path) -> None:
    for junk in (b"\xff\xfe\x00junk", b"", b"\x00" * 100):
        (tmp_path / "claims.csv").write_bytes(junk)
        with pytest.raises(UserError, match=r"claims.csv"):
            extract(SMALL)
    (tmp_path / "claims.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(UserError, match="is no readable table"):
        extract(SMALL.replace(".csv", ".parquet"))


@pytest.mark.parametrize("form", ["semicolon", "tab", "bom", "gzip", "quoted"])
def test_csv_in_its_usual_forms(extract: Extract, tmp_path: Path, form: str) -> None:
    text = "id,sent,icd,kind\n007,2025-01-01,10,1\n"
    name = "claims.csv"
    if form in ("semicolon", "tab"):
        text = text.replace(",", ";" if form == "semicolon" else "\t")
    if form == "quoted":
        text = '"id","sent","icd","kind"\n"007","2025-01-01","10","1"\n'
    data = text.encode("utf-8-sig" if form == "bom" else "utf-8")
    if form == "gzip":
        name, data = "claims.csv.gz", gzip.compress(data)
    (tmp_path / name).write_bytes(data)
    dataset = extract(SMALL.replace("claims.csv", name), keep_ids=True)
    assert dataset.claim_ids is not None
    assert dataset.claim_ids.to_pylist() == ["007"]
    assert dataset.claims["submitted_on"].to_pylist() == [D(2025, 1, 1)]


def test_a_column_named_twice_is_refused(extract: Extract, tmp_path: Path) -> None:
    text = "id,sent,icd,kind,sent\n7,2025-01-01,10,1,2025-01-02\n"
    (tmp_path / "claims.csv").write_text(text)
    with pytest.raises(UserError, match=r"the column sent twice"):
        extract(SMALL)


def test_an_error_names_no_value(extract: Extract) -> None:
    columns = {"id": ["SECRET"], "sent": ["SECRETDAY"], "icd": ["x"], "kind": ["1"]}
    with pytest.raises(UserError) as caught:
        extract(SMALL, claims=columns)
    assert "SECRET" not in str(caught.value)
