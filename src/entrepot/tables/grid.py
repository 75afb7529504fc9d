"""Rows of texts become a raw table: header found, blank rows and columns left out, unknown columns named."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from entrepot.errors import Finding
from entrepot.tables.names import did_you_mean, plain_name
from entrepot.tables.raw import FILE, RawTable
from entrepot.tables.schema import PROVENANCE, Table
from entrepot.tables.study import ROW

_HEADER_WITHIN = 20

Line = tuple[int, Sequence[str]]
"""Row number as the editor shows it, and the row's cells."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file's form says about its cells; see `RawTable`."""

    label: str
    decimal_mark: Literal["", ".", ","] = ""
    is_workbook: bool = False


def table_of_grid(
    table: Table, lines: Sequence[Line], layout: Layout
) -> tuple[RawTable | None, list[Finding]]:
    """Find the header among the first rows, and the cells below it.

    Parameters
    ----------
    table : declaration that says which headers are known.
    lines : every row of the file, blank ones included or not.
    layout : the file's label and form.

    Returns
    -------
    tuple of RawTable and list of Finding
        None where there is not even a header.
    """
    filled = [(row, cells) for row, cells in lines if any(cells)]
    known = [column.name for column in (*table.columns, *PROVENANCE)]
    if not filled:
        problem = "It is empty, without even a header."
        remedy = f"Write a header: {', '.join(known[: len(table.columns)])}."
        return None, [Finding("error", layout.label, None, "", "", problem, remedy)]
    head = _header_position(filled, set(known))
    places, findings = _columns(filled[head], known, layout.label)
    body = filled[head + 1 :]
    findings += _beyond_header(filled[head], body, layout.label)
    columns: dict[str, list[str | None] | list[str] | list[int]] = {
        name: [(texts[place] or None) if place < len(texts) else None for _, texts in body]
        for name, place in places.items()
    }
    columns |= {ROW: [row for row, _ in body], FILE: [layout.label for _ in body]}
    cells = pl.DataFrame(columns, schema={**dict.fromkeys(columns, pl.String), ROW: pl.Int64})
    return RawTable(layout.label, cells, layout.decimal_mark, layout.is_workbook), findings


def _header_position(filled: Sequence[Line], known: set[str]) -> int:
    hits = [len(known & {plain_name(cell) for cell in cells}) for _, cells in filled[:_HEADER_WITHIN]]
    return hits.index(max(hits))


def _columns(header: Line, known: list[str], label: str) -> tuple[dict[str, int], list[Finding]]:
    row, cells = header
    places: dict[str, int] = {}
    findings = []
    absent = set(known) - {plain_name(cell) for cell in cells}
    for place, cell in enumerate(cells):
        name = plain_name(cell)
        if not name:
            continue
        if name in places:
            problem = "The column is there twice."
            findings.append(Finding("error", label, row, cell, "", problem, "Keep one of them."))
        elif name in known:
            places[name] = place
        else:
            remedy = did_you_mean(name, absent, "Remove it, or put what it says into the column note.")
            problem = "The column is not known and was left out."
            findings.append(Finding("warning", label, row, cell, "", problem, remedy))
    return places, findings


def _beyond_header(header: Line, body: Sequence[Line], label: str) -> list[Finding]:
    named = {place for place, cell in enumerate(header[1]) if cell}
    return [
        Finding(
            "error",
            label,
            row,
            "",
            text,
            f"Cell {place + 1} of the row has a value but no header.",
            "Quote texts and numbers that hold the separator, or give the column a header.",
        )
        for row, cells in body
        for place, text in enumerate(cells)
        if text and place not in named
    ]
