"""Refuses work at once that would have to wait: 503 with Retry-After instead of a long queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from service.load.share import LIMITED, refusal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from service.load.share import Share


class InFlight:
    """Takes limited requests as long as the worker's ``Share`` allows; lets all others pass.

    A refused request is answered before its caller is looked up and before its body is read.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 503 with Retry-After."""
        if scope["type"] != "http" or scope["path"] not in LIMITED or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        share = cast("Share", scope["app"].state.share)
        if (reason := share.closed()) is not None:
            scope["preclear.route"] = scope["path"]
            await refusal(reason).response()(scope, receive, send)
            return
        share.enter()
        try:
            await self._app(scope, receive, send)
        finally:
            share.leave()
