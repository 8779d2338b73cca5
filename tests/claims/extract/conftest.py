"""Extracts written in tests: small tables and a mapping, read as a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest

from claims.carc import load_catalogue
from claims.dataset import Dataset, read_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from claims.keys import Keys


class Extract(Protocol):
    def __call__(
        self, mapping: str, /, *, keep_ids: bool = False, **files: dict[str, list[Any]]
    ) -> Dataset: ...


@pytest.fixture
def extract(tmp_path: Path, keys: Keys) -> Extract:
    """Write each file as CSV (``name``) or, with ``_parquet`` at its end, Parquet; and read."""

    def read(mapping: str, /, *, keep_ids: bool = False, **files: dict[str, list[Any]]) -> Dataset:
        for name, columns in files.items():
            table = pa.table(columns)
            if name.endswith("_parquet"):
                stem = name.removesuffix("_parquet")
                pq.write_table(table, tmp_path / f"{stem}.parquet")
            else:
                pcsv.write_csv(table, tmp_path / f"{name}.csv")
        (tmp_path / "mapping.toml").write_text(mapping)
        return read_dataset([tmp_path], keys=keys, catalogue=load_catalogue(), keep_ids=keep_ids)

    return read
