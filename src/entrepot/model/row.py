"""A row over strategic columns, and rows as a matrix."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from entrepot.instance import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """lower <= sum of coefficient x column <= upper.

    Attributes
    ----------
    name : for planners. lower, upper : -inf and inf where open.
    column : (n_entries,) columns. coefficient : (n_entries,).
    """

    name: str
    lower: float
    upper: float
    column: IntArray
    coefficient: FloatArray


def sum_row(name: str, lower: float, upper: float, column: IntArray) -> Row:
    """lower <= sum of the columns <= upper."""
    return Row(name, lower, upper, column, np.ones(len(column)))


def stack_rows(rows: list[Row], n_columns: int) -> tuple[csr_array, FloatArray, FloatArray]:
    """Matrix (n_rows, n_columns), lower and upper sides (n_rows,)."""
    pointer = np.concatenate([[0], np.cumsum([len(row.column) for row in rows])]).astype(np.int64)
    index = np.concatenate([np.zeros(0, dtype=np.int64), *(row.column for row in rows)])
    data = np.concatenate([np.zeros(0), *(row.coefficient for row in rows)])
    matrix = csr_array((data, index, pointer), shape=(len(rows), n_columns))
    lower = np.array([row.lower for row in rows], dtype=float)
    upper = np.array([row.upper for row in rows], dtype=float)
    return matrix, lower, upper
