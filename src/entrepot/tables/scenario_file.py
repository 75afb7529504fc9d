"""Scenario files: named changes to tables and settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from entrepot.errors import Finding
from entrepot.tables.names import did_you_mean, plain_name
from entrepot.tables.raw import Action, Change, Scenario, text_of
from entrepot.tables.toml_file import read_toml, settings_of

_PARTS = ("description", "change", "row", "remove", "settings")
_KEYS = {
    "change": ("table", "where", "column", "value", "factor", "add"),
    "row": ("table", "values"),
    "remove": ("table", "where"),
}
_AMOUNTS: dict[str, Action] = {"value": "set", "factor": "factor", "add": "add"}


class WrongEntry(Exception):  # noqa: N818 - becomes a finding at once
    """An entry of a scenario that cannot be read: problem and remedy."""


def scenario_of_toml(path: Path, label: str) -> Scenario:
    """Read one scenario file; what is wrong in it becomes findings of the scenario."""
    document, lines, found = read_toml(path, label)
    findings = list(found)
    for part in document:
        if part not in _PARTS:
            problem = "A scenario has no part of that name."
            row = next(iter(lines.get(part, ())), None)
            findings.append(
                Finding("error", label, row, part, "", problem, did_you_mean(part, _PARTS, "Remove it."))
            )
    changes: list[Change] = []
    for kind in ("remove", "change", "row"):
        entries = document.get(kind, [])
        rows: list[int | None] = [*lines.get(kind, ())]
        if not isinstance(entries, list):
            entries = [entries]
        for place, entry in enumerate(entries):
            line = rows[place] if place < len(rows) else None
            try:
                changes.append(_change(kind, entry, line))
            except WrongEntry as error:
                problem, remedy = error.args
                findings.append(Finding("error", label, line, kind, "", problem, remedy))
    settings = document.get("settings", {})
    if not isinstance(settings, dict):
        problem, remedy = (
            "It is not a table of settings.",
            'Write [settings] and lines like "money.discount_rate" = 0.1.',
        )
        findings.append(Finding("error", label, None, "settings", text_of(settings), problem, remedy))
        settings = {}
    return Scenario(
        name=path.stem,
        description=text_of(document.get("description", "")),
        label=label,
        changes=tuple(changes),
        settings=settings_of(settings, lines, label, "settings."),
        findings=tuple(findings),
    )


def conditions(where: object) -> dict[str, tuple[str, ...]]:
    """The condition of a change: column -> texts of which one must be in the row."""
    if not isinstance(where, Mapping):
        raise WrongEntry("Its condition is not a table.", 'Write where = {route = "suez"}.')
    return {
        plain_name(str(column)): tuple(map(text_of, value)) if isinstance(value, list) else (text_of(value),)
        for column, value in where.items()
    }


def _change(kind: str, entry: object, row: int | None) -> Change:
    if not isinstance(entry, dict):
        raise WrongEntry("It is not a table.", f"Write [[{kind}]] with {', '.join(_KEYS[kind])}.")
    unknown = [key for key in entry if key not in _KEYS[kind]]
    if unknown:
        remedy = did_you_mean(unknown[0], _KEYS[kind], f"Use {', '.join(_KEYS[kind])}.")
        raise WrongEntry(f"It has no key {unknown[0]!r}.", remedy)
    if not isinstance(entry.get("table"), str):
        raise WrongEntry("It does not name its table.", 'Add table = "...".')
    table = plain_name(entry["table"])
    if kind == "row":
        return Change("row", table, conditions(entry.get("values", {})), "", "", row)
    where = conditions(entry.get("where", {}))
    if kind == "remove":
        return Change("remove", table, where, "", "", row)
    return _amount(entry, table, where, row)


def _amount(entry: dict[str, Any], table: str, where: dict[str, tuple[str, ...]], row: int | None) -> Change:
    amounts = [key for key in _AMOUNTS if key in entry]
    if len(amounts) != 1:
        raise WrongEntry("It needs exactly one of value, factor and add.", "Keep the one that is meant.")
    if not isinstance(entry.get("column"), str):
        raise WrongEntry("It does not name its column.", 'Add column = "...".')
    value = entry[amounts[0]]
    if isinstance(value, dict):
        raise WrongEntry("Its value is a table.", "Write one value.")
    if amounts[0] != "value" and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise WrongEntry(f"Its {amounts[0]} is not a number.", f"Write {amounts[0]} = 1.2, for example.")
    column = plain_name(entry["column"])
    return Change(_AMOUNTS[amounts[0]], table, where, column, text_of(value), row)
