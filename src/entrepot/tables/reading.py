"""Read a study: files to raw cells, a scenario's changes, typed columns, and every finding at once."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from entrepot.errors import DataError, Finding, UsageError
from entrepot.tables.changes import changed_tables
from entrepot.tables.declarations import TABLES
from entrepot.tables.declarations.currencies import CURRENCIES
from entrepot.tables.exchange import exchange_on
from entrepot.tables.folder import SETTINGS_FILE, read_folder
from entrepot.tables.money import currency_of, finding_in
from entrepot.tables.names import did_you_mean, listed
from entrepot.tables.numbers import with_plain_numbers
from entrepot.tables.raw import FILE, RawStudy, RawTable, Scenario
from entrepot.tables.references import key_findings, reference_findings
from entrepot.tables.schema import REQUIRED, Table
from entrepot.tables.settings import typed_floors, typed_settings
from entrepot.tables.study import ROW, SettingValue, Study
from entrepot.tables.toml_file import FLOORS, floors_of
from entrepot.tables.typed import typed_table
from entrepot.tables.workbook import is_workbook, read_workbook


def read_study(path: str | Path, scenario: str = "") -> Study:
    """Read a study folder or workbook.

    Parameters
    ----------
    path : folder with study.toml and CSV tables, or an XLSX workbook with the same tables as sheets.
    scenario : name of one of the study's scenarios, or "".

    Raises
    ------
    DataError : the study has errors; all findings are listed. UsageError : there is no such scenario.

    Notes
    -----
    Files are read, never written. Tables are checked one by one and for references; what only shows when
    tables are put together is found by `entrepot.assembly.findings_of`.
    """
    study, findings = _read(path, scenario)
    if study is None or any(finding.severity == "error" for finding in findings):
        raise DataError(findings)
    return study


def check_study(path: str | Path, scenario: str = "") -> tuple[Finding, ...]:
    """Every finding about a study's files, errors and warnings, in the order of files and rows.

    Parameters
    ----------
    path, scenario : as for `read_study`.

    Raises
    ------
    UsageError : there is no such scenario.
    """
    return tuple(_read(path, scenario)[1])


def list_scenarios(path: str | Path) -> tuple[tuple[str, str], ...]:
    """Name and description of every scenario of a study.

    Raises
    ------
    DataError : there is no study.
    """
    raw = read_raw(path)
    return tuple((scenario.name, scenario.description) for scenario in raw.scenarios.values())


def read_raw(path: str | Path) -> RawStudy:
    """A study's files as raw cells and values.

    Raises
    ------
    DataError : there is no study at `path`.
    """
    place = Path(path)
    if place.name.lower() == SETTINGS_FILE and place.is_file():
        place = place.parent
    try:
        return _read_raw(place)
    except OSError as error:
        problem = f"It cannot be read ({error.strerror or error})."
        raise _no_study(place, problem, "Check that you may read it.") from error


def _read_raw(place: Path) -> RawStudy:
    if place.is_file():
        if is_workbook(place):
            return read_workbook(place)
        problem = "It is neither a folder nor a workbook."
        raise _no_study(place, problem, "Name the study's folder, or its .xlsx file.")
    if not place.is_dir():
        others = [other.name for other in place.parent.iterdir()] if place.parent.is_dir() else []
        remedy = did_you_mean(place.name, others, "Check the path, or write a study with: entrepot new DIR.")
        raise _no_study(place, "There is no such folder or workbook.", remedy)
    names = {entry.name.lower() for entry in place.iterdir()}
    if not any(name == SETTINGS_FILE or name.endswith((".csv", ".tsv")) for name in names):
        books = sorted(entry.name for entry in place.iterdir() if is_workbook(entry))
        remedy = (
            f"Name the workbook: {place / books[0]}." if books else "Write a study with: entrepot new DIR."
        )
        raise _no_study(place, "The folder holds no study: there is no study.toml and no CSV table.", remedy)
    return read_folder(place)


def _read(path: str | Path, name: str) -> tuple[Study | None, list[Finding]]:
    try:
        raw = read_raw(path)
    except DataError as error:
        return None, list(error.findings)
    scenario = _chosen(raw, name)
    findings = [*raw.findings, *scenario.findings]
    tables: dict[str, RawTable] = {}
    for table in TABLES:
        if table.name in raw.tables:
            tables[table.name], problems = with_plain_numbers(table, raw.tables[table.name])
            findings += problems
    tables, problems = changed_tables(tables, scenario)
    findings += problems
    changed = {**raw.settings, **scenario.settings}
    floors_changed = changed.pop(FLOORS, None)
    raw_floors = floors_of(floors_changed.value, {}, scenario.label) if floors_changed else raw.floors
    settings, problems = typed_settings(changed, raw.settings_label)
    floors, more = typed_floors(raw_floors, raw.settings_label)
    if raw.settings or not any(finding.file == raw.settings_label for finding in raw.findings):
        findings += problems
    findings += more
    currency = currency_of(settings["study.currency"])
    typed, problems = _typed_tables(raw, tables, (currency, _currency_day(settings)))
    findings += [*problems, *reference_findings(typed, tables)]
    findings = [finding_in(finding, currency) for finding in findings]
    study = Study(
        name=str(settings["study.name"] or ""),
        path=raw.path,
        scenario=name,
        tables=typed,
        settings=settings,
        service_floors=floors,
        files=_labels(raw, tables),
        warnings=tuple(finding for finding in findings if finding.severity == "warning"),
    )
    return study, _in_order(findings, study.files)


def _typed_tables(
    raw: RawStudy, tables: Mapping[str, RawTable], money: tuple[str, date | None]
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    typed: dict[str, pl.DataFrame] = {}
    rates = tables.get(CURRENCIES.name) or _nothing(CURRENCIES)
    exchange, findings = exchange_on(*money, typed_table(CURRENCIES, rates)[0], rates)
    for table in TABLES:
        cells = tables.get(table.name)
        if cells is None:
            typed[table.name], _ = typed_table(table, _nothing(table))
            if table.is_required and table.name not in raw.present:
                findings.append(_missing_table(raw, table))
            continue
        typed[table.name], problems = typed_table(table, cells, exchange)
        findings += [*problems, *key_findings(table, typed[table.name], cells)]
        if table.is_required and cells.cells.is_empty() and len(cells.cells.columns) > 2:
            problem, remedy = "It has a header but no rows.", f"Add rows: {table.meaning}"
            findings.append(Finding("error", cells.label, None, "", "", problem, remedy))
    return typed, findings


def _nothing(table: Table) -> RawTable:
    cells = pl.DataFrame(schema={column.name: pl.String for column in table.columns})
    return RawTable("", cells.with_columns(pl.Series(ROW, [], pl.Int64), pl.Series(FILE, [], pl.String)))


def _currency_day(settings: Mapping[str, SettingValue]) -> date | None:
    """The day of the exchange rates; None where no setting says one that can be read."""
    day = settings["money.currency_date"] or settings["periods.start"]
    return date.fromordinal(day) if isinstance(day, int) else None


def _chosen(raw: RawStudy, name: str) -> Scenario:
    if not name:
        return Scenario("", "", "")
    if name in raw.scenarios:
        return raw.scenarios[name]
    known = listed(raw.scenarios, 20)
    remedy = did_you_mean(name, raw.scenarios, f"It has {known}." if known else "It has none.")
    raise UsageError(f"The study {raw.path} has no scenario {name!r}. {remedy}")


def _labels(raw: RawStudy, tables: Mapping[str, RawTable]) -> dict[str, str]:
    labels = {table.name: f"{table.name}.csv" for table in TABLES}
    labels.update({name: table.label for name, table in tables.items()})
    return {**labels, "study": raw.settings_label}


def _missing_table(raw: RawStudy, table: Table) -> Finding:
    in_book = raw.settings_label != SETTINGS_FILE
    label = f"{Path(raw.path).name}, sheet {table.name}" if in_book else f"{table.name}.csv"
    problem = f"The {'sheet' if in_book else 'file'} is missing."
    needed = ", ".join(column.name for column in table.columns if column.default is REQUIRED)
    return Finding("error", label, None, "", "", problem, f"Add it: {table.meaning} Columns: {needed}.")


def _in_order(findings: list[Finding], files: Mapping[str, str]) -> list[Finding]:
    place = {label: number for number, label in enumerate(dict.fromkeys([files["study"], *files.values()]))}
    return sorted(findings, key=lambda f: (place.get(f.file, len(place)), f.file, f.row or 0))


def _no_study(place: Path, problem: str, remedy: str) -> DataError:
    return DataError([Finding("error", str(place), None, "", "", problem, remedy)])
