"""Loops compiled to machine code by numba, at their first call, and kept on the disk from then on.

One claim costs numpy mostly calls on arrays of length one; a compiled loop looks up all its keys in
one call. Floats are added and multiplied as they stand there, in their order (no ``fastmath``): the
same bits on every processor, alone or in a batch. While a loop runs, other threads do too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

Given = ParamSpec("Given")
Found = TypeVar("Found")


def compiled(function: Callable[Given, Found]) -> Callable[Given, Found]:
    """Compile ``function``, which sees arrays and numbers alone.

    What it calls should stand in its own file: numba keeps machine code until that file changes.
    Where no folder can be written (see ``NUMBA_CACHE_DIR``) each process compiles for itself.
    """
    try:
        made = njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:
        made = njit(nogil=True, error_model="numpy")(function)
    return cast("Callable[Given, Found]", made)
