"""What a browser sends beside a key: the session's cookie, and where its request comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from service.problems import Problem

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

COOKIE: Final = "preclear_session"
COOKIE_OVER_TLS: Final = "__Host-preclear_session"
"""A browser takes this name over TLS alone, for this host alone (RFC 6265bis, 4.1.3.2)."""


def wants_html(scope: Scope) -> bool:
    """Whether a person's browser asks, rather than a program."""
    return "text/html" in Headers(scope=scope).get("accept", "")


def cookie_of(scope: Scope) -> str:
    """The session's cookie, ``""`` when none was sent."""
    found = ""
    for header in Headers(scope=scope).getlist("cookie"):
        found = cookie_parser(header).get(_name(scope), found)
    return found


def give(response: Response, scope: Scope, cookie: str, seconds: int) -> None:
    """Let the browser keep the cookie: out of reach of scripts and of other sites."""
    response.set_cookie(
        _name(scope), cookie, max_age=seconds, path="/", httponly=True, samesite="strict",
        secure=_tls(scope),
    )  # fmt: skip


def take(response: Response, scope: Scope) -> None:
    """Let the browser forget the cookie."""
    response.delete_cookie(
        _name(scope), path="/", httponly=True, samesite="strict", secure=_tls(scope)
    )


def same_origin(scope: Scope) -> None:
    """Raises ``Problem`` (403) when a page of another site made the browser send this request.

    A browser tells the origin of each POST, and of what kind its request is.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site", "same-origin")
    own = origin is None or urlsplit(origin).netloc == headers.get("host")
    if not own or site not in {"same-origin", "none"}:
        text = "This form was sent from another site; open the page here and send it again."
        raise Problem(403, "other-site", text)


def _name(scope: Scope) -> str:
    return COOKIE_OVER_TLS if _tls(scope) else COOKIE


def _tls(scope: Scope) -> bool:
    return scope.get("scheme") == "https"
