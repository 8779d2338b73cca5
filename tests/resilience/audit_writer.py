"""Writes records to the log of the environment and prints the id of each once it is committed.

Run by ``test_audit_killed``, which kills it, in a fork of a process that has read the modules.
"""

from __future__ import annotations

import os
import random
import sys
import threading
from multiprocessing.connection import Connection

from audit_records import record

from claims.settings import Settings
from service.audit.event import Event
from service.audit.repository import AuditRepository
from service.audit.tables import AuditError
from service.audit.writer import AuditWriter

CALLERS = 4


def write(writer: AuditWriter, count: int, said: threading.Lock) -> None:
    chance = random.Random()
    for _ in range(count):
        one = record()
        beside = [Event("shadow", one.score_id, {"p": 0.5})] if chance.random() < 0.3 else []
        try:
            writer.submit([one, *beside]).result()
        except AuditError:
            return  # the server is gone
        with said:
            sys.stdout.write(one.score_id + "\n")
            sys.stdout.flush()


def main(environment: dict[str, str], count: int, out: Connection) -> None:
    """Write ``count`` records to the log of ``environment``; say so in ``out``."""
    os.environ.update(environment)
    os.dup2(out.fileno(), 1)
    log = AuditRepository.of(Settings.read())
    writer = AuditWriter(log)
    said = threading.Lock()
    each = count // CALLERS
    threads = [threading.Thread(target=write, args=(writer, each, said)) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    log.checkpoint()
    log.close()
