"""The journal's tables, as this version of the program reads and writes them; `migrations` make them."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, MetaData, String, Table, Text

from cqi.journal.entry import SHORT

TABLES = MetaData()
ENTRIES = Table(
    "cqi_journal_entries", TABLES,
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
SLIPS = Table(
    "cqi_survey_slips", TABLES,
    Column("key", String(32), primary_key=True),
    *(Column(name, String(SHORT), nullable=False) for name in ("questionnaire", "round", "team", "area")),
    Column("answers", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    sqlite_with_rowid=False,
)
"""No time and no number: the key is random, and without SQLite's row number the rows lie in the order of their keys."""
