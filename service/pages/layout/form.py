"""What a form sends: its fields and files, once its token was found to be the session's."""

from __future__ import annotations

import asyncio
import hmac
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from service.access.caller import CALLER
from service.body import media_type, read_body
from service.problems import Problem

if TYPE_CHECKING:
    from starlette.requests import Request

TOKEN: Final = "csrf"  # noqa: S105 - the name of a field
_PLAIN: Final = "application/x-www-form-urlencoded"
_PARTS: Final = "multipart/form-data"
_MOST_FIELDS: Final = 40
_BOUNDARY: Final = re.compile(r'boundary="?([A-Za-z0-9\'()+_,./:=?-]{1,70})"?', re.ASCII)
_HEAD_MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, as bytes; of a file that was chosen its content."""

    fields: dict[str, bytes]

    def text(self, name: str) -> str:
        """A field as text, ``""`` when it is not there."""
        return self.fields.get(name, b"").decode("utf-8", "replace").strip()

    def content(self, name: str) -> bytes:
        """A field or file as it was sent."""
        return self.fields.get(name, b"")


async def read_form(request: Request, limit: int = 20_000) -> Form:
    """The form that a request brought, of ``limit`` bytes at most.

    Raises ``Problem``: 413, 415, 422 of no form, 403 when a browser's session brought it without
    the token of that session. Who sends a key with each request has no session to be abused.
    """
    media = media_type(request)
    body = await read_body(request, limit)
    if media == _PARTS:
        found = _BOUNDARY.search(request.headers.get("content-type", ""))
        if found is None:
            raise _unreadable()
        form = Form(await asyncio.to_thread(_parts, body, found[1].encode()))
    elif media == _PLAIN:
        form = Form(_plain(body))
    elif not body:
        form = Form({})
    else:
        raise Problem(415, "unsupported-media-type", "Send the form of the page.")
    caller = CALLER.get()
    if caller is not None and caller.csrf:
        sent = form.content(TOKEN)
        if not hmac.compare_digest(sent, caller.csrf.encode()):
            text = "This form is not of your session; open the page again and send it anew."
            raise Problem(403, "other-session", text)
    return form


def _plain(body: bytes) -> dict[str, bytes]:
    try:
        found = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise _unreadable() from None
    return {name: values[-1].encode() for name, values in found.items()}


def _parts(body: bytes, boundary: bytes) -> dict[str, bytes]:
    """The parts of a form with files (RFC 7578): no nesting, nothing encoded."""
    delimiter = b"\r\n--" + boundary
    pieces = (b"\r\n" + body).split(delimiter, _MOST_FIELDS + 2)
    if len(pieces) < 2 or len(pieces) > _MOST_FIELDS + 2 or not pieces[-1].startswith(b"--"):
        raise _unreadable()
    found: dict[str, bytes] = {}
    for piece in pieces[1:-1]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        if not blank or len(head) > _HEAD_MOST:
            raise _unreadable()
        said = message_from_bytes(head.lstrip(b"\r\n") + b"\r\n\r\n", policy=policy.HTTP)
        name = said.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            raise _unreadable()
        if content or name not in found:
            found[name] = content
    return found


def _unreadable() -> Problem:
    return Problem(422, "invalid-form", "The form cannot be read; open the page and send it anew.")
