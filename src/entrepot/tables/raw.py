"""A study as it stands in its files: cells as text, settings as values, nothing typed yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import polars as pl

from entrepot.errors import Finding

FILE = "_file"
"""Hidden column of raw tables: the label of the file that the row comes from."""

Action = Literal["set", "factor", "add", "row", "remove"]


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """One table's cells as text.

    Attributes
    ----------
    label : file name for messages.
    cells : String columns by plain header name, null = empty, plus ROW (Int64) and FILE (String).
    decimal_mark : "," or "." where the file's layout says which one its numbers use; "" = not known.
    is_workbook : dates may be Excel day numbers.
    """

    label: str
    cells: pl.DataFrame
    decimal_mark: Literal["", ".", ","] = ""
    is_workbook: bool = False


@dataclass(frozen=True, slots=True)
class RawSetting:
    """A setting's value as TOML or the settings sheet gives it, and where it stands."""

    value: object
    label: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a scenario to a table.

    Attributes
    ----------
    action : set a column's value, multiply it (factor), add to it, add a row, or remove rows.
    where : column -> texts of which one must be in the row; {} = every row. For "row": column -> (value,).
    column, value : what is changed, and the new value, factor or summand as text.
    row : line or row in the scenario's file.
    """

    action: Action
    table: str
    where: Mapping[str, tuple[str, ...]]
    column: str
    value: str
    row: int | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """Named changes to a study."""

    name: str
    description: str
    label: str
    changes: tuple[Change, ...] = ()
    settings: Mapping[str, RawSetting] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RawStudy:
    """All that was found in a study's folder or workbook.

    Attributes
    ----------
    path : as given. tables : by declared name, only those that could be read.
    present : names of the tables that are there, readable or not.
    settings : dotted key -> value. floors : one mapping per [[limits.service]].
    settings_label : file of the settings, for messages. scenarios : by name, each read.
    findings : what was wrong with the files themselves.
    """

    path: str
    tables: Mapping[str, RawTable]
    present: frozenset[str]
    settings: Mapping[str, RawSetting]
    floors: tuple[Mapping[str, RawSetting], ...]
    settings_label: str
    scenarios: Mapping[str, Scenario]
    findings: tuple[Finding, ...]


def text_of(value: object) -> str:
    """A cell or TOML value as the text that a planner would type."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value) if value.bit_length() < 1000 else hex(value)
    if isinstance(value, list | tuple):
        return " ".join(map(text_of, value))
    return str(value).strip()
