"""Golden rows: invented feature values whose answers a model carries with it, to the last bit.

Training asks the model it made about them and keeps the answers in the bundle (``golden.json``).
Whoever loads it asks again before a claim is scored: other code, another LightGBM or another
processor that would answer otherwise shows itself here and not on a claim. The rows are made of the
values at which the model's own trees divide, chosen by a hash: nothing in them is of a claim, and
the same trees have the same rows.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from claims.errors import UserError

if TYPE_CHECKING:
    from models.denial import DenialModel
    from models.lines import LineModel

FILE: Final = "golden.json"
ROWS: Final = 16
MOST_ROWS: Final = 64
_F32: Final = np.dtype("<f4")
_F64: Final = np.dtype("<f8")
_SPLITS: Final = re.compile(r"^split_feature=([^\n]*)$.*?^threshold=([^\n]*)$", re.M | re.S)
_TINY: Final = 1e-30  # LightGBM's thresholds beside zero are 1e-35: zero itself is meant
_ADDS_UP: Final = 1e-6

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]


class GoldenError(UserError):
    """The model does not answer as it did when it was made, or its golden rows are none."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Rows (k, features) and what was answered: float64 arrays (k) or (k, columns) by name."""

    rows: F32
    answers: dict[str, F64]

    def to_json(self) -> dict[str, list[str]]:
        """Each row as the hexadecimal of its little-endian bytes."""
        said = {name: _hex(found.astype(_F64)) for name, found in self.answers.items()}
        return {"rows": _hex(self.rows.astype(_F32)), **said}

    @classmethod
    def from_json(cls, content: object, features: int, widths: dict[str, int]) -> Asked:
        """Undo ``to_json``; ``widths`` names the answers and their columns."""
        if not isinstance(content, dict) or set(content) != {"rows", *widths}:
            raise GoldenError("golden rows and their answers are not what they should be")
        rows = _array(content["rows"], _F32, features).astype(np.float32)
        answers = {
            name: _array(content[name], _F64, width).astype(np.float64)
            for name, width in widths.items()
        }
        if not 1 <= len(rows) <= MOST_ROWS or any(len(a) != len(rows) for a in answers.values()):
            raise GoldenError("golden rows and their answers are not equally many")
        return cls(rows, answers)

    def differs(self, now: Asked) -> str:
        """Where ``now`` is another answer in any bit: "" or the name and the row, from 1."""
        for name, kept in self.answers.items():
            same = kept.view(np.uint64) == now.answers[name].view(np.uint64)
            if not same.all():
                return f"{name} of row {int(np.argmin(same.all(axis=1))) + 1}"
        return ""


@dataclass(frozen=True, slots=True, eq=False)
class Golden:
    """What a model answered: about claims, and about lines where it knows of them."""

    claims: Asked
    lines: Asked | None

    @classmethod
    def of(cls, model: DenialModel, trees: str, line_trees: str) -> Golden:
        """Invent rows from the ``trees`` (LightGBM's texts) and ask ``model`` about them."""
        lines = None
        if model.lines is not None:
            lines = _about_lines(model.lines, invented(line_trees, model.lines.booster.features))
        return cls(_about_claims(model, invented(trees, model.booster.features)), lines)

    @classmethod
    def nothing(cls) -> Golden:
        """No rows: of a model that is just being made."""
        return cls(Asked(np.zeros((0, 0), np.float32), {}), None)

    def to_json(self) -> dict[str, object]:
        """Plain JSON values; bits as hexadecimal, so that nothing is rounded."""
        lines = None if self.lines is None else self.lines.to_json()
        return {"claims": self.claims.to_json(), "lines": lines}

    @classmethod
    def from_json(cls, content: object, features: int, categories: int, lines: int) -> Golden:
        """Undo ``to_json`` for a model of so many features and categories.

        ``lines`` is how many features its lines have, 0 where it has none. ``GoldenError`` for
        what does not fit.
        """
        if not isinstance(content, dict) or set(content) != {"claims", "lines"}:
            raise GoldenError("golden rows are not what they should be")
        widths = {"raw": 1, "probability": 1, "categories": categories}
        claims = Asked.from_json(content["claims"], features, widths)
        if (content["lines"] is None) != (lines == 0):
            raise GoldenError("golden rows and the model disagree on lines")
        of_lines = {"raw": 1, "probability": 1}
        kept = Asked.from_json(content["lines"], lines, of_lines) if lines else None
        return cls(claims, kept)

    def check(self, model: DenialModel) -> None:
        """Ask ``model`` again. Raises ``GoldenError`` with one sentence when a bit differs.

        Its reasons must add up to its raw score as well (to 1e-6, as TreeSHAP promises).
        """
        differs = self.claims.differs(_about_claims(model, self.claims.rows))
        if not differs and self.lines is not None and model.lines is not None:
            differs = self.lines.differs(_about_lines(model.lines, self.lines.rows))
        if differs:
            raise GoldenError(
                f"The model does not answer its golden rows as when it was made (the {differs} "
                "differs): it is damaged, or this machine's LightGBM is another; train it again."
            )
        added = model.contributions(self.claims.rows).sum(axis=1)
        raw = self.claims.answers["raw"][:, 0]
        if not (np.abs(added - raw) <= _ADDS_UP * (1.0 + np.abs(raw))).all():
            raise GoldenError(
                "The model's reasons do not add up to its score on its golden rows: "
                "train it again with this program."
            )


def invented(trees: str, features: int) -> F32:
    """Rows (``ROWS``, ``features``) of values at which ``trees`` divide; a few are missing (NaN).

    A feature that no tree asks for is 0.
    """
    found: list[set[float]] = [set() for _ in range(features)]
    for which, where in _SPLITS.findall(trees):
        for feature, value in zip(which.split(), where.split(), strict=True):
            number = float(value)
            found[int(feature)].add(0.0 if abs(number) < _TINY else number)
    rows = np.zeros((ROWS, features), np.float32)
    for place, values in enumerate(map(sorted, found)):
        for row in range(ROWS if values else 0):
            chosen = int.from_bytes(hashlib.sha256(f"{row} {place}".encode()).digest()[:8], "big")
            rows[row, place] = values[chosen // 11 % len(values)] if chosen % 11 else np.nan
    return rows


def _about_claims(model: DenialModel, rows: F32) -> Asked:
    said = model.predict(rows)
    answers = {
        "raw": said.raw[:, None],
        "probability": said.probability[:, None],
        "categories": np.ascontiguousarray(said.category_probability),
    }
    return Asked(rows, answers)


def _about_lines(model: LineModel, rows: F32) -> Asked:
    answers = {"raw": model.raw(rows)[:, None], "probability": model.probability(rows)[:, None]}
    return Asked(rows, answers)


def _hex(values: NDArray[np.generic]) -> list[str]:
    return [row.tobytes().hex() for row in values]


def _array(content: object, kind: np.dtype[np.generic], width: int) -> NDArray[np.generic]:
    """An array (k, ``width``) of what ``_hex`` wrote."""
    size = 2 * kind.itemsize * width
    if not isinstance(content, list) or len(content) > MOST_ROWS:
        raise GoldenError("golden rows are no list of a few")
    if not all(isinstance(one, str) and len(one) == size for one in content):
        raise GoldenError("a golden row is of another size")
    try:
        found = bytes.fromhex("".join(content))
    except ValueError as error:
        raise GoldenError("a golden row is no hexadecimal") from error
    return np.frombuffer(found, kind).reshape(-1, width)
