"""A flat claim in the making: its values, whence each came, and what could not be understood."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

MOST_FAULTS: Final = 20
MOST_ITEMS: Final = 200_000
"""Items of lists that are looked at for one claim, each time that they are: references may lead to
one list again and again, and a claim of 999 lines has some tens of thousands."""
OBJECT: Final = "must be an object"
LIST: Final = "must be a list"
Names = tuple[str, ...]


class Draft:
    """What a translator fills: ``flat``, ``found`` (our path to theirs) and ``faults``."""

    __slots__ = ("faults", "flat", "found", "items")

    def __init__(self) -> None:
        self.flat: dict[str, Any] = {}
        self.found: dict[str, str] = {}
        self.faults: dict[str, str] = {}
        self.items = 0

    def fault(self, path: str, text: str) -> None:
        """Say what is wrong at a path of the caller's; the first word about it stands."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.setdefault(path, text)

    def claim(self) -> Part:
        """The claim itself, to be filled."""
        return Part(self, self.flat, "")


class Node:
    """A value that was sent (never ``null``, never ``""``) and where it stands."""

    __slots__ = ("draft", "path", "value")

    def __init__(self, value: object, path: str, draft: Draft) -> None:
        self.value = value
        self.path = path
        self.draft = draft

    def find(self, *names: str) -> Node | None:
        """What stands under ``names``, one within the other; ``None`` when nothing does.

        What is no object where one must be is a fault.
        """
        value = self.value
        for place, name in enumerate(names):
            if not isinstance(value, dict):
                self.draft.fault(_joined(self.path, names[:place]), OBJECT)
                return None
            value = value.get(name)
            if value is None or value == "":
                return None
        return Node(value, _joined(self.path, names), self.draft)

    def each(self, *names: str, most: int) -> Iterator[Node]:
        """The items of the list under ``names``, blank ones left out.

        A fault when it is no list, or holds more than ``most``.
        """
        node = self.find(*names) if names else self
        if node is None:
            return
        if not isinstance(node.value, list):
            self.draft.fault(node.path, LIST)
            return
        if len(node.value) > most:
            self.draft.fault(node.path, f"must hold at most {most} items")
            return
        self.draft.items += len(node.value)
        if self.draft.items > MOST_ITEMS:
            if self.draft.items - len(node.value) <= MOST_ITEMS:
                self.draft.fault(node.path, "is one list too many: more than is read of one claim")
            return
        for place, value in enumerate(node.value):
            if value is not None and value != "":
                yield Node(value, f"{node.path}[{place}]", self.draft)

    def objects(self, *names: str, most: int) -> Iterator[Node]:
        """The same where each item must be an object."""
        for node in self.each(*names, most=most):
            if node.is_object():
                yield node

    def is_object(self) -> bool:
        """Whether it is one; a fault when it is not."""
        if not isinstance(self.value, dict):
            self.draft.fault(self.path, OBJECT)
            return False
        return True

    def text(self) -> str:
        """The value when it is a text, ``""`` otherwise."""
        return self.value if isinstance(self.value, str) else ""


Read = Callable[[Node], Any]
"""From a node to a value of the flat form; ``None`` when there is none (or a fault was told)."""


class Part:
    """One object of the flat claim, such as ``lines[0]``."""

    __slots__ = ("_draft", "path", "values")

    def __init__(self, draft: Draft, values: dict[str, Any], path: str) -> None:
        self._draft = draft
        self.values = values
        self.path = path

    def take(self, name: str, node: Node | None, read: Read | None = None) -> bool:
        """Set ``name`` to what stands at ``node``; whether there was anything to set."""
        if node is None:
            return False
        value = node.value if read is None else read(node)
        if value is None:
            return False
        self.values[name] = value
        self._draft.found[self._at(name)] = node.path
        return True

    def part(self, name: str, node: Node | None = None) -> Part:
        """An object within, that stands for ``node`` if for any; made when it is not there yet."""
        path = self._at(name)
        if node is not None:
            self._draft.found.setdefault(path, node.path)
        return Part(self._draft, self.values.setdefault(name, {}), path)

    def more(self, name: str, node: Node) -> Part:
        """One more object of the list ``name``, that stands for ``node``."""
        items = self.values.setdefault(name, [])
        path = f"{self._at(name)}[{len(items)}]"
        self._draft.found[path] = node.path
        items.append({})
        return Part(self._draft, items[-1], path)

    def found(self, name: str, node: Node) -> None:
        """Say that ``name`` stands for ``node``, whatever is set there."""
        self._draft.found[self._at(name)] = node.path

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def _joined(path: str, names: Names) -> str:
    return ".".join((path, *names) if path else names)
