from __future__ import annotations

import datetime as dt
import io
import shutil
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from claims import gather as module
from claims.carc import load_catalogue
from claims.dataset import Dataset, load, read_dataset, save
from claims.errors import UserError
from claims.keys import Keys
from claims.labels import label
from claims.schema import TABLES
from claims.types import (
    Adjustment,
    Claim,
    Payer,
    Payment,
    Provider,
    ProviderAdjustment,
    Remittance,
    RemittanceLine,
    ServiceLine,
    Subscriber,
)
from claims.x12 import Envelope, write_835, write_837

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
CATALOGUE = load_catalogue()
SENT = dt.datetime(2025, 3, 1, 12, 0)  # noqa: DTZ001 -- X12 states no zone
ANSWERED = dt.datetime(2025, 3, 20, 12, 0)  # noqa: DTZ001


def claim(number: int) -> Claim:
    line = ServiceLine(
        number=1,
        procedure="99213",
        charge=Decimal("120.00"),
        units=Decimal(1),
        diagnosis_pointers=(1,),
        service_from=dt.date(2025, 2, 20),
    )
    return Claim(
        claim_id=f"CLAIM{number}",
        payer=Payer(payer_id="P1", name="PAYER", filing_code="CI"),
        charge=Decimal("120.00"),
        place_of_service="11",
        subscriber=Subscriber(member_id="MEMBER1", sex="F", birth_date=dt.date(1990, 1, 1)),
        billing=Provider(npi="1234567893", taxonomy="207Q00000X"),
        diagnoses=("J069",),
        lines=(line,),
    )


def answer(number: int) -> Remittance:
    denied = number % 2 == 1
    reason = Adjustment(group="CO", carc="197" if denied else "45", amount=Decimal("120.00"))
    line = RemittanceLine(
        procedure="99213",
        charge=Decimal("120.00"),
        paid=Decimal(0),
        service_from=dt.date(2025, 2, 20),
        adjustments=(reason,),
    )
    return Remittance(
        claim_id=f"CLAIM{number}",
        status="1",
        payer_claim_number=f"ICN{number}",
        charge=Decimal("120.00"),
        filing_code="CI",
        payer_id="P1",
        lines=(line,),
    )


def file_837(*numbers: int) -> bytes:
    out = io.BytesIO()
    write_837(map(claim, numbers), out, Envelope(sender="US", receiver="THEM", created=SENT))
    return out.getvalue()


