"""Signing in and out: a key against a session of the browser's."""

from __future__ import annotations

import asyncio
from math import ceil
from typing import TYPE_CHECKING, Final, cast

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from service.access.apikey import presented
from service.access.browser import cookie_of, give, same_origin, take
from service.access.caller import CALLER
from service.pages.layout.form import read_form
from service.pages.layout.page import HEADERS, menu, page
from service.pages.layout.refusal import SIGN_IN, START, own_path
from service.pages.layout.route import PageRoute
from service.problems import Problem

if TYPE_CHECKING:
    from service.access.access import Access
    from service.access.sessions import Sessions
    from service.pages.session.attempts import Attempts

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_MOST_BYTES: Final = 8_192
_REFUSED: Final = "That is no key that may be used here: check it, or ask who gave it to you."


@router.get("/")
async def root() -> Response:
    """The way to the pages."""
    return RedirectResponse(START, 303)


@router.get("/pages")
async def first() -> Response:
    """The first page that the caller may open. Raises ``Problem`` (404) when there is none."""
    found = menu(CALLER.get())
    if not found:
        raise Problem(404, "no-page", "The scopes of your key open no page.")
    return RedirectResponse(found[0].path, 303, headers=HEADERS)


@router.get("/sign-in")
async def ask(request: Request) -> Response:
    """The form for the key."""
    return _form(own_path(request.query_params.get("next", "")))


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Begin a session with an API key, or an OAuth2 client's id and secret; back where he was."""
    same_origin(request.scope)
    attempts = cast("Attempts", request.app.state.attempts)
    address = request.client.host if request.client else ""
    form = await read_form(request, _MOST_BYTES)
    back = own_path(form.text("next"))
    if seconds := attempts.wait(address):
        text = f"Signing in failed too often; try again in {ceil(seconds)} seconds."
        raise Problem(429, "too-many-requests", text, headers={"Retry-After": str(ceil(seconds))})
    secret, client = form.text("key"), form.text("client_id")
    if not secret:
        return _form(back, "Enter your key.", 422)
    sent = presented(secret)
    try:
        key = cast("Access", request.app.state.access).key(secret)
    except Problem as problem:
        if problem.status != 401:
            raise
        key = None
    if key is None or sent is None or (client and client != key.key_id):
        attempts.failed(address)
        return _form(back, _REFUSED, 401)
    sessions = cast("Sessions", request.app.state.sessions)
    cookie = await asyncio.to_thread(sessions.begin, key.key_id, sent.digest)
    answer = RedirectResponse(back, 303, headers=HEADERS)
    give(answer, request.scope, cookie, sessions.most)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session, and let the browser forget it."""
    await read_form(request)
    sessions = cast("Sessions", request.app.state.sessions)
    if cookie := cookie_of(request.scope):
        await asyncio.to_thread(sessions.end, cookie)
    answer = RedirectResponse(SIGN_IN, 303, headers=HEADERS)
    take(answer, request.scope)
    return answer


def _form(back: str, wrong: str = "", status: int = 200) -> Response:
    return page("session/sign_in.html.j2", status=status, back=back, wrong=wrong)
