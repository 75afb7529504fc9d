"""A study in one workbook: the tables as sheets, the settings in the sheet "study"."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from entrepot.errors import DataError, Finding
from entrepot.tables.declarations import SERVICE_FLOOR, TABLE_NAMED
from entrepot.tables.grid import Layout, Line, table_of_grid
from entrepot.tables.names import did_you_mean, plain_name
from entrepot.tables.raw import RawSetting, RawStudy, RawTable, text_of
from entrepot.tables.scenario_sheet import scenarios_of_lines

SETTINGS_SHEET = "study"
SCENARIOS_SHEET = "scenarios"
FLOORS_SHEET = "service_floors"
_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_OTHERS = (SETTINGS_SHEET, SCENARIOS_SHEET, FLOORS_SHEET)
_NO_TABLE = ("readme", "about", "notes")


def is_workbook(path: Path) -> bool:
    """Whether the file's name says that it is a workbook (not the editor's lock file)."""
    return path.suffix.lower() in _SUFFIXES and not path.name.startswith(("~$", ".~"))


def read_workbook(path: Path) -> RawStudy:
    """Read everything that a study's workbook holds; wrong sheets become findings.

    Raises
    ------
    DataError : it is not a workbook.
    """
    sheets, findings = _sheets(path)
    tables: dict[str, RawTable] = {}
    for name, lines in sheets.items():
        if name in TABLE_NAMED:
            layout = Layout(_label(path, name), is_workbook=True)
            table, problems = table_of_grid(TABLE_NAMED[name], lines, layout)
            findings += problems
            if table is not None:
                tables[name] = table
    label = _label(path, SETTINGS_SHEET)
    if SETTINGS_SHEET not in sheets:
        remedy = "Add it with one row per setting: key in the first column, value in the second."
        findings.append(Finding("error", label, None, "", "", "The sheet is missing.", remedy))
    return RawStudy(
        path=str(path),
        tables=tables,
        present=frozenset(sheets),
        settings=_settings(sheets.get(SETTINGS_SHEET, []), label),
        floors=_floors(sheets.get(FLOORS_SHEET, []), _label(path, FLOORS_SHEET)),
        settings_label=label,
        scenarios=scenarios_of_lines(sheets.get(SCENARIOS_SHEET, []), _label(path, SCENARIOS_SHEET)),
        findings=tuple(findings),
    )


def _sheets(path: Path) -> tuple[dict[str, list[Line]], list[Finding]]:
    findings: list[Finding] = []
    sheets: dict[str, list[Line]] = {}
    try:
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            for title in book.sheet_names:
                name = plain_name(title)
                if name in TABLE_NAMED or name in _OTHERS:
                    if name in sheets:
                        problem, remedy = "The sheet is there twice.", "Keep one of the two."
                        findings.append(Finding("error", _label(path, title), None, "", "", problem, remedy))
                    else:
                        sheets[name] = _lines(book.get_sheet_by_name(title).to_python(skip_empty_area=False))
                elif name not in _NO_TABLE:
                    problem = "There is no table of that name; the sheet was left out."
                    remedy = did_you_mean(name, (*TABLE_NAMED, *_OTHERS), "Rename or remove it.")
                    findings.append(Finding("warning", _label(path, title), None, "", "", problem, remedy))
    except (CalamineError, ValueError, OSError) as error:
        problem = f"It is not a workbook that can be read ({error})."
        remedy = "Save it as .xlsx, and close it in other programs."
        raise DataError([Finding("error", path.name, None, "", "", problem, remedy)]) from error
    return sheets, findings


def _lines(rows: list[list[Any]]) -> list[Line]:
    return [(number, [_text(cell) for cell in row]) for number, row in enumerate(rows, start=1)]


def _text(cell: object) -> str:
    return str(cell) if isinstance(cell, timedelta) else text_of(cell)


def _settings(lines: list[Line], label: str) -> dict[str, RawSetting]:
    settings = {}
    for row, cells in lines:
        key = cells[0].strip() if cells else ""
        if not key or key.casefold() in ("key", "setting") or key.startswith("#"):
            continue
        settings[key.casefold().replace(" ", "_")] = RawSetting(
            cells[1] if len(cells) > 1 else "", label, row
        )
    return settings


def _floors(lines: list[Line], label: str) -> tuple[Mapping[str, RawSetting], ...]:
    known = {setting.key for setting in SERVICE_FLOOR}
    header: dict[str, int] = {}
    floors = []
    for row, cells in lines:
        if not header:
            names = {plain_name(cell): place for place, cell in enumerate(cells) if cell}
            header = names if known & set(names) else {}
        elif any(cells):
            floors.append({name: RawSetting(cells[place], label, row) for name, place in header.items()})
    return tuple(floors)


def _label(path: Path, sheet: str) -> str:
    return f"{path.name}, sheet {sheet}"
