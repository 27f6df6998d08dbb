"""The bytes of a CSV file as plain UTF-8, or one clear reason why not: encodings, stray characters, quotation marks."""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from cqi.sources.defects import problem

CONTROL = bytes({*range(32), 127} - {9, 10, 13})
STRAY = re.compile(b"[" + re.escape(CONTROL) + b"]")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
MARK = b"\xef\xbb\xbf"
OTHER_KINDS = {
    b"PK\x03\x04": "an Excel workbook or another packed file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or a locked one",
    b"PAR1": "Parquet",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "packed (gzip)",
    b"<": "XML or a web page",
    b"{": "JSON",
    b"[": "JSON",
}
"""How the files begin that are no table of text, whatever they are called."""

ODD_SPACES = "[\t\n\r\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
UNSEEN = "[\x80-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
"""Characters that take no room, or turn the order of those beside them."""

SEPARATORS = ",;\t|"
Said = list[tuple[str, str]]
"""Defects that were put right: the name in the catalogue, and what was found."""


class Unreadable(Exception):
    """What is wrong with one file, one sentence for each problem."""


def plain_utf8(label: str, data: bytes, encoding: str) -> tuple[bytes, Said]:
    """The file's text as UTF-8 without a mark at its start, and what was put right on the way.

    UTF-16 is read where the file says that it is. Bytes that are not UTF-8 are read as the `encoding` that the source declares.
    Raises Unreadable, with the line, where letters can't be told, for control characters, and for quotation marks that
    enclose no whole value.
    """
    begins = data[:64].removeprefix(MARK).lstrip()
    if kind := next((kind for mark, kind in OTHER_KINDS.items() if begins.startswith(mark)), ""):
        raise Unreadable(problem("other-kind-of-file", label, f"its name says a table of text, but it is {kind}"))
    data, said = _decoded(label, data, encoding)
    if not data.strip():
        raise Unreadable(problem("empty-file", label, "the file is empty"))
    if len(data.translate(None, CONTROL)) < len(data):
        line = line_of(data, STRAY.search(data).start())
        raise Unreadable(problem("control-characters", label, f"line {line:,} contains unreadable characters"))
    mark = separator(data)
    _check_quotes(label, data, mark)
    if mark != ",":
        name = {"\t": "tabs", "|": "bars"}.get(mark, f"'{mark}'")
        said.append(("other-separator", f"columns are separated by {name}; read so"))
    return data, said


def one_way(name: str) -> str:
    """A name of a folder or file as the text of a table is read: accents and spaces written one way, nothing unseen."""
    name = re.sub(ODD_SPACES, " ", unicodedata.normalize("NFC", name))
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "", re.sub(UNSEEN, "", name)).strip()


def separator(data: bytes) -> str:
    """The character that separates columns: the most frequent of `,` `;` tab and `|` in the first line."""
    head = data[:65536].lstrip(b"\r\n").splitlines()
    return max(SEPARATORS, key=head[0].decode("utf-8", errors="replace").count) if head else ","


def line_of(data: bytes, place: int) -> int:
    """The number of the line, from 1, that holds the byte at `place`; line ends are LF, CR LF or CR."""
    end = b"\n" if b"\n" in data else b"\r"
    return data.count(end, 0, place) + 1


def _decoded(label: str, data: bytes, encoding: str) -> tuple[bytes, Said]:
    if data.startswith(UTF_16):
        try:
            return data.decode("utf-16").encode("utf-8"), [("utf-16", "the file is saved as Unicode (UTF-16); read as such")]
        except UnicodeError:
            raise Unreadable(problem("damaged-file", label, "it begins as UTF-16 and does not go on so")) from None
    if data[:2000].count(0) > len(data[:2000]) * 0.3:
        raise Unreadable(problem("utf-16-without-mark", label, "the file looks like UTF-16 without the mark that says so"))
    if data.startswith(MARK):
        return _utf8(label, data[len(MARK):]), [("byte-order-mark", "a mark before the first column's name was left off")]
    if not encoding or _is_utf8(data):
        return _utf8(label, data), []
    try:
        return data.decode(encoding).encode("utf-8"), [("declared-encoding", f"letters were read as {encoding}, as declared")]
    except UnicodeDecodeError as error:
        raise Unreadable(_not_in(label, data, error.start, f"letters that are not in {encoding}")) from None


def _is_utf8(data: bytes) -> bool:
    try:
        return data.isascii() or bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _utf8(label: str, data: bytes) -> bytes:
    try:
        data.isascii() or data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(_not_in(label, data, error.start, "letters that are not saved as UTF-8")) from None
    return data


def _not_in(label: str, data: bytes, place: int, what: str) -> str:
    return problem("other-encoding", label, f"line {line_of(data, place):,} has {what}")


def _check_quotes(label: str, data: bytes, mark: str) -> None:
    """Every quotation mark opens or closes a whole value, or is written twice inside one."""
    quotes = np.flatnonzero(np.frombuffer(data, dtype="uint8") == ord('"'))
    if not len(quotes):
        return
    padded = np.frombuffer(b"\n" + data + b"\n", dtype="uint8")
    edges = np.frombuffer(f'"\r\n{mark}'.encode(), dtype="uint8")
    opens, closes = quotes[::2], quotes[1::2]
    bad = np.flatnonzero(~np.isin(padded[opens], edges))
    bad_close = np.flatnonzero(~np.isin(padded[closes + 2], edges))
    first = [found[0] for found in (bad, bad_close) if len(found)] + ([len(opens) - 1] if len(quotes) % 2 else [])
    if first:
        place = 2 * min(first)
        while place and quotes[place - 1] == quotes[place] - 1:  # written twice inside a value: go back to where it opened
            place -= 2
        raise Unreadable(problem("open-quote", label, f"a quotation mark on line {line_of(data, int(quotes[place])):,} is never closed"))
