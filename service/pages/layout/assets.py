"""``GET /pages/static/{name}``: style sheet, script and icon, kept by a browser for a year.

A name holds the digest of what it names, so a new program's pages name new files.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from reports.page import STYLE
from service.problems import Problem

router = APIRouter()
FOLDER: Final = Path(__file__).parent / "static"
_KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_KEPT: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


def _named(name: str, content: bytes) -> tuple[str, bytes]:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:16]}.{suffix}", content


_FILES: Final = {
    file.name: _named(file.name, file.read_bytes()) for file in sorted(FOLDER.iterdir())
} | {"style.css": _named("style.css", STYLE.encode())}
"""Our own, and the style sheet that reports have too."""
_SERVED: Final = dict(_FILES.values())


def address(name: str) -> str:
    """Where the file ``name`` of ``static`` is served.

    >>> address("pages.css").startswith("/pages/static/pages.")
    True
    """
    return f"/pages/static/{_FILES[name][0]}"


@router.get("/pages/static/{name}", include_in_schema=False)
async def static(name: str) -> Response:
    """One of the files. Raises ``Problem`` (404)."""
    content = _SERVED.get(name)
    if content is None:
        raise Problem(404, "not-found", "There is no such file.")
    return Response(content, media_type=_KINDS[Path(name).suffix], headers=_KEPT)
