"""Ids of scores: UUIDs of version 7 (RFC 9562), which sort by the moment they were made."""

from __future__ import annotations

import os
import time
import uuid


def new_score_id() -> str:
    """A UUID of version 7: 48 bits of milliseconds, 74 random bits.

    >>> uuid.UUID(new_score_id()).version
    7
    """
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