def file_835(*numbers: int) -> bytes:
    payment = Payment(
        payer_id="P1",
        payer_name="PAYER",
        payee_npi="1234567893",
        payment_date=ANSWERED.date(),
        trace="T1",
        method="CHK",
        provider_adjustments=(
            ProviderAdjustment(
                npi="1234567893",
                fiscal_period_end=dt.date(2025, 12, 31),
                reason="WO",
                amount=Decimal("0.00"),
            ),
        ),
    )
    out = io.BytesIO()
    answers = [answer(number) for number in numbers]
    write_835([(payment, answers)], out, Envelope(sender="THEM", receiver="US", created=ANSWERED))
    return out.getvalue()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name, data in {
        "837/b.837": file_837(3, 4),
        "837/a.anything": file_837(1, 2),
        "835/x": file_835(2, 1),
        "835/y.835": file_835(3),
        "truth/trap.837": file_837(9),
        "MANIFEST.tsv": b"ISA*of no use",
        ".hidden": file_837(8),
        "notes.txt": b"Dear ISABEL, nothing to read here",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def read(*paths: Path, keys: Keys, keep_ids: bool = False, workers: int | None = None) -> Dataset:
    return read_dataset(paths, keys=keys, catalogue=CATALOGUE, keep_ids=keep_ids, workers=workers)


def test_a_tree_is_read_in_the_order_of_its_names(tree: Path, keys: Keys) -> None:
    dataset = read(tree, keys=keys, keep_ids=True)
    assert dataset.claim_ids is not None
    assert dataset.claim_ids.to_pylist() == ["CLAIM1", "CLAIM2", "CLAIM3", "CLAIM4"]
    assert dataset.claims["claim_key"].to_pylist() == [
        keys.claim(f"CLAIM{number}") for number in (1, 2, 3, 4)
    ]
    assert [Path(file.path).name for file in dataset.files] == ["x", "y.835", "a.anything", "b.837"]
    assert [(file.kind, file.claims, file.remittances) for file in dataset.files] == [
        ("835", 0, 2),
        ("835", 0, 1),
        ("837P", 2, 0),
        ("837P", 2, 0),
    ]
    assert [Path(path).name for path in dataset.ignored] == ["notes.txt"]
    assert dataset.problems == ()
    # rows that refer to remittances of later files are moved along
    assert dataset.adjustments["remittance"].to_pylist() == [0, 1, 2]
    assert dataset.provider_adjustments.num_rows == 2
    assert {name: table.schema for name, table in dataset.tables().items()} == TABLES


def test_what_was_read_can_be_labelled(tree: Path, keys: Keys) -> None:
    labels = label(read(tree, keys=keys))
    assert labels.outcome.tolist() == [2, 0, 2, -1]
    assert labels.example.tolist() == [True, True, True, False]
    assert labels.line_denied.tolist() == [1, 0, 1, -1]


def test_no_id_is_kept_unless_asked_for(tree: Path, keys: Keys, tmp_path: Path) -> None:
    dataset = read(tree, keys=keys)
    assert dataset.claim_ids is None
    save(read(tree, keys=keys, keep_ids=True), tmp_path / "tables")
    written = b"".join(path.read_bytes() for path in (tmp_path / "tables").iterdir())
    assert b"CLAIM1" not in written
    assert b"MEMBER1" not in written


def test_workers_change_nothing(tree: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = read(tree, keys=keys, workers=1)
    monkeypatch.setattr(module, "_POOL_FROM", 0)
    many = read(tree, keys=keys, workers=2)
    assert many.digest() == alone.digest()
    assert many.files == alone.files
    assert all(many.tables()[name].equals(table) for name, table in alone.tables().items())


def test_a_file_named_twice_is_read_once(tree: Path, keys: Keys) -> None:
    file = tree / "837" / "b.837"
    assert read(tree / "837", file, file, keys=keys).claims.num_rows == 4


def test_saved_tables_are_read_again(tree: Path, keys: Keys, tmp_path: Path) -> None:
    dataset = read(tree, keys=keys)
    folder = tmp_path / "deep" / "tables"
    save(dataset, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{name}.parquet" for name in TABLES
    )
    assert load(folder).digest() == dataset.digest()
    again = read(tmp_path / "deep", keys=keys)
    assert again.digest() == dataset.digest()
    assert [(file.kind, file.claims, file.remittances) for file in again.files] == [
        ("tables", 4, 3)
    ]


def test_tables_and_files_together(tree: Path, keys: Keys, tmp_path: Path) -> None:
    save(read(tree / "837", keys=keys), tmp_path / "tables")
    together = read(tmp_path / "tables", tree / "835", keys=keys)
    assert label(together).outcome.tolist() == [2, 0, 2, -1]


def test_digest_follows_content_not_chunks(tree: Path, keys: Keys) -> None:
    dataset = read(tree, keys=keys)
    pieces = {
        name: pa.concat_tables([table.slice(0, 1), table.slice(1)])
        for name, table in dataset.tables().items()
    }
    assert Dataset(**pieces).digest() == dataset.digest()
    assert read(tree, keys=Keys(b"q" * 32)).digest() != dataset.digest()
    shorter = dataset.tables() | {"lines": dataset.lines.slice(0, 3)}
    assert Dataset(**shorter).digest() != dataset.digest()


def test_a_broken_claim_leaves_its_neighbours(tmp_path: Path, keys: Keys) -> None:
    file = tmp_path / "a.837"
    file.write_bytes(file_837(1, 2, 3).replace(b"CLM*CLAIM2*120", b"CLM*CLAIM2*twelve"))
    dataset = read(file, keys=keys, keep_ids=True)
    assert dataset.claim_ids is not None
    assert {"CLAIM1", "CLAIM3"} <= set(dataset.claim_ids.to_pylist())
    assert any(
        problem.source == str(file) and problem.segment > 0 and problem.claim_id == "CLAIM2"
        for problem in dataset.problems
    )


def test_a_claim_that_fits_no_table_leaves_its_neighbours(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def values(*_: object) -> list[object]:
        huge = Decimal("9" * 20)
        return [
            *(claim(number) for number in range(5)),
            Claim(claim_id="BIG", payer=Payer(payer_id="P"), charge=huge),
            answer(1),
            Remittance(claim_id="BIG", status="1", paid=huge),
            answer(2),
        ]

    file = tmp_path / "a.837"
    file.write_bytes(file_837(1))
    monkeypatch.setattr(module, "read", values)
    dataset = read(file, keys=keys, keep_ids=True)
    assert dataset.claims.num_rows == dataset.lines.num_rows == 5
    assert dataset.remittances.num_rows == 2
    assert dataset.adjustments["remittance"].to_pylist() == [0, 1]
    assert [problem.claim_id for problem in dataset.problems] == ["BIG", "BIG"]
    assert dataset.claim_ids is not None
    assert "BIG" not in dataset.claim_ids.to_pylist()


def test_a_named_file_that_is_no_x12_is_a_problem(tree: Path, keys: Keys) -> None:
    dataset = read(tree / "notes.txt", keys=keys)
    assert dataset.claims.num_rows == 0
    assert [problem.source for problem in dataset.problems] == [str(tree / "notes.txt")]


def test_a_file_that_may_not_be_read_is_a_problem(
    tree: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def refusing(path: Path, *arguments: object, **more: object) -> object:
        if path.name == "b.837":
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", refusing)
    dataset = read(tree, keys=keys)
    assert dataset.claims.num_rows == 2
    assert "Permission denied" in dataset.problems[0].text


@pytest.mark.parametrize(
    ("what", "says"),
    [("missing", "there is no file or folder"), ("empty", "no X12 files and no tables")],
)
def test_nothing_to_read_is_said(tmp_path: Path, keys: Keys, what: str, says: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=says):
        read(tmp_path / what, keys=keys)


def test_ids_cannot_be_had_from_tables(tree: Path, keys: Keys, tmp_path: Path) -> None:
    save(read(tree, keys=keys), tmp_path / "tables")
    with pytest.raises(UserError, match="hold no claim ids"):
        read(tmp_path / "tables", keys=keys, keep_ids=True)


def test_a_folder_that_cannot_be_written_is_said(tree: Path, keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        save(read(tree, keys=keys), tmp_path / "file")


def test_broken_tables_are_named(tree: Path, keys: Keys, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    whole = read(tree, keys=keys)

    def broken(name: str, table: pa.Table | bytes | None) -> str:
        shutil.rmtree(folder, ignore_errors=True)
        save(whole, folder)
        path = folder / f"{name}.parquet"
        if table is None:
            path.unlink()
        elif isinstance(table, bytes):
            path.write_bytes(table)
        else:
            pq.write_table(table, path)
        with pytest.raises(UserError) as error:
            load(folder)
        return str(error.value)

    assert "holds no lines.parquet" in broken("lines", None)
    assert "no readable Parquet file" in broken("claims", b"no parquet")
    assert "has no column charge" in broken("claims", whole.claims.drop_columns(["charge"]))
    texts = whole.claims.set_column(0, "claim_key", pa.array(["a", "b", "c", "d"]))
    assert "column claim_key of" in broken("claims", texts)
    assert "promises 4 lines and lines.parquet has 3" in broken("lines", whole.lines.slice(0, 3))


def test_tables_of_other_types_are_cast(tree: Path, keys: Keys, tmp_path: Path) -> None:
    whole = read(tree, keys=keys)
    save(whole, tmp_path)
    at = whole.claims.schema.get_field_index("payer_id")
    wide = whole.claims.set_column(at, "payer_id", whole.claims["payer_id"].cast(pa.large_string()))
    at = wide.schema.get_field_index("accident_state")
    wide = wide.set_column(at, "accident_state", pa.nulls(4, pa.string()))
    pq.write_table(wide.append_column("extra", pa.array([1, 2, 3, 4])), tmp_path / "claims.parquet")
    for name in ("remittances", "remittance_lines", "adjustments", "provider_adjustments"):
        (tmp_path / f"{name}.parquet").unlink()
    again = load(tmp_path)
    assert again.claims.equals(whole.claims)
    assert again.claims["accident_state"].to_pylist() == [""] * 4
    assert again.remittances.schema == TABLES["remittances"]


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not there")
def test_samples_hold_what_their_manifest_says(keys: Keys) -> None:
    dataset = read(SAMPLES, keys=keys)
    counts = {str(Path(file.path).relative_to(SAMPLES)): file for file in dataset.files}
    rows = (SAMPLES / "MANIFEST.tsv").read_text().splitlines()
    header = rows[0].split("\t")
    assert len(rows) > 50
    for row in rows[1:]:
        told = dict(zip(header, row.split("\t"), strict=False))
        file = counts[told["file"]]
        assert file.claims + file.remittances == int(told["claims"]), told["file"]
        assert (file.remittances > 0) == (told["transaction"] == "835"), told["file"]
