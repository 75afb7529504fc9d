"""A study as one workbook that explains itself: meaning, unit and default behind every header."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from entrepot.tables.declarations import SERVICE_FLOOR, SETTINGS, TABLES
from entrepot.tables.money import currency_of, words_in
from entrepot.tables.numbers import PLAIN, with_plain_numbers
from entrepot.tables.raw import RawSetting, RawStudy, text_of
from entrepot.tables.scenario_sheet import HEADER, lines_of_scenarios
from entrepot.tables.schema import PROVENANCE, REQUIRED, Column, Setting, Table
from entrepot.tables.workbook import FLOORS_SHEET, SCENARIOS_SHEET, SETTINGS_SHEET

_SPARE_ROWS = 500
_WIDEST, _NARROWEST = 42, 9
_CREATED = datetime(2026, 1, 1)
_STYLES = {
    "required": {"bold": True, "bg_color": "#1F4E5F", "font_color": "#FFFFFF", "bottom": 1},
    "optional": {"bold": True, "bg_color": "#DCE6EA", "bottom": 1},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "key": {"bold": True, "valign": "top"},
    "top": {"valign": "top", "align": "left"},
    "faint": {"font_color": "#666666", "valign": "top", "text_wrap": True},
}


def write_study_workbook(path: Path, raw: RawStudy) -> None:
    """Write a study's raw cells as a workbook that reads back as the same study.

    Parameters
    ----------
    path : the file to write. raw : the study; cells that are not of their column's type stay texts.
    """
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": _CREATED, "title": "Entrepot study"})
        styles = {name: book.add_format(style) for name, style in _STYLES.items()}
        _settings_sheet(book.add_worksheet(SETTINGS_SHEET), raw, styles)
        _floors_sheet(book.add_worksheet(FLOORS_SHEET), raw, styles)
        currency = _currency(raw)
        for table in TABLES:
            _table_sheet(book.add_worksheet(table.name), table, _cells(table, raw), styles, currency)
        _scenarios_sheet(book.add_worksheet(SCENARIOS_SHEET), raw, styles)


def comment(declared: Column | Setting, currency: str) -> str:
    """What stands behind a header: meaning, unit, default and choices."""
    lines = [declared.meaning]
    if declared.unit:
        lines.append(
            "Unit: fraction of one" if declared.unit == "1" else f"Unit: {words_in(declared.unit, currency)}"
        )
    if declared.choices:
        lines.append(f"One of: {', '.join(declared.choices)}")
    if declared.default is REQUIRED:
        lines.append("Must be filled in.")
    elif declared.default not in (None, ""):
        lines.append(f"If empty: {text_of(declared.default)}")
    return "\n".join(lines)


def _cells(table: Table, raw: RawStudy) -> pl.DataFrame:
    if table.name not in raw.tables:
        return pl.DataFrame()
    return with_plain_numbers(table, raw.tables[table.name])[0].cells


def _currency(raw: RawStudy) -> str:
    setting = raw.settings.get("study.currency")
    return currency_of(setting.value if setting else None)


def _table_sheet(
    sheet: Any, table: Table, cells: pl.DataFrame, styles: dict[str, Any], currency: str
) -> None:
    columns = [*table.columns, *(column for column in PROVENANCE if column.name in cells.columns)]
    for place, column in enumerate(columns):
        is_required = column.default is REQUIRED
        sheet.write_string(0, place, column.name, styles["required" if is_required else "optional"])
        sheet.write_comment(0, place, comment(column, currency), {"x_scale": 2})
        texts = cells[column.name].to_list() if column.name in cells.columns else []
        for row, text in enumerate(texts, start=1):
            _write(sheet, (row, place), column.dtype, text, styles)
        longest = max([len(column.name) + 2, *(len(text or "") for text in texts)])
        sheet.set_column(place, place, min(max(longest, _NARROWEST), _WIDEST))
        _offer_choices(sheet, place, column, len(cells) + _SPARE_ROWS)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(cells), 1), len(columns) - 1)


def _offer_choices(sheet: Any, place: int, column: Column, last_row: int) -> None:
    if column.dtype == "flag":
        choices = ["yes", "no"]
    elif column.dtype == "text" and column.choices:
        choices = list(column.choices)
    else:
        return
    sheet.data_validation(1, place, last_row, place, {
        "validate": "list", "source": choices, "error_title": column.name,
        "error_message": f"One of: {', '.join(choices)}",
    })  # fmt: skip


def _write(sheet: Any, at: tuple[int, int], dtype: str, text: str | None, styles: dict[str, Any]) -> None:
    if not text:
        return
    if dtype in ("number", "integer") and pl.Series([text]).str.contains(PLAIN)[0]:
        number = float(text)
        # the file format keeps 16 digits
        if float(f"{number:.16G}") == number:
            sheet.write_number(*at, number)
            return
    if dtype == "date":
        try:
            sheet.write_datetime(*at, date.fromisoformat(text), styles["date"])
        except ValueError:
            sheet.write_string(*at, text)
        return
    sheet.write_string(*at, text)


def _settings_sheet(sheet: Any, raw: RawStudy, styles: dict[str, Any]) -> None:
    for place, title in enumerate(("key", "value", "unit", "if empty", "meaning")):
        sheet.write_string(0, place, title, styles["optional"])
    for row, setting in enumerate(SETTINGS, start=1):
        sheet.write_string(row, 0, setting.key, styles["key"])
        _write_setting(sheet, row, raw.settings.get(setting.key), styles)
        sheet.write_string(row, 2, words_in(setting.unit, _currency(raw)), styles["faint"])
        default = "must be given" if setting.default is REQUIRED else text_of(setting.default)
        sheet.write_string(row, 3, default, styles["faint"])
        sheet.write_string(row, 4, setting.meaning, styles["faint"])
        choices = ["true", "false"] if setting.dtype == "flag" else list(setting.choices)
        if choices:
            sheet.data_validation(row, 1, row, 1, {"validate": "list", "source": choices})
    for place, width in enumerate((32, 44, 14, 24, 90)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 1)


def _write_setting(sheet: Any, row: int, raw: RawSetting | None, styles: dict[str, Any]) -> None:
    value = None if raw is None else raw.value
    if value is None:
        sheet.write_blank(row, 1, None, styles["top"])
    elif isinstance(value, int | float) and not isinstance(value, bool) and float(f"{value:.16G}") == value:
        sheet.write_number(row, 1, value, styles["top"])
    elif isinstance(value, list):
        mark = "\n" if any(isinstance(entry, str) for entry in value) else " "
        sheet.write_string(row, 1, mark.join(map(text_of, value)), styles["wrapped"])
    else:
        sheet.write_string(row, 1, text_of(value), styles["wrapped"])


def _floors_sheet(sheet: Any, raw: RawStudy, styles: dict[str, Any]) -> None:
    for place, setting in enumerate(SERVICE_FLOOR):
        is_required = setting.default is REQUIRED
        sheet.write_string(0, place, setting.key, styles["required" if is_required else "optional"])
        sheet.write_comment(0, place, comment(setting, _currency(raw)), {"x_scale": 2})
        for row, floor in enumerate(raw.floors, start=1):
            if setting.key in floor:
                _write(sheet, (row, place), setting.dtype, text_of(floor[setting.key].value), styles)
    sheet.set_column(0, len(SERVICE_FLOOR) - 1, 14)
    sheet.freeze_panes(1, 0)


def _scenarios_sheet(sheet: Any, raw: RawStudy, styles: dict[str, Any]) -> None:
    for place, title in enumerate(HEADER):
        sheet.write_string(0, place, title, styles["required"])
    for row, texts in enumerate(lines_of_scenarios(raw.scenarios), start=1):
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text, styles["wrapped"])
    for place, width in enumerate((20, 13, 18, 48, 24, 60)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 1)
