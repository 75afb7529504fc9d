"""Can p sites cover the sampled customers? Decided by reductions, packing, greedy, and branch and bound."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from entrepot.kernels.bitsets import maximal
from entrepot.location.problem import IntArray
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.centre.tree import Tree, greedily
from entrepot.solvers.status import Program, open_program, run

Verdict = Literal["plan", "proved impossible", "claimed impossible", "unknown"]

NOTHING: IntArray = np.zeros(0, dtype=np.int64)
TRIES = 8


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


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Do `n_open` columns cover all rows? row, column : (n_pairs,) which column covers which row."""

    row: IntArray
    column: IntArray
    n_rows: int
    n_open: int


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """Answer for one threshold.

    Attributes
    ----------
    verdict : of the question. plan : columns of a cover; where the verdict is "unknown" perhaps more than p.
    left : what remains to be decided where the verdict is "unknown". n_boxes : bounded.
    """

    verdict: Verdict
    plan: IntArray
    left: Incidence | None = None
    n_boxes: int = 0


def decide(question: Question, bracket: Bracket, n_boxes: int) -> Cover:
    """Answer within a number of boxes of branch and bound, without trust in a solver."""
    row, n_rows, n_open = question.row, question.n_rows, question.n_open
    if np.any(np.bincount(row, minlength=n_rows) == 0):
        return Cover("proved impossible", NOTHING)
    small = _reduced(row, question.column, n_rows)
    if _packing(small) > n_open:
        return Cover("proved impossible", NOTHING)
    rng = np.random.default_rng(0)
    turned = small.turned()
    for _ in range(TRIES):
        plan = greedily(turned, small.n_rows, rng.random(len(small.column)))
        if len(plan) <= n_open:
            return Cover("plan", small.column[plan])
    return _by_tree(small, n_open, bracket, n_boxes)


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


def _by_tree(small: Incidence, n_open: int, bracket: Bracket, n_boxes: int) -> Cover:
    """What branch and bound finds within a number of boxes."""
    tree = Tree(small.matrix, n_open, bracket)
    tree.explore(n_boxes)
    plan = small.column[tree.plan]
    if tree.has_plan():
        return Cover("plan", plan, n_boxes=tree.n_boxes)
    if not tree.boxes:
        return Cover("proved impossible", NOTHING, n_boxes=tree.n_boxes)
    return Cover("unknown", plan, small, tree.n_boxes)


def decide_by_solver(small: Incidence, n_open: int, bracket: Bracket) -> Cover:
    """What HiGHS's MIP says about a cover that was left open."""
    n = len(small.column)
    count = csr_array((np.ones(n), (np.zeros(n, dtype=np.int64), np.arange(n))), shape=(1, n))
    program = Program(
        cost=np.ones(n),
        lower=np.zeros(n),
        upper=np.ones(n),
        matrix=csr_array(_stacked(small.matrix, count)),
        row_lower=np.append(np.ones(small.n_rows), -np.inf),
        row_upper=np.append(np.full(small.n_rows, np.inf), float(n_open)),
        is_integer=np.ones(n, dtype=np.bool_),
    )
    highs = open_program(program, mip_max_improving_sols=1)
    outcome = run(highs, bracket, grace=0.5, phase="set cover")
    if outcome == "infeasible":
        return Cover("claimed impossible", NOTHING)
    point = np.array(highs.getSolution().col_value, dtype=np.float64)
    plan = np.flatnonzero(point > 0.5) if len(point) == n else NOTHING
    if len(plan) <= n_open and len(plan) and np.all(small.matrix[:, plan].sum(axis=1) > 0):
        return Cover("plan", small.column[plan])
    return Cover("unknown", NOTHING)


def _stacked(upper: csr_array, lower: csr_array) -> csr_array:
    indptr = np.concatenate([upper.indptr, upper.indptr[-1] + lower.indptr[1:]])
    indices = np.concatenate([upper.indices, lower.indices])
    data = np.concatenate([upper.data, lower.data])
    return csr_array((data, indices, indptr), shape=(upper.shape[0] + lower.shape[0], upper.shape[1]))
