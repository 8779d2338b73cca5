"""Promoting a model and rolling back, by the command line in a process of its own.

The registry is MLflow's, which a serving process never imports: it costs a second and 150 MB. The
command checks the model as ever; this process goes over to it by itself
(``service.serving.watch``).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import TYPE_CHECKING, Final

from service.problems import Problem, unavailable

if TYPE_CHECKING:
    from claims.settings import Settings

_SECONDS: Final = 120.0


async def change(settings: Settings, *words: str) -> None:
    """Run ``preclear models`` with ``words``.

    Raises ``Problem``: 422 with what the command said when it refused, 503 when it took too long.
    """
    where = {
        "PRECLEAR_HOME": str(settings.home.absolute()),
        "PRECLEAR_MLRUNS": str(settings.mlruns.absolute()),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli.main", "models", *words,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE, env={**os.environ, **where}, start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_SECONDS):
            _, said = await process.communicate()
    except TimeoutError:
        raise unavailable("The change took too long and was broken off.", "change-slow") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        text = " ".join(said.decode("utf-8", "replace").split())[:500]
        raise Problem(422, "not-changed", text or "The registry refused the change.")
