"""The workbook: every table of a result on a formatted sheet, with charts that Excel draws itself."""

from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from entrepot.instance import Instance
from entrepot.plans.result import Result
from entrepot.report.currency import column_in
from entrepot.report.figures import frames, plain

SHEETS = (
    "centres", "timeline", "capital", "carriers", "rivals", "countries", "products", "split", "borders",
    "service", "ledger", "gateways", "lanes", "flows", "assumptions",
)  # fmt: skip
"""Tables that get a sheet of their own, in this order; the summary sheet comes first."""
OPTIONAL_SHEETS = ("stages", "stock")
"""Tables that not every result has."""
ACCENT = "#0B6B63"
MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Date in the file's properties: fixed, so that the same result gives the same file."""

_FORMATS = {
    "": "General",
    "percent": "0.0%",
    "gap": "0.00%",
    "whole": "#,##0",
    "cents": "#,##0.00",
    "date": "yyyy-mm-dd",
}


def write_workbook(path: str | Path, instance: Instance, result: Result) -> Path:
    """Write the workbook of a result.

    Parameters
    ----------
    path : file to write. instance : the problem. result : of a run on it.

    Raises
    ------
    UsageError : the result holds no plan.
    """
    target, tables = Path(path), frames(instance, result)
    with xlsxwriter.Workbook(str(target), {"nan_inf_to_errors": True}) as book:
        book.set_properties({"title": instance.name, "created": MADE})
        styles = _styles(book)
        _write_summary(book, styles, instance, tables)
        for name in (*SHEETS, *(name for name in OPTIONAL_SHEETS if name in tables)):
            sheet = book.add_worksheet(name)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            _write_table(sheet, styles, tables[name], instance.money.currency)
            sheet.freeze_panes(1, 1)
            if tables[name].height:
                sheet.autofilter(0, 0, tables[name].height, tables[name].width - 1)
        _add_ledger_chart(book, tables["ledger"], instance.money.currency)
        _add_service_chart(book, instance, tables["service"])
    return target


def _styles(book: Any) -> dict[str, Any]:
    styles = {name: book.add_format({"num_format": code}) for name, code in _FORMATS.items()}
    styles["header"] = book.add_format(
        {"bold": True, "font_color": "white", "bg_color": ACCENT, "text_wrap": True, "valign": "top"}
    )
    styles["title"] = book.add_format({"bold": True, "font_size": 16})
    styles["heading"] = book.add_format({"bold": True, "font_size": 12, "font_color": ACCENT})
    styles["wrapped"] = book.add_format({"text_wrap": True, "valign": "top"})
    return styles


