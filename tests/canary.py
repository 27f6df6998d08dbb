"""Canaries: a small state in which every confidential value is a token of its own, and a search for them in whatever was left behind."""

from __future__ import annotations

import base64
import binascii
import html
import io
import os
import re
import stat
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import psutil
import pyarrow.parquet as parquet

from running import DATA, ROOT

TOKEN = re.compile(r"zq7xk[a-z]\d{6}")
COUNTIES = ("Juniper", "Finch", "Heron")
EXTRA = {"child_name": "N", "home_address": "A", "case_note": "T", "worker_name": "W", "provider_name": "P", "ssn": "I", "remark": "R"}
"""Columns that an agency's file may have beside those that are read, and the letter of their tokens."""

FIRST_BIRTH = date(2009, 1, 1)
DEPTH = 4


# ---- the files ---------------------------------------------------------------------------------------------------------

def token(letter: str, number: int) -> str:
    """A token as an id: letters and digits, as ids have."""
    return f"ZQ7XK{letter}{number:06}"


def words(letter: str, number: int) -> str:
    """A token as a free text, with the characters that HTML, JSON and addresses write in another way."""
    return f"é&<{token(letter, number)}>'\" ü"


def state(folder: Path, source: str = "episodes") -> Path:
    """Three counties of the sample state with a token in every confidential field of every row, as files of this source."""
    tables = planted()
    folder.mkdir(parents=True)
    for name, table in AS[source](tables).items():
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


def births(folder_tables: dict[str, pd.DataFrame]) -> frozenset[date]:
    """Every date of birth: no published page has a full date as old as these."""
    return frozenset(date.fromisoformat(day) for day in folder_tables["episodes"]["birth_date"] if day)


def planted() -> dict[str, pd.DataFrame]:
    """The tables of the plain contract, all text: each child born on a day that no other child has."""
    read = {name: pd.read_csv(Path(DATA) / f"{name}.csv", dtype=str, keep_default_na=False)
            for name in ("episodes", "placements", "reports", "referrals", "visits", "staff", "population")}
    tables = {name: table.loc[table["county"].isin(COUNTIES)] for name, table in read.items() if "county" in table}
    stays = set(tables["episodes"]["episode_id"])
    tables |= {name: read[name].loc[read[name]["episode_id"].isin(stays)] for name in ("placements", "visits")}
    for column, letter in (("child_id", "C"), ("episode_id", "E"), ("staff_id", "S")):
        every = sorted(set().union(*(table[column] for table in tables.values() if column in table)))
        names = {value: token(letter, number) for number, value in enumerate(every, 1)}
        tables = {name: table.assign(**{column: table[column].map(names)}) if column in table else table for name, table in tables.items()}
    return {name: _with_births(_with_extra(table, name)) for name, table in tables.items()}


def _with_extra(table: pd.DataFrame, name: str) -> pd.DataFrame:
    start = 10_000 * (1 + sorted(("episodes", "placements", "reports", "referrals", "visits", "staff", "population")).index(name))
    own = {column: [words(letter, start + row) for row in range(len(table))] for column, letter in EXTRA.items()}
    return table.reset_index(drop=True).assign(**({} if name == "population" else own))


def _with_births(table: pd.DataFrame) -> pd.DataFrame:
    if "birth_date" not in table:
        return table
    number = table["child_id"].str[-6:].astype(int)
    days = pd.Timestamp(FIRST_BIRTH) + pd.to_timedelta(number, unit="D")
    return table.assign(birth_date=days.dt.strftime("%Y-%m-%d").where(table["birth_date"] != "", ""))


def _ccwis(tables: dict) -> dict:
    names = {"episode_id": "removal_id", "birth_date": "dob", "entry_date": "start", "exit_date": "end", "start_date": "start", "end_date": "end"}
    return {"removals": tables["episodes"].drop(columns="county_fips").rename(columns=names), "placements": tables["placements"].rename(columns=names)}


def _ssda903(tables: dict) -> dict:
    own = tables["episodes"].drop_duplicates("child_id")
    ended = own["exit_date"] != ""
    rows = own.assign(CHILD=own["child_id"], DECOM=own["entry_date"], RNE="S", PLACE="U4", DEC=own["exit_date"], LA=own["county"],
                      REC=ended.map({True: "E4A", False: ""}), YEAR="2026")
    head = own.assign(CHILD=own["child_id"], DOB=own["birth_date"], SEX="1", ETHNIC="WBRI", LA=own["county"], YEAR="2026")
    return {"episodes": rows[["CHILD", "DECOM", "RNE", "PLACE", "DEC", "REC", "LA", "YEAR", *EXTRA]],
            "header": head[["CHILD", "DOB", "SEX", "ETHNIC", "LA", "YEAR"]]}


