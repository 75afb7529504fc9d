"""Can p sites cover the sampled customers? Decided by reductions, packing, greedy, LP, and then a MIP."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from entrepot.kernels.bitsets import greedy_cover, maximal
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.status import Program, open_program, run, vertex_of

Verdict = Literal["plan", "proved impossible", "claimed impossible", "unknown"]

WHOLE = 1e-6
"""By how much a bound must exceed p to prove that p sites do not suffice."""
TRIES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """Answer for one threshold: the verdict, and the columns of a plan if there is one."""

    verdict: Verdict
    plan: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """Rows to be covered by columns: csr over rows, and the original index of each column."""

    matrix: csr_array
    column: IntArray

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.matrix.shape[0])

    def turned(self) -> csr_array:
        """The same, csr over columns."""
        turned = csr_array(self.matrix.T.tocsr())
        turned.sort_indices()
        return turned


def decide(row: IntArray, column: IntArray, n_rows: int, n_open: int, bracket: Bracket) -> Cover:
    """Whether `n_open` columns cover all rows.

    Parameters
    ----------
    row, column : (n_pairs,) which column covers which row.
    """
    nothing = np.zeros(0, dtype=np.int64)
    if np.any(np.bincount(row, minlength=n_rows) == 0):
        return Cover("proved impossible", nothing)
    small = _reduced(row, column, n_rows)
    if _packing(small) > n_open:
        return Cover("proved impossible", nothing)
    rng = np.random.default_rng(0)
    turned = small.turned()
    for _ in range(TRIES):
        plan = _greedy(turned, small.n_rows, rng.random(len(small.column)))
        if len(plan) <= n_open:
            return Cover("plan", small.column[plan])
    return _by_program(small, n_open, bracket)


def _greedy(turned: csr_array, n_rows: int, rank: FloatArray) -> IntArray:
    return greedy_cover(turned.indptr.astype(np.int64), turned.indices.astype(np.int64), n_rows, rank)


def _reduced(row: IntArray, column: IntArray, n_rows: int) -> Incidence:
    """Without columns inside others and rows that contain others, until nothing changes."""
    kept, local = np.unique(column, return_inverse=True)
    matrix = csr_array((np.ones(len(row)), (row, local)), shape=(n_rows, len(kept)))
    while True:
        shape = matrix.shape
        stays = _maximal(matrix.T.tocsr(), is_largest=True)
        matrix, kept = csr_array(matrix[:, stays]), kept[stays]
        matrix = csr_array(matrix[_maximal(matrix, is_largest=False)])
        if matrix.shape == shape:
            matrix.sort_indices()
            return Incidence(matrix, kept)


def _maximal(sets: csr_array, is_largest: bool) -> IntArray:
    """Sets (rows of the matrix) that are inside no other, or that contain no other."""
    bits = _bits(sets)
    size = np.diff(sets.indptr)
    if not is_largest:  # i contains j where the complement of i is inside that of j
        bits, size = ~bits, -size
    order = np.lexsort((*bits.T, -size))
    return np.flatnonzero(maximal(bits, order))


def _bits(sets: csr_array) -> NDArray[np.uint64]:
    """Rows of a 0-1 matrix as bits."""
    count, width = sets.shape
    words = max(1, -(-width // 64))
    bits = np.zeros(count * words, dtype=np.uint64)
    owner = np.repeat(np.arange(count), np.diff(sets.indptr))
    item = sets.indices.astype(np.int64)
    key = owner * words + (item >> 6)
    np.bitwise_or.at(bits, key, np.uint64(1) << (item & 63).astype(np.uint64))
    return bits.reshape(count, words)


def _packing(cover: Incidence) -> int:
    """Rows of which no two share a column, chosen shortest first: so many columns are needed."""
    indptr, indices = cover.matrix.indptr, cover.matrix.indices
    is_used = np.zeros(len(cover.column), dtype=np.bool_)
    count = 0
    for row in np.argsort(np.diff(indptr), kind="stable"):
        mine = indices[indptr[row] : indptr[row + 1]]
        if not np.any(is_used[mine]):
            is_used[mine] = True
            count += 1
    return count


def _by_program(small: Incidence, n_open: int, bracket: Bracket) -> Cover:
    """LP bound with a recomputed dual, its rounding, then HiGHS's MIP."""
    nothing = np.zeros(0, dtype=np.int64)
    n = len(small.column)
    program = Program(
        cost=np.ones(n),
        lower=np.zeros(n),
        upper=np.ones(n),
        matrix=small.matrix,
        row_lower=np.ones(small.n_rows),
        row_upper=np.full(small.n_rows, np.inf),
        is_integer=np.zeros(n, dtype=np.bool_),
    )
    highs = open_program(program, presolve="off")
    if run(highs, bracket, grace=1.0) != "optimal":
        return Cover("unknown", nothing)
    vertex = vertex_of(highs)
    if dual_bound(small.matrix, vertex.row_duals) > n_open + WHOLE:
        return Cover("proved impossible", nothing)
    plan = _rounded(small, vertex.columns)
    if len(plan) <= n_open:
        return Cover("plan", small.column[plan])
    return _by_mip(small, program, n_open, bracket)


