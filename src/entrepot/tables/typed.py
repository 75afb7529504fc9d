"""Text columns become typed columns, whole columns at a time; a finding for each cell that does not fit."""

from collections.abc import Callable

import polars as pl

from entrepot.errors import Finding, Severity
from entrepot.tables.declarations.currencies import money_columns
from entrepot.tables.exchange import Exchange
from entrepot.tables.limits import value_findings
from entrepot.tables.names import listed
from entrepot.tables.numbers import EITHER, PLAIN, either
from entrepot.tables.raw import FILE, RawTable
from entrepot.tables.schema import PROVENANCE, REQUIRED, Column, Table
from entrepot.tables.study import ROW

DTYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "number": pl.Float64(),
    "integer": pl.Int64(),
    "flag": pl.Boolean(),
    "date": pl.Date(),
    "list": pl.List(pl.String()),
}
YES = ("yes", "y", "true", "1", "ja", "wahr", "oui", "vrai")
NO = ("no", "n", "false", "0", "nein", "falsch", "non", "faux")
_DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y")
_DAY_NUMBER = r"^\d{5}(\.0)?$"
_LIST_MARKS = r"[\s;|]+|,\s+"
_COMMA_AFTER_WORD = r"([^\d,]),"


def typed_table(
    table: Table, raw: RawTable, exchange: Exchange | None = None
) -> tuple[pl.DataFrame, list[Finding]]:
    """Type every declared column, fill in the defaults, and say what does not fit.

    Parameters
    ----------
    table : declaration. raw : cells with plain numbers.
    exchange : rates by which amounts in other currencies become euro; None = all are in euro.

    Returns
    -------
    tuple of polars.DataFrame and list of Finding
        Declared columns in order, the columns of provenance, `ROW`. Cells that do not fit are null.
    """
    findings: list[Finding] = []
    places = raw.cells.select(ROW, FILE)
    factor, money = None, money_columns(table)
    if exchange is not None and money and "currency" in raw.cells.columns:
        factor, findings = exchange.factors(raw)
    columns: list[pl.Series] = []
    for column in table.columns:
        if column.name not in raw.cells.columns and column.default is REQUIRED:
            findings.append(_missing(column, raw))
            columns.append(pl.Series(column.name, [None] * len(places), dtype=DTYPES[column.dtype]))
            continue
        worth = factor if column.name in money else None
        series, problems = typed_column(column, _cells(raw, column.name), places, raw.is_workbook, worth)
        columns.append(series)
        findings += problems
    for column in PROVENANCE:
        series, problems = typed_column(column, _cells(raw, column.name), places, raw.is_workbook)
        columns.append(series)
        findings += [_as_warning(finding) for finding in problems]
    return pl.DataFrame([*columns, raw.cells[ROW]]), findings


def typed_column(
    column: Column,
    cells: pl.Series,
    places: pl.DataFrame,
    is_workbook: bool = False,
    worth: pl.Series | None = None,
) -> tuple[pl.Series, list[Finding]]:
    """Type one column.

    Parameters
    ----------
    column : declaration. cells : (n,) String, null = empty.
    places : (n,) ROW and FILE of each cell, for messages.
    is_workbook : dates may be Excel day numbers.
    worth : (n,) EUR per unit of each row's currency; None = the cells are in the column's unit.
    """
    tell = _Teller(column, cells, places)
    if column.default is REQUIRED:
        tell.where(cells.is_null(), lambda _: ("It is empty.", f"Fill it in: {column.meaning}"))
    if cells.null_count() == len(cells):
        return _all_default(column, len(cells)), tell.findings
    typed = _converted(column, cells, is_workbook)
    tell.where(typed.is_null() & cells.is_not_null(), lambda text: _unreadable(column, text))
    if worth is not None:
        typed = typed * worth
    if cells.null_count():
        typed = typed.zip_with(cells.is_not_null(), _all_default(column, len(cells)))
    value_findings(column, typed, tell.where)
    return typed.alias(column.name), tell.findings


def _converted(column: Column, cells: pl.Series, is_workbook: bool) -> pl.Series:
    if column.dtype == "text":
        return _folded(column, cells)
    if column.dtype == "list":
        return _lists(cells)
    if column.dtype == "flag":
        return _flags(cells)
    if column.dtype == "date":
        return _days(cells, is_workbook)
    return _numbers(column, cells)


