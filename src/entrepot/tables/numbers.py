"""Numbers as people type them become numbers as polars reads them, where only one reading is possible."""

import polars as pl

from entrepot.errors import Finding
from entrepot.tables.raw import FILE, RawTable
from entrepot.tables.schema import Column, Table
from entrepot.tables.study import ROW

PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
"""What the typed columns accept."""

EITHER = r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$"
"""A number whose mark may part thousands or decimals."""

_SPACED = r"^[+-]?\d{1,3}([ '’\u00a0\u202f]\d{3})+([.,]\d+)?$"
_MANY_COMMAS = r"^[+-]?\d{1,3}(,\d{3}){2,}(\.\d+)?$|^[+-]?\d{1,3}(,\d{3})+\.\d+$"
_MANY_DOTS = r"^[+-]?\d{1,3}(\.\d{3}){2,}(,\d+)?$|^[+-]?\d{1,3}(\.\d{3})+,\d+$"
_COMMA = r"^[+-]?\d*,\d+([eE][+-]?\d{1,3})?$"
_PERCENT = r"^[+-]?\d+([.,]\d+)?\s*%$"
_FRACTIONS = ("1", "1/year")


def with_plain_numbers(table: Table, raw: RawTable) -> tuple[RawTable, list[Finding]]:
    """Write the numbers of a table's number columns with a decimal point and nothing else.

    A lone comma is a decimal comma, except that 1,234 is left as it is (and reported later) where the
    separator does not show that commas are decimal. In a table with decimal commas 1.234 is reported.
    Thousands are joined where groups of three leave no doubt; 5 % becomes 0.05 in columns of fractions.
    """
    numeric = _unplain_columns(table, raw.cells)
    if not numeric:
        return raw, []
    has_commas = raw.decimal_mark == "," and any(
        bool(raw.cells[column.name].str.contains(_COMMA).any()) for column in numeric
    )
    findings: list[Finding] = []
    plain = []
    for column in numeric:
        text = pl.col(column.name)
        if has_commas:
            doubtful = raw.cells.filter(text.str.contains(EITHER) & text.str.contains(".", literal=True))
            findings += [
                Finding("error", label, row, column.name, value, *either(value))
                for row, label, value in doubtful.select(ROW, FILE, column.name).iter_rows()
            ]
        plain.append(_plain(text, raw.decimal_mark == ",", column.unit in _FRACTIONS).alias(column.name))
    cells = raw.cells.with_columns(plain)
    return RawTable(raw.label, cells, raw.decimal_mark, raw.is_workbook), findings


def _unplain_columns(table: Table, cells: pl.DataFrame) -> list[Column]:
    """The number columns in which some cell is not a plain number yet, or may be one with a comma."""
    numeric = [c for c in table.columns if c.dtype in ("number", "integer") and c.name in cells.columns]
    if not numeric or cells.is_empty():
        return []
    is_plain = cells.select(pl.col(column.name).str.contains(PLAIN).all() for column in numeric).row(0)
    return numeric if not all(is_plain) else []


def either(value: str) -> tuple[str, str]:
    """Problem and remedy of a number that can be read in two ways."""
    joined = value.replace(",", "").replace(".", "")
    parted = value.replace(",", ".")
    return f"It may mean {joined} or {parted}.", f"Write {joined} or {parted}0 to leave no doubt."


def _plain(text: pl.Expr, comma_is_decimal: bool, is_fraction: bool) -> pl.Expr:
    lone_comma = text.str.contains(_COMMA)
    if not comma_is_decimal:
        lone_comma &= ~text.str.contains(EITHER)
    expression = (
        pl.when(text.str.contains(_SPACED))
        .then(text.str.replace_all(r"[ '’\u00a0\u202f]", "").str.replace(",", ".", literal=True))
        .when(text.str.contains(_MANY_COMMAS))
        .then(text.str.replace_all(",", "", literal=True))
        .when(text.str.contains(_MANY_DOTS))
        .then(text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(lone_comma)
        .then(text.str.replace(",", ".", literal=True))
    )
    if is_fraction:
        share = text.str.replace_all(r"[\s%]", "").str.replace(",", ".", literal=True)
        hundredth = (share.cast(pl.Float64, strict=False) / 100).round(12).cast(pl.String)
        expression = expression.when(text.str.contains(_PERCENT)).then(hundredth)
    return expression.otherwise(text)
