"""Fixing by place: what a column costs at least where its place arranges itself with it as well as it can.

Priced at multipliers of the cuts and of the planner's limits, the strategic columns fall apart into places
(`solvers.places`), each with its own structural rows: sizes nested, active once built. What a plan with a
column at another value may be worth is the bound less what its place loses by it, the rows of the place kept.
Reduced income prices these rows as well, and tells only what the column itself loses. One linear program asks
a column of every place at a time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from entrepot.location.problem import BoolArray, FloatArray, IntArray
from entrepot.solvers.bounds import Box, Multipliers, dual_bound, tightened_box
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut
from entrepot.solvers.places import LIMIT, places_of
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.status import Program, Vertex, open_program, run, set_bounds, vertex_of

MOST_QUESTIONS = 120
"""Linear programs: beyond that the places are too large to be asked column by column."""
MISSED = 1000.0
"""Price of missing a row by one, in units of a thousandth of the size of the problem."""
MARGIN = 1e-9
"""Safety, relative to the size of the problem."""


@dataclass(frozen=True, slots=True, eq=False)
class _Priced:
    """max constant + income.y over `rows`, `side[0] <= rows y <= side[1]`, which tie no two places together.

    Attributes
    ----------
    constant : EUR. income : (n_columns,) EUR per unit. rows : (n_rows, n_columns). side : (n_rows,) each.
    label : (n_columns,) place, the last one for columns that follow. row_label : (n_rows,) place.
    n_places : with that last one. unit : EUR that count as 1 in the linear program.
    """

    constant: float
    income: FloatArray
    rows: csr_array
    side: Box
    label: IntArray
    row_label: IntArray
    n_places: int
    unit: float

    def opened(self, box: Box) -> Any:
        """The linear program, in HiGHS: rows may be missed at a price, or some questions had no answer."""
        n_rows = self.rows.shape[0]
        none = np.zeros(2 * n_rows)
        return open_program(
            Program(
                cost=np.concatenate([-self.income / self.unit, none + MISSED]),
                lower=np.concatenate([box[0], none]),
                upper=np.concatenate([box[1], none + np.inf]),
                matrix=csr_array(hstack([self.rows, eye_array(n_rows), -eye_array(n_rows)])),
                row_lower=self.side[0],
                row_upper=self.side[1],
                is_integer=np.zeros(len(self.income) + 2 * n_rows, dtype=np.bool_),
            )
        )

    def bounds(self, vertex: Vertex, box: Box) -> FloatArray:
        """Bound on the income of each place by weak duality, (n_places,) EUR."""
        price = -vertex.row_duals * self.unit
        price = np.where((price > 0.0) & np.isinf(self.side[1]), 0.0, price)
        price = np.where((price < 0.0) & np.isinf(self.side[0]), 0.0, price)
        level = np.where(price > 0.0, self.side[1], self.side[0])
        of_row = np.where(price != 0.0, price * np.where(np.isfinite(level), level, 0.0), 0.0)
        reduced = self.income - self.rows.T @ price
        of_column = np.where(reduced > 0.0, reduced * box[1], reduced * box[0])
        total = np.bincount(self.label, weights=of_column, minlength=self.n_places)
        total += np.bincount(self.row_label, weights=of_row, minlength=self.n_places)
        return np.asarray(total, dtype=np.float64)


def box_above(
    prepared: Prepared,
    cuts: list[Cut],
    multipliers: Multipliers,
    *,
    aim: float,
    keep: FloatArray | None,
    clock: Clock,
) -> Box:
    """Box of all plans worth more than `aim`, by reduced income alone where no plan is to keep inside.

    A search that starts from the best plan is to `keep` it, though it is worth less than what is aimed at.
    """
    problem = prepared.problem
    box = problem.strategic.lower.copy(), problem.strategic.upper.copy()
    box = tightened_box(problem, dual_bound(problem, cuts, multipliers), box, aim)
    if keep is None:
        return box
    box = fixed_by_place(prepared, cuts, multipliers, box, aim=aim, clock=clock)
    return np.minimum(box[0], keep), np.maximum(box[1], keep)


def fixed_by_place(
    prepared: Prepared, cuts: list[Cut], multipliers: Multipliers, box: Box, *, aim: float, clock: Clock
) -> Box:
    """Bounds that every plan worth more than `aim` meets, by what the places lose (integer columns only).

    Notes
    -----
    U_p is a bound, by weak duality, on the income of place p over its rows and the box, so that no plan in
    the box is worth more than constant + sum_p U_p. With a column of p elsewhere none is worth more than that
    less U_p - U_p', where U_p' is the bound with the column there: the other places know nothing of it.
    """
    priced = _priced(prepared, cuts, multipliers)
    highs = priced.opened(box)
    if run(highs, clock) != "optimal":
        return box
    vertex = vertex_of(highs)
    usual = priced.bounds(vertex, box)
    room = priced.constant + float(usual.sum()) - aim + MARGIN * prepared.money
    lower, upper = box[0].copy(), box[1].copy()
    questions = _questions(prepared, vertex.columns[: len(box[0])], box, priced.label)
    if len(questions) > MOST_QUESTIONS:
        return box
    for column, floor, ceiling in questions:
        asked = box[0].copy(), box[1].copy()
        asked[0][column], asked[1][column] = floor, ceiling
        set_bounds(highs, *asked)
        if clock.is_over() or run(highs, clock) != "optimal":
            break
        loss = (usual - priced.bounds(vertex_of(highs), asked))[priced.label[column]]
        is_up, never = floor > box[0][column], loss > room
        raised, lowered = column[never & ~is_up], column[never & is_up]
        lower[raised] = np.maximum(lower[raised], ceiling[never & ~is_up] + 1.0)
        upper[lowered] = np.minimum(upper[lowered], floor[never & is_up] - 1.0)
    return lower, upper


def _priced(prepared: Prepared, cuts: list[Cut], multipliers: Multipliers) -> _Priced:
    """Prices for all rows but those within a place; the rows w >= 0 of a place stay rows as well."""
    problem, places = prepared.problem, places_of(prepared.problem)
    strategic, enablers = problem.strategic, problem.enablers
    is_limit = np.array([name.startswith(LIMIT) for name in strategic.row_names], dtype=np.bool_)
    kept = ~is_limit & _within(strategic.matrix, places.label)
    kept_weight = _within(enablers.matrix, places.label)
    outside = Multipliers(
        multipliers.cut,
        np.where(kept, 0.0, multipliers.row),
        np.where(kept_weight, 0.0, multipliers.weight),
    )
    dual = dual_bound(problem, cuts, outside)
    income = dual.reduced
    in_box = np.where(income > 0.0, income * strategic.upper, income * strategic.lower)
    rows = csr_array(
        vstack([strategic.matrix[np.flatnonzero(kept)], enablers.matrix[np.flatnonzero(kept_weight)]])
    )
    rows.eliminate_zeros()  # a row's first entry tells its place
    n_weights = int(kept_weight.sum())
    label = np.where(places.label < 0, places.count, places.label)
    return _Priced(
        constant=dual.bound - float(in_box.sum()),
        income=income,
        rows=rows,
        side=(
            np.concatenate([strategic.row_lower[kept], -enablers.constant[kept_weight]]),
            np.concatenate([strategic.row_upper[kept], np.full(n_weights, np.inf)]),
        ),
        label=label,
        row_label=label[rows.indices[rows.indptr[:-1]]],
        n_places=places.count + 1,
        unit=prepared.money / 1000.0,
    )


def _within(matrix: csr_array, label: IntArray) -> BoolArray:
    """Rows that hold something, all of one place; `label` is -1 for columns in none."""
    pattern = csr_array(matrix, copy=True)  # the problem keeps its own as it is
    pattern.eliminate_zeros()
    found: BoolArray = np.diff(pattern.indptr) > 0
    first = pattern.indices[pattern.indptr[:-1][found]]
    row = np.repeat(np.flatnonzero(found), np.diff(pattern.indptr)[found])
    place = np.full(len(found), -1, dtype=np.int64)
    place[found] = label[first]
    found &= place >= 0
    found[row[label[pattern.indices] != place[row]]] = False
    return found


def _questions(
    prepared: Prepared, usual: FloatArray, box: Box, label: IntArray
) -> list[tuple[IntArray, FloatArray, FloatArray]]:
    """Columns, one of each place at most, with the bounds that exclude what they are at usually."""
    strategic = prepared.problem.strategic
    open_ = strategic.is_integer & (box[1] > box[0])
    above, below = np.floor(usual + 1e-6) + 1.0, np.ceil(usual - 1e-6) - 1.0
    up, down = np.flatnonzero(open_ & (above <= box[1])), np.flatnonzero(open_ & (below >= box[0]))
    column = np.concatenate([up, down])
    floor = np.concatenate([above[up], box[0][down]])
    ceiling = np.concatenate([box[1][up], below[down]])
    turn = _turn_of(label[column])
    return [
        (column[turn == k], floor[turn == k], ceiling[turn == k])
        for k in range(int(turn.max(initial=-1)) + 1)
    ]


def _turn_of(label: IntArray) -> IntArray:
    """How many of the same label come before."""
    order = np.argsort(label, kind="stable")
    first = np.searchsorted(label[order], label[order])
    turn = np.empty(len(label), dtype=np.int64)
    turn[order] = np.arange(len(label)) - first
    return turn
