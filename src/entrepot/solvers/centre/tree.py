"""Can p sites cover the sampled customers? Branch and bound whose every leaf is proved in NumPy.

HiGHS solves the linear program of each box and suggests row prices; the bound that closes a box is recomputed
from them. For prices y >= 0 and a box lower <= x <= upper, every cover of the box opens at least

    sum_i y_i + sum_j min(rho_j lower_j, rho_j upper_j),   rho_j = 1 - sum of y_i over the rows of column j.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from entrepot.kernels.bitsets import greedy_cover
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.status import Program, open_program, run, set_bounds, vertex_of

WHOLE = 1e-6
"""By how much a bound must exceed p to prove that p sites do not suffice."""


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """Covers that open what `lower` says and nothing beyond `upper`, (n_columns,) float64 of 0 and 1."""

    lower: FloatArray
    upper: FloatArray


@dataclass(slots=True, eq=False)
class Tree:
    """Boxes that are not closed yet, the newest last.

    Attributes
    ----------
    matrix : (n_rows, n_columns) 0-1, csr. size : (n_columns,) rows of each. n_open : p. boxes : open.
    plan : the fewest columns found that cover all rows; none before the first. n_boxes : bounded.
    has_failed : HiGHS ended a program without an optimum.
    """

    matrix: csr_array
    n_open: int
    bracket: Bracket
    size: IntArray = field(init=False)
    highs: Any = field(init=False)
    boxes: list[Box] = field(init=False)
    plan: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    n_boxes: int = 0
    has_failed: bool = False

    def __post_init__(self) -> None:
        n_rows, n = self.matrix.shape
        self.size = np.bincount(self.matrix.indices, minlength=n)
        program = Program(
            cost=np.ones(n),
            lower=np.zeros(n),
            upper=np.ones(n),
            matrix=self.matrix,
            row_lower=np.ones(n_rows),
            row_upper=np.full(n_rows, np.inf),
            is_integer=np.zeros(n, dtype=np.bool_),
        )
        self.highs = open_program(program, presolve="off")
        self.boxes = [Box(np.zeros(n), np.ones(n))]

    def has_plan(self) -> bool:
        """Whether p columns are known to cover all rows."""
        return 0 < len(self.plan) <= self.n_open

    def explore(self, n_boxes: int) -> None:
        """Bound boxes until a plan is found, all are closed, or `n_boxes` have been bounded in all."""
        while self.boxes and self.n_boxes < n_boxes and not self.has_plan() and not self.has_failed:
            if self.n_boxes and self.bracket.is_over():
                break
            self._step()
            self.bracket.report("thresholds")

    def _step(self) -> None:
        box = propagated(self.matrix, self.boxes[-1], self.n_open)
        if box is not None:
            self.n_boxes += 1
            set_bounds(self.highs, box.lower, box.upper)
            phase = "thresholds" if self.n_boxes == 1 else ""  # the first one may take long
            if run(self.highs, self.bracket, grace=0.5, phase=phase) != "optimal":
                self.has_failed = True
                return
            vertex = vertex_of(self.highs)
            box = fixed(self.matrix, box, vertex.row_duals, self.n_open)
        self.boxes.pop()
        if box is not None:
            self._try(self.rounded(vertex.columns))
            self._split(box, vertex.columns)

    def _try(self, plan: IntArray) -> None:
        """Keep a cover of all rows if it is the smallest."""
        if not len(self.plan) or len(plan) < len(self.plan):
            self.plan = plan

    def rounded(self, point: FloatArray) -> IntArray:
        """Columns of a half and more, then greedily what covers the rows left, the point as ranks."""
        taken = np.flatnonzero(point >= 0.5 - WHOLE)
        n_rows = self.matrix.shape[0]
        left = np.flatnonzero(self.matrix[:, taken].sum(axis=1) == 0) if len(taken) else np.arange(n_rows)
        if not len(left):
            return taken
        rest = csr_array(self.matrix[left].T.tocsr())
        rest.sort_indices()
        return np.concatenate([taken, greedily(rest, len(left), point)])

    def _split(self, box: Box, point: FloatArray) -> None:
        """Two boxes by the column that the point is least sure of; of equal ones that with most rows."""
        free = np.flatnonzero(box.upper > box.lower)
        if len(free) == 0:
            if box.lower.sum() <= self.n_open and np.all(self.matrix @ box.lower > 0.5):
                self._try(np.flatnonzero(box.lower > 0.5))
            return
        unsure = np.round(np.minimum(point[free], 1.0 - point[free]), 6)
        column = free[np.lexsort((-self.size[free], -unsure))[0]]
        for side in (0.0, 1.0):  # the one that opens it is looked at first
            lower, upper = box.lower.copy(), box.upper.copy()
            lower[column] = upper[column] = side
            self.boxes.append(Box(lower, upper))


def greedily(turned: csr_array, n_rows: int, rank: FloatArray) -> IntArray:
    """Columns that cover all rows, each the one with most rows that are not covered yet."""
    return greedy_cover(turned.indptr.astype(np.int64), turned.indices.astype(np.int64), n_rows, rank)


def propagated(matrix: csr_array, box: Box, n_open: int) -> Box | None:
    """The box with what a row's last column forces; None where a row has none, or p columns are too few."""
    lower, upper = box.lower.copy(), box.upper
    while lower.sum() <= n_open:
        bare = matrix @ lower < 0.5
        choices = (matrix @ (upper - lower))[bare]
        if np.any(choices < 0.5):
            return None
        if not np.any(choices < 1.5):
            return Box(lower, upper)
        forced = matrix[np.flatnonzero(bare)[choices < 1.5]].sum(axis=0) > 0
        lower[forced & (upper > 0.5)] = 1.0
    return None


def fixed(matrix: csr_array, box: Box, duals: FloatArray, n_open: int) -> Box | None:
    """The box with what every cover by p columns opens, or leaves out; None where there is no such cover."""
    bound, reduced = priced(matrix, box, duals)
    room = n_open + WHOLE - bound
    if room < 0.0:
        return None
    free = box.upper > box.lower
    return Box(
        np.where(free & (-reduced > room), 1.0, box.lower), np.where(free & (reduced > room), 0.0, box.upper)
    )


def priced(matrix: csr_array, box: Box, duals: FloatArray) -> tuple[float, FloatArray]:
    """Least number of columns that row prices prove for a box, and the reduced costs, (n_columns,)."""
    price = np.maximum(0.0, duals)
    reduced: FloatArray = 1.0 - matrix.T @ price
    return float(price.sum() + np.minimum(reduced * box.lower, reduced * box.upper).sum()), reduced
