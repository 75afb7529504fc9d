"""The monolithic formulation as text in the LP format, with the planner's names."""

import re
from collections.abc import Iterable, Iterator

import numpy as np

from entrepot.location import LocationProblem
from entrepot.location.problem import FloatArray
from entrepot.model.families import LinearProgram, Pairs, expand

TERMS_PER_LINE = 4


def write_lp(problem: LocationProblem) -> str:
    """Text of the strong formulation, numbers to nine digits.

    Notes
    -----
    The format is CPLEX's LP format; names keep letters, digits and points, everything else becomes "_".
    An x column is named for its cell, its way and, where it needs one, the configuration.
    """
    program, pairs = expand(problem)
    columns = _unique([*problem.strategic.column_names, *_flow_names(problem, pairs)])
    lines = [f"\\ {problem.name}", "Maximize", *_expression("value", program.objective, columns)]
    lines += ["Subject To", *_rows(program, columns), "Bounds", *_bounds(program, columns)]
    lines += ["General", *(f" {columns[i]}" for i in np.flatnonzero(program.is_integer)), "End"]
    return "\n".join(lines) + "\n"


def _flow_names(problem: LocationProblem, pairs: Pairs) -> Iterator[str]:
    for cell, way, enabler in zip(pairs.cell, pairs.way, pairs.enabler, strict=True):
        place = f".{problem.enablers.names[enabler]}" if enabler >= 0 else ""
        yield f"x.c{cell}.w{way}{place}"


def _unique(names: Iterable[str]) -> list[str]:
    """Names that the format allows, each only once."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9.]+", "_", name).strip("_")
        plain = plain if re.match(r"[A-DF-Za-df-z]", plain) else f"_{plain}"
        seen[plain] = seen.get(plain, 0) + 1
        unique.append(plain if seen[plain] == 1 else f"{plain}_{seen[plain]}")
    return unique


def _rows(program: LinearProgram, columns: list[str]) -> Iterator[str]:
    rows, matrix = program.rows, program.rows.matrix
    for row, name in enumerate(_unique(rows.names)):
        entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
        names = [columns[i] for i in matrix.indices[entries]]
        lower, upper = rows.lower[row], rows.upper[row]
        if lower == upper:
            yield from _sided(name, matrix.data[entries], names, f"= {_number(upper)}")
            continue
        if np.isfinite(upper):
            yield from _sided(name, matrix.data[entries], names, f"<= {_number(upper)}")
        if np.isfinite(lower):
            label = f"{name}_low" if np.isfinite(upper) else name
            yield from _sided(label, matrix.data[entries], names, f">= {_number(lower)}")


def _sided(label: str, coefficient: FloatArray, names: list[str], side: str) -> Iterator[str]:
    *head, last = _expression(label, coefficient, names)
    yield from head
    yield f"{last} {side}"


def _expression(label: str, coefficient: FloatArray, names: list[str]) -> list[str]:
    terms = [
        f"{'-' if value < 0 else '+'} {_number(abs(value))} {name}"
        for value, name in zip(coefficient, names, strict=True)
        if value != 0.0
    ] or ["0"]
    lines = [terms[i : i + TERMS_PER_LINE] for i in range(0, len(terms), TERMS_PER_LINE)]
    return [f" {label}: {' '.join(lines[0])}", *(f"   {' '.join(line)}" for line in lines[1:])]


def _bounds(program: LinearProgram, columns: list[str]) -> Iterator[str]:
    for name, lower, upper in zip(columns, program.lower, program.upper, strict=True):
        if np.isfinite(upper):
            yield f" {_number(lower)} <= {name} <= {_number(upper)}"
        elif lower != 0.0:
            yield f" {name} >= {_number(lower)}"


def _number(value: float) -> str:
    return f"{value + 0.0:.9g}"
