"""A PostgreSQL server of one's own: in a temporary folder, on a unix socket that nobody else sees.

For benchmarks and tests of the audit log.
"""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, Debian's or those on the path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    places += [Path(found).parent] if found else []
    return next((place for place in places if (place / "initdb").exists()), None)


class Postgres:
    """A running server; ``close`` ends it and removes all that it held."""

    def __init__(self, folder_of_programs: Path) -> None:
        self._programs = folder_of_programs
        self.folder = Path(tempfile.mkdtemp(prefix="preclear-pg-"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._as = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.folder, "postgres", "postgres")
        self.user = "postgres" if self._as else getpass.getuser()
        options = ("-A", "trust", "-E", "UTF8", "--no-locale")
        self._run("initdb", "-D", "data", "-U", self.user, *options)
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """``immediate``: as if it were killed, so that it recovers when it starts."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", mode, "stop")

    def close(self) -> None:
        """End it, and remove its folder."""
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def fresh(self) -> str:
        """The address of a new, empty schema; a database of its own would take seconds."""
        name = f"audit_{secrets.token_hex(6)}"
        whole = f"postgresql://{self.user}@/postgres?host={self.folder}"
        engine = sa.create_engine(whole.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.execute(sa.schema.CreateSchema(name))
        engine.dispose()
        return f"{whole}&options=-csearch_path%3D{name}"

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self._programs / program), *words],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._as,
        )
