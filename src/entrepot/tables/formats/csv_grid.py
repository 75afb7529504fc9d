"""Rows of a plain CSV table for classic problems, and numbers in its cells."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from entrepot.errors import DataError, Finding
from entrepot.tables.csv_file import lines_of, read_text, separator_of
from entrepot.tables.formats.numbers import MOST
from entrepot.tables.names import plain_name


@dataclass(slots=True)
class Grid:
    """The filled rows of a CSV file.

    Attributes
    ----------
    label : file name. has_decimal_comma : 1,5 means one and a half, since another mark parts the cells.
    header : names as they stand. rows : (line, cells), each as long as the header.
    findings : what is wrong so far.
    """

    label: str
    has_decimal_comma: bool
    header: list[str]
    rows: list[tuple[int, list[str]]]
    findings: list[Finding] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """The header's names, in plain form."""
        return [plain_name(name) for name in self.header]

    def column_of(self, key: str) -> int | None:
        """Place of a column by its plain name; None where there is none."""
        return self.keys.index(key) if key in self.keys else None

    def number(self, line: int, column: int, text: str, least: float = -np.inf) -> float:
        """A cell as a number; NaN, and a finding, where it is none or too small."""
        plain = text.replace(" ", "").replace("\u00a0", "")
        if self.has_decimal_comma:
            plain = plain.replace(",", ".")
        try:
            number = float(plain)
        except ValueError:
            number = np.nan
        if np.isfinite(number) and number >= least:
            return number
        problem = "It is empty." if not text else "It is not a number."
        if np.isfinite(number):
            problem = f"It is less than {least:g}."
        remedy = f"Write a number from {least:g}." if np.isfinite(least) else "Write a number."
        self.note(line, self.header[column], text, problem, remedy)
        return np.nan

    def note(self, line: int | None, column: str, value: str, problem: str, remedy: str) -> None:
        """Note an error."""
        self.findings.append(Finding("error", self.label, line, column, value, problem, remedy))

    def finish(self) -> None:
        """Nothing may have been wrong.

        Raises
        ------
        DataError
            With every finding, the first of them named and the rest counted.
        """
        errors = [finding for finding in self.findings if finding.severity == "error"]
        if not errors:
            return
        if len(errors) > MOST:
            rest = Finding(
                "error",
                self.label,
                None,
                "",
                "",
                f"{len(errors) - MOST:,} more cells are wrong.",
                "See above.",
            )
            raise DataError([*errors[:MOST], rest])
        raise DataError(self.findings)


def read_grid(path: Path) -> Grid:
    """Read the header and the filled rows of a CSV file.

    Raises
    ------
    DataError
        If it cannot be read, has no header or no rows, or two columns of one name.
    """
    text, findings = read_text(path, path.name)
    if text is None:
        raise DataError(findings)
    separator = separator_of(text)
    lines = [(line, cells) for line, cells in lines_of(path.name, text, separator) if any(cells)]
    if len(lines) < 2:
        remedy = "Write a header and one line per customer or point."
        raise DataError([Finding("error", path.name, None, "", "", "It has no rows below a header.", remedy)])
    header = list(lines[0][1])
    while header and not header[-1]:
        header.pop()
    grid = Grid(path.name, separator != ",", header, [], findings)
    _check_header(grid, lines[0][0])
    for line, cells in lines[1:]:
        extra = [cell for cell in cells[len(header) :] if cell]
        if extra:
            grid.note(
                line, "", extra[0], "It stands beyond the last column of the header.", "Name its column."
            )
        grid.rows.append((line, [*cells[: len(header)], *[""] * (len(header) - len(cells))]))
    return grid


def _check_header(grid: Grid, line: int) -> None:
    seen: set[str] = set()
    for place, name in enumerate(grid.header):
        if not name and place > 0:
            grid.note(line, "", "", f"Column {place + 1} has no name.", "Name it, or delete it.")
        elif name in seen:
            grid.note(line, name, name, "Two columns have this name.", "Rename or delete one.")
        seen.add(name)
