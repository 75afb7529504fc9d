"""Values against their declaration: choices, minimum and maximum, plausible range."""

from collections.abc import Callable
from typing import Protocol

import polars as pl

from entrepot.errors import Severity
from entrepot.tables.names import did_you_mean, listed
from entrepot.tables.schema import Column, Setting

FIRST_YEAR, LAST_YEAR = 1950, 2200


class Tell(Protocol):
    """Takes a mask over a column's cells, and what to say about each true one."""

    def __call__(
        self, mask: pl.Series, say: Callable[[str], tuple[str, str]], severity: Severity = "error"
    ) -> None:
        """Report every true cell."""


def value_findings(column: Column, typed: pl.Series, tell: Tell) -> None:
    """Report the typed values that break their column's rules."""
    if column.choices:
        allowed = pl.Series(column.choices, dtype=pl.String)
        if column.dtype == "list":
            wrong = typed.list.eval(~pl.element().is_in(allowed.implode())).list.any()
        else:
            wrong = typed.is_not_null() & ~typed.is_in(allowed.implode())
        tell(wrong, lambda text: not_allowed(text, column.choices))
    if column.dtype == "date":
        wrong = (typed.dt.year() < FIRST_YEAR) | (typed.dt.year() > LAST_YEAR)
        remedy = f"Give a day between {FIRST_YEAR} and {LAST_YEAR}."
        tell(wrong, lambda _: ("The year cannot be meant.", remedy))
    if column.minimum is not None:
        tell(typed < column.minimum, lambda _: below(column))
    if column.maximum is not None:
        tell(typed > column.maximum, lambda _: above(column))
    if column.plausible is not None:
        low, high = column.plausible
        outside = (typed < low) | (typed > high)
        if column.minimum is not None:
            outside &= typed >= column.minimum
        if column.maximum is not None:
            outside &= typed <= column.maximum
        unit = f" {column.unit}" if column.unit not in ("", "1") else ""
        problem = f"It is outside the usual range of {low:g} to {high:g}{unit}."
        tell(outside, lambda _: (problem, "Check the value and its unit."), "warning")


def not_allowed(text: str, choices: tuple[str, ...]) -> tuple[str, str]:
    """Problem and remedy of a text that is not among the choices."""
    words = [word for word in text.split() if word not in choices] or [text]
    return f"It is not one of {listed(choices)}.", did_you_mean(words[0], choices, f"Write {choices[0]}.")


def below(declared: Column | Setting) -> tuple[str, str]:
    """Problem and remedy of a number under its minimum."""
    problem = f"It is less than the smallest value allowed, {declared.minimum:g}."
    return problem, f"{declared.meaning}{_unit(declared)}"


def above(declared: Column | Setting) -> tuple[str, str]:
    """Problem and remedy of a number over its maximum."""
    problem = f"It is more than the largest value allowed, {declared.maximum:g}."
    return problem, f"{declared.meaning}{_unit(declared)}"


def _unit(declared: Column | Setting) -> str:
    if declared.unit == "1":
        return " A fraction of one: 20 % is 0.2."
    return f" The unit is {declared.unit}." if declared.unit else ""
