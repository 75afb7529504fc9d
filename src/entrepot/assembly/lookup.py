"""Names become indices, once."""

from datetime import date

import numpy as np
import polars as pl

from entrepot.instance import BoolArray, FloatArray, IntArray
from entrepot.tables.study import Study

ALWAYS = date(1, 1, 1).toordinal()
NEVER = date(9999, 12, 31).toordinal()


class Lookup:
    """A study's tables with typed column access and name-to-index maps.

    Parameters
    ----------
    study : a checked study: every reference is known, every key unique.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self._index: dict[str, dict[str, int]] = {}

    def table(self, name: str) -> pl.DataFrame:
        """The checked table of that name."""
        return self.study.tables[name]

    def number(self, table: str, column: str, empty: float = float("nan")) -> FloatArray:
        """A number column as float64, nulls replaced by `empty`."""
        values = self.table(table)[column].cast(pl.Float64).fill_null(empty)
        return values.to_numpy().astype(np.float64, copy=True)

    def text(self, table: str, column: str, empty: str = "") -> tuple[str, ...]:
        """A text column, nulls replaced by `empty`."""
        return tuple(self.table(table)[column].fill_null(empty).to_list())

    def flag(self, table: str, column: str) -> BoolArray:
        """A flag column."""
        return np.array(self.table(table)[column].fill_null(False).to_list(), dtype=np.bool_)

    def lists(self, table: str, column: str) -> list[list[str]]:
        """A list column."""
        return [list(entry or ()) for entry in self.table(table)[column].to_list()]

    def labels(self, table: str, key: str) -> tuple[str, ...]:
        """Names to show, the key where empty."""
        shown = self.table(table).select(pl.col("name").fill_null(pl.col(key))).to_series()
        return tuple(shown.to_list())

    def days(self, table: str, column: str, empty: int) -> IntArray:
        """A date column as proleptic ordinals."""
        values = self.table(table)[column].to_list()
        return np.array([empty if day is None else day.toordinal() for day in values], dtype=np.int64)

    def index(self, table: str, column: str, target: str, key: str, empty: int = -1) -> IntArray:
        """A reference column as indices into the rows of `target`, `empty` where null."""
        positions = self.positions(target, key)
        values = self.table(table)[column].to_list()
        return np.array([empty if name is None else positions[name] for name in values], dtype=np.int64)

    def positions(self, table: str, key: str) -> dict[str, int]:
        """Row of every key of a table."""
        slot = f"{table}.{key}"
        if slot not in self._index:
            self._index[slot] = {name: row for row, name in enumerate(self.table(table)[key].to_list())}
        return self._index[slot]

    def setting(self, key: str) -> float:
        """A numeric setting; nan where empty."""
        value = self.study.settings[key]
        return float("nan") if value is None else float(str(value))

    def word(self, key: str) -> str:
        """A text setting."""
        return str(self.study.settings[key] or "")

    def per_period(self, key: str, n_periods: int, empty: float) -> FloatArray:
        """A setting with one number, or one per period, as (n_periods,)."""
        value = self.study.settings[key]
        if value is None:
            return np.full(n_periods, empty)
        numbers = np.atleast_1d(np.asarray(value, dtype=np.float64))
        return np.resize(numbers, n_periods) if len(numbers) == 1 else numbers.copy()
