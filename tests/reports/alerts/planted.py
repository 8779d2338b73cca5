"""Worlds with and without a planted change of a payer's rule, as a practice's files show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np

from claims.arrays import days, numbers
from claims.carc import load_catalogue
from claims.categories import CATEGORY_CODE
from claims.dataset import Dataset, read_dataset
from claims.keys import Keys
from claims.labels import Labels
from data_synth.codes import procedures
from data_synth.config import NEVER, RuleChange, WorldConfig
from data_synth.facts import NO_AUTH
from data_synth.invent import invent
from data_synth.payers import PAYERS
from data_synth.world import build

KEYS = Keys(b"k" * 32)
EPOCH = dt.date(1970, 1, 1)
STARTS = dt.date(2025, 5, 6)
KINDS = ("mri", "ct", "echo", "scope", "therapy", "psych", "stress", "vascular", "joint", "ecg")


def busiest(config: WorldConfig) -> RuleChange:
    """A change for the payer and procedure that most members come for without an authorization."""
    world = build(config)
    facts, rules = world.history.facts, world.rules
    claims, lines = facts.claims, facts.lines
    best, change = 0, None
    for payer, row in enumerate(PAYERS):
        mine = (claims.payer == payer) & (claims.secondary == 0) & (claims.auth == NO_AUTH)
        for procedure, code in enumerate(procedures.CODES):
            if procedures.KINDS[procedure] not in KINDS:
                continue
            if rules.auth_from[payer, procedure] < NEVER:
                continue
            of = lines.claim[(lines.procedure == procedure) & mine[lines.claim]]
            members = len(np.unique(claims.member[of] * 1000 + claims.service[of] // 28 % 1000))
            if members > best:
                best, change = members, RuleChange(row.payer_id, code, STARTS)
    assert change is not None
    return change


def written(config: WorldConfig, folder: Path) -> Dataset:
    invent(config, folder, processes=1)
    return read_dataset(
        [folder / "837", folder / "835"], keys=KEYS, catalogue=load_catalogue(), workers=1
    )


def planted(config: WorldConfig, folder: Path) -> tuple[Dataset, RuleChange]:
    change = busiest(config)
    return written(replace(config, changes=(change,)), folder), change


def first_shown(dataset: Dataset, labels: Labels, change: RuleChange) -> dt.date:
    """The day of the first remittance that denies the procedure under the new rule."""
    owner = np.repeat(np.arange(dataset.claims.num_rows), numbers(dataset.claims["line_count"]))
    payer = np.array(dataset.claims["payer_id"].to_pylist())[owner]
    procedure = np.array(dataset.lines["procedure"].to_pylist())
    shows = (payer == change.payer_id) & (procedure == change.procedure) & labels.example[owner]
    shows &= labels.line_category == CATEGORY_CODE["authorization"]
    shows &= days(dataset.lines["service_from"]) >= (change.start - EPOCH).days
    return EPOCH + dt.timedelta(days=int(labels.known_on[owner[shows]].min()))
