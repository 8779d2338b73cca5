"""Facts and parameters of a world on disk, so that it can be asked later."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data_synth.config import RuleChange, WorldConfig
from data_synth.facts import DIAGNOSES, ClaimFacts, Facts, LineFacts

WORLD: Final = "world.json"
CLAIMS: Final = "claims.parquet"
_FACTS: Final = "facts_claims.parquet"
_LINES: Final = "facts_lines.parquet"

T = TypeVar("T", ClaimFacts, LineFacts)


def config_of(world: Mapping[str, object]) -> WorldConfig:
    """The configuration that ``world.json`` states; ``ValueError`` when it does not."""
    try:
        return WorldConfig(
            claims=int(str(world["claims"])),
            seed=int(str(world["seed"])),
            policy_seed=int(str(world["policy_seed"])),
            start=dt.date.fromisoformat(str(world["start"])),
            months=int(str(world["months"])),
            steady=bool(world.get("steady", False)),
            changes=tuple(_change(one) for one in _listed(world.get("changes", []))),
        )
    except KeyError as error:
        raise ValueError(f"{WORLD} lacks {error}") from error


def _listed(value: object) -> list[list[str]]:
    return value if isinstance(value, list) else []


def _change(value: list[str]) -> RuleChange:
    payer_id, procedure, start = value
    return RuleChange(payer_id, procedure, dt.date.fromisoformat(start))


def write_world(folder: Path, config: WorldConfig, more: Mapping[str, object]) -> None:
    """Write ``world.json``: parameters first, then whatever else is worth knowing."""
    document = {
        "seed": config.seed,
        "policy_seed": config.policies,
        "claims": config.claims,
        "start": config.start.isoformat(),
        "months": config.months,
        **more,
    }
    if config.steady:
        document["steady"] = True
    if config.changes:
        document["changes"] = [
            [one.payer_id, one.procedure, one.start.isoformat()] for one in config.changes
        ]
    (folder / WORLD).write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def write_table(path: Path, table: pa.Table) -> None:
    """Write Parquet whose bytes depend on the table alone."""
    pq.write_table(table, path, compression="zstd", compression_level=3)


def _columns(part: ClaimFacts | LineFacts) -> dict[str, pa.Array]:
    out: dict[str, pa.Array] = {}
    for item in fields(part):
        values = getattr(part, item.name)
        if values.ndim == 2:
            out |= {
                f"{item.name}_{place}": pa.array(values[:, place])
                for place in range(values.shape[1])
            }
        else:
            out[item.name] = pa.array(values)
    return out


def write_facts(folder: Path, claim_ids: Sequence[str], facts: Facts) -> None:
    """Write the facts of claims and of their lines as two tables."""
    claims = pa.table({"claim_id": pa.array(claim_ids, pa.string()), **_columns(facts.claims)})
    write_table(folder / _FACTS, claims)
    write_table(folder / _LINES, pa.table(_columns(facts.lines)))


def _read(table: pa.Table, kind: type[T]) -> T:
    columns: dict[str, Any] = {}
    for item in fields(kind):
        if item.name == "diagnoses":
            parts = [table[f"{item.name}_{place}"].to_numpy() for place in range(DIAGNOSES)]
            columns[item.name] = np.stack(parts, axis=1)
        else:
            columns[item.name] = table[item.name].to_numpy(zero_copy_only=False)
    return kind(**columns)


def read_facts(folder: Path) -> tuple[list[str], Facts]:
    """Claim ids and facts, as written; ``OSError`` or ``ValueError`` where there are none."""
    try:
        claims, lines = pq.read_table(folder / _FACTS), pq.read_table(folder / _LINES)
        ids: list[str] = claims["claim_id"].to_pylist()
        return ids, Facts(_read(claims, ClaimFacts), _read(lines, LineFacts))
    except (pa.ArrowException, KeyError) as error:
        raise ValueError(f"{folder} holds no facts of a world") from error
