"""The exception tree, and the finding that a data error is made of.

::

    EntrepotError
    ├── DataError         the study is wrong: every finding at once      (exit code 1)
    ├── UsageError        the call is wrong                              (exit code 2)
    ├── InfeasibleError   the limits contradict each other, by name      (exit code 3)
    └── SolverError       no plan, for a reason outside the study        (exit code 4)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or odd, in a study.

    Attributes
    ----------
    severity : "error" stops planning, "warning" does not.
    file : file name, or workbook and sheet ("study.xlsx, sheet sites").
    row : row number as the planner's editor shows it (the header is row 1), or None.
    column : column name or settings key, or "".
    value : the offending value as text, or "".
    problem : what is wrong and why.
    remedy : what to do.
    """

    severity: Severity
    file: str
    row: int | None
    column: str
    value: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column}"
        shown = f" ({self.value!r})" if self.value else ""
        return f"{self.severity}: {place}{shown}: {self.problem} {self.remedy}".rstrip()


class EntrepotError(Exception):
    """Whatever Entrepot raises on purpose."""


class DataError(EntrepotError):
    """The study has errors; all of them are listed, grouped by file.

    Attributes
    ----------
    findings : errors and warnings, in the order of file and row.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [finding for finding in self.findings if finding.severity == "error"]
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        super().__init__("\n".join([f"The study has {count}.", *map(str, errors)]))


class UsageError(EntrepotError):
    """A call that cannot be carried out as it was made."""


class InfeasibleError(EntrepotError):
    """No plan meets all limits.

    Attributes
    ----------
    limits : names of the limits that were relaxed to make a plan possible, each with the least amount.
    """

    def __init__(self, limits: Iterable[tuple[str, float]]) -> None:
        self.limits = tuple(limits)
        named = "; ".join(f"{name} (relax by {amount:,.6g})" for name, amount in self.limits)
        super().__init__(f"No plan meets all limits. In conflict: {named or 'unknown limits'}.")


class SolverError(EntrepotError):
    """The solver ended without anything that can be relied on."""
