"""The page docs/data-formats.md, written from the schema."""

from collections.abc import Iterable, Sequence

from entrepot.tables.declarations import SERVICE_FLOOR, SETTINGS, TABLES
from entrepot.tables.raw import text_of
from entrepot.tables.schema import PROVENANCE, REQUIRED, Column, Setting, Table
from entrepot.tables.schema_text import CLOSING, OPENING
from entrepot.units import UNITS

_KINDS = {
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "flag": "yes/no",
    "date": "date",
    "list": "list",
    "numbers": "number or list",
}


def describe_schema() -> str:
    """Every table, column and setting with its type, unit, default, rule and meaning, as Markdown."""
    parts = [OPENING, "## Tables\n", _overview()]
    parts += [_table(table) for table in TABLES]
    parts += ["### Columns that every table may have\n", _columns(PROVENANCE)]
    parts += ["## Settings (`study.toml`)\n", _settings(SETTINGS)]
    parts += ["### Service floors (`[[limits.service]]`)\n", _settings(SERVICE_FLOOR)]
    parts += [CLOSING, "## Units\n", _grid(("unit", "meaning"), UNITS.items())]
    return "\n".join(parts)


def _overview() -> str:
    rows = (
        (f"[`{table.name}`](#{table.name})", "yes" if table.is_required else "no", table.meaning)
        for table in TABLES
    )
    return _grid(("table", "required", "meaning"), rows)


def _table(table: Table) -> str:
    names = " + ".join(f"`{name}`" for name in table.key)
    key = f"Key: {names}." if names else "Rows may repeat."
    needed = "Required." if table.is_required else "Optional."
    return f"### {table.name}\n\n{table.meaning} {key} {needed}\n\n{_columns(table.columns)}"


def _columns(columns: Sequence[Column]) -> str:
    header = ("column", "type", "unit", "if empty", "rule", "meaning")
    return _grid(
        header, ((f"`{column.name}`", *_declared(column, _column_rule(column))) for column in columns)
    )


def _settings(settings: Sequence[Setting]) -> str:
    header = ("key", "type", "unit", "if absent", "rule", "meaning")
    return _grid(header, ((f"`{setting.key}`", *_declared(setting, _rule(setting))) for setting in settings))


def _declared(declared: Column | Setting, rule: str) -> tuple[str, ...]:
    if declared.default is REQUIRED:
        default = "**required**"
    elif declared.default in (None, ""):
        default = "empty"
    else:
        default = text_of(declared.default)
    return _KINDS[declared.dtype], declared.unit, default, rule, declared.meaning


def _column_rule(column: Column) -> str:
    rules = [_rule(column)] if _rule(column) else []
    if column.plausible:
        rules.append(f"usually {column.plausible[0]:g} to {column.plausible[1]:g}")
    if column.refers_to:
        rules.append(f"in `{column.refers_to}`")
    return "; ".join(rules)


def _rule(declared: Column | Setting) -> str:
    rules = []
    if declared.choices:
        rules.append(" or ".join(f"`{choice}`" for choice in declared.choices))
    if declared.minimum is not None:
        rules.append(f"≥ {declared.minimum:g}")
    if declared.maximum is not None:
        rules.append(f"≤ {declared.maximum:g}")
    return "; ".join(rules)


def _grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"
