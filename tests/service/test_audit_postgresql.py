"""What is PostgreSQL's own: its address, its settings, and a server that goes away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from audit_places import Place, Postgres, running_postgres
from audit_records import record

from claims.settings import Settings
from cli.main import call
from service.audit.repository import AuditRepository
from service.audit.tables import AuditError


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server that tests may stop."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def on_server(server: Postgres, tmp_path: Path) -> Iterator[Place]:
    tmp_path.chmod(0o700)
    place = Place(tmp_path, server.fresh())
    yield place
    place.close()


@pytest.mark.parametrize(
    "url",
    ["", "x", "mysql://u:hidden@h/db", "postgresql://u:hidden@h", "postgresql://u:hidden@h:port/d"],
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(AuditError, match="PRECLEAR_DATABASE_URL") as told:
        AuditRepository.of(Settings.read(home=tmp_path, database_url=url))
    assert "hidden" not in str(told.value)


def test_a_server_that_is_not_there_is_one_sentence_without_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path))
    monkeypatch.setenv("PRECLEAR_DATABASE_URL", f"postgresql://u:hidden@/d?host={tmp_path}")
    assert call(["audit", "list"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("preclear: The audit log in the database d cannot be used")
    assert "hidden" not in said


def test_a_database_without_a_log_is_not_given_one_by_looking(
    postgres: Postgres, tmp_path: Path
) -> None:
    settings = Settings.read(home=tmp_path, database_url=postgres.fresh())
    for _ in range(2):
        with pytest.raises(AuditError, match="There is no audit log"):
            AuditRepository.existing(settings)
    assert not list(tmp_path.iterdir())


def test_a_server_that_may_lose_what_it_acknowledged_is_refused(
    server: Postgres, on_server: Place
) -> None:
    own = server.folder / "data" / "postgresql.conf"
    before = own.read_text()
    try:
        own.write_text(before + "fsync = off\n")
        server.stop()
        server.start()
        with pytest.raises(AuditError, match="fsync"):
            on_server.open()
    finally:
        own.write_text(before)
        server.stop()
        server.start()


def test_a_commit_waits_for_the_disk_whatever_the_session_is_set_to(
    postgres: Postgres, tmp_path: Path
) -> None:
    url = postgres.fresh() + "%20-csynchronous_commit%3Doff"
    log = AuditRepository.of(Settings.read(home=tmp_path, database_url=url))
    with log._writer.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
    log.close()


def test_a_server_that_was_killed_loses_nothing_and_is_found_again(
    server: Postgres, on_server: Place
) -> None:
    log = on_server.open()
    before = [record() for _ in range(20)]
    for one in before:
        log.add([one])
    server.stop("immediate")
    assert not log.writable()
    with pytest.raises(AuditError, match="cannot be written"):
        log.add([record()])
    server.start()
    after = record()
    for attempt in range(2):  # the first finds that its connection is gone
        try:
            log.add([after])
            break
        except AuditError:
            assert attempt == 0
    kept = {one.score_id for one in log.latest(100)}
    assert kept == {one.score_id for one in (*before, after)}
    assert log.verify().whole
    assert log.writable()
