from __future__ import annotations

from claims.document import DOCS, settings_page, tables_page
from claims.schema import TABLES
from claims.settings import PREFIX, Settings


def test_the_page_of_the_tables_is_current() -> None:
    page = (DOCS / "tables.md").read_text()
    assert page == tables_page(), "run python -m claims.document"
    for schema in TABLES.values():
        assert all(f"| `{name}` |" in page for name in schema.names)


def test_every_column_says_what_it_means() -> None:
    for schema in TABLES.values():
        assert all(field.metadata[b"meaning"] for field in schema)
        assert len(set(schema.names)) == len(schema.names)


def test_no_setting_is_missing_from_the_page() -> None:
    page = (DOCS / "settings.md").read_text()
    assert page == settings_page(), "run python -m claims.document"
    for name, field in Settings.model_fields.items():
        assert f"| `{PREFIX}{name.upper()}` |" in page
        assert field.description
        assert field.description in page
