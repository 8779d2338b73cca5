"""What a person's browser is answered in place of a problem: a page, or the way to sign in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from fastapi.responses import RedirectResponse, Response

from service.access.browser import wants_html
from service.pages.layout.page import HEADERS, page

if TYPE_CHECKING:
    from starlette.types import Scope

    from service.problems import Problem

SIGN_IN: Final = "/sign-in"
START: Final = "/pages"
_OWN: Final = re.compile(r"/(pages|reports)(/[a-z-]{1,20}){0,2}(/[0-9A-Fa-f-]{8,40})?", re.ASCII)
"""Addresses of ours that somebody may come back to: no other site, and nothing of a claim."""
_TITLES: Final = {
    401: "Please sign in",
    403: "This is not open to you",
    404: "There is nothing here",
    429: "Too often",
    503: "Not now",
}


def own_path(path: str) -> str:
    """``path`` when it is one of ours to come back to, else the first page.

    >>> own_path("/pages/audit"), own_path("//elsewhere.example"), own_path("/pages/../score")
    ('/pages/audit', '/pages', '/pages')
    """
    return path if _OWN.fullmatch(path) else START


def refusal(problem: Problem, scope: Scope, *, page: bool) -> Response:
    """The answer to who is not let in: for people where it is about a ``page`` of theirs."""
    if not page or not wants_html(scope):
        return problem.response()
    if problem.status == 401 and scope["method"] in {"GET", "HEAD"}:
        back = quote(own_path(scope["path"]))
        return RedirectResponse(f"{SIGN_IN}?next={back}", 303, headers=HEADERS)
    return problem_page(problem)


def problem_page(problem: Problem) -> Response:
    """The page that tells a problem; like the problem it holds no piece of a claim."""
    answer = page(
        "layout/problem.html.j2",
        status=problem.status,
        title=_TITLES.get(problem.status, "That did not work"),
        problem=problem,
    )
    answer.headers.update(problem.headers)
    return answer
