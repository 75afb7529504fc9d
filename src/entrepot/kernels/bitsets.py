"""Sets as rows of bits: which are contained in others, and how few of them cover everything."""

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel

BitArray = NDArray[np.uint64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@kernel
def maximal(bits: BitArray, order: IntArray) -> BoolArray:
    """Sets that no other set contains; of equal sets the first in the order stays.

    Parameters
    ----------
    bits : (n, n_words). order : (n,) the sets, larger ones first.
    """
    count, words = bits.shape
    is_kept = np.zeros(count, np.bool_)
    kept = np.empty(count, np.int64)
    n_kept = 0
    for position in range(count):
        one = order[position]
        is_inside = False
        for k in range(n_kept):
            other = kept[k]
            is_inside = True
            for word in range(words):
                if bits[one, word] & ~bits[other, word] != np.uint64(0):
                    is_inside = False
                    break
            if is_inside:
                break
        if not is_inside:
            is_kept[one] = True
            kept[n_kept] = one
            n_kept += 1
    return is_kept


@kernel
def richest(pointer: IntArray, row: IntArray, times: IntArray, rank: NDArray[np.float64]) -> tuple[int, int]:
    """Column with most rows that are not covered yet, of equal ones that of highest rank; and how many."""
    best, best_new = -1, 0
    for column in range(len(pointer) - 1):
        if pointer[column + 1] - pointer[column] < best_new:
            continue
        new = 0
        for k in range(pointer[column], pointer[column + 1]):
            if times[row[k]] == 0:
                new += 1
        if new > best_new or (new == best_new and new > 0 and rank[column] > rank[best]):
            best, best_new = column, new
    return best, best_new


@kernel
def greedy_cover(pointer: IntArray, row: IntArray, n_rows: int, rank: NDArray[np.float64]) -> IntArray:
    """Columns chosen one by one by rows newly covered, then by `rank`; redundant ones closed again.

    Parameters
    ----------
    pointer, row : rows of each column. n_rows : every one of which has a column. rank : (n_columns,).

    Returns
    -------
    (n_chosen,) columns that cover all rows, in the order chosen.
    """
    times = np.zeros(n_rows, np.int64)
    chosen = np.empty(n_rows, np.int64)
    count, covered = 0, 0
    while covered < n_rows:
        best, new = richest(pointer, row, times, rank)
        if best < 0:
            break
        for k in range(pointer[best], pointer[best + 1]):
            times[row[k]] += 1
        covered += new
        chosen[count] = best
        count += 1
    stays = 0
    for position in range(count):
        rows = row[pointer[chosen[position]] : pointer[chosen[position] + 1]]
        if np.min(times[rows]) == 1:
            chosen[stays] = chosen[position]
            stays += 1
        else:
            times[rows] -= 1
    return chosen[:stays].copy()