def _all_default(column: Column, length: int) -> pl.Series:
    default: object = None if column.default is REQUIRED else column.default
    if column.dtype == "list":
        default = str(default or "").split()
    return pl.Series(column.name, [default] * length, dtype=DTYPES[column.dtype])


class _Teller:
    """Collects findings about one column's cells."""

    def __init__(self, column: Column, cells: pl.Series, places: pl.DataFrame) -> None:
        self.findings: list[Finding] = []
        self._column = column
        self._cells = places.with_columns(cells.alias("value"))

    def where(
        self, mask: pl.Series, say: Callable[[str], tuple[str, str]], severity: Severity = "error"
    ) -> None:
        """One finding per true cell of the mask; `say` gives problem and remedy for a cell's text."""
        if not mask.any():
            return
        said: dict[str, tuple[str, str]] = {}
        for row, label, value in self._cells.filter(mask.fill_null(False)).iter_rows():
            text = value or ""
            if text not in said:
                said[text] = say(text)
            self.findings.append(Finding(severity, label, row, self._column.name, text, *said[text]))


def _cells(raw: RawTable, name: str) -> pl.Series:
    if name in raw.cells.columns:
        return raw.cells[name]
    return pl.Series(name, [None] * len(raw.cells), dtype=pl.String)


def _folded(column: Column, cells: pl.Series) -> pl.Series:
    if not column.choices:
        return cells
    folded = {choice.casefold(): choice for choice in column.choices}
    return cells.str.to_lowercase().replace(folded) if len(cells) else cells


def _flags(cells: pl.Series) -> pl.Series:
    folded = cells.str.to_lowercase()
    is_yes, is_no = folded.is_in(YES), folded.is_in(NO)
    known = pl.select(pl.when(is_yes | is_no).then(is_yes).otherwise(None)).to_series()
    return known.cast(pl.Boolean)


def _days(cells: pl.Series, is_workbook: bool) -> pl.Series:
    plain = cells.str.replace(r"[T ]00:00(:00(\.0+)?)?$", "")
    options = [plain.str.to_date(pattern, strict=False) for pattern in _DAY_FORMATS]
    if is_workbook:
        numbers = plain.set(~plain.str.contains(_DAY_NUMBER).fill_null(False), None)
        days = numbers.cast(pl.Float64, strict=False).cast(pl.Int32)
        options.append((days - 25569).cast(pl.Date))
    return pl.select(pl.coalesce(options)).to_series()


def _lists(cells: pl.Series) -> pl.Series:
    text = pl.col(cells.name).fill_null("").str.replace_all(_COMMA_AFTER_WORD, "${1} ")
    words = text.str.replace_all(_LIST_MARKS, " ").str.split(" ")
    return cells.to_frame().select(words.list.eval(pl.element().filter(pl.element() != ""))).to_series()


def _numbers(column: Column, cells: pl.Series) -> pl.Series:
    text = pl.col(cells.name)
    value = pl.when(text.str.contains(PLAIN)).then(text).cast(pl.Float64, strict=False)
    value = pl.when(value.is_finite()).then(value)
    if column.dtype == "integer":
        is_whole = (value == value.round(0)) & (value.abs() < 1e15)
        value = pl.when(is_whole).then(value).cast(pl.Int64)
    return cells.to_frame().select(value.alias(cells.name)).to_series()


def _unreadable(column: Column, text: str) -> tuple[str, str]:
    if column.dtype in ("number", "integer"):
        if pl.Series([text]).str.contains(EITHER)[0]:
            return either(text)
        kind = "a number" if column.dtype == "number" else "a whole number"
        return f"It is not {kind}.", f"Write {kind} without a unit, with a decimal point."
    if column.dtype == "flag":
        return "It is neither yes nor no.", "Write yes or no."
    return "It is not a date that can be read in one way only.", "Write it as YYYY-MM-DD."


def _missing(column: Column, raw: RawTable) -> Finding:
    problem = "The column is missing."
    headers = [name for name in raw.cells.columns if not name.startswith("_")]
    remedy = f"Add it: {column.meaning}" + (f" The table has {listed(headers)}." if headers else "")
    return Finding("error", raw.label, None, column.name, "", problem, remedy)


def _as_warning(finding: Finding) -> Finding:
    return Finding("warning", finding.file, finding.row, finding.column, finding.value, finding.problem,
                   finding.remedy)  # fmt: skip
