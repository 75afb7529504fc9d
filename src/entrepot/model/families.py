"""The strong monolithic formulation: one function per family of rows of the canonical problem.

Columns are the strategic columns y, then one x for every (way, configuration that can carry it).
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from entrepot.location import LocationProblem
from entrepot.location.problem import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The x columns, all (n_pairs,): way, its cell, configuration (-1 = none needed), weight of the cell."""

    way: IntArray
    cell: IntArray
    enabler: IntArray
    weight: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """lower <= matrix (y, x) <= upper, with a name for every row."""

    matrix: csr_array
    lower: FloatArray
    upper: FloatArray
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LinearProgram:
    """max objective . columns, with rows, bounds and integrality; EUR.

    Attributes
    ----------
    objective, lower, upper, is_integer : (n_columns,). rows : all rows. n_strategic : y come first.
    """

    objective: FloatArray
    lower: FloatArray
    upper: FloatArray
    is_integer: BoolArray
    rows: Rows
    n_strategic: int


def expand(problem: LocationProblem) -> tuple[LinearProgram, Pairs]:
    """State every column and row of the strong formulation."""
    pairs = pair_up(problem)
    strategic, n_pairs = problem.strategic, len(pairs.way)
    rows = [
        strategic_rows(problem, pairs),
        every_cell_at_most_once(problem, pairs),
        served_only_by_what_is_open(problem, pairs),
        served_only_with_partners(problem, pairs),
        within_capacity(problem, pairs),
        within_resources(problem, pairs),
    ]
    program = LinearProgram(
        objective=np.concatenate([-strategic.cost, pair_value(problem, pairs)]),
        lower=np.concatenate([strategic.lower, np.zeros(n_pairs)]),
        upper=np.concatenate([strategic.upper, np.full(n_pairs, np.inf)]),
        is_integer=np.concatenate([strategic.is_integer, _is_whole(problem, pairs)]),
        rows=stack(rows),
        n_strategic=problem.n_columns,
    )
    return program, pairs


def stack(parts: list[Rows]) -> Rows:
    """Rows of all parts, one below the other."""
    return Rows(
        matrix=csr_array(vstack([part.matrix for part in parts], format="csr")),
        lower=np.concatenate([part.lower for part in parts]),
        upper=np.concatenate([part.upper for part in parts]),
        names=tuple(name for part in parts for name in part.names),
    )


def pair_up(problem: LocationProblem) -> Pairs:
    """Every way with every configuration of its facility that serves its kind, by way and configuration."""
    facility = problem.ways.facility.astype(np.int64)
    is_free = facility < 0
    pointer = problem.enablers.facility_pointer
    place = np.where(is_free, 0, facility)
    if problem.n_facilities:
        first = np.where(is_free, -1, pointer[place])
        count = np.where(is_free, 1, pointer[place + 1] - pointer[place])
    else:
        first, count = np.full(len(place), -1), np.ones(len(place), dtype=np.int64)
    way = np.repeat(np.arange(problem.n_ways), count)
    step = np.arange(len(way)) - np.repeat(np.cumsum(count) - count, count)
    cell = np.repeat(np.arange(problem.n_cells), np.diff(problem.cells.way_pointer))[way]
    enabler = np.repeat(first, count) + step
    serves = np.ones(len(way), dtype=np.bool_)
    on = np.flatnonzero(enabler >= 0)
    serves[on] = np.isfinite(problem.enablers.shift[enabler[on], problem.cells.kind[cell[on]]])
    way, cell, enabler = way[serves], cell[serves], enabler[serves]
    return Pairs(way, cell, enabler, problem.cells.weight[cell])


def pair_value(problem: LocationProblem, pairs: Pairs) -> FloatArray:
    """Value of serving the whole cell by the pair, (n_pairs,) EUR."""
    shift = np.zeros(len(pairs.way))
    on = pairs.enabler >= 0
    shift[on] = problem.enablers.shift[pairs.enabler[on], problem.cells.kind[pairs.cell[on]]]
    ways = problem.ways
    value: FloatArray = pairs.weight * (ways.value[pairs.way] + ways.volume[pairs.way] * shift)
    return value


def strategic_rows(problem: LocationProblem, pairs: Pairs) -> Rows:
    """The rows over y alone."""
    strategic = problem.strategic
    nothing = csr_array((len(strategic.row_names), len(pairs.way)))
    matrix = csr_array(hstack([strategic.matrix, nothing], format="csr"))
    return Rows(matrix, strategic.row_lower, strategic.row_upper, strategic.row_names)


def every_cell_at_most_once(problem: LocationProblem, pairs: Pairs) -> Rows:
    """The fractions of a cell sum to 1 at most, and to 1 where the cell must be served."""
    flows = _incidence(pairs.cell, np.ones(len(pairs.cell)), problem.n_cells)
    matrix = csr_array(hstack([csr_array((problem.n_cells, problem.n_columns)), flows], format="csr"))
    lower = np.where(problem.cells.is_mandatory, 1.0, -np.inf)
    names = tuple(f"cell {cell} once" for cell in range(problem.n_cells))
    return Rows(matrix, lower, np.ones(problem.n_cells), names)


