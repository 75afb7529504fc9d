"""Keys that occur twice, and names that nothing has."""

from collections.abc import Iterator, Mapping

import polars as pl

from entrepot.errors import Finding
from entrepot.tables.declarations import TABLE_NAMED, TABLES
from entrepot.tables.names import listed, nearest
from entrepot.tables.raw import FILE, RawTable
from entrepot.tables.schema import Column, Table
from entrepot.tables.study import ROW

_MOST_SUGGESTIONS = 20


def key_findings(table: Table, typed: pl.DataFrame, raw: RawTable) -> Iterator[Finding]:
    """An error for every row whose key an earlier row has; both rows are named."""
    if not table.key or typed.is_empty():
        return
    required = [name for name in table.key if _is_filled(table, name)]
    numbered = typed.select(*table.key, ROW).with_columns(raw.cells[FILE]).drop_nulls(required)
    first = pl.col(ROW).first().over(*table.key)
    for *key, row, label, earlier in (
        numbered.with_columns(first.alias("_first")).filter(pl.col(ROW) != pl.col("_first")).iter_rows()
    ):
        shown = ", ".join(str(part) for part in key if part not in (None, ""))
        problem = f"The key {' + '.join(table.key)} is already in row {earlier}."
        yield Finding(
            "error", label, row, table.key[0], shown, problem, "Remove or rename one of the two rows."
        )


def reference_findings(tables: Mapping[str, pl.DataFrame], raw: Mapping[str, RawTable]) -> Iterator[Finding]:
    """An error for every cell that names something its table does not have."""
    for table in TABLES:
        if table.name not in raw or tables[table.name].is_empty():
            continue
        for column in table.columns:
            if column.refers_to:
                known = _known(tables, column)
                if known is not None:
                    yield from _unknown(column, tables[table.name], raw[table.name], known)


def _known(tables: Mapping[str, pl.DataFrame], column: Column) -> pl.Series | None:
    name, _, target = column.refers_to.partition(".")
    known = tables[name][target].drop_nulls().unique(maintain_order=True)
    # a target that is missing or wholly unreadable has its own finding
    return known if len(known) or not TABLE_NAMED[name].is_required else None


def _unknown(column: Column, typed: pl.DataFrame, raw: RawTable, known: pl.Series) -> Iterator[Finding]:
    values = typed.select(pl.col(column.name).alias("value"), ROW).with_columns(raw.cells[FILE])
    if column.dtype == "list":
        values = values.explode("value")
    wrong = values.filter(pl.col("value").is_not_null() & ~pl.col("value").is_in(known.implode()))
    names = known.to_list()
    remedies: dict[str, str] = {}
    for value, row, label in wrong.iter_rows():
        if value not in remedies:
            close = nearest(value, names) if len(remedies) < _MOST_SUGGESTIONS else ""
            remedies[value] = f"Did you mean {close!r}?" if close else _known_names(column, names)
        problem = "The table {} has no {} of that name.".format(*column.refers_to.split("."))
        yield Finding("error", label, row, column.name, value, problem, remedies[value])


def _known_names(column: Column, names: list[str]) -> str:
    if not names:
        return f"The table {column.refers_to.partition('.')[0]} is empty; add the row there."
    return f"Known are {listed(names, 6)}."


def _is_filled(table: Table, name: str) -> bool:
    return next(column for column in table.columns if column.name == name).default is not None
