"""How Alembic brings a journal up to date: on the connection, and in the transaction, of `cqi.journal.versions`."""

from alembic import context

from cqi.journal.versions import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
