"""CSV as planners' programs write it: encodings, separators, quotes, blank lines."""

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from pathlib import Path

from entrepot.errors import DataError, Finding
from entrepot.tables.grid import Layout, Line, table_of_grid
from entrepot.tables.raw import RawTable
from entrepot.tables.schema import Table

_SEPARATORS = ",;\t"


def read_csv(table: Table, path: Path, label: str) -> tuple[RawTable | None, list[Finding]]:
    """Read one CSV file; None where it cannot be read at all.

    Parameters
    ----------
    table : its declaration. path : the file. label : its name for messages.
    """
    text, findings = read_text(path, label)
    if text is None:
        return None, findings
    separator = separator_of(text)
    try:
        lines = lines_of(label, text, separator)
    except DataError as error:
        return None, [*findings, *error.findings]
    raw, more = table_of_grid(table, lines, Layout(label, "" if separator == "," else ","))
    return raw, findings + more


def read_text(path: Path, label: str) -> tuple[str | None, list[Finding]]:
    """Decode a text file: UTF-8, UTF-16 with its mark, else Windows-1252 with a warning."""
    try:
        data = path.read_bytes()
    except OSError as error:
        problem = f"It cannot be read ({error.strerror or error})."
        return None, [_about(label, problem, "Check that it is a file that you may read.")]
    try:
        return _decoded(data), []
    except UnicodeDecodeError:
        pass
    if b"\x00" in data:
        return None, [_about(label, "It is not a text file.", "Save it as CSV in UTF-8.")]
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None, [_about(label, "Its encoding is not known.", "Save it as CSV in UTF-8.")]
    problem = "It is not UTF-8; it was read as Windows-1252."
    return text, [Finding("warning", label, None, "", "", problem, "Save it as CSV in UTF-8.")]


def _decoded(data: bytes) -> str:
    if data.startswith(BOM_UTF8):
        return data.decode("utf-8-sig")
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data.decode("utf-16")
    text = data.decode("utf-8")
    if "\x00" in text:
        raise UnicodeDecodeError("utf-8", data, data.index(0), data.index(0) + 1, "a zero byte")
    return text


def separator_of(text: str) -> str:
    """The mark that parts cells: what the file says (sep=), else the most frequent one."""
    for line in text.splitlines():
        if line.lower().startswith("sep=") and len(line) == 5 and line[4] in _SEPARATORS:
            return line[4]
        bare = "".join(line.split('"')[::2])
        if any(mark in bare for mark in _SEPARATORS):
            counts = Counter(mark for mark in bare if mark in _SEPARATORS)
            return max(_SEPARATORS, key=lambda mark: counts[mark])
    return ","


def lines_of(label: str, text: str, separator: str) -> list[Line]:
    """Rows of a CSV text.

    Raises
    ------
    DataError
        If it is not well-formed.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        lines: list[Line] = [
            (row, [cell.strip() for cell in cells]) for row, cells in enumerate(reader, start=1)
        ]
    except csv.Error as error:
        problem = f"It is not well-formed CSV ({error})."
        remedy = "Look for a quotation mark that is not closed."
        line = _line_of(text, separator)
        raise DataError([Finding("error", label, line, "", "", problem, remedy)]) from error
    if lines and text[:4].lower() == "sep=":
        return lines[1:]
    return lines


def _line_of(text: str, separator: str) -> int:
    row = 0
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            row += 1
    except csv.Error:
        pass
    return row + 1


def _about(label: str, problem: str, remedy: str) -> Finding:
    return Finding("error", label, None, "", "", problem, remedy)