def _write_summary(
    book: Any, styles: dict[str, Any], instance: Instance, tables: dict[str, pl.DataFrame]
) -> None:
    sheet = book.add_worksheet("summary")
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.write(0, 0, f"Plan: {instance.name}", styles["title"])
    sheet.write(2, 0, "Key figures by period", styles["heading"])
    summary = tables["summary"]
    periods = [str(label) for label in summary["period"]]
    sheet.write_row(3, 0, ["", *periods], styles["header"])
    names = [name for name in summary.columns if name != "period"]
    for row, name in enumerate(names, start=4):
        sheet.write(row, 0, header_of(name, instance.money.currency))
        for column, value in enumerate(summary[name], start=1):
            sheet.write(row, column, value, styles[style_of(name, summary[name].dtype)])
    first = 6 + len(names)
    sheet.write(first, 0, "Proof", styles["heading"])
    for row, (item, value) in enumerate(tables["proof"].iter_rows(), start=first + 1):
        sheet.write(row, 0, item)
        is_number = item.endswith(f", {instance.money.currency}") or "fraction" in item or item == "seconds"
        number = _number(value) if is_number else None
        if number is None:
            sheet.write_string(row, 1, value)
        else:
            sheet.write_number(row, 1, number, styles["gap" if "fraction" in item else "whole"])
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, len(periods), 16)
    chart = book.add_chart({"type": "column"})
    row = 4 + names.index("parcels")
    chart.add_series(
        {
            "name": "Parcels sold",
            "categories": ["summary", 3, 1, 3, len(periods)],
            "values": ["summary", row, 1, row, len(periods)],
            "fill": {"color": ACCENT},
        }
    )
    chart.set_title({"name": "Parcels sold by period", "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    sheet.insert_chart(2, len(periods) + 2, chart)


def _number(text: str) -> float | None:
    number = float(text)
    return number if isfinite(number) else None


def _write_table(sheet: Any, styles: dict[str, Any], table: pl.DataFrame, currency: str) -> None:
    sheet.set_row(0, 30)
    for column, name in enumerate(table.columns):
        series = table[name]
        style = styles[style_of(name, series.dtype)]
        sheet.write_string(0, column, header_of(name, currency), styles["header"])
        longest = max(map(len, series.drop_nulls().to_list()), default=0) if series.dtype == pl.String else 12
        width = min(max(longest, len(name) * 2 // 3, 10) + 2, 90)
        sheet.set_column(column, column, width)
        for row, value in enumerate(series, start=1):
            if value is not None:
                sheet.write(row, column, value, styles["wrapped"] if longest > 88 else style)


def header_of(name: str, currency: str) -> str:
    """Heading of a column with its unit: "capital_usd" in USD -> "Capital, USD"."""
    code = column_in("eur", currency)
    for ending, unit in (
        (f"_{code}_per_parcel", f"{currency}/parcel"),
        (f"_{code}", currency),
        ("_m2", "m2"),
        ("_parcels", "parcels"),
        ("_tonnes_per_day", "t/working day"),
        ("_tonnes", "t"),
        ("_h", "hours"),
        ("_t", "t CO2e"),
    ):
        if name.endswith(ending):
            return f"{plain(name[: -len(ending)])}, {unit}"
    words = plain(name)
    return words.replace(code.capitalize(), currency, 1) if name.startswith(f"{code}_") else words


def style_of(name: str, dtype: Any) -> str:
    """Number format of a column, by its name and type."""
    if dtype == pl.Date:
        return "date"
    if dtype != pl.Float64:
        return ""
    if "share" in name or name in {"utilisation", "within_3_days"}:
        return "percent"
    return "cents" if "per_parcel" in name or "per_day" in name or name.endswith("_h") else "whole"


def _add_ledger_chart(book: Any, ledger: pl.DataFrame, currency: str) -> None:
    chart, last = book.add_chart({"type": "bar"}), ledger.height
    value = ledger.width - 1
    chart.add_series(
        {
            "name": f"Present value, {currency}",
            "categories": ["ledger", 1, 0, last, 0],
            "values": ["ledger", 1, value, last, value],
            "fill": {"color": ACCENT},
            "invert_if_negative": True,
            "invert_if_negative_color": "#B4A08C",
        }
    )
    chart.set_title({"name": f"Present value by line, {currency}", "name_font": {"size": 11}})
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_legend({"none": True})
    chart.set_size({"width": 640, "height": 560})
    book.get_worksheet_by_name("ledger").insert_chart(1, ledger.width + 1, chart)


def _add_service_chart(book: Any, instance: Instance, service: pl.DataFrame) -> None:
    chart, classes = book.add_chart({"type": "line"}), instance.n_classes
    for t, label in enumerate(instance.periods.labels):
        first = 1 + t * classes
        chart.add_series(
            {
                "name": label,
                "categories": ["service", first, 1, first + classes - 1, 1],
                "values": ["service", first, 3, first + classes - 1, 3],
            }
        )
    chart.set_title({"name": "Parcels promised within", "name_font": {"size": 11}})
    chart.set_y_axis({"min": 0, "max": 1, "num_format": "0%"})
    book.get_worksheet_by_name("service").insert_chart(1, service.width + 1, chart)
