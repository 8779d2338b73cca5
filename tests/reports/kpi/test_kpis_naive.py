"""The KPIs equal a plain recomputation from the raw files: invented worlds, and other people's."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

# The recomputation lives beside its tests.
sys.path.insert(0, str(Path(__file__).parent))

from naive import Practice
from naive_kpis import naive, naive_by_payer, naive_by_procedure, naive_days_in_ar, naive_reasons

from claims.carc import load_catalogue
from claims.dataset import Dataset, read_dataset
from claims.keys import Keys
from data_synth.config import WorldConfig
from data_synth.invent import invent
from reports.kpi.report import REWORK, KpiReport, kpis

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"


def _read(folder: Path) -> Dataset:
    return read_dataset([folder], keys=Keys(b"k" * 32), catalogue=load_catalogue(), workers=1)


def _table(report: KpiReport, name: str) -> dict[tuple[str, ...], tuple[float, float]]:
    (found,) = [one for one in report.tables if one.breakdown.name == name]
    return {row.keys: (row.figure.numerator, row.figure.denominator) for row in found.rows}


def _agree(report: KpiReport, practice: Practice) -> None:
    expected = naive(practice, Decimal(str(REWORK)))
    expected["days_in_ar"] = naive_days_in_ar(practice, report.period.until)
    told = {one.kpi.name: one.figure for one in report.measured}
    for name, figure in told.items():
        top, base = expected.get(name, (Decimal(0), Decimal(0)))
        assert figure.numerator == pytest.approx(float(top), abs=0.005), name
        assert figure.denominator == pytest.approx(float(base), abs=0.005), name
        pieces = next(one for one in report.measured if one.kpi.name == name).trend
        if name != "days_in_ar":
            assert sum(piece.figure.numerator for piece in pieces) == pytest.approx(
                figure.numerator, abs=0.005
            )
    by_payer = {keys[0]: pair for keys, pair in _table(report, "denial_rate_by_payer").items()}
    assert by_payer == naive_by_payer(practice)
    reasons = {keys: pair[0] for keys, pair in _table(report, "reasons_by_payer").items()}
    assert reasons == naive_reasons(practice)
    by_procedure = {
        keys[0]: pair for keys, pair in _table(report, "denial_rate_by_procedure").items()
    }
    wanted = naive_by_procedure(practice)
    assert {code: by_procedure[code] for code in wanted} == wanted
    assert all(code.startswith("revenue") for code in by_procedure.keys() - wanted.keys())


@pytest.mark.parametrize(
    "config",
    [
        WorldConfig(claims=700, seed=11, months=8),
        WorldConfig(claims=700, seed=12, policy_seed=7, months=12),
        WorldConfig(claims=600, seed=13, months=5),
    ],
    ids=lambda config: f"seed{config.seed}",
)
def test_the_kpis_of_a_world_are_those_of_its_raw_files(
    config: WorldConfig, tmp_path: Path
) -> None:
    invent(config, tmp_path, processes=1)
    report = kpis(_read(tmp_path))
    _agree(report, Practice(tmp_path / "837", tmp_path / "835"))
    assert report.figure("denial_rate").numerator > 20
    assert report.figure("denial_recovery_rate").numerator > 2


@pytest.mark.skipif(not SAMPLES.exists(), reason="other people's samples are not here")
def test_the_kpis_of_other_peoples_files_are_those_of_their_raw_files() -> None:
    report = kpis(_read(SAMPLES))
    _agree(report, Practice(SAMPLES))
    assert report.figure("remittance_denial_rate").denominator > 20
