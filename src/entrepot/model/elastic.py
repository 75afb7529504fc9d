"""Which limits contradict each other: the smallest relaxations that make some plan possible."""

import numpy as np
from scipy.sparse import csr_array, hstack

from entrepot.location import LocationProblem
from entrepot.location.problem import FloatArray, IntArray
from entrepot.model.families import LinearProgram, Rows, expand, stack
from entrepot.model.highs import maximise

LIMIT = "limit:"
NEGLIGIBLE = 1e-6


def relax_limits(problem: LocationProblem, seconds: float = 60.0) -> tuple[tuple[str, float], ...]:
    """Elastic run: slack on every limit, the sum of the relative slacks as small as possible.

    Returns
    -------
    (name, amount) of every limit that must give way, amount in the limit's own unit (EUR, centres, kg CO2e,
    parcels); empty where a plan exists, or where not even the relaxed limits allow one.

    Notes
    -----
    A slack counts relative to the limit's right-hand side (to 1 where that is smaller, to the volume that
    a row could see where it is a share). Where nobody must be served, or can be left unserved for a
    penalty, serving nobody meets every row over flows as well as any plan: then no flow is built.
    """
    rows = _strategic_part(problem) if _can_serve_nobody(problem) else expand(problem)[0].rows
    limits = np.flatnonzero([name.startswith(LIMIT) for name in rows.names])
    scale = _scale(rows, limits)
    answer = maximise(_elastic(problem, rows, limits, scale), seconds, 0.0)
    if answer.columns is None:
        return ()
    slack = answer.columns[rows.matrix.shape[1] :]
    amount = (slack[: len(limits)] + slack[len(limits) :]) * scale
    order = np.argsort(-amount / scale, kind="stable")
    return tuple(
        (rows.names[limits[i]].removeprefix(LIMIT).strip(), float(amount[i]))
        for i in order
        if amount[i] > NEGLIGIBLE * scale[i]
    )


def _can_serve_nobody(problem: LocationProblem) -> bool:
    """Whether nobody needs to be served: by no floor that sales or loads must reach, in no mandatory cell.

    A mandatory cell may have a way that needs no centre and uses no resource.
    """
    resources = problem.resources
    asks = np.flatnonzero(resources.constant < 0.0)
    uses = [resources.usage] if resources.load is None else [resources.usage, resources.load]
    if any((use[asks].data < 0.0).any() for use in uses):
        return False
    if not problem.cells.is_mandatory.any():
        return True
    is_used = np.zeros(problem.n_ways, dtype=np.bool_)
    is_used[resources.usage.indices[resources.usage.data != 0.0]] = True
    is_free = np.flatnonzero((problem.ways.facility < 0) & ~is_used)
    cell = np.searchsorted(problem.cells.way_pointer, is_free, side="right") - 1
    return bool(np.isin(np.flatnonzero(problem.cells.is_mandatory), cell).all())


def _strategic_part(problem: LocationProblem) -> Rows:
    """Rows over y when nobody is served."""
    strategic, resources = problem.strategic, problem.resources
    lower = np.full(problem.n_resources, -np.inf)
    without_flow = Rows(csr_array(-resources.matrix), lower, resources.constant, resources.names)
    own = Rows(strategic.matrix, strategic.row_lower, strategic.row_upper, strategic.row_names)
    return stack([own, without_flow])


def _scale(rows: Rows, limits: IntArray) -> FloatArray:
    """Unit of each slack, (n_limits,)."""
    side = np.where(np.isfinite(rows.upper), rows.upper, rows.lower)[limits]
    largest = np.zeros(len(limits))
    for position, row in enumerate(limits):
        begin, end = rows.matrix.indptr[row], rows.matrix.indptr[row + 1]
        if side[position] == 0.0:
            largest[position] = np.abs(rows.matrix.data[begin:end]).sum()
    return np.maximum(np.maximum(1.0, np.abs(side)), largest)


def _elastic(problem: LocationProblem, rows: Rows, limits: IntArray, scale: FloatArray) -> LinearProgram:
    """Columns (those of `rows`, slack above, slack below), each slack in units of its scale."""
    n_rows, n_columns = rows.matrix.shape
    n, strategic = len(limits), problem.strategic
    n_flows = n_columns - problem.n_columns
    slack = csr_array((scale, (limits, np.arange(n))), shape=(n_rows, n))
    matrix = csr_array(hstack([rows.matrix, -slack, slack], format="csr"))
    return LinearProgram(
        objective=np.concatenate([np.zeros(n_columns), -np.ones(2 * n)]),
        lower=np.concatenate([strategic.lower, np.zeros(n_flows + 2 * n)]),
        upper=np.concatenate([strategic.upper, np.full(n_flows + 2 * n, np.inf)]),
        is_integer=np.concatenate([strategic.is_integer, np.zeros(n_flows + 2 * n, dtype=np.bool_)]),
        rows=Rows(matrix, rows.lower, rows.upper, rows.names),
        n_strategic=problem.n_columns,
    )
