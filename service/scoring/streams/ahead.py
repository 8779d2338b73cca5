"""Work one step ahead: the next item is made while the last one is used."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Item = TypeVar("Item")


class _Failed:
    def __init__(self, error: Exception | None) -> None:
        self.error = error


class Ahead(Generic[Item]):
    """The items of an iterator that runs in a task of its own, one item ahead and no more."""

    def __init__(self, source: AsyncIterator[Item]) -> None:
        self._source = source
        self._queue: asyncio.Queue[Item | _Failed] = asyncio.Queue(1)

    def __aiter__(self) -> Ahead[Item]:
        """Iterate over the items."""
        return self

    async def __anext__(self) -> Item:
        """The next item; what the source raised is raised here, after its items."""
        item = await self._queue.get()
        if not isinstance(item, _Failed):
            return item
        raise item.error or StopAsyncIteration

    async def run(self) -> None:
        """Make the items."""
        error: Exception | None = None
        try:
            async for item in self._source:
                await self._queue.put(item)
        except Exception as raised:  # whatever it is, who waits for an item must hear of it
            error = raised
        await self._queue.put(_Failed(error))


@asynccontextmanager
async def ahead(source: AsyncIterator[Item]) -> AsyncIterator[Ahead[Item]]:
    """Run ``source`` one item ahead; leaving the context ends it."""
    items = Ahead(source)
    task = asyncio.create_task(items.run())
    try:
        yield items
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
