"""The columns that lend no weight, at their best for given flows: what volumes pay and earn.

The master guesses continuous columns (a shortfall, a volume that counts in a tier) before the flows are
known, and whether a tier is reached. Then a small program over these columns alone sets them right.
"""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, vstack

from entrepot.errors import SolverError
from entrepot.location import Assignment, LocationProblem, charge_of, value_of, violation_of
from entrepot.location.measure import usage_of
from entrepot.location.problem import BoolArray, FloatArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.status import Program, open_program, run, vertex_of
from entrepot.solvers.valuation import Valuation

EXACT = 1e-9


def settled(problem: LocationProblem, valuation: Valuation, clock: Clock) -> Valuation:
    """The valuation with its flows, and the columns that lend no weight at their best; never a worse one."""
    flows, known = valuation.assignment, valuation.columns
    is_free = _lend_no_weight(problem)
    if flows is None or not np.any(is_free & ~problem.strategic.is_integer):
        return valuation
    columns = _best_columns(problem, known, flows, is_free, clock)
    if columns is None:
        return valuation
    value = value_of(problem, columns, flows)
    before, after = (max(violation_of(problem, each, flows).values()) for each in (known, columns))
    if value <= valuation.value or after > max(before, EXACT):
        return valuation
    return replace(valuation, columns=columns, value=value, charge=charge_of(problem, columns, flows))


def loosened(prepared: Prepared, columns: FloatArray) -> FloatArray | None:
    """The point without the claims that its flows may fail to meet, such as a tier that counts as reached.

    Integer columns that lend neither weight nor room, and share a row with a column that draws on the flows,
    go to their lower bounds as far as the rows of integer columns allow. None where none moves.
    """
    problem, strategic = prepared.problem, prepared.problem.strategic
    matrix, lent = strategic.matrix, problem.resources.matrix.tocsc()
    drawn = np.flatnonzero(np.isfinite(prepared.highest_price))
    drawing = np.unique(problem.resources.matrix[drawn].indices)
    shared = np.zeros(problem.n_columns, dtype=np.bool_)
    shared[matrix[np.unique(matrix[:, drawing].tocsc().indices)].indices] = True
    shared &= _lend_no_weight(problem) & strategic.is_integer & (np.diff(lent.indptr) == 0)
    of_integers = abs(matrix) @ prepared.is_free.astype(np.float64) == 0.0
    for _ in range(int(shared.sum()) + 1):
        found = np.where(shared, strategic.lower, columns)
        activity = matrix @ found
        broken = (activity > strategic.row_upper + EXACT) | (activity < strategic.row_lower - EXACT)
        broken &= of_integers
        if not np.any(broken):
            return None if np.array_equal(found, columns) else found
        kept = np.zeros(problem.n_columns, dtype=np.bool_)
        kept[matrix[np.flatnonzero(broken)].indices] = True
        if not np.any(shared & kept):
            return None
        shared &= ~kept
    return None


def _lend_no_weight(problem: LocationProblem) -> BoolArray:
    """Columns that can move without turning a configuration on or off, (n_columns,)."""
    strategic, weights = problem.strategic, problem.enablers.matrix
    lends = np.zeros(problem.n_columns, dtype=np.bool_)
    lends[weights.indices[weights.data != 0.0]] = True
    found: BoolArray = ~lends & (strategic.upper > strategic.lower)
    return found


def _best_columns(
    problem: LocationProblem, known: FloatArray, flows: Assignment, is_free: BoolArray, clock: Clock
) -> FloatArray | None:
    """The point with its free columns at their best; None where HiGHS has no answer."""
    strategic, resources = problem.strategic, problem.resources
    matrix = csr_array(vstack([strategic.matrix, resources.matrix], format="csr"))
    least = usage_of(problem, flows) - resources.constant
    lower = np.concatenate([strategic.row_lower, least])
    upper = np.concatenate([strategic.row_upper, np.full(len(least), np.inf)])
    activity = matrix @ known
    others = matrix @ np.where(is_free, 0.0, known)
    part = csr_array(matrix[:, np.flatnonzero(is_free)])
    touched = np.flatnonzero(np.diff(part.indptr))
    program = Program(
        cost=strategic.cost[is_free] / max(1.0, float(np.max(np.abs(strategic.cost[is_free])))),
        lower=strategic.lower[is_free],
        upper=strategic.upper[is_free],
        matrix=csr_array(part[touched]),
        row_lower=(np.minimum(lower, activity) - others)[touched],  # the known point stays feasible
        row_upper=(np.maximum(upper, activity) - others)[touched],
        is_integer=strategic.is_integer[is_free],
    )
    highs = open_program(program, mip_rel_gap=0.0, mip_feasibility_tolerance=EXACT)
    try:
        if run(highs, clock) != "optimal":
            return None
    except SolverError:
        return None
    found = known.copy()
    best = np.clip(vertex_of(highs).columns, program.lower, program.upper)
    found[is_free] = np.where(program.is_integer, np.rint(best), best)
    return found