def _afcars(tables: dict) -> dict:
    from test_afcars_pages import PERIODS, submission

    episodes = tables["episodes"].drop_duplicates("episode_id").sort_values(["entry_date", "episode_id"])
    days = ("birth_date", "entry_date", "exit_date")
    episodes = episodes.assign(**{name: pd.to_datetime(episodes[name], errors="coerce") for name in days})
    placements = tables["placements"].assign(start_date=pd.to_datetime(tables["placements"]["start_date"]))
    files = {f"fc{last}": submission(episodes, placements, first, last) for first, last in PERIODS}
    return {name: file.assign(REMARK=[words("R", 90_000 + row) for row in range(len(file))]) for name, file in files.items()}


AS = {"episodes": lambda tables: tables, "ccwis": _ccwis, "ssda903": _ssda903, "afcars": _afcars}
"""The tables as files of each source, by name."""


# ---- the search --------------------------------------------------------------------------------------------------------

def traces(content: bytes, born: frozenset[date] = frozenset(), stays: frozenset[tuple[date, date]] = frozenset()) -> set[str]:
    """The canaries in the bytes, however they are written: tokens, dates of birth, and (birth, entry) pairs as spreadsheets count days."""
    found: set[str] = set()
    for text in texts(content):
        found |= set(TOKEN.findall(text.casefold()))
        found |= {day.isoformat() for day in days(text) & born}
        found |= {f"{birth} and {entry}" for birth, entry in serial_pairs(text) & stays}
    return found


def texts(content: bytes, depth: int = 0) -> Iterator[str]:
    """Everything that the bytes say: as they are, without the zeros of UTF-16, unescaped, decoded, unpacked."""
    for text in {content.decode("latin-1"), content.replace(b"\0", b"").decode("utf-8", "replace")}:
        yield text
        if (plain := unescaped(text)) != text:
            yield plain
        if depth < DEPTH:
            for inner in (*decoded(plain),):
                yield from texts(inner, depth + 1)
    if depth < DEPTH:
        for inner in unpacked(content):
            yield from texts(inner, depth + 1)


def unescaped(text: str) -> str:
    """Without the escapes of HTML, addresses, JSON and quoted-printable, however often they were put on (three times at most)."""
    for _ in range(3):
        text = re.sub(r"\\u\{?([0-9a-fA-F]{4})\}?|\\x([0-9a-fA-F]{2})|=([0-9A-F]{2})", lambda found: chr(int(found[1] or found[2] or found[3], 16)), text) \
            if "\\" in text or "=" in text else text
        text = unquote(html.unescape(text))
    return text


def decoded(text: str) -> Iterator[bytes]:
    """What stands there in base64, from any of its four places on, and in hexadecimal."""
    for run in re.findall(r"[A-Za-z0-9+/_-]{12,}(?:\s+[A-Za-z0-9+/_-]{12,})*", text):
        run = re.sub(r"\s", "", run).replace("-", "+").replace("_", "/")
        for start in range(4):
            part = run[start:]
            yield base64.b64decode(part[:len(part) - len(part) % 4] + ("" if len(part) % 4 < 2 else part[-(len(part) % 4):] + "=" * (4 - len(part) % 4)))
    for run in re.findall(r"(?:[0-9a-fA-F]{2}){11,}", text):
        yield binascii.unhexlify(run)


