"""W3C Trace Context: which trace a request belongs to (https://www.w3.org/TR/trace-context/)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from starlette.datastructures import Headers

if TYPE_CHECKING:
    from starlette.types import Scope

HEADER: Final = "traceparent"
TRACE_ID: Final = "preclear.trace_id"
"""Where the scope of a request holds the id of its own trace, 32 hex digits, if it has one."""
_FORM: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII
)


class Parent(NamedTuple):
    """The caller's trace and span, and whether it records them."""

    trace_id: int
    span_id: int
    sampled: bool


def parent_of(scope: Scope) -> Parent | None:
    """What the request says of its trace; ``None`` when it says nothing that is well formed.

    ``tracestate`` and ``baggage`` are not taken over: they may hold any text of the caller's.
    """
    stated = Headers(scope=scope).getlist(HEADER)
    found = _FORM.fullmatch(stated[0].strip()) if len(stated) == 1 else None
    if found is None:
        return None
    trace_id, span_id = int(found[1], 16), int(found[2], 16)
    return Parent(trace_id, span_id, bool(int(found[3], 16) & 1)) if trace_id and span_id else None


def trace_id_of(scope: Scope) -> str:
    """The trace of a request: its own, else the one that its caller names, else ``""``."""
    own: str = scope.get(TRACE_ID, "")
    if own:
        return own
    parent = parent_of(scope)
    return format(parent.trace_id, "032x") if parent else ""
