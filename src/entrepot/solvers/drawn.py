"""Resources that free columns draw on: the flows fill them, and a column earns by what it takes out.

Such a column (the spend on a carrier that its tiers and commitment count) earns at most so much per unit. A
price above that changes nothing, and which price between 0 and it is right follows from the columns' costs
alone, as the master's LP mixes its cuts: the search for prices leaves these prices as they are. Where the LP
draws anything between nothing and all, the right one is what a unit earns there.
"""

import numpy as np

from entrepot.errors import SolverError
from entrepot.location.problem import BoolArray, FloatArray, LocationProblem
from entrepot.solvers.status import Program, Timer, open_program, run, vertex_of


def highest_prices(problem: LocationProblem, is_free: BoolArray) -> FloatArray:
    """Price of each resource at which no free column draws on it, (n_resources,) EUR per unit.

    Infinite for resources that flows use up, that other columns or none lend room to, or that have room of
    their own.

    Notes
    -----
    A unit of column c in strategic row i makes room there for at most |A_ic / A_io| units of another free
    column o; the earnings of all such columns, and the column's own, are summed.
    """
    highest = np.full(problem.n_resources, np.inf)
    lent = problem.resources.matrix
    for resource in np.flatnonzero(_is_filled_by_flows(problem)).tolist():
        entries = slice(lent.indptr[resource], lent.indptr[resource + 1])
        column, amount = lent.indices[entries], lent.data[entries]
        if len(column) and np.all(is_free[column] & (amount < 0.0)):
            earned = np.array([_most_earned(problem, is_free, int(c)) for c in column])
            highest[resource] = float(np.max(earned / -amount))
    return highest


def earned_prices(problem: LocationProblem, highest: FloatArray, clock: Timer) -> FloatArray:
    """What free columns earn by a unit of each resource that they draw on, integers relaxed.

    Parameters
    ----------
    highest : (n_resources,) EUR per unit, as `highest_prices` finds them. clock : of the run.

    Returns
    -------
    (n_resources,) EUR per unit: the slope, where every such column draws half of what it can; for discounts
    the chord under all tiers. 0 elsewhere, and everywhere if there is no such point.
    """
    strategic, lent = problem.strategic, problem.resources.matrix
    drawn, prices = np.flatnonzero(np.isfinite(highest)), np.zeros(problem.n_resources)
    drawing = np.unique(lent[drawn].indices)
    lower, upper = strategic.lower.copy(), strategic.upper.copy()
    half = 0.5 * (lower[drawing] + upper[drawing])
    if len(drawing) == 0 or not np.all(np.isfinite(half)):
        return prices
    lower[drawing] = upper[drawing] = half
    money = max(float(np.max(np.abs(strategic.cost))), 1.0)
    rows = strategic.matrix, strategic.row_lower, strategic.row_upper
    relaxed = np.zeros(problem.n_columns, dtype=np.bool_)
    highs = open_program(Program(strategic.cost / money, lower, upper, *rows, relaxed))
    try:
        if run(highs, clock) != "optimal":
            return prices
    except SolverError:
        return prices
    earned = money * (strategic.matrix.T @ vertex_of(highs).row_duals) - strategic.cost
    for resource in drawn.tolist():
        entries = slice(lent.indptr[resource], lent.indptr[resource + 1])
        prices[resource] = float(np.max(earned[lent.indices[entries]] / -lent.data[entries]))
    return np.clip(prices, 0.0, np.where(np.isfinite(highest), highest, 0.0))


def _is_filled_by_flows(problem: LocationProblem) -> BoolArray:
    """Resources without room of their own that flows only add to."""
    resources = problem.resources
    most, least = np.zeros(problem.n_resources), np.zeros(problem.n_resources)
    for matrix in (resources.usage, resources.load):
        if matrix is not None and matrix.nnz:
            most = np.maximum(most, matrix.max(axis=1).toarray().ravel())
            least = np.minimum(least, matrix.min(axis=1).toarray().ravel())
    is_filled: BoolArray = (most <= 0.0) & (least < 0.0) & (resources.constant == 0.0)
    return is_filled


def _most_earned(problem: LocationProblem, is_free: BoolArray, column: int) -> float:
    """The most that a unit of a free column can earn, by itself and by the room that it makes, EUR."""
    strategic = problem.strategic
    rows = strategic.matrix[:, [column]].tocoo()
    earned: dict[int, float] = {}
    for row, own in zip(rows.coords[0].tolist(), rows.data.tolist(), strict=True):
        entries = slice(strategic.matrix.indptr[row], strategic.matrix.indptr[row + 1])
        for other, amount in zip(
            strategic.matrix.indices[entries].tolist(), strategic.matrix.data[entries].tolist(), strict=True
        ):
            if other != column and is_free[other] and amount != 0.0:
                worth = abs(float(strategic.cost[other]) * own / amount)
                earned[other] = max(earned.get(other, 0.0), worth)
    return abs(float(strategic.cost[column])) + sum(earned.values())
