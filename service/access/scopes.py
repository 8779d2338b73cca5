"""Which scope each route asks for. What is not listed here is denied, whoever asks.

A new route needs a line in ``ROUTES``: a test walks the application, and ``Gate`` denies at run
time what the table does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from starlette.routing import compile_path

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

Scope = Literal["score", "outcomes", "reports", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
MEANINGS: Final[dict[Scope, str]] = {
    "score": "score claims, rank a worklist",
    "outcomes": "send remittances: outcomes and triage",
    "reports": "read reports of claims and of many claims, and metrics",
    "admin": "change what serves",
}

ANY: Final[frozenset[Scope]] = frozenset(SCOPES)
"""Any key will do."""
PUBLIC: Final = None
"""Nobody is asked who he is: nothing of a claim, a key or the installation is answered."""
Needs = frozenset[Scope] | None


def _only(scope: Scope) -> frozenset[Scope]:
    return frozenset({scope})


_SCORED: Final[Needs] = frozenset({"score", "reports"})
PAGES: Final[dict[tuple[str, str], Needs]] = {
    ("POST", "/sign-out"): ANY,
    ("GET", "/pages"): ANY,
    ("GET", "/pages/score"): _only("score"),
    ("POST", "/pages/score"): _only("score"),
    ("GET", "/pages/score/{score_id}"): _SCORED,
    ("GET", "/pages/worklist"): _only("score"),
    ("POST", "/pages/worklist"): _only("score"),
    ("POST", "/pages/worklist/find"): _only("score"),
    ("GET", "/pages/worklist/{score_id}"): _only("score"),
    ("POST", "/pages/worklist/{score_id}"): _only("score"),
    ("GET", "/pages/audit"): _only("reports"),
    ("POST", "/pages/audit/find"): _only("reports"),
    ("POST", "/pages/audit/verify"): _only("reports"),
    ("GET", "/pages/audit/{score_id}"): _only("reports"),
    ("GET", "/pages/denials"): _only("outcomes"),
    ("POST", "/pages/denials"): _only("outcomes"),
    ("POST", "/pages/denials/find"): _only("outcomes"),
    ("GET", "/pages/denials/{key}"): _only("outcomes"),
    ("POST", "/pages/denials/{key}"): _only("outcomes"),
    ("GET", "/pages/kpis"): _only("reports"),
    ("GET", "/pages/kpis/file"): _only("reports"),
    ("GET", "/pages/models"): _only("reports"),
    ("POST", "/pages/models"): _only("admin"),
    ("GET", "/pages/models/drift"): _only("reports"),
    ("GET", "/pages/models/{version}/card"): _only("reports"),
    ("GET", "/reports/{score_id}"): _only("reports"),
}
"""Pages for people: here a browser's session does instead of a key."""

ROUTES: Final[dict[tuple[str, str], Needs]] = {
    ("POST", "/score"): _only("score"),
    ("POST", "/score/batch"): _only("score"),
    ("POST", "/rank"): _only("score"),
    ("POST", "/lifecycle"): _only("score"),
    ("POST", "/triage"): _only("outcomes"),
    ("POST", "/outcomes"): _only("outcomes"),
    ("GET", "/model"): ANY,
    ("GET", "/metrics"): _only("reports"),
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/v2/health/live"): PUBLIC,
    ("GET", "/v2/health/ready"): PUBLIC,
    ("GET", "/v2/models/{name}/ready"): PUBLIC,
    ("POST", "/oauth/token"): PUBLIC,
    ("GET", "/openapi.json"): PUBLIC,
    ("GET", "/docs"): PUBLIC,
    ("GET", "/"): PUBLIC,
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-in"): PUBLIC,
    ("GET", "/pages/static/{name}"): PUBLIC,
    **PAGES,
}
"""Method and path template of every route: a caller needs one of these scopes."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A route of the table: its path template and the scopes of which one is needed.

    ``page``: it is for people, who may come with a session.
    """

    template: str
    needs: Needs
    page: bool = False


class Table:
    """The routes, found by method and path."""

    def __init__(self, routes: Mapping[tuple[str, str], Needs]) -> None:
        self._plain: dict[tuple[str, str], Listed] = {}
        self._patterns: list[tuple[str, re.Pattern[str], Listed]] = []
        for (method, template), needs in routes.items():
            listed = Listed(template, needs, (method, template) in PAGES)
            if "{" in template:
                self._patterns.append((method, compile_path(template)[0], listed))
            else:
                self._plain[method, template] = listed

    def find(self, method: str, path: str) -> Listed | None:
        """The route that takes ``method`` at ``path``; a HEAD is a GET."""
        method = "GET" if method == "HEAD" else method
        plain = self._plain.get((method, path))
        if plain is not None:
            return plain
        for taken, pattern, listed in self._patterns:
            if taken == method and pattern.match(path):
                return listed
        return None
