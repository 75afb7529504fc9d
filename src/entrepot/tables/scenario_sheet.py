"""The sheet "scenarios": one row per change, with the same meaning as the scenario files."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import get_args

from entrepot.errors import Finding
from entrepot.tables.grid import Line
from entrepot.tables.names import did_you_mean, plain_name
from entrepot.tables.raw import Action, Change, RawSetting, Scenario, text_of
from entrepot.tables.scenario_file import WrongEntry, conditions
from entrepot.tables.toml_file import FLOORS

HEADER = ("scenario", "change", "table", "where", "column", "value")
CHANGES = ("description", "setting", *get_args(Action))


def scenarios_of_lines(lines: Sequence[Line], label: str) -> dict[str, Scenario]:
    """Read the sheet's rows.

    Parameters
    ----------
    lines : rows with HEADER somewhere among them. label : sheet for messages.

    Notes
    -----
    `change` is description (text in value), setting (key in column), set, factor, add (where, column,
    value), row (where holds the new row's values) or remove (where). `where` is written as in TOML:
    route = "suez", gateway = ["NLRTM", "DEHAM"]; the setting limits.service as [{hours = 72, share = 0.5}].
    """
    parts: dict[str, list[tuple[int, dict[str, str]]]] = {}
    places: dict[str, int] = {}
    for row, cells in lines:
        if not places:
            names = {plain_name(cell): place for place, cell in enumerate(cells) if cell}
            places = names if {"scenario", "change"} <= set(names) else {}
        elif any(cells):
            entry = {name: cells[places[name]] if name in places else "" for name in HEADER}
            parts.setdefault(entry["scenario"], []).append((row, entry))
    return {name: _scenario(name, entries, label) for name, entries in parts.items() if name}


def lines_of_scenarios(scenarios: Mapping[str, Scenario]) -> list[tuple[str, ...]]:
    """The rows below the header that say the same as the given scenarios."""
    rows: list[tuple[str, ...]] = []
    for name, scenario in scenarios.items():
        rows.append((name, "description", "", "", "", scenario.description))
        for key, raw in scenario.settings.items():
            rows.append((name, "setting", "", "", key, _setting_text(key, raw.value)))
        for change in scenario.changes:
            where = ", ".join(f"{key} = {_quoted(texts)}" for key, texts in change.where.items())
            rows.append((name, change.action, change.table, where, change.column, change.value))
    return rows


def _scenario(name: str, entries: list[tuple[int, dict[str, str]]], label: str) -> Scenario:
    description = ""
    changes: list[Change] = []
    settings: dict[str, RawSetting] = {}
    findings: list[Finding] = []
    for row, entry in entries:
        kind = entry["change"].casefold()
        if kind == "description":
            description = entry["value"]
        elif kind == "setting":
            settings[entry["column"]] = RawSetting(_setting(entry["column"], entry["value"]), label, row)
        else:
            try:
                changes.append(_change(kind, entry, row))
            except WrongEntry as error:
                problem, remedy = error.args
                findings.append(Finding("error", label, row, "change", entry["change"], problem, remedy))
    changes.sort(key=lambda change: {"remove": 0, "row": 2}.get(change.action, 1))
    return Scenario(name, description, label, tuple(changes), settings, tuple(findings))


def _change(kind: str, entry: dict[str, str], row: int) -> Change:
    for action in get_args(Action):
        if kind == action:
            table, column = plain_name(entry["table"]), plain_name(entry["column"])
            return Change(action, table, _where(entry["where"]), column, entry["value"], row)
    raise WrongEntry(
        "There is no change of that kind.", did_you_mean(kind, CHANGES, f"Use {', '.join(CHANGES)}.")
    )


def _setting(key: str, text: str) -> object:
    """A setting's value; service floors are written as in TOML."""
    if key != FLOORS:
        return text
    try:
        return tomllib.loads(f"floors = {text}")["floors"]
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return text


def _setting_text(key: str, value: object) -> str:
    if isinstance(value, list) and key == FLOORS:
        floors = [
            ", ".join(f"{name} = {_toml(inner)}" for name, inner in floor.items())
            for floor in value
            if isinstance(floor, dict)
        ]
        return f"[{', '.join(f'{{{floor}}}' for floor in floors)}]"
    if isinstance(value, list) and any(isinstance(entry, str) for entry in value):
        return "\n".join(map(text_of, value))
    return text_of(value)


def _toml(value: object) -> str:
    return _quoted((value,)) if isinstance(value, str) else text_of(value)


def _where(text: str) -> dict[str, tuple[str, ...]]:
    try:
        return conditions(tomllib.loads(f"where = {{{text}}}")["where"])
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        remedy = 'Write it as: route = "suez", gateway = ["NLRTM", "DEHAM"].'
        raise WrongEntry("Its condition cannot be read.", remedy) from error


def _quoted(texts: tuple[str, ...]) -> str:
    words = ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts]
    return words[0] if len(words) == 1 else f"[{', '.join(words)}]"
