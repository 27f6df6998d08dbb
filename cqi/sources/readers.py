"""Which reader reads which kind of file: a function of a file's name and bytes that gives its column names, and a
function that reads some of them as text."""

from __future__ import annotations

from cqi.sources.text import csv_text, parquet_text

READERS = {".parquet": parquet_text}


def reader(suffix: str):
    """The reader for a file name's ending; CSV for any that is not known."""
    return READERS.get(suffix.lower(), csv_text)
