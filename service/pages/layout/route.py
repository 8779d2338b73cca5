"""A route of a page: what goes wrong on it is told on a page too, to who reads pages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from claims.errors import UserError
from service.access.browser import wants_html
from service.pages.layout.refusal import problem_page
from service.problems import Problem, internal, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_log = logging.getLogger("preclear.service")


class PageRoute(APIRoute):
    """Answers people with pages and programs with problem+json."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that Starlette calls."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                found = problem
            except RequestValidationError:
                # Its fields are of the address, which only a person's own typing can get wrong.
                found = Problem(422, "invalid-request", "This address is not one of ours.")
            except UserError as error:
                _log.error("a page was not made: %s", error)
                found = unavailable("The records cannot be read now; try again shortly.")
            except Exception as error:
                if not wants_html(request.scope):
                    raise
                found = internal(error)
            if wants_html(request.scope):
                return problem_page(found)
            raise found

        return handled
