"""A row over flows, and rows as a matrix."""

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from entrepot.instance import FloatArray, IntArray

NO_INDEX, NO_AMOUNT = np.zeros(0, dtype=np.int64), np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class ResourceRow:
    """sum of usage x flow + sum of share x load <= sum of coefficient x column + constant.

    Attributes
    ----------
    way : (n_entries,) ways. usage : (n_entries,) per unit of cell weight.
    column : (n_room,) strategic columns. coefficient : (n_room,).
    enabler : (n_loads,) configurations. share : (n_loads,) of their load that counts.
    """

    name: str
    way: IntArray
    usage: FloatArray
    column: IntArray
    coefficient: FloatArray
    constant: float
    enabler: IntArray = field(default_factory=lambda: NO_INDEX)
    share: FloatArray = field(default_factory=lambda: NO_AMOUNT)


def sparse(indices: list[IntArray], values: list[FloatArray], width: int) -> csr_array:
    """Matrix (n_rows, width) from the entries of every row."""
    pointer = np.concatenate([[0], np.cumsum([len(index) for index in indices])]).astype(np.int64)
    index = np.concatenate([NO_INDEX, *indices], dtype=np.int32, casting="same_kind")
    data = np.concatenate([NO_AMOUNT, *values])
    return csr_array((data, index, pointer), shape=(len(indices), width))
