"""The files: valid by pyx12, read back whole, balanced, and in agreement with the truth."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from claims.carc import load_catalogue
from claims.outcome import judge
from claims.types import Claim, Payment, Remittance
from claims.x12 import read
from claims.x12.judge import findings
from data_synth.config import WorldConfig
from data_synth.invent import invent
from data_synth.world import World, build
from data_synth.writing.files import FileWriter, write_files

if TYPE_CHECKING:
    from pathlib import Path

Values = list[Claim | Remittance | Payment]


def _read(folder: Path, kind: str) -> Values:
    values: Values = []
    for file in sorted((folder / kind).iterdir()):
        for value in read(file.read_bytes(), file.name):
            assert isinstance(value, Claim | Remittance | Payment), value
            values.append(value)
    return values


@pytest.fixture(scope="module")
def sent(small_folder: Path) -> list[Claim]:
    return [value for value in _read(small_folder, "837") if isinstance(value, Claim)]


@pytest.fixture(scope="module")
def answered(small_folder: Path) -> list[Remittance]:
    return [value for value in _read(small_folder, "835") if isinstance(value, Remittance)]


def test_every_file_passes_the_judge(small_folder: Path) -> None:
    wrong = {
        file.name: [str(finding) for finding in found]
        for file in sorted(small_folder.glob("83?/*"))
        if (found := findings(file.read_bytes()))
    }
    assert wrong == {}


def test_everything_written_is_read_back(
    small: World, sent: list[Claim], answered: list[Remittance]
) -> None:
    jobs = FileWriter(small).jobs
    assert len(sent) == len(small.history.facts) == sum(len(job.rows) for job in jobs)
    assert len(answered) == sum(len(batch.entries) for job in jobs for batch in job.batches)
    assert {claim.form for claim in sent} == {"professional", "institutional"}
    assert {claim.frequency for claim in sent} >= {"1", "7"}
    assert {claim.payer.position for claim in sent} == {"P", "S"}
    assert {claim.patient.relationship for claim in sent} == {"18", "01", "19"}


def test_claims_read_back_are_the_claims_written(small: World, sent: list[Claim]) -> None:
    """All that the composer states and an 837 can carry comes back."""
    writer = FileWriter(small)
    made = writer.compose(range(len(small.history.facts)))
    back = {(claim.claim_id, claim.frequency, claim.submitted_on): claim for claim in sent}
    assert len(back) == len(made)
    for claim in made:
        again = back[claim.claim_id, claim.frequency, claim.submitted_on]
        for name in ("charge", "diagnoses", "referral_number", "clia_number", "drg", "lines"):
            assert getattr(again, name) == getattr(claim, name), name
        assert again.subscriber.member_id == claim.subscriber.member_id
        assert again.authorization == claim.authorization


def test_claims_add_up(sent: list[Claim]) -> None:
    for claim in sent:
        assert claim.charge == sum((line.charge for line in claim.lines), Decimal(0))
        if claim.payer.position == "S":
            assert claim.other_payers
        if claim.frequency in {"7", "8"}:
            assert claim.original_reference


def test_remittances_balance(answered: list[Remittance]) -> None:
    for item in answered:
        taken = sum((part.amount for part in item.adjustments), Decimal(0))
        for line in item.lines:
            own = sum((part.amount for part in line.adjustments), Decimal(0))
            assert line.charge - own == line.paid
            taken += own
        assert item.charge - taken == item.paid


def test_payments_balance(small_folder: Path) -> None:
    paid: Counter[str] = Counter()
    stated: dict[str, Decimal] = {}
    for value in _read(small_folder, "835"):
        if isinstance(value, Remittance):
            paid[value.trace] += int(value.paid * 100)
        elif isinstance(value, Payment):
            moved = sum((part.amount for part in value.provider_adjustments), Decimal(0))
            stated[value.trace] = value.amount + moved
            assert value.amount >= 0
    assert stated
    assert {trace: Decimal(cents) / 100 for trace, cents in paid.items()} == stated


def test_first_answers_agree_with_the_truth(small_folder: Path, answered: list[Remittance]) -> None:
    truth = pq.read_table(small_folder / "truth" / "claims.parquet").to_pylist()
    catalogue = load_catalogue()
    judged: dict[str, tuple[str, str, str]] = {}
    for item in sorted(answered, key=lambda item: str(item.payment_date)):
        found = judge(item, catalogue)
        if found.first_outcome and item.frequency == "1" and item.claim_id not in judged:
            judged[item.claim_id] = (found.outcome, found.category, found.carc)
    told = {
        row["claim_id"]: (row["outcome"], row["category"], row["carc"])
        for row in truth
        if row["answered_on"] is not None
    }
    assert judged == told


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            whole.update(str(file.relative_to(folder)).encode())
            whole.update(file.read_bytes())
    return whole.hexdigest()


def test_same_seed_same_bytes_whatever_python_s_hashes(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from data_synth.config import WorldConfig;"
        "from data_synth.invent import invent;"
        "invent(WorldConfig(claims=60, seed=8), Path(sys.argv[1]), processes=1)"
    )
    for number in (1, 2):
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / str(number))],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": str(number)},
        )
    assert _digest(tmp_path / "1") == _digest(tmp_path / "2")
    invent(WorldConfig(claims=60, seed=9), tmp_path / "3")
    assert _digest(tmp_path / "1") != _digest(tmp_path / "3")


def test_several_processes_write_what_one_writes(tmp_path: Path) -> None:
    world = build(WorldConfig(claims=2_000, seed=2))
    for count in (1, 2):
        write_files(world, tmp_path / str(count), processes=count)
    assert _digest(tmp_path / "1") == _digest(tmp_path / "2")


@pytest.mark.heavy
def test_every_file_of_a_larger_world_passes_the_judge(tmp_path: Path) -> None:
    invent(WorldConfig(claims=6_000, seed=12), tmp_path)
    for file in sorted(tmp_path.glob("83?/*")):
        assert findings(file.read_bytes()) == [], file.name
