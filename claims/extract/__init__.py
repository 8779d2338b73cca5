"""Tables as input: a data scientist's extract (Parquet or CSV) and a mapping, as our six tables.

``mapping.toml`` says which of their columns is which of our fields (``docs/extracts.md``).
"""

from __future__ import annotations

from claims.extract.mapping import Mapping, load_mapping
from claims.extract.tables import read_extract

__all__ = ["Mapping", "load_mapping", "read_extract"]
