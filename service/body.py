"""The body of a request: read whole, but never more than the limit; known by its content type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from service.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import Request

Kind = Literal["json", "x12", "jsonl"]
JSON: Final = "application/json"
X12: Final = "application/edi-x12"
JSON_LINES: Final = "application/jsonl"
_KINDS: Final[dict[str, Kind]] = {
    JSON: "json",
    X12: "x12",
    JSON_LINES: "jsonl",
    "application/x-ndjson": "jsonl",
}
_NAMES: Final[dict[Kind, str]] = {"json": JSON, "x12": X12, "jsonl": JSON_LINES}
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
    name, _, charset = parameters.strip().lower().partition("=")
    if name == "charset" and kind in _CHARSETS and charset.strip('" ') not in _CHARSETS[kind]:
        raise Problem(415, "unsupported-media-type", "JSON must be sent as UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(415, "unsupported-media-type", "The body must be sent without compression.")
    return kind


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body, counted as it comes. Raises ``Problem`` (413) beyond ``limit`` bytes.

    Content-Length is believed only when it says too much.
    """
    too_large = Problem(
        413, "too-large", f"The body has more than {limit} bytes, the most that is taken."
    )
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and len(stated) < 20 and int(stated) > limit:
        raise too_large
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise too_large
        parts.append(part)
    return b"".join(parts)
