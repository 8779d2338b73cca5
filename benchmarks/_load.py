"""A light HTTP client: prepared requests over kept connections, each connection one at a time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Load:
    """What a run of requests took: requests a second, median and 99th percentile in ms."""

    rate: float
    p50: float
    p99: float


def request(port: int, path: str, body: bytes, key: str = "") -> bytes:
    """One POST of JSON, with an API key, as it goes over the wire."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    head += f"Authorization: Bearer {key}\r\n" if key else ""
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _connection(
    port: int, requests: list[bytes], until: float, start: int, taken: list[float]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        place = start
        while time.perf_counter() < until:
            began = time.perf_counter()
            writer.write(requests[place % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"the service answered {head.splitlines()[0].decode()}")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            taken.append(time.perf_counter() - began)
            place += 1
    finally:
        writer.close()


async def _run(port: int, requests: list[bytes], connections: int, seconds: float) -> Load:
    taken: list[float] = []
    began = time.perf_counter()
    tasks = [
        _connection(port, requests, began + seconds, 37 * number, taken)
        for number in range(connections)
    ]
    await asyncio.gather(*tasks)
    spent = time.perf_counter() - began
    if not taken:
        return Load(0.0, float("nan"), float("nan"))
    p50, p99 = np.percentile(np.array(taken) * 1000, [50, 99])
    return Load(len(taken) / spent, float(p50), float(p99))


def run(port: int, requests: list[bytes], connections: int, seconds: float) -> Load:
    """Send ``requests`` over and over for ``seconds``."""
    return asyncio.run(_run(port, requests, connections, seconds))
