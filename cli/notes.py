"""What was assumed in reading, told on standard error, so that it is never mistaken for data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claims.dataset import Dataset


def tell(dataset: Dataset) -> None:
    """Print each note of a dataset."""
    for note in dataset.notes:
        print(f"preclear: note: {note}", file=sys.stderr)
