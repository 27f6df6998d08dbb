"""The journal's one table, as this version of the program reads and writes it; `migrations` make it."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, MetaData, String, Table, Text

from cqi.journal.entry import SHORT

ENTRIES = Table(
    "cqi_journal_entries", MetaData(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("written", DateTime(timezone=True), nullable=False),
    Column("kind", String(SHORT), nullable=False),
    Column("text", Text, nullable=False),
    *(Column(name, String(SHORT), nullable=False) for name in ("role", "name", "county", "cohort", "measure", "chart")),
    Column("answer", Text, nullable=False),
    *(Column(name, String(SHORT), nullable=False) for name in ("owner", "status")),
    Column("due", Date),
    Column("cleared", Boolean, nullable=False),
    Column("details", JSON, nullable=False),
)
