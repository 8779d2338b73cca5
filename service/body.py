"""The body of a request: read whole, but never more than the limit; known by its content type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from service.problems import Problem
from service.tracing.spans import span

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import Request

Kind = Literal["json", "x12", "jsonl"]
JSON: Final = "application/json"
X12: Final = "application/edi-x12"
JSON_LINES: Final = "application/jsonl"
NDJSON: Final = "application/x-ndjson"
_KINDS: Final[dict[str, Kind]] = {JSON: "json", X12: "x12", JSON_LINES: "jsonl", NDJSON: "jsonl"}
_NAMES: Final[dict[Kind, str]] = {"json": JSON, "x12": X12, "jsonl": JSON_LINES}
_REFUSED: Final = re.compile(r"(?i)(^|;)\s*q=0(\.0*)?\s*(;|$)")
"""Quality 0 of an accepted type: it is not accepted (RFC 9110, 12.4.2)."""
_CHARSETS: Final = {"json": {"utf-8", "utf8", "us-ascii"}, "jsonl": {"utf-8", "utf8", "us-ascii"}}


def kind_of(request: Request, taken: Collection[Kind]) -> Kind:
    """What the body is, by its Content-Type. Raises ``Problem`` (415) when it is none of ``taken``.

    A charset other than UTF-8 is refused for JSON (RFC 8259); an 837 may state any.
    """
    stated = request.headers.get("content-type", "")
    media, _, parameters = stated.partition(";")
    kind = _KINDS.get(media.strip().lower())
    names = " or ".join(_NAMES[one] for one in _NAMES if one in taken)
    if kind is None or kind not in taken:
        raise Problem(
            415,
            "unsupported-media-type",
            f"The Content-Type must be {names}.",
            headers={"Accept-Post": names.replace(" or ", ", ")},
        )
    for parameter in parameters.lower().split(";"):
        name, _, charset = parameter.partition("=")
        known = _CHARSETS.get(kind)
        if name.strip() == "charset" and known and charset.strip(' "') not in known:
            raise Problem(415, "unsupported-media-type", "JSON must be sent as UTF-8.")
    encodings = request.headers.getlist("content-encoding")
    if any(encoding.strip().lower() != "identity" for encoding in encodings):
        raise Problem(415, "unsupported-media-type", "The body must be sent without compression.")
    return kind


def lines_accepted(request: Request) -> str | None:
    """The media type of JSON lines that the client says it takes; ``None`` when it names none."""
    for accepted in ",".join(request.headers.getlist("accept")).split(","):
        media, _, parameters = accepted.partition(";")
        name = media.strip().lower()
        if name in (JSON_LINES, NDJSON) and not _REFUSED.search(parameters):
            return name
    return None


def media_type(request: Request) -> str:
    """The media type of the body, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body, counted as it comes. Raises ``Problem`` (413) beyond ``limit`` bytes.

    Content-Length is believed only when it says too much.
    """
    refuse_stated(request, limit)
    parts: list[bytes] = []
    size = 0
    with span("read"):
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise _too_large(limit)
            parts.append(part)
    return b"".join(parts)


def refuse_stated(request: Request, limit: int) -> None:
    """Raises ``Problem`` (413) when the Content-Length says that the body is larger."""
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and len(stated) < 20 and int(stated) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> Problem:
    text = f"The body has more than {limit} bytes, the most that is taken."
    return Problem(413, "too-large", text)
