"""The one door: each request is matched with the table, its caller known, allowed and counted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Final, cast

from starlette.datastructures import Headers
from starlette.routing import Match

from service.access.browser import cookie_of, same_origin
from service.access.caller import CALLER, Caller
from service.access.scopes import Table
from service.pages.layout.refusal import refusal
from service.problems import Problem, unavailable
from service.sqlite import StateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from service.access.access import Access
    from service.access.scopes import Listed, Needs
    from service.access.sessions import Sessions

KEY_HEADER: Final = "x-api-key"
_POLICY_VIOLATION: Final = 1008  # RFC 6455, 7.4.1
_READING: Final = frozenset({"GET", "HEAD"})


class Gate:
    """Lets a request pass when the table lists its route and its caller has the scope.

    What the table does not list is denied: 401 to a stranger, 403 to a known caller where the
    application has such a route, and the application's own 404 or 405 where it has none.
    """

    def __init__(self, app: ASGIApp, routes: Mapping[tuple[str, str], Needs]) -> None:
        self._app = app
        self._table = Table(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with a problem (401, 403, 429, 503)."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        listed = self._table.find(scope["method"], scope["path"])
        if listed is not None:
            scope["preclear.route"] = listed.template
            if listed.needs is None:
                await self._app(scope, receive, send)
                return
        try:
            caller = await _caller(scope, listed)
            _let_in(scope, listed, caller)
        except Problem as problem:
            page = listed is not None and listed.page
            await refusal(problem, scope, page=page)(scope, receive, send)
            return
        route = listed.template if listed is not None else ""
        before = CALLER.set(replace(caller, route=route))
        try:
            await self._app(scope, receive, send)
        finally:
            CALLER.reset(before)


def credentials(scope: Scope) -> list[str]:
    """Every key or token that the request brought, in whatever header."""
    headers = Headers(scope=scope)
    found = headers.getlist(KEY_HEADER)
    for value in headers.getlist("authorization"):
        scheme, _, text = value.partition(" ")
        if scheme.lower() == "bearer":
            found.append(text.strip())
        elif scheme.lower() != "basic":
            found.append("")
    return found


async def _caller(scope: Scope, listed: Listed | None) -> Caller:
    """Who asks: by the key that was sent, or on a page for people by the browser's session."""
    access = cast("Access", scope["app"].state.access)
    sent = credentials(scope)
    cookie = cookie_of(scope) if listed is not None and listed.page and not sent else ""
    if not cookie:
        return access.caller(sent)
    sessions = cast("Sessions", scope["app"].state.sessions)
    try:
        session = await asyncio.to_thread(sessions.find, cookie)
    except StateError:
        text = "The sessions cannot be read, so nobody is let in; try again shortly."
        raise unavailable(text, "sessions-unavailable") from None
    if session is None:
        raise Problem(401, "session-over", "The session is over; sign in again.")
    caller = access.of_session(session)
    if scope["method"] not in _READING:
        same_origin(scope)
    return replace(caller, csrf=session.csrf)


def _let_in(scope: Scope, listed: Listed | None, caller: Caller) -> None:
    """Raises ``Problem``: 429 when the key asks too often, 403 when it may not ask this."""
    access = cast("Access", scope["app"].state.access)
    scope["preclear.caller"] = caller.key_id
    seconds = access.buckets.wait(caller.key_id)
    if seconds:
        text = "This key asks more often than it may; Retry-After says when to come back."
        headers = {"Retry-After": str(ceil(seconds))}
        raise Problem(429, "too-many-requests", text, headers=headers)
    if listed is None:
        if any(route.matches(scope)[0] is Match.FULL for route in scope["app"].router.routes):
            raise Problem(403, "not-listed", "Nobody may use this address.")
    elif listed.needs is not None and not listed.needs & caller.scopes:
        asked = " or ".join(sorted(listed.needs))
        raise Problem(
            403,
            "insufficient-scope",
            f"The key has not the scope that this asks for: {asked}.",
            headers={
                "WWW-Authenticate": f'Bearer realm="preclear", error="insufficient_scope", '
                f'scope="{" ".join(sorted(listed.needs))}"'
            },
        )
