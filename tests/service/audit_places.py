"""Where tests keep an audit log: a SQLite file, or a database of a PostgreSQL of their own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from benchmarks._postgres import Postgres, programs
from claims.settings import Settings
from service.audit.repository import AuditRepository
from service.audit.standalone import HEADER, PAYLOAD

COLUMNS = (*HEADER, "hash", "seal", *PAYLOAD)
Row = dict[str, Any]


@contextlib.contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server for the session; skips when there is none, unless WITH_POSTGRES=1 asks for it."""
    found = programs()
    if found is None:
        if os.environ.get("WITH_POSTGRES") == "1":
            pytest.fail("WITH_POSTGRES=1, but PostgreSQL's programs are not there")
        pytest.skip("PostgreSQL's programs are not there")
    server = Postgres(found)
    try:
        yield server
    finally:
        server.close()


@dataclass
class Place:
    """One empty place for a log. What ``open`` gave is closed when the test ends."""

    home: Path
    url: str | None
    opened: list[AuditRepository] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings.read(home=self.home, database_url=self.url)

    @property
    def environment(self) -> dict[str, str]:
        """What another process needs to open it."""
        url = {"PRECLEAR_DATABASE_URL": self.url} if self.url else {}
        return {"PRECLEAR_HOME": str(self.home), **url}

    def open(self) -> AuditRepository:
        log = AuditRepository.of(self.settings)
        self.opened.append(log)
        return log

    @property
    def head(self) -> Path:
        """The file that keeps the last record."""
        (found,) = self.home.glob("*.head")
        return found

    def execute(self, query: str, rows: Iterable[Row] | None = None) -> None:
        """What somebody does who may write the database."""
        with self._engine() as engine, engine.begin() as connection:
            connection.execute(sa.text(query), None if rows is None else list(rows))

    def read(self) -> list[Row]:
        """Every record as it lies there."""
        query = f"SELECT {', '.join(COLUMNS)} FROM events ORDER BY sequence"
        with self._engine() as engine, engine.begin() as connection:
            found = connection.execute(sa.text(query))
            return [dict(zip(COLUMNS, row, strict=True)) for row in found]

    def write(self, rows: Iterable[Row]) -> None:
        """Put ``rows`` in the place of all that there is."""
        marks = ", ".join(f":{name}" for name in COLUMNS)
        query = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({marks})"
        every = list(rows)
        with self._engine() as engine, engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM events"))
            if every:
                connection.execute(sa.text(query), every)

    @contextlib.contextmanager
    def _engine(self) -> Iterator[sa.Engine]:
        url = (self.url or f"sqlite:///{self.home / 'audit.db'}").replace(
            "postgresql://", "postgresql+psycopg://"
        )
        engine = sa.create_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()

    def close(self) -> None:
        for log in self.opened:
            log.close()
