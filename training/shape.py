"""What may be chosen about the booster: its shape, as data and as a file that a person keeps."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from claims.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The booster's parameters; the defaults are good enough that few need others.

    ``trees`` is the most rounds; each grows one tree for every class (paid, and each cause of
    denial). ``half_life``: days after which an example weighs half; ``None``: all weigh the same.
    The others are LightGBM's.
    """

    trees: int = 150
    leaves: int = 4
    learning_rate: float = 0.1
    min_data_in_leaf: int = 20
    lambda_l2: float = 10.0
    feature_fraction: float = 0.5
    max_bin: int = 63
    half_life: float | None = None


LIMITS: Final[dict[str, tuple[float, float]]] = {
    "trees": (10, 5_000),
    "leaves": (2, 255),
    "learning_rate": (0.001, 1.0),
    "min_data_in_leaf": (1, 100_000),
    "lambda_l2": (0.0, 1e6),
    "feature_fraction": (0.01, 1.0),
    "max_bin": (2, 255),
    "half_life": (1.0, 1e6),
}
"""The least and the largest value of each."""
_WHOLE: Final = frozenset({"trees", "leaves", "min_data_in_leaf", "max_bin"})


class ShapeError(UserError):
    """The file of parameters cannot be used; the message is for the user."""


def text(shape: Shape) -> str:
    """The shape as a JSON object."""
    return json.dumps(asdict(shape), indent=1) + "\n"


def write(shape: Shape, file: Path) -> None:
    """Keep the shape in ``file``, whole or not at all."""
    aside = file.with_name(f".{file.name}")
    aside.write_text(text(shape), encoding="utf-8")
    aside.replace(file)


def read(file: Path) -> Shape:
    """The shape in ``file``; names that are not there have their defaults.

    Raises ``ShapeError`` with one sentence.
    """
    try:
        found = json.loads(file.read_bytes())
    except OSError as error:
        raise ShapeError(
            f"the parameters file {file} cannot be read ({error.strerror}): name one that "
            "`preclear train --tune` wrote"
        ) from error
    except ValueError as error:
        raise ShapeError(
            f"the parameters file {file} is not JSON: name one that `preclear train --tune` wrote"
        ) from error
    if not isinstance(found, dict):
        raise ShapeError(
            f"the parameters file {file} must hold one JSON object of names and values"
        )
    chosen: dict[str, Any] = {name: _checked(name, value, file) for name, value in found.items()}
    return Shape(**chosen)


def _checked(name: str, value: object, file: Path) -> int | float | None:
    known = [field.name for field in fields(Shape)]
    if name not in known:
        raise ShapeError(
            f"the parameters file {file} has a name that is none of ours, {name[:40]!r}: the names "
            f"are {', '.join(known)}"
        )
    if value is None and name == "half_life":
        return None
    least, most = LIMITS[name]
    kind = "a whole number" if name in _WHOLE else "a number"
    allowed = int if name in _WHOLE else (int, float)
    # A comparison with NaN is false.
    if isinstance(value, bool) or not isinstance(value, allowed) or not least <= value <= most:
        also = " or null" if name == "half_life" else ""
        raise ShapeError(
            f"{name} in the parameters file {file} must be {kind} from {least:g} to {most:g}{also}"
        )
    return value if name in _WHOLE else float(value)
