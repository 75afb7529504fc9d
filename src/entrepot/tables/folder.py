"""A study folder: study.toml, CSV tables, scenarios."""

from pathlib import Path
from typing import Any

from entrepot.errors import Finding
from entrepot.tables.csv_file import read_csv
from entrepot.tables.declarations import TABLE_NAMED
from entrepot.tables.names import did_you_mean, plain_name
from entrepot.tables.raw import RawSetting, RawStudy, RawTable, Scenario
from entrepot.tables.scenario_file import scenario_of_toml
from entrepot.tables.toml_file import FLOORS, floors_of, read_toml, settings_of

SETTINGS_FILE = "study.toml"
SCENARIOS = "scenarios"


def read_folder(folder: Path) -> RawStudy:
    """Read everything that a study folder holds; wrong files become findings."""
    document, lines, findings = _settings_file(folder)
    settings = settings_of(document, lines, SETTINGS_FILE)
    floors = settings.pop(FLOORS, None)
    tables, present, problems = _tables(folder)
    return RawStudy(
        path=str(folder),
        tables=tables,
        present=present,
        settings=settings,
        floors=floors_of(floors.value, lines, SETTINGS_FILE) if isinstance(floors, RawSetting) else (),
        settings_label=SETTINGS_FILE,
        scenarios=_scenarios(folder),
        findings=(*findings, *problems),
    )


def _settings_file(folder: Path) -> tuple[dict[str, Any], dict[str, list[int]], list[Finding]]:
    named = [entry for entry in folder.iterdir() if entry.name.lower() == SETTINGS_FILE]
    if named:
        return read_toml(named[0], SETTINGS_FILE)
    others = [entry.name for entry in folder.iterdir() if entry.suffix.lower() == ".toml"]
    remedy = did_you_mean(SETTINGS_FILE, others, "Write one; entrepot new DIR writes an example.")
    return {}, {}, [Finding("error", SETTINGS_FILE, None, "", "", "The file is missing.", remedy)]


def _tables(folder: Path) -> tuple[dict[str, RawTable], frozenset[str], list[Finding]]:
    tables: dict[str, RawTable] = {}
    seen: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted(folder.iterdir(), key=lambda path: (path.stem not in TABLE_NAMED, path.name)):
        if path.suffix.lower() not in (".csv", ".tsv"):
            continue
        name = plain_name(path.stem)
        if name not in TABLE_NAMED:
            problem = "There is no table of that name; the file was left out."
            remedy = did_you_mean(name, TABLE_NAMED, "Rename or remove it.")
            findings.append(Finding("warning", path.name, None, "", "", problem, remedy))
        elif name in seen:
            problem = f"The table {name} is also in {seen[name]}."
            findings.append(Finding("error", path.name, None, "", "", problem, "Keep one of the two files."))
        else:
            seen[name] = path.name
            table, problems = read_csv(TABLE_NAMED[name], path, path.name)
            findings += problems
            if table is not None:
                tables[name] = table
    return tables, frozenset(seen), findings


def _scenarios(folder: Path) -> dict[str, Scenario]:
    directory = folder / SCENARIOS
    if not directory.is_dir():
        return {}
    paths = sorted(path for path in directory.iterdir() if path.suffix.lower() == ".toml")
    return {path.stem: scenario_of_toml(path, f"{SCENARIOS}/{path.name}") for path in paths}
