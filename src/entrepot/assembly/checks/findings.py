"""How a cross-table check states what it found."""

from collections.abc import Iterable, Iterator

import polars as pl

from entrepot.errors import Finding, Severity
from entrepot.tables.study import ROW, Study


def at_rows(
    study: Study,
    table: str,
    where: pl.Expr,
    column: str,
    texts: tuple[str, str],
    *,
    severity: Severity = "error",
) -> Iterator[Finding]:
    """One finding for each row of a table that an expression selects.

    Parameters
    ----------
    study : the study. table, column : place of the value shown.
    where : boolean polars expression; null counts as false.
    texts : (problem, remedy); "{column}" entries are replaced by the row's values.
    severity : "error" or "warning".
    """
    for row in study.tables[table].filter(where.fill_null(False)).iter_rows(named=True):
        value = row.get(column)
        yield Finding(
            severity=severity,
            file=study.files.get(table, f"{table}.csv"),
            row=row[ROW],
            column=column,
            value="" if value is None else _shown(value),
            problem=texts[0].format(**row),
            remedy=texts[1].format(**row),
        )


def at_table(
    study: Study, table: str, column: str, texts: tuple[str, str], severity: Severity = "error"
) -> Finding:
    """A finding about a whole table or column."""
    return Finding(severity, study.files.get(table, f"{table}.csv"), None, column, "", *texts)


def at_setting(study: Study, key: str, texts: tuple[str, str], severity: Severity = "error") -> Finding:
    """A finding about a setting."""
    value = study.settings.get(key)
    shown = "" if value is None else _shown(value)
    return Finding(severity, study.files.get("study", "study.toml"), None, key, shown, *texts)


def _shown(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(_shown, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def listed(names: Iterable[str], most: int = 8) -> str:
    """Names in a sentence, the first few of them."""
    known = list(names)
    return ", ".join(known[:most]) + (f" and {len(known) - most} more" if len(known) > most else "")
