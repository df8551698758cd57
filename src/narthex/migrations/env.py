"""What Alembic runs: with a connection, or writing SQL for a dialect."""

from alembic import context

from narthex.migrations.tables import metadata

connection = context.config.attributes.get("connection")

if connection is not None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
else:
    context.configure(dialect_name=context.config.attributes["dialect"], target_metadata=metadata, literal_binds=True)

with context.begin_transaction():
    context.run_migrations()
