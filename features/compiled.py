"""Loops compiled to machine code by numba, and kept on the disk from then on.

One claim costs numpy mostly calls on arrays of length one; a compiled loop looks up all its keys in
one call. Floats are added and multiplied as they stand there, in their order (no ``fastmath``): the
same bits on every processor, alone or in a batch. While a loop runs, other threads do too.

Where numba cannot be imported (Macs with Intel's processors have no present build of it) the loops
run as they stand, slowly, and ``COMPILES`` is false.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar, cast

Given = ParamSpec("Given")
Found = TypeVar("Found")


def _compiles() -> bool:
    try:
        from numba.core import config
    except (ImportError, OSError):
        return False
    return not vars(config)["DISABLE_JIT"]


COMPILES: Final = _compiles()


def compiled(function: Callable[Given, Found]) -> Callable[Given, Found]:
    """Compile ``function``, which sees arrays and numbers alone, when it is first called.

    What it calls should stand in its own file: numba keeps machine code until that file changes.
    Where no folder can be written (see ``claims.machine_code``) each process compiles for itself.
    """
    return _compiled(function, None)


def compiled_as(
    signature: str,
) -> Callable[[Callable[Given, Found]], Callable[Given, Found]]:
    """The same at once, for the one ``signature`` that it is ever called with."""
    return lambda function: _compiled(function, signature)


def _compiled(function: Callable[Given, Found], signature: str | None) -> Callable[Given, Found]:
    if not COMPILES:
        return function
    from numba import njit

    try:
        made = njit(signature, nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:
        made = njit(signature, nogil=True, error_model="numpy")(function)
    return cast("Callable[Given, Found]", made)
