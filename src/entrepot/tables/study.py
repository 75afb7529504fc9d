"""The planner's files as checked columns."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from entrepot.errors import Finding

ROW = "_row"
"""Hidden column of every table: the row number as the planner's editor shows it (the header is row 1)."""

SettingValue = str | float | int | bool | tuple[float, ...] | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """All tables and settings of a study, with a scenario's changes made.

    Attributes
    ----------
    name : settings' study.name. path : folder or workbook it was read from. scenario : name or "".
    tables : every declared table by name, also the absent ones (no rows). Columns are the declared ones in
        order, then those of provenance (source, mark, year, note; null where absent), typed (text str,
        number Float64, integer Int64, flag Boolean, date Date, list List[String]), defaults filled in, and
        `ROW`. Amounts are in EUR; the column `currency` says in what the file gives them.
    settings : every declared key; "numbers" as tuple of floats, empty ones None, dates as date ordinals.
    service_floors : one mapping (hours, share, country) per floor, in order.
    files : table name (and "study") -> label for messages, e.g. "sites.csv" or "study.xlsx, sheet sites".
    warnings : findings that do not stop planning.
    """

    name: str
    path: str
    scenario: str
    tables: Mapping[str, pl.DataFrame]
    settings: Mapping[str, SettingValue]
    service_floors: tuple[Mapping[str, SettingValue], ...]
    files: Mapping[str, str]
    warnings: tuple[Finding, ...]
