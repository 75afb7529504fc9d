"""Sums of flows: by period, by row and period, by cell."""

import numpy as np

from entrepot.instance import BoolArray, FloatArray, IntArray


def summed(index: IntArray, amount: FloatArray, length: int) -> FloatArray:
    """Sum of the amounts that share an index: (length,), in the unit of `amount`."""
    return np.asarray(np.bincount(index, weights=amount, minlength=length), dtype=np.float64)


def table(row: IntArray, column: IntArray, amount: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """Sum of the amounts that share a row and a column: (n_rows, n_columns), in the unit of `amount`."""
    return summed(row * shape[1] + column, amount, shape[0] * shape[1]).reshape(shape)


def cube(
    index: tuple[IntArray, IntArray, IntArray], amount: FloatArray, shape: tuple[int, ...]
) -> FloatArray:
    """Sum of the amounts that share three indices: array of `shape`, in the unit of `amount`."""
    key = np.asarray(np.ravel_multi_index(index, shape), dtype=np.int64)
    return summed(key, amount, int(np.prod(shape))).reshape(shape)


def is_repeated(key: IntArray) -> BoolArray:
    """Which entries have occurred before: (n,)."""
    _, first = np.unique(key, return_index=True)
    repeated = np.ones(len(key), dtype=np.bool_)
    repeated[first] = False
    return repeated