def unpacked(content: bytes) -> Iterator[bytes]:
    """What is packed in the bytes: the members of a zip (and so of a workbook), parquet as CSV, every stream of zlib or gzip."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from ((name.encode() + b"\n" + packed.read(name)) for name in packed.namelist())
    if content[:4] == b"PAR1":
        table = parquet.read_table(io.BytesIO(content))
        yield (table.to_pandas().to_csv() + str(table.schema.metadata)).encode()
    for start in re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]", content):
        try:
            yield zlib.decompressobj(wbits=47).decompress(content[start.start():])
        except zlib.error:
            continue


MONTHS = {name: number for number, names in enumerate((
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug", "september sep sept",
    "october oct", "november nov", "december dec"), 1) for name in names.split()}
DAYS = (
    (re.compile(r"(?<!\d)(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)(?!\d)"), "ymd"), (re.compile(r"(?<!\d)(\d\d?)[-/.](\d\d?)[-/.](\d{4})(?!\d)"), "mdy"),
    (re.compile(r"(?<!\d)(\d\d?)[-/.](\d\d?)[-/.](\d{4})(?!\d)"), "dmy"), (re.compile(r"([a-z]{3,9})\.? (\d\d?)(?:st|nd|rd|th)?,? (\d{4})"), "mdy"),
    (re.compile(r"(?<!\d)(\d\d?)(?:st|nd|rd|th)?[- ]?([a-z]{3,9})[- ]?(\d{4})(?!\d)"), "dmy"),
)


def days(text: str) -> set[date]:
    """Every full date in the text: year first, American, European, in words, or as milliseconds since 1970."""
    text, found = text.casefold(), set()
    for pattern, order in DAYS:
        for parts in set(pattern.findall(text)):
            part = dict(zip(order, parts))
            month = MONTHS.get(part["m"], 0) if part["m"].isalpha() else int(part["m"])
            try:
                found.add(date(int(part["y"]), month, int(part["d"])))
            except ValueError:
                continue
    for number in set(re.findall(r"(?<![\d.])\d{12,13}(?!\d)", text)):
        moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=int(number))
        found.add(moment.date())
    return found


def serial_pairs(text: str) -> set[tuple[date, date]]:
    """Neighbours among whole numbers of five digits, within 120 characters, as a spreadsheet counts days; the earlier comes first."""
    numbers = [(found.start(), date(1899, 12, 30) + timedelta(days=int(found[0]))) for found in re.finditer(r"(?<![\d.#])[34]\d{4}(?!\d)", text)]
    near = ((one, two) for place, (start, one) in enumerate(numbers) for begin, two in numbers[place + 1:place + 12] if begin - start <= 120)
    return {tuple(sorted(pair)) for pair in near}


class Canaries:
    """What was planted in a state, and where to look for it."""

    def __init__(self, tables: dict[str, pd.DataFrame]):
        self.born = births(tables)
        rows = tables["episodes"][["birth_date", "entry_date"]]
        self.stays = frozenset((date.fromisoformat(one), date.fromisoformat(two)) for one, two in rows.itertuples(index=False) if one)

    def found(self, *places: Path, **said: str) -> list[str]:
        """`place: what` for every canary in the files (and their names) below the places, and in what was said."""
        contents = {name: words.encode() for name, words in said.items()}
        for place in places:
            for path in (place, *place.rglob("*")):
                name = path.relative_to(place.parent).as_posix()
                contents[name] = name.encode() + b"\n" + (path.read_bytes() if path.is_file() and not path.is_symlink() else b"")
        return sorted(f"{name}: {what}" for name, content in contents.items() for what in traces(content, self.born, self.stays))


def open_to_others(folder: Path, *, inside: bool = True) -> list[str]:
    """Files and folders below, and the folder itself, that anybody but their owner may read, write or enter; without `inside` not those in
    a folder that is its owner's only, where nobody else gets to."""
    found, waiting = [], [folder]
    while waiting:
        path = waiting.pop()
        with suppress(FileNotFoundError, NotADirectoryError):  # gone meanwhile
            others = stat.S_IMODE(path.lstat().st_mode) & 0o077
            found += [path.as_posix()] if others else []
            if path.is_dir() and not path.is_symlink() and (others or inside or path == folder):
                waiting += path.iterdir()
    return found


# ---- the command, watched ----------------------------------------------------------------------------------------------

PROGRAM = "from cqi.cli import main; raise SystemExit(main())"
PLACES = ("home", "tmp", "cwd", "out")


@dataclass(frozen=True)
class Seen:
    """What the command left: its exit code, its folders, what it said, and what its processes showed to others."""

    code: int
    folder: Path
    said: dict[str, str]

    def canaries(self, planted: Canaries, *names: str) -> list[str]:
        """Canaries in the folders named (all of PLACES without names), and in what was said and shown."""
        return planted.found(*(self.folder / name for name in names or PLACES if (self.folder / name).exists()), **self.said)

    def left(self, *names: str) -> list[str]:
        """The files and folders that stayed in these folders."""
        return [path.as_posix() for name in names for path in (self.folder / name).rglob("*")]


def watched(*words: str, folder: Path, program: str = PROGRAM, during=lambda process: None, **environment: str) -> Seen:
    """Runs `cqi` with these words: home, temporary and working folder below `folder` and with nothing in them. `during` is called over
    and over while it runs."""
    for name in ("home", "tmp", "cwd"):
        (folder / name).mkdir(parents=True)
    own = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONWARNINGS": "always"}
    kept = {name: value for name, value in os.environ.items() if name != "CQI_CACHE" and not name.startswith(("XDG_", "JUPYTER_", "IPYTHON"))}
    shown: set[str] = set()
    with open(folder / "stdout", "wb") as said, open(folder / "stderr", "wb") as told:
        process = subprocess.Popen([sys.executable, "-c", program, *map(str, words)], cwd=folder / "cwd", env=kept | own | environment, stdout=said, stderr=told)
        while process.poll() is None:
            shown |= _shown(process.pid)
            during(process)
            time.sleep(0.1)
    texts_of = {name: (folder / name).read_text(encoding="utf-8", errors="replace") for name in ("stdout", "stderr")}
    return Seen(process.returncode, folder, texts_of | {"processes": "\n".join(sorted(shown))})


def _shown(pid: int) -> set[str]:
    """The arguments and the environment of a process and of all that it started: the machine's other users may see them."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        return {word for each in family for word in (*each.cmdline(), *(f"{name}={value}" for name, value in each.environ().items()))}
    except psutil.Error:
        return set()