def served_only_by_what_is_open(problem: LocationProblem, pairs: Pairs) -> Rows:
    """Strong link: what a configuration serves of a cell is at most its weight."""
    on = np.flatnonzero(pairs.enabler >= 0)
    key = pairs.cell[on] * max(problem.n_enablers, 1) + pairs.enabler[on]
    links, row = np.unique(key, return_inverse=True)
    cell, enabler = np.divmod(links, max(problem.n_enablers, 1))
    flows = csr_array((np.ones(len(on)), (row, on)), shape=(len(links), len(pairs.way)))
    matrix = csr_array(hstack([-problem.enablers.matrix[enabler], flows], format="csr"))
    names = tuple(
        f"cell {c} at {problem.enablers.names[e]}"
        for c, e in zip(cell.tolist(), enabler.tolist(), strict=True)
    )
    return Rows(matrix, np.full(len(links), -np.inf), problem.enablers.constant[enabler], names)


def served_only_with_partners(problem: LocationProblem, pairs: Pairs) -> Rows:
    """What of a cell is served with a partner is at most the partner's weight."""
    partner = problem.ways.partner
    if partner is None:
        return Rows(csr_array((0, problem.n_columns + len(pairs.way))), np.zeros(0), np.zeros(0), ())
    on = np.flatnonzero(partner[pairs.way] >= 0)
    key = pairs.cell[on] * problem.n_facilities + partner[pairs.way[on]]
    links, row = np.unique(key, return_inverse=True)
    cell, facility = np.divmod(links, problem.n_facilities)
    enabler = problem.enablers.facility_pointer[facility]
    flows = csr_array((np.ones(len(on)), (row, on)), shape=(len(links), len(pairs.way)))
    matrix = csr_array(hstack([-problem.enablers.matrix[enabler], flows], format="csr"))
    names = tuple(
        f"cell {c} with {problem.enablers.names[e]}"
        for c, e in zip(cell.tolist(), enabler.tolist(), strict=True)
    )
    return Rows(matrix, np.full(len(links), -np.inf), problem.enablers.constant[enabler], names)


def within_capacity(problem: LocationProblem, pairs: Pairs) -> Rows:
    """The load on a configuration stays within its capacity, as a fraction of the capacity."""
    enablers = problem.enablers
    limited = np.flatnonzero(np.isfinite(enablers.capacity) & (enablers.capacity > 0.0))
    closed = np.flatnonzero(enablers.capacity <= 0.0)
    scale = np.zeros(problem.n_enablers)
    scale[limited] = 1.0 / enablers.capacity[limited]
    scale[closed] = 1.0
    bounded = np.sort(np.concatenate([limited, closed]))
    load = _load(problem, pairs)
    on = np.flatnonzero(pairs.enabler >= 0)
    row = pairs.enabler[on]
    shape = (problem.n_enablers, len(pairs.way))
    flows = csr_array((load[on] * scale[row], (row, on)), shape=shape)[bounded]
    has_room = (enablers.capacity[bounded] > 0.0).astype(float)
    weight = csr_array(enablers.matrix[bounded].multiply(-has_room[:, None]))
    matrix = csr_array(hstack([weight, flows], format="csr"))
    names = tuple(f"capacity of {enablers.names[e]}" for e in bounded)
    return Rows(matrix, np.full(len(bounded), -np.inf), enablers.constant[bounded] * has_room, names)


def within_resources(problem: LocationProblem, pairs: Pairs) -> Rows:
    """Service floors, carbon caps and the like, each in its own unit."""
    usage = problem.resources.usage[:, pairs.way].multiply(pairs.weight[None, :])
    if problem.resources.load is not None:
        on = np.flatnonzero(pairs.enabler >= 0)
        shape = (problem.n_enablers, len(pairs.way))
        loads = csr_array((_load(problem, pairs)[on], (pairs.enabler[on], on)), shape=shape)
        usage = usage + problem.resources.load @ loads
    matrix = csr_array(hstack([-problem.resources.matrix, csr_array(usage)], format="csr"))
    lower = np.full(problem.n_resources, -np.inf)
    return Rows(matrix, lower, problem.resources.constant, problem.resources.names)


def _is_whole(problem: LocationProblem, pairs: Pairs) -> BoolArray:
    """Flows that serve the whole cell or nobody, (n_pairs,)."""
    is_single = problem.cells.is_single
    return np.zeros(len(pairs.cell), dtype=np.bool_) if is_single is None else is_single[pairs.cell]


def _load(problem: LocationProblem, pairs: Pairs) -> FloatArray:
    """Load of the pair serving the whole cell, (n_pairs,)."""
    cells = problem.cells
    load: FloatArray = pairs.weight * problem.ways.volume[pairs.way] * cells.kind_load[cells.kind[pairs.cell]]
    return load


def _incidence(row: IntArray, data: FloatArray, n_rows: int) -> csr_array:
    return csr_array((data, (row, np.arange(len(row)))), shape=(n_rows, len(row)))
