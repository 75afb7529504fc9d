"""study.toml and scenario files as dotted keys with their lines."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from entrepot.errors import Finding
from entrepot.tables.csv_file import read_text
from entrepot.tables.names import plain_name
from entrepot.tables.raw import RawSetting

FLOORS = "limits.service"
_AT_LINE = re.compile(r"line (\d+)")
_HEADER = re.compile(r"^\s*(\[\[?)([^\]]+)\]\]?\s*(#.*)?$")
_ENTRY = re.compile(r"^\s*([\w\-.\"' ]+?)\s*=")


def read_toml(path: Path, label: str) -> tuple[dict[str, Any], dict[str, list[int]], list[Finding]]:
    """Read a TOML file; never raises for what is in it.

    Parameters
    ----------
    path : the file. label : its name for messages.

    Returns
    -------
    document : {} where it cannot be read.
    lines : dotted key or header -> lines on which it stands.
    findings
    """
    text, findings = read_text(path, label)
    if text is None:
        return {}, {}, findings
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return tomllib.loads(text), _lines(text), findings
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        found = _AT_LINE.search(str(error))
        row = (
            int(found.group(1))
            if found
            else (text.count("\n") + 1 if "end of document" in str(error) else None)
        )
        problem = f"It is not well-formed TOML ({str(error) or 'nested too deeply'})."
        remedy = 'Texts stand in quotation marks, e.g. name = "My study"; decimals have a point.'
        return {}, {}, [*findings, Finding("error", label, row, "", "", problem, remedy)]


def settings_of(
    document: Mapping[str, Any], lines: Mapping[str, list[int]], label: str, prefix: str = ""
) -> dict[str, RawSetting]:
    """Settings by dotted key; tables may be nested or their keys dotted.

    Parameters
    ----------
    document : tables of settings. lines : as `read_toml` gives them. label : file name.
    prefix : header under which the settings stand, e.g. "settings." in a scenario.
    """
    found = {}
    for key, value in _flat(document, ""):
        found[key] = RawSetting(value, label, next(iter(lines.get(prefix + key, ())), None))
    return found


def floors_of(
    value: object, lines: Mapping[str, list[int]], label: str
) -> tuple[Mapping[str, RawSetting], ...]:
    """The service floors: a list of tables; anything else becomes one floor that cannot be read."""
    entries = value if isinstance(value, list) else [value]
    rows: list[int | None] = [*lines.get(FLOORS, ()), *[None] * len(entries)]
    return tuple(
        {plain_name(str(key)): RawSetting(inner, label, row) for key, inner in entry.items()}
        if isinstance(entry, dict)
        else {"": RawSetting(entry, label, row)}
        for entry, row in zip(entries, rows, strict=False)
    )


def _flat(document: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        key = prefix + name
        if isinstance(value, dict) and key != FLOORS:
            yield from _flat(value, f"{key}.")
        else:
            yield key, value


def _lines(text: str) -> dict[str, list[int]]:
    """Where keys stand, for messages only: found by their looks, not by parsing."""
    lines: dict[str, list[int]] = {}
    section = ""
    for row, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.match(line):
            name = _bare(header.group(2))
            section = f"{name}."
            lines.setdefault(name, []).append(row)
        elif entry := _ENTRY.match(line):
            lines.setdefault(section + _bare(entry.group(1)), []).append(row)
    return lines


def _bare(key: str) -> str:
    return re.sub(r"[\"'\s]", "", key)
