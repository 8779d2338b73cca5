"""Run by Alembic: use the connection, and the transaction, of ``service.audit.layout``."""

from __future__ import annotations

from alembic import context

from service.audit.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
context.run_migrations()
