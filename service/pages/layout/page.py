"""A page: a template filled in, with the headers that keep it to itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.wording import percent
from reports.page import TEMPLATES, plain, signed
from service.access.caller import CALLER
from service.access.scopes import ROUTES
from service.pages.layout.assets import address
from service.pages.layout.wording import between, count, dollars, moment

if TYPE_CHECKING:
    from service.access.caller import Caller

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""Everything from here, nothing within the page: what a claim brings in can never run."""
# Not "no-referrer": a browser would tell "null" as the origin of each form.
HEADERS: Final = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
_PAGES: Final = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Link:
    """A page in the menu."""

    name: str
    path: str


MENU: Final = (
    Link("Worklist", "/pages/worklist"),
    Link("Score a claim", "/pages/score"),
    Link("Denials", "/pages/denials"),
    Link("KPIs", "/pages/kpis"),
    Link("Models", "/pages/models"),
    Link("Audit", "/pages/audit"),
)


@cache
def environment() -> Environment:
    """The templates, each named by its folder: ``score/form.html.j2``; and those of reports."""
    found = Environment(
        loader=FileSystemLoader([_PAGES, TEMPLATES]), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    found.filters.update(
        {
            "percent": percent, "plain": plain, "signed": signed, "dollars": dollars,
            "count": count, "moment": moment,
        }
    )  # fmt: skip
    found.globals.update({"address": address, "between": between})
    return found


def page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """The page of ``template``, which extends ``layout/base.html.j2`` and is given ``values``.

    It shows the menu of those pages that the caller may open.
    """
    caller = CALLER.get()
    text = environment().get_template(template).render(
        menu=menu(caller),
        here=caller.route if caller else "",
        caller=caller,
        csrf=caller.csrf if caller else "",
        **values,
    )  # fmt: skip
    return HTMLResponse(text, status, headers=HEADERS)


def menu(caller: Caller | None) -> list[Link]:
    """The pages that ``caller`` may open."""
    if caller is None:
        return []
    return [link for link in MENU if (ROUTES["GET", link.path] or frozenset()) & caller.scopes]
