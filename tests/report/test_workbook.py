from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from entrepot.instance import Instance
from entrepot.plans.result import Result
from entrepot.report.figures import frames
from entrepot.report.workbook import SHEETS, header_of, style_of, write_workbook

Shown = tuple[Instance, Result]


def test_every_table_is_read_back_as_it_was_written(shown: Shown, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "plan.xlsx", *shown)
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["summary", *SHEETS]
    for name, table in frames(*shown).items():
        if name not in SHEETS or not table.height:
            continue
        rows = book.get_sheet_by_name(name).to_python()
        assert rows[0] == [header_of(column, "EUR") for column in table.columns]
        for row, expected in zip(rows[1:], table.iter_rows(), strict=True):
            for value, wanted in zip(row, expected, strict=True):
                if isinstance(wanted, float):
                    assert value == pytest.approx(wanted, rel=1e-9, abs=1e-9)
                else:
                    assert value == ("" if wanted is None else wanted)


def test_the_same_result_gives_the_same_file(shown: Shown, tmp_path: Path) -> None:
    first = write_workbook(tmp_path / "a.xlsx", *shown).read_bytes()
    assert first == write_workbook(tmp_path / "b.xlsx", *shown).read_bytes()


def test_headings_carry_units_and_numbers_their_format() -> None:
    assert header_of("capital_eur", "EUR") == "Capital, EUR"
    assert header_of("usd_per_parcel", "USD") == "USD per parcel"
    assert header_of("promise_h", "EUR") == "Promise, hours"
    assert style_of("direct_share", pl.Float64()) == "percent"
    assert style_of("parcels", pl.Float64()) == "whole"
    assert style_of("date", pl.Date()) == "date"
