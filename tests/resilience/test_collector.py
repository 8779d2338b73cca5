"""What is there when the service begins is left out of its garbage collections."""

from __future__ import annotations

import gc

from wire import Wire, get, served

from claims.settings import Settings
from service.load.collector import YOUNG


def test_what_is_there_at_the_start_is_not_looked_at_again(settings: Settings) -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    with served(settings) as one:
        wire = Wire(one.port)
        assert wire.ask(get("/readyz")).status == 200
        assert gc.get_threshold()[0] == YOUNG
        frozen = gc.get_freeze_count()
        assert frozen > before[1] + 10_000
        assert len(gc.get_objects()) < frozen / 2
        wire.close()
    assert (gc.get_threshold(), gc.get_freeze_count()) == before
