"""Alembic's environment: migrates on the connection that server.database gives it."""

from alembic import context

from server.tables import Table

connection = context.config.attributes["connection"]
# batch mode: SQLite can't alter most things in place, so Alembic copies the table there
context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
