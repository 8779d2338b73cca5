"""Who asks: set by ``Gate`` for the length of a request, read wherever the request is worked on."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from service.access.scopes import Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """The key that a request came with, what it may do with it, and the route that it asked.

    ``name``: what the key's owner calls it, where a browser asks; ``csrf``: the secret that a form
    of its session must bring, ``""`` without a session.
    """

    key_id: str
    scopes: frozenset[Scope]
    route: str = ""
    name: str = ""
    csrf: str = ""


CALLER: Final[ContextVar[Caller | None]] = ContextVar("caller", default=None)


def caller_id() -> str:
    """The id of the key that the present request came with, ``""`` outside one.

    Threads and tasks that a request starts by ``asyncio.to_thread`` or ``create_task`` know it too.
    """
    caller = CALLER.get()
    return caller.key_id if caller else ""


def purpose() -> str:
    """What the present request asks for: its route, such as ``/score``; ``""`` outside one."""
    caller = CALLER.get()
    return caller.route if caller else ""
