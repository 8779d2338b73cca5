"""*Models*: which one serves, how well it foretells, and the challenger beside it."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final, cast

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.aliases import RegistryError
from models.card import CardError
from models.drift_kept import last
from models.listing import listed
from reports.page import POLICY
from service.access.caller import caller_id
from service.audit.event import Event
from service.deps import Held, Present
from service.outcomes.performance import ALL
from service.pages.layout.form import read_form
from service.pages.layout.page import HEADERS, page
from service.pages.layout.route import PageRoute
from service.pages.models.card import card_page
from service.pages.models.changing import change
from service.pages.models.view import MOST, compared, points
from service.problems import Problem
from service.serving.shadow import KIND

if TYPE_CHECKING:
    from service.deps import State
    from service.outcomes.performance import Performance
    from service.serving.serving import Serving

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MODELS: Final = "/pages/models"
CHANGED: Final = "model"
"""Events that say who promoted a model or rolled back."""
_CARD: Final = {"Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'"}
_VERSION: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


@router.get(MODELS)
async def models(request: Request, held: Held, serving: Present) -> Response:
    """Versions, live calibration, drift, challenger and champion."""
    return await _page(request, held, serving)


@router.get("/pages/models/drift")
async def drift(held: Held) -> Response:
    """What was found by the latest ``preclear monitor``. Raises ``Problem`` (404)."""
    kept = await asyncio.to_thread(last, held.settings.home)
    if kept is None:
        raise Problem(404, "no-monitoring", "Nothing was monitored yet: run `preclear monitor`.")
    return HTMLResponse(kept.page, headers=_CARD)


@router.get("/pages/models/{version}/card")
async def card(version: str, held: Held) -> Response:
    """The model card of a version. Raises ``Problem`` (404)."""
    if not _VERSION.fullmatch(version):
        raise Problem(404, "no-card", "There is no such version.")
    try:
        text = await asyncio.to_thread(card_page, held.settings.mlruns, version)
    except (CardError, RegistryError):
        raise Problem(404, "no-card", "There is no model card of that version.") from None
    return HTMLResponse(text, headers=_CARD)


@router.post(MODELS)
async def promote(request: Request, held: Held, serving: Present) -> Response:
    """Promote a version, or roll back to the champion before."""
    form = await read_form(request)
    version = form.text("version")
    back = form.text("what") == "rollback"
    try:
        if not back and not _VERSION.fullmatch(version):
            raise Problem(422, "no-version", "Choose a version of the list.")
        await change(held.settings, *(["rollback"] if back else ["promote", version]))
    except Problem as problem:
        return await _page(request, held, serving, problem)
    body = {"asked": "rollback" if back else "promote", "version": "" if back else version}
    event = Event(CHANGED, None, body, caller_id())
    await asyncio.to_thread(held.repository.append, [event])
    return RedirectResponse(MODELS, 303, headers=HEADERS)


async def _page(
    request: Request, held: State, serving: Serving, problem: Problem | None = None
) -> Response:
    performance = cast("Performance", request.app.state.performance)
    standing = await asyncio.to_thread(performance.now)
    shadows = await asyncio.to_thread(held.repository.beside, KIND, MOST)
    return page(
        "models/models.html.j2",
        status=problem.status if problem else 200,
        problem=problem,
        versions=await asyncio.to_thread(listed, held.settings.mlruns),
        reference=serving.reference,
        threshold=serving.model.threshold,
        history_until=serving.history_until,
        history_digest=serving.history.digest,
        refused=held.watch.refusals.told(),
        monitored=await asyncio.to_thread(last, held.settings.home),
        standing=standing,
        points=points(standing.payers[ALL]),
        challengers=compared(shadows),
        challenger=held.shadow.challenger(),
    )
