"""A practice in time: what its files hold on a day, with a change on another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from invented_data import KEYS, PAYERS, PROCEDURES, START, _claim, _remittance, truth

from claims.carc import load_catalogue
from claims.dataset import Dataset
from claims.tables import Gatherer
from claims.types import Claim, Remittance

Chance = Callable[[int, str, str, bool], float]
Mix = Callable[[int], tuple[float, float, float]]


def usual(day: int, payer: str, procedure: str, authorized: bool) -> float:
    """The probability of a denial, whatever the day."""
    return truth(payer, procedure, authorized)


def even(day: int) -> tuple[float, float, float]:
    """How claims go to the three payers, whatever the day."""
    return (1 / 3, 1 / 3, 1 / 3)


@dataclass(frozen=True)
class Practice:
    """Claims and their answers, each with the day it was sent, or became known."""

    claims: tuple[Claim, ...]
    answers: tuple[tuple[int, Remittance], ...]

    def on(self, day: int) -> Dataset:
        """What the files hold on that day."""
        gatherer = Gatherer("invented", KEYS, load_catalogue(), keep_ids=True)
        for claim in self.claims:
            assert claim.submitted_on is not None
            if claim.submitted_on < START + dt.timedelta(days=day):
                gatherer.add(claim)
        for known, answer in self.answers:
            if known < day:
                gatherer.add(answer)
        made = gatherer.finish()
        return Dataset(**made.tables, claim_ids=made.claim_ids)


def practice(
    claims: int, days: int, seed: int = 1, chance: Chance = usual, mix: Mix = even
) -> Practice:
    """Draw it; ``chance`` and ``mix`` may change with the day."""
    random = np.random.default_rng(seed)
    sent, answers = [], []
    for number, day in enumerate(np.sort(random.integers(0, days, claims)).tolist()):
        payer = PAYERS[random.choice(3, p=mix(day))][0]
        procedure = PROCEDURES[random.integers(4)][0]
        authorized = bool(random.random() < 0.6)
        claim = _claim(number, START + dt.timedelta(days=day), payer, procedure, authorized)
        born = dt.date(1940, 1, 1) + dt.timedelta(days=int(random.integers(0, 25_000)))
        claim = replace(claim, patient=replace(claim.patient, birth_date=born))
        needed = procedure == "70553" and not authorized
        denied = random.random() < chance(day, payer, procedure, authorized)
        known = day + int(random.integers(5, 25))
        carc = ("197" if needed else "27") if denied else ""
        sent.append(claim)
        answers.append((known, _remittance(claim, START + dt.timedelta(days=known), carc)))
    return Practice(tuple(sent), tuple(answers))
