"""Durable writes a second to the audit log: alone and by sixteen callers, beside bare commits.

Bare is what the database does with the same bytes in one row, without digest, chain or seal: one
insert and one commit at a time by the driver itself, as durable as ours.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks._postgres import Postgres, programs
from claims.settings import Settings
from models.record import AuditRecord
from service.audit.repository import AuditRepository
from service.audit.writer import AuditWriter
from service.ids import new_score_id

ROUNDS = 15
SECONDS = 0.4
CALLERS = 16
FEATURES = 166
ANSWER = 4_000
"""Bytes of an answer with four reasons and three actions, about."""

Once = Callable[[], object]


def one_record() -> AuditRecord:
    """A record of the usual size."""
    digest = "sha256:" + "0" * 64
    return AuditRecord(
        score_id=new_score_id(),
        scored_at=dt.datetime.now(dt.UTC),
        as_of=dt.date(2026, 3, 4),
        claim_key=secrets.randbits(64),
        claim_digest=digest,
        model_name="denial",
        model_version="7",
        model_digest=digest,
        history_digest=digest,
        code_version="preclear 0",
        features_digest=digest,
        features=os.urandom(4 * FEATURES),
        denial_probability=0.5,
        decision="hold",
        threshold=0.35,
        answer='{"text": "' + "x" * ANSWER + '"}',
        rules_digest=digest,
        caller="bench",
        purpose="/score",
        code_digest=digest,
    )


def rate(callers: int, make: Callable[[], Once]) -> float:
    """Times a second that ``callers`` threads together finish what ``make`` gives each."""
    stop = threading.Event()
    counts = [0] * callers

    def work(place: int, once: Once) -> None:
        while not stop.is_set():
            once()
            counts[place] += 1

    each = [make() for _ in range(callers)]
    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(each)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def values() -> tuple[str, bytes]:
    """The bytes of a record as one key and one value."""
    return new_score_id(), os.urandom(4 * FEATURES + ANSWER + 1_200)


@contextmanager
def bare_sqlite(folder: Path) -> Iterator[Once]:
    """A row and a commit, write-ahead log and full synchronous."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE rows (id TEXT PRIMARY KEY, held BLOB)")

    def once() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO rows VALUES (?, ?)", values())
        connection.execute("COMMIT")

    yield once
    connection.close()


@contextmanager
def bare_postgresql(url: str) -> Iterator[Once]:
    """A row and a commit, synchronous."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE rows (id TEXT PRIMARY KEY, held BYTEA)")
        connection.commit()

        def once() -> None:
            connection.execute("INSERT INTO rows VALUES (%s, %s)", values())
            connection.commit()

        yield once


def measure(name: str, settings: Settings, bare: Once) -> None:
    """Print the rates on one database, and their ratios to its bare commits."""
    with AuditRepository.of(settings) as log:
        writer = AuditWriter(log)

        def caller() -> Once:
            return lambda: writer.submit([one_record()]).result()

        kinds: dict[str, Callable[[], float]] = {
            "bare commits, one caller": lambda: rate(1, lambda: bare),
            "ours, one caller": lambda: rate(1, caller),
            f"ours, {CALLERS} callers": lambda: rate(CALLERS, caller),
        }
        found: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _ in range(ROUNDS):  # in turn, so that whatever else goes on meets all of them
            for kind, run in kinds.items():
                found[kind].append(run())
        writer.close()
        began = time.perf_counter()
        verified = log.verify()
        seconds = time.perf_counter() - began
    (first, base), *others = found.items()
    print(f"{name}: {first} {median(base):,.0f}/s")
    for kind, rates in others:
        ratios = [one / each for one, each in zip(rates, base, strict=True)]
        print(
            f"{name}: {kind} {median(rates):,.0f}/s, {median(ratios):.2f} times the bare commits "
            f"({min(ratios):.2f} to {max(ratios):.2f})"
        )
    if not verified.whole:
        raise RuntimeError("the log that was written does not verify")
    print(f"{name}: verifying {verified.records:,} records, {verified.records / seconds:,.0f}/s")


def main() -> None:
    """Both databases; PostgreSQL is left out with a sentence where its programs are not there."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with bare_sqlite(place) as bare:
            measure("SQLite", Settings.read(home=place / "sqlite"), bare)
        found = programs()
        if found is None:
            print("PostgreSQL: its programs are not there, so it was not measured")
            return
        server = Postgres(found)
        try:
            url = server.fresh()
            with bare_postgresql(url) as bare:
                measure(
                    "PostgreSQL", Settings.read(home=place / "postgresql", database_url=url), bare
                )
        finally:
            server.close()
