"""Workbooks hold the same study as folders."""

from datetime import date, datetime

import pytest
import xlsxwriter

from entrepot.tables import check_study, list_examples, list_scenarios, new_study, read_study


def _same(one, other):
    assert one.settings == other.settings
    assert one.service_floors == other.service_floors
    for name, table in one.tables.items():
        assert table.equals(other.tables[name]), name


@pytest.mark.parametrize("name", list_examples())
def test_a_written_workbook_reads_back_as_the_same_study_in_every_scenario(tmp_path, example, name):
    folder = example.parent / name
    book = new_study(tmp_path / "book", name, as_workbook=True)
    assert list_scenarios(book) == list_scenarios(folder)
    assert check_study(book) == ()
    _same(read_study(book), read_study(folder))
    for scenario, _ in list_scenarios(folder):
        _same(read_study(book, scenario), read_study(folder, scenario))


def _write(path, sheets):
    with xlsxwriter.Workbook(path) as book:
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    if isinstance(cell, datetime | date):
                        sheet.write_datetime(row, place, cell, dates)
                    elif isinstance(cell, str):
                        sheet.write_string(row, place, cell)
                    elif cell is not None:
                        sheet.write(row, place, cell)


def _findings(path, sheet):
    return [f for f in check_study(path) if f.file.endswith(f"sheet {sheet}")]


def test_headers_lower_down_and_blank_rows_and_columns_are_read(tmp_path):
    _write(
        tmp_path / "a.xlsx",
        {
            "Study": [["Our study"], [None], ["Key", "Value"], ["study.name", "a"], ["periods.count", 2],
                      ["periods.start", date(2027, 1, 1)]],
            "SIZES": [["Sizes of centres"], [], [None, "Size", None, "Area", "Capacity"],
                      [None, "s", None, 1000, "2 500,5"], [], [None, 2027, None, "x", 100.5]],
        },
    )  # fmt: skip
    found = _findings(tmp_path / "a.xlsx", "sizes")
    assert [(f.row, f.column, f.value) for f in found] == [(6, "area", "x")]
    assert any("no setting" in f.problem or f.value == "" for f in check_study(tmp_path / "a.xlsx"))


def test_numbers_as_texts_and_dates_in_all_forms_are_read(tmp_path):
    header = ["origin", "gateway", "mode", "route", "open_from", "distance", "transit", "cost"]
    days = [date(2027, 3, 1), "2027-03-01", 46447, "46447", datetime(2027, 3, 1), "01.03.2027"]
    rows = [["HGH", "FRLEH", "sea", f"r{n}", day, "19000", "30,5", 0.25] for n, day in enumerate(days)]
    _write(tmp_path / "a.xlsx", {"lanes": [header, *rows]})
    assert all("no " in f.problem for f in _findings(tmp_path / "a.xlsx", "lanes"))
    assert not any(f.column in ("open_from", "transit") for f in _findings(tmp_path / "a.xlsx", "lanes"))


def test_a_missing_settings_sheet_and_missing_tables_are_named(tmp_path):
    _write(tmp_path / "a.xlsx", {"sizes": [["size", "area", "capacity"], ["s", 1000, 100]], "sitez": [["x"]]})
    found = check_study(tmp_path / "a.xlsx")
    assert any(f.file == "a.xlsx, sheet study" and "missing" in f.problem for f in found)
    assert any(f.file == "a.xlsx, sheet markets" and f.problem == "The sheet is missing." for f in found)
    assert any(f.severity == "warning" and f.remedy == "Did you mean 'sites'?" for f in found)


def test_wrong_rows_of_the_scenario_sheet_are_findings(tmp_path):
    rows = [["scenario", "change", "table", "where", "column", "value"],
            ["a", "description", "", "", "", "text"], ["a", "sett", "sizes", "", "area", "3"],
            ["a", "set", "sizes", "size = ", "area", "3"],
            ["b", "set", "sizes", 'size = "x"', "area", "3"]]  # fmt: skip
    _write(tmp_path / "a.xlsx", {"sizes": [["size", "area"], ["s", 1000]], "scenarios": rows})
    assert list_scenarios(tmp_path / "a.xlsx") == (("a", "text"), ("b", ""))
    for scenario, count in (("a", 2), ("b", 1)):
        found = [f for f in check_study(tmp_path / "a.xlsx", scenario) if f.file.endswith("scenarios")]
        assert len(found) == count
        assert all(f.row for f in found)
