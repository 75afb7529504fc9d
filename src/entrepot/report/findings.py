"""Findings of a check as a list to read: grouped by file, errors first, with what to do."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from entrepot.errors import Finding

SHOWN = 40
"""Findings shown on screen unless all are asked for."""


def print_findings(console: Console, findings: Sequence[Finding], *, limit: int = SHOWN) -> None:
    """Print findings by file, errors before warnings, and the counts at the end.

    Parameters
    ----------
    console : of rich. findings : in any order. limit : how many to show.
    """
    ordered = sorted(findings, key=lambda finding: finding.severity != "error")
    shown = sorted(ordered[:limit], key=lambda finding: finding.file)
    for file, group in groupby(shown, key=lambda finding: finding.file):
        console.print(Text(file, style="bold"))
        console.print(_table(group))
    rest = len(ordered) - len(shown)
    if rest > 0:
        console.print(
            f"... and {rest} more. --all shows them here, --json lists them as data.", highlight=False
        )
    console.print(counts(findings), highlight=False)


def counts(findings: Iterable[Finding]) -> str:
    """How many errors and warnings there are, in words."""
    severities = [finding.severity for finding in findings]
    errors, warnings = severities.count("error"), severities.count("warning")
    if not severities:
        return "No errors, no warnings."
    return f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}.".capitalize()


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number or 'no'} {noun}s"


def _table(findings: Iterable[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 2))
    for _ in range(3):
        table.add_column(overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for finding in findings:
        row = f"row {finding.row}" if finding.row is not None else ""
        value = f" = {finding.value}" if finding.value else ""
        words = f"{finding.problem} {finding.remedy}".strip()
        table.add_row(finding.severity, row, Text(finding.column + value), Text(words))
    return table


def findings_document(findings: Iterable[Finding]) -> list[dict[str, str | int | None]]:
    """Findings as data for JSON."""
    names = ("severity", "file", "row", "column", "value", "problem", "remedy")
    return [{name: getattr(finding, name) for name in names} for finding in findings]
