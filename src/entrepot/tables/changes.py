"""A scenario's changes made on the raw cells, before anything is typed or checked."""

import math
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from entrepot.errors import Finding
from entrepot.tables.declarations import TABLE_NAMED
from entrepot.tables.names import did_you_mean, listed, nearest
from entrepot.tables.numbers import PLAIN
from entrepot.tables.raw import FILE, Change, RawTable, Scenario, text_of
from entrepot.tables.schema import PROVENANCE, REQUIRED, Column, Table
from entrepot.tables.study import ROW
from entrepot.tables.typed import typed_column


class _Refused(Exception):  # noqa: N818 - becomes a finding at once
    """A change that cannot be made: column, value, problem and remedy."""


def changed_tables(
    tables: Mapping[str, RawTable], scenario: Scenario
) -> tuple[dict[str, RawTable], list[Finding]]:
    """Make a scenario's changes: rows are removed, then cells changed, then rows added, each in its order.

    Parameters
    ----------
    tables : raw tables with plain numbers, by name.
    scenario : the changes.

    Returns
    -------
    tuple of dict and list of Finding
        The changed tables; one finding for each change that could not be made.
    """
    changed = dict(tables)
    findings = []
    for change in scenario.changes:
        try:
            table = _table(change)
            raw = changed.get(table.name) or _absent(table)
            changed[table.name] = replace(raw, cells=_made(change, table, raw, scenario.label))
        except _Refused as error:
            column, value, problem, remedy = error.args
            findings.append(Finding("error", scenario.label, change.row, column, value, problem, remedy))
    return changed, findings


def _made(change: Change, table: Table, raw: RawTable, label: str) -> pl.DataFrame:
    if change.action == "row":
        return _with_row(change, table, raw, label)
    matches = _matches(change, table, raw.cells)
    if change.action == "remove":
        return raw.cells.filter(~matches)
    column = _column(change.column, table)
    cells = raw.cells.with_columns(_texts(column, raw.cells))
    if change.action == "set":
        _check(column, change.value, label)
        new = pl.Series([change.value or None], dtype=pl.String)
        return cells.with_columns(cells[column.name].zip_with(~matches, new).alias(column.name))
    return _scaled(change, column, cells, matches)


def _scaled(change: Change, column: Column, cells: pl.DataFrame, matches: pl.Series) -> pl.DataFrame:
    if column.dtype not in ("number", "integer"):
        problem = f"The column holds no numbers, so {change.action} has no meaning."
        raise _Refused(column.name, change.value, problem, "Use value instead.")
    amount = float(change.value) if pl.Series([change.value]).str.contains(PLAIN)[0] else math.nan
    if not math.isfinite(amount):
        raise _Refused(column.name, change.value, "It is not a number.", "Write a number.")
    texts = _filled(column, cells)
    readable = matches & texts.str.contains(PLAIN).fill_null(False)
    numbers = texts.set(~readable, None).cast(pl.Float64, strict=False)
    moved = numbers * amount if change.action == "factor" else numbers + amount
    if column.dtype == "integer":
        moved = moved.round(0)
    new = pl.Series([None if number is None else text_of(number) for number in moved], dtype=pl.String)
    return cells.with_columns(new.zip_with(readable, cells[column.name]).alias(column.name))


def _with_row(change: Change, table: Table, raw: RawTable, label: str) -> pl.DataFrame:
    values = {name: " ".join(texts) for name, texts in change.where.items()}
    columns = {name: _column(name, table) for name in values}
    for name, text in values.items():
        _check(columns[name], text, label)
    last = raw.cells[ROW].max()
    row = {name: text or None for name, text in values.items()}
    added = pl.DataFrame(
        {**row, ROW: (last if isinstance(last, int) else 1) + 1, FILE: f"{raw.label} with {label}"},
        schema={**dict.fromkeys(row, pl.String), ROW: pl.Int64, FILE: pl.String},
    )
    return pl.concat([raw.cells, added], how="diagonal")


def _matches(change: Change, table: Table, cells: pl.DataFrame) -> pl.Series:
    mask = pl.Series([True] * len(cells), dtype=pl.Boolean)
    for name, wanted in change.where.items():
        column = _column(name, table)
        texts = _filled(column, cells).fill_null("")
        hit = texts.is_in(wanted)
        if column.dtype in ("number", "integer"):
            numbers = [float(text) for text in wanted if pl.Series([text]).str.contains(PLAIN)[0]]
            values = texts.set(~texts.str.contains(PLAIN), None).cast(pl.Float64, strict=False)
            hit |= values.is_in(numbers).fill_null(False)
        if not hit.any():
            close = nearest(wanted[0], texts.unique().to_list()) if wanted else ""
            remedy = f"Did you mean {close!r}?" if close else "Look at the values that the table has."
            shown = ", ".join(wanted)
            raise _Refused(name, shown, f"No row of {table.name} has this {name}.", remedy)
        mask &= hit
    if not mask.any():
        shown = "; ".join(f"{name} = {', '.join(wanted)}" for name, wanted in change.where.items())
        problem = f"No row of {table.name} meets the condition."
        raise _Refused("where", shown, problem, "Loosen the condition, or remove the change.")
    return mask


def _table(change: Change) -> Table:
    if change.table in TABLE_NAMED:
        return TABLE_NAMED[change.table]
    remedy = did_you_mean(change.table, TABLE_NAMED, f"Tables are {listed(TABLE_NAMED, 20)}.")
    raise _Refused("table", change.table, "There is no table of that name.", remedy)


def _column(name: str, table: Table) -> Column:
    columns = {column.name: column for column in (*table.columns, *PROVENANCE)}
    if name in columns:
        return columns[name]
    remedy = did_you_mean(name, columns, f"Columns are {listed(columns, 25)}.")
    raise _Refused("column", name, f"The table {table.name} has no column of that name.", remedy)


def _check(column: Column, text: str, label: str) -> None:
    places = pl.DataFrame({ROW: [0], FILE: [label]})
    cell = pl.Series(column.name, [text or None], dtype=pl.String)
    for finding in typed_column(column, cell, places)[1]:
        if finding.severity == "error":
            raise _Refused(column.name, text, finding.problem, finding.remedy)


def _texts(column: Column, cells: pl.DataFrame) -> pl.Series:
    if column.name in cells.columns:
        return cells[column.name]
    return pl.Series(column.name, [None] * len(cells), dtype=pl.String)


def _filled(column: Column, cells: pl.DataFrame) -> pl.Series:
    """The column's texts, with the default where a cell is empty."""
    texts = _texts(column, cells)
    has_default = column.default is not REQUIRED and column.default is not None
    return texts.fill_null(text_of(column.default)) if has_default else texts


def _absent(table: Table) -> RawTable:
    return RawTable(f"{table.name}.csv", pl.DataFrame(schema={ROW: pl.Int64, FILE: pl.String}))