def dual_bound(matrix: csr_array, duals: FloatArray) -> float:
    """Least number of columns that row prices prove: prices >= 0, at most 1 in all per column."""
    price = np.maximum(0.0, duals)
    return float(price.sum() / max(1.0, float(np.max(matrix.T @ price, initial=0.0))))


def _rounded(small: Incidence, point: FloatArray) -> IntArray:
    """Columns of a half and more, then greedy with the LP's values as ranks for the rows left."""
    taken = np.flatnonzero(point >= 0.5 - WHOLE)
    left = np.flatnonzero(small.matrix[:, taken].sum(axis=1) == 0) if len(taken) else np.arange(small.n_rows)
    if not len(left):
        return taken
    rest = csr_array(small.matrix[left].T.tocsr())
    return np.concatenate([taken, _greedy(rest, len(left), point)])


def _by_mip(small: Incidence, program: Program, n_open: int, bracket: Bracket) -> Cover:
    n = len(small.column)
    matrix = csr_array((np.ones(n), (np.zeros(n, dtype=np.int64), np.arange(n))), shape=(1, n))
    full = csr_array(_stacked(small.matrix, matrix))
    decided = Program(
        cost=program.cost,
        lower=program.lower,
        upper=program.upper,
        matrix=full,
        row_lower=np.append(program.row_lower, -np.inf),
        row_upper=np.append(program.row_upper, float(n_open)),
        is_integer=np.ones(n, dtype=np.bool_),
    )
    highs = open_program(decided, mip_max_improving_sols=1)
    outcome = run(highs, bracket, grace=0.5, phase="set cover")
    if outcome == "infeasible":
        return Cover("claimed impossible", np.zeros(0, dtype=np.int64))
    point = np.array(highs.getSolution().col_value, dtype=np.float64)
    plan = np.flatnonzero(point > 0.5) if len(point) == n else np.zeros(0, dtype=np.int64)
    if len(plan) <= n_open and len(plan) and np.all(small.matrix[:, plan].sum(axis=1) > 0):
        return Cover("plan", small.column[plan])
    return Cover("unknown", np.zeros(0, dtype=np.int64))


def _stacked(upper: csr_array, lower: csr_array) -> csr_array:
    indptr = np.concatenate([upper.indptr, upper.indptr[-1] + lower.indptr[1:]])
    indices = np.concatenate([upper.indices, lower.indices])
    data = np.concatenate([upper.data, lower.data])
    return csr_array((data, indices, indptr), shape=(upper.shape[0] + lower.shape[0], upper.shape[1]))
