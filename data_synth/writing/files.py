"""837 and 835 files, as a clearinghouse would hand them over.

``837/``: one file for each day of submission (for each week in a small practice) and form.
``835/``: one file for each payer and day of payment. Files are written by several processes; each
depends on the world alone, so their bytes do not depend on who writes them.
"""

from __future__ import annotations

import datetime as dt
import io
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from claims.progress import SILENT, Progress
from claims.types import Claim, Payment, Remittance
from claims.x12 import write_835, write_837
from claims.x12.envelope import Envelope
from data_synth.config import date_of
from data_synth.names import Names
from data_synth.payers import PAYERS
from data_synth.world import World
from data_synth.writing.claims_837 import ClaimWriter
from data_synth.writing.payments import Batch, payments
from data_synth.writing.remits_835 import RemittanceWriter, answers

_PRACTICE: Final = "RIVERBEND"
_CLEARINGHOUSE: Final = "CLEARWAY"
_WEEKLY_BELOW: Final = 15.0  # claims a business day
_SERIAL_BELOW: Final = 3_000


@dataclass(frozen=True, slots=True)
class Job:
    """One file: its path under the folder, its number, its day, and what it holds.

    ``rows`` are rows of the history (837); ``batches`` are payments (835).
    """

    path: str
    number: int
    day: int
    rows: tuple[int, ...] = ()
    batches: tuple[Batch, ...] = ()

    @property
    def size(self) -> int:
        """How many claims or remittances it holds."""
        return len(self.rows) + sum(len(batch.entries) for batch in self.batches)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: files, submissions in 837s and remittances in 835s."""

    files_837: int
    files_835: int
    submissions: int
    remittances: int


class FileWriter:
    """Knows how to write every file of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        found = answers(world)
        self._claims = ClaimWriter(world, found)
        self._remits = RemittanceWriter(world, found)
        self._names = Names(world.practice)
        self.jobs = [*self._jobs_837(), *self._jobs_835(payments(world, found))]

    def _jobs_837(self) -> Iterator[Job]:
        history, config = self.world.history, self.world.config
        facts = history.facts.claims
        day = facts.submitted
        weekly = config.claims / (config.months * 21) < _WEEKLY_BELOW
        # A small practice uploads what the week has brought on Fridays.
        upload = np.minimum(day + (4 - (day + 3) % 7) % 7, config.last_day) if weekly else day
        # Claims of one subscriber stand together, otherwise in no order that means anything.
        order = np.lexsort(
            (history.identity * 7919 % 1_000_003, facts.member_number, day, facts.form, upload)
        )
        keys = np.stack([upload[order], facts.form[order]])
        starts = np.flatnonzero(np.r_[True, (np.diff(keys, axis=1) != 0).any(axis=0)])
        for number, rows in enumerate(np.split(order, starts[1:]), 1):
            when, form = int(upload[rows[0]]), int(facts.form[rows[0]])
            name = f"837/{date_of(when):%Y%m%d}-837{'I' if form else 'P'}.837"
            yield Job(name, number, when, rows=tuple(rows.tolist()))

    @staticmethod
    def _jobs_835(found: dict[tuple[int, int], list[Batch]]) -> Iterator[Job]:
        for number, ((payer, day), batches) in enumerate(found.items(), 1):
            name = f"835/{date_of(day):%Y%m%d}-{PAYERS[payer].payer_id}.835"
            yield Job(name, number, day, batches=tuple(batches))

    def compose(self, rows: Iterable[int]) -> list[Claim]:
        """The claims of rows of the history, as the files state them."""
        return self._claims.claims(np.array(list(rows)))

    def content(self, job: Job) -> bytes:
        """The bytes of one file."""
        out = io.BytesIO()
        if job.rows:
            write_837(
                self.compose(job.rows),
                out,
                self._envelope(job, _PRACTICE, 18),
                self._names,
            )
        else:
            write_835(
                self._paid(job),
                out,
                self._envelope(job, job.batches[0].payment.payer_id, 6),
                self._names,
            )
        return out.getvalue()

    def _paid(self, job: Job) -> Iterator[tuple[Payment, list[Remittance]]]:
        for batch in job.batches:
            date = date_of(job.day)
            made = [
                replace(
                    self._remits.remittance(entry),
                    produced_on=date,
                    file_date=date,
                    payment_date=date,
                )
                for entry in batch.entries
            ]
            yield batch.payment, made

    def _envelope(self, job: Job, sender: str, hour: int) -> Envelope:
        made = dt.datetime.combine(date_of(job.day), dt.time(hour, job.number % 60))
        to_payer = hour == 18
        return Envelope(
            sender=sender,
            receiver=_CLEARINGHOUSE if to_payer else _PRACTICE,
            created=made,
            sender_name="RIVERBEND MEDICAL GROUP" if to_payer else sender,
            receiver_name="CLEARWAY NETWORK" if to_payer else "RIVERBEND MEDICAL GROUP",
            interchange_control=job.number,
            group_control=job.number,
        )


class _Shared:
    """What forked workers inherit: the writer and the folder."""

    writer: FileWriter | None = None
    folder: Path = Path()


def _write(place: int) -> int:
    """Write one job in a worker that inherited the writer."""
    if _Shared.writer is None:
        raise RuntimeError("this process was not given a world")
    job = _Shared.writer.jobs[place]
    (_Shared.folder / job.path).write_bytes(_Shared.writer.content(job))
    return job.size


def write_files(
    world: World, folder: Path, *, processes: int | None = None, progress: Progress = SILENT
) -> Written:
    """Write ``837/`` and ``835/`` under ``folder``, where neither may hold files yet."""
    for name in ("837", "835"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _Shared.writer, _Shared.folder = FileWriter(world), folder
    jobs = _Shared.writer.jobs
    total = sum(job.size for job in jobs)
    # The larger files first, so that the processes end together.
    order = sorted(range(len(jobs)), key=lambda place: (-jobs[place].size, place))
    count = processes if processes is not None else min(8, os.cpu_count() or 1)
    try:
        with progress.stage("Writing files", total) as advance:
            if count <= 1 or total < _SERIAL_BELOW or sys.platform != "linux":
                for place in order:
                    advance(_write(place))
            else:
                # Forked workers see the world without copying it.
                with multiprocessing.get_context("fork").Pool(count) as pool:
                    for size in pool.imap_unordered(_write, order, chunksize=4):
                        advance(size)
    finally:
        _Shared.writer = None
    return Written(
        files_837=sum(bool(job.rows) for job in jobs),
        files_835=sum(bool(job.batches) for job in jobs),
        submissions=sum(len(job.rows) for job in jobs),
        remittances=sum(len(batch.entries) for job in jobs for batch in job.batches),
    )
