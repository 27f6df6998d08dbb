"""The account of an extract: every row that was read was used, merged into another, or set aside with a reason."""

from __future__ import annotations

import hashlib

import pandas as pd

from cqi.sources.defects import SEVERITIES, catalogue
from cqi.vocabulary import CqiError

ACCOUNT = ("file", "table", "rows_read", "used", "merged", "quarantined")
QUARANTINE = ("file", "row", "table", "reason")
INPUTS = ("file", "sha256", "bytes")
MERGED = ("file", "row", "table", "into")
FINDINGS = ("severity", "action", "defect", "file", "row", "count", "among", "what", "why", "do")


class Ledger:
    """What became of every row while a source is read; it is filled by the readers and then asked once.

    Rows carry `file` and `row` (the line in the file, 2 is the first data row, blank lines not counted).
    """

    def __init__(self) -> None:
        self._notes: dict[str, list[str]] = {}
        self._told: dict[tuple[str, str], dict] = {}
        self._inputs: list[tuple[str, str, int]] = []
        self._read: list[tuple[str, str, int]] = []
        self._used: list[pd.Series] = [pd.Series(dtype="int64", index=pd.Index([], dtype="str", name="file"))]
        self._aside: list[pd.DataFrame] = []
        self._merged: list[pd.DataFrame] = []

    def note(self, sentence: str, *, file: str = "") -> None:
        """Adds a sentence on how the files were read; it holds counts and column names, never a child's value.

        The sentence about one `file` begins without its name: many yearly files need the same one.
        """
        self._find("how-it-was-read", sentence.rstrip("."), [file] if file else [])
        self._notes.setdefault(sentence, []).extend([file] if file else [])

    def tell(
        self, defect: str, what: str, rows: pd.DataFrame | None = None, *, file: str = "", count: int = 0, among: int = 0,
        note: bool = True,
    ) -> None:
        """Enters a defect of the catalogue: of these `rows` (nothing when there are none), or of a `file` as a whole (`count`).

        `what` says what was found and how it was read, with counts, without the file's name and full stop, and never with a
        child's value. The same defect told of many files is one finding. With `note` pages say it too.
        """
        if rows is not None and rows.empty:
            return
        files = [file] if rows is None else sorted(rows["file"].unique())
        first = pd.NA if rows is None else int(rows.loc[rows["file"] == files[0], "row"].min())
        self._find(defect, what, files, first, count if rows is None else len(rows), among)
        if note:
            self._notes.setdefault(f"{what}.", []).extend(name for name in files if name)

    def _find(self, defect: str, what: str, files: list[str], row=pd.NA, count: int = 0, among: int = 0) -> None:
        found = self._told.setdefault((defect, what), {"files": [], "row": row, "count": 0, "among": 0})
        found["files"] += files
        found["count"] += count
        found["among"] += among

    def take(self, file: str, data: bytes) -> None:
        """Enters a file with the checksum and the length of what was read."""
        self._inputs.append((file, hashlib.sha256(data).hexdigest(), len(data)))

    def read(self, file: str, table: str, rows: int) -> None:
        """Enters a file and the number of data rows in it."""
        self._read.append((file, table, rows))

    def set_aside(
        self, rows: pd.DataFrame, bad: pd.Series, reason: str, table: str, *, defect: str = "unusable-row",
    ) -> pd.DataFrame:
        """The rows that are not `bad`; the others go to quarantine with the reason, under a defect of the catalogue."""
        bad = bad.reindex(rows.index)
        if not bad.any():
            return rows
        self._aside.append(rows.loc[bad, ["file", "row"]].assign(table=table, reason=reason, defect=defect))
        return rows[~bad]

    def merge(self, rows: pd.DataFrame, into: pd.Series, table: str) -> pd.DataFrame:
        """The rows with nothing in `into`; the others are entered as merged into the row that it names."""
        gone = into != ""
        if gone.any():
            self._merged.append(rows.loc[gone, ["file", "row"]].assign(table=table, into=into[gone]))
        return rows[~gone]

    def use(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows, entered as used."""
        self._used.append(rows.groupby("file").size())
        return rows

    def label(self, rows: pd.DataFrame, role: str) -> str:
        """The file's name, or how many files, for the start of a sentence."""
        files = rows["file"].unique()
        return files[0] if len(files) == 1 else f"{len(files)} {role} files"

    @property
    def notes(self) -> tuple[str, ...]:
        """Every sentence once, in the order noted, with the files that it is about."""
        return tuple(_about(files) + sentence for sentence, files in self._notes.items())

    def inputs(self) -> pd.DataFrame:
        """Files read: file, sha256, bytes."""
        return pd.DataFrame(self._inputs, columns=list(INPUTS)).sort_values("file", ignore_index=True)

    def quarantine(self) -> pd.DataFrame:
        """Rows set aside: file, row, table, reason."""
        return _together(self._aside, QUARANTINE)

    def merged(self) -> pd.DataFrame:
        """Rows that are another row again: file, row, table, into."""
        return _together(self._merged, MERGED)

    def findings(self) -> pd.DataFrame:
        """Every defect found, the most severe first: severity, action, defect, file, row, count, among, what, why, do.

        `row` is the first line (missing where the file as a whole is meant), `count` the rows with the defect, `among` how many
        were looked at (0 where that says nothing).
        """
        told = [_finding(defect, what, **found) for (defect, what), found in self._told.items()]
        table = pd.DataFrame([*told, *self._aside_findings()], columns=list(FINDINGS)).astype({"row": "Int64"})
        rank = table["severity"].map(SEVERITIES.index)
        return table.assign(rank=rank).sort_values(["rank", "file", "row", "defect", "what"], ignore_index=True).drop(columns="rank")

    def _aside_findings(self) -> list[dict]:
        """One finding for each reason for which rows were set aside."""
        rows = _together(self._aside, (*QUARANTINE, "defect"))
        read = pd.DataFrame(self._read, columns=["file", "table", "rows"]).groupby("file")["rows"].sum()
        return [
            _finding(defect, f"{counted(len(part), 'row')} set aside: {reason}", list(part["file"].unique()), int(part["row"].iloc[0]),
                     len(part), int(read.reindex(part["file"].unique()).sum()))
            for (defect, reason), part in rows.groupby(["defect", "reason"])
        ]

    def account(self) -> pd.DataFrame:
        """One row per file: rows_read = used + merged + quarantined, each counted by itself and compared."""
        table = pd.DataFrame(self._read, columns=["file", "table", "rows_read"])
        counted = {
            "used": pd.concat(self._used).groupby(level="file").sum(),
            "merged": self.merged().groupby("file").size(),
            "quarantined": self.quarantine().groupby("file").size(),
        }
        for name, count in counted.items():
            table[name] = table["file"].map(count).fillna(0).astype("int64")
        _check(table)
        return table.loc[:, list(ACCOUNT)].sort_values(["file"], ignore_index=True)


def counted(number: int, noun: str) -> str:
    """`1 row`, `1,413 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _about(files: list[str]) -> str:
    """`header.csv: `, or for many files how many and the first; empty for none."""
    return f"{_named(files)}: " if files else ""


def _named(files: list[str]) -> str:
    files = list(dict.fromkeys(name for name in files if name))
    return f"{len(files):,} files, the first {files[0]}" if len(files) > 1 else "".join(files)


def _finding(defect: str, what: str, files: list[str], row, count: int, among: int) -> dict:
    """One row of the findings, with what the catalogue says of the defect."""
    entry = catalogue()[defect]
    return {"severity": entry.severity, "action": entry.action, "defect": defect, "file": _named(files), "row": row,
            "count": count, "among": among, "what": f"{what}.", "why": entry.why, "do": entry.do}


def _check(table: pd.DataFrame) -> None:
    left = table["rows_read"] - table["used"] - table["merged"] - table["quarantined"]
    if (left != 0).any():
        file = table.loc[left != 0, "file"].iloc[0]
        raise CqiError(f"{file}: the account of its rows does not add up; this is a fault of the program: report it.")


def _together(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="int64" if name == "row" else "str") for name in columns})
    rows = pd.concat(parts, ignore_index=True)
    return rows.loc[:, list(columns)].sort_values(list(columns[:2]), ignore_index=True)
