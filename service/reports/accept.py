"""Which form of a report an Accept header asks for."""

from __future__ import annotations

from typing import Literal

Kind = Literal["html", "pdf"]


def wanted(accept: str) -> Kind:
    """The form that ``accept`` (RFC 9110, 12.5.1) likes best; HTML where it does not matter.

    >>> wanted("application/pdf"), wanted("text/html,application/pdf;q=0.5"), wanted("*/*")
    ('pdf', 'html', 'html')
    """
    pdf = _liking(accept, "application/pdf")
    others = max(_liking(accept, kind) for kind in ("text/*", "*/*"))
    return "pdf" if pdf > _liking(accept, "text/html") and pdf >= others else "html"


def _liking(accept: str, kind: str) -> float:
    best = 0.0
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name != kind:
            continue
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                quality = _number(parameter[2:])
        best = max(best, quality)
    return best


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
