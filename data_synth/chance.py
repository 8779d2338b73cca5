"""Chance, in two kinds: streams to build the world with, and luck fixed per claim.

A stream is a numpy Generator named by its purpose, so that a change in one part of the world leaves
the draws of all others as they were. Luck is a hash of (seed, claim number, mechanism, line): it
does not depend on the order of asking, so a mended claim meets the very luck of the claim as sent.
"""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


def stream(seed: int, purpose: str) -> np.random.Generator:
    """A generator of its own for ``purpose``, the same on every machine and run."""
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(purpose.encode())]))
    )


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea and Flood, 2014)."""
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))


def luck(seed: int, number: I64, purpose: str, place: I64 | int = 0) -> F64:
    """Uniform in [0, 1) for each claim ``number`` (and line ``place``): n values."""
    with np.errstate(over="ignore"):
        start = np.array([seed], dtype=np.uint64) * _GOLDEN + np.uint64(
            zlib.crc32(purpose.encode())
        )
        value = _mix(_mix(start) ^ (number.astype(np.uint64) * _GOLDEN))
        value = _mix(value + np.asarray(place).astype(np.uint64) * _FIRST)
    return (value >> np.uint64(11)).astype(np.float64) * 2.0**-53


def pick(u: F64, weights: F64) -> I64:
    """For each ``u`` in [0, 1), a place drawn by ``weights`` (k, or n by k rows)."""
    if weights.ndim == 1:
        edges = np.cumsum(weights)
        places: I64 = np.searchsorted(edges, u * edges[-1], side="right").astype(np.int64)
        return np.minimum(places, np.int64(len(weights) - 1))
    edges = np.cumsum(weights, axis=1)
    found: I64 = (edges <= (u * edges[:, -1])[:, None]).sum(axis=1, dtype=np.int64)
    return np.minimum(found, np.int64(weights.shape[1] - 1))
