"""``preclear serve``: the champion model over HTTP."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from types import FrameType

    from claims.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("serve")(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes a free one.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Processes.")] = None,
) -> None:
    """Serve the champion model over HTTP until it is stopped (Ctrl-C)."""
    import uvicorn

    from claims.settings import Settings
    from service.access.access import open_access
    from service.logs import log_config
    from service.metrics.workers import shared
    from service.start import start, stop

    settings = Settings.read(host=host, port=port, workers=workers)
    # What is missing is said here in one sentence, before any worker starts.
    open_access(settings).close()
    stop(*start(settings))
    _say_how(settings)
    # Each of several workers counts for itself; a scrape of any tells of all.
    counting = shared(settings.home) if settings.workers > 1 else contextlib.nullcontext()
    # uvicorn raises the signal again that it has obeyed; who was told to stop, and did, exits 0.
    signal.signal(signal.SIGTERM, _stopped)
    with counting, contextlib.suppress(KeyboardInterrupt):
        uvicorn.run(
            "service.app:create_app",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            log_level=settings.log_level,
            log_config=log_config(settings.log_level, settings.log_format),
            http="service.load.door:Door",
            access_log=False,  # a path or a query may hold a piece of a claim
            server_header=False,
            timeout_graceful_shutdown=5,  # of what is not limited; Drain waits for the rest
        )


def _stopped(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _say_how(settings: Settings) -> None:
    """Where the pages are, and how to send the key of this machine, when there is one."""
    from service.access import local

    if settings.pages:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        port = f":{settings.port}" if settings.port else " (and the port that is told below)"
        print(f"Pages for people: http://{host}{port}/", flush=True)
    if settings.local_key and local.is_loopback(settings.host):
        where = settings.home / local.FILE
        print(f"Every request needs a key; this machine's is in {where}. With curl:", flush=True)
        print(f'  -H "Authorization: Bearer $(cat {where})"', flush=True)
