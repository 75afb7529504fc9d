"""A small problem as one program: every way through every configuration is a column.

Where a problem has few of them, HiGHS may close at once what prices and cuts leave open: whole cells that no
LP sees, fees that no bound of the root knows, limits that only integers contradict. Its word is a claimed
bound; it makes no certified one.
"""

from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from entrepot.errors import SolverError
from entrepot.location.problem import FloatArray, IntArray, LocationProblem
from entrepot.solvers.clock import Clock
from entrepot.solvers.conflict import LEAST, Conflict, with_slacks
from entrepot.solvers.master import shape_of
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.status import Outcome, Program, open_program, run

TOLERANCES = (1e-9, 1e-7)
PART_OF_GAP = 0.25
"""Share of the gap asked for that the program may leave open."""
PHASE = "solving the whole program"


@dataclass(frozen=True, slots=True, eq=False)
class Compact:
    """The program, in units of `money` EUR: columns y and flows; rows of y, of the resources, and all others.

    Attributes
    ----------
    way, enabler : (n_flows,) what each flow column stands for, enabler -1 = none needed.
    room_unit : (n_resources,) what the rows of the resources are divided by.
    """

    program: Program
    way: IntArray
    enabler: IntArray
    money: float
    room_unit: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """What HiGHS says of the whole program.

    Attributes
    ----------
    outcome : of HiGHS. columns : (n_columns,) y of the best point, or None. bound : EUR.
    """

    outcome: Outcome
    columns: FloatArray | None
    bound: float


def n_flows(problem: LocationProblem) -> int:
    """Flow columns that the whole program has at most."""
    sizes = np.diff(problem.enablers.facility_pointer)
    on = problem.ways.facility >= 0
    return int(np.sum(~on)) + int(np.sum(sizes[problem.ways.facility[on]]))


def compact_of(prepared: Prepared) -> Compact:
    """State the whole program."""
    problem, shape = prepared.problem, shape_of(prepared)
    way, enabler = _flows(problem)
    cell = np.searchsorted(problem.cells.way_pointer, way, side="right") - 1
    weight, kind = problem.cells.weight[cell], problem.cells.kind[cell]
    on = enabler >= 0
    shift = np.where(on, problem.enablers.shift[enabler, kind], 0.0) if problem.n_enablers else 0.0
    value = weight * (problem.ways.value[way] + problem.ways.volume[way] * shift)
    load = np.where(on, weight * problem.ways.volume[way] * problem.cells.kind_load[kind], 0.0)
    strategic, n = problem.strategic, len(way)
    nothing = csr_array((len(strategic.row_lower), n))
    rows: list[Part] = [
        (nothing, strategic.matrix, strategic.row_lower, strategic.row_upper),
        _rooms(problem, shape.room_unit, (way, enabler, weight, load)),
        _cells(problem, cell),
        *_links(problem, cell, way, enabler),
        _capacities(problem, enabler, load),
        (csr_array((problem.n_enablers, n)), -problem.enablers.matrix, None, problem.enablers.constant),
    ]
    matrix = vstack([hstack([on_columns, flows]) for flows, on_columns, _, _ in rows], format="csr")
    lower = [np.full(len(top), -np.inf) if low is None else low for _, _, low, top in rows]
    is_single = problem.cells.is_single
    is_whole = np.zeros(n, dtype=np.bool_) if is_single is None else is_single[cell]
    program = Program(
        cost=np.concatenate([strategic.cost, -value]) / shape.money,
        lower=np.concatenate([strategic.lower, np.zeros(n)]),
        upper=np.concatenate([strategic.upper, np.ones(n)]),
        matrix=csr_array(matrix),
        row_lower=np.concatenate(lower),
        row_upper=np.concatenate([top for _, _, _, top in rows]),
        is_integer=np.concatenate([strategic.is_integer, is_whole]),
    )
    return Compact(program, way, enabler, shape.money, shape.room_unit)


Part = tuple[csr_array, csr_array, FloatArray | None, FloatArray]
"""Rows over flows and over strategic columns, lower (None = open) and upper sides."""


def _flows(problem: LocationProblem) -> tuple[IntArray, IntArray]:
    """Way and configuration of every flow column, without those that cannot serve the way's kind."""
    facility, pointer = problem.ways.facility.astype(np.int64), problem.enablers.facility_pointer
    is_free = facility < 0
    if problem.n_facilities == 0:
        return np.arange(problem.n_ways), np.full(problem.n_ways, -1)
    place = np.maximum(facility, 0)
    count = np.where(is_free, 1, pointer[place + 1] - pointer[place])
    way = np.repeat(np.arange(problem.n_ways), count)
    step = np.arange(len(way)) - np.repeat(np.cumsum(count) - count, count)
    enabler = np.where(is_free[way], -1, pointer[place[way]] + step)
    cell = np.searchsorted(problem.cells.way_pointer, way, side="right") - 1
    serves = is_free[way] | np.isfinite(problem.enablers.shift[enabler, problem.cells.kind[cell]])
    return way[serves], enabler[serves]


def _rooms(
    problem: LocationProblem, unit: FloatArray, flows: tuple[IntArray, IntArray, FloatArray, FloatArray]
) -> Part:
    """What flows and loads use of a resource is at most its room."""
    way, enabler, weight, load = flows
    resources = problem.resources
    used = csr_array(resources.usage[:, way].multiply(weight[None, :]))
    if resources.load is not None:
        on = np.flatnonzero(enabler >= 0)
        loads = csr_array((load[on], (enabler[on], on)), shape=(problem.n_enablers, len(way)))
        used = csr_array(used + resources.load @ loads)
    per_unit = (1.0 / unit)[:, None]
    lent = csr_array(-resources.matrix.multiply(per_unit))
    return csr_array(used.multiply(per_unit)), lent, None, resources.constant / unit


def _cells(problem: LocationProblem, cell: IntArray) -> Part:
    """A cell is served once at most; a mandatory one once."""
    shape = (problem.n_cells, len(cell))
    flows = csr_array((np.ones(len(cell)), (cell, np.arange(len(cell)))), shape=shape)
    lower = np.where(problem.cells.is_mandatory, 1.0, -np.inf)
    return flows, csr_array((problem.n_cells, problem.n_columns)), lower, np.ones(problem.n_cells)


def _links(problem: LocationProblem, cell: IntArray, way: IntArray, enabler: IntArray) -> list[Part]:
    """A configuration, or a partner, serves no more of a cell than its weight."""
    roles = [enabler]
    if problem.ways.partner is not None:
        partner = problem.ways.partner[way].astype(np.int64)
        first = problem.enablers.facility_pointer[np.maximum(partner, 0)]
        roles.append(np.where(partner >= 0, first, -1))
    parts: list[Part] = []
    for needed in roles:
        at = np.flatnonzero(needed >= 0)
        key = cell[at] * max(problem.n_enablers, 1) + needed[at]
        unique, row = np.unique(key, return_inverse=True)
        flows = csr_array((np.ones(len(at)), (row, at)), shape=(len(unique), len(way)))
        of = unique % max(problem.n_enablers, 1)
        enablers = problem.enablers
        parts.append((flows, csr_array(-enablers.matrix[of]), None, enablers.constant[of]))
    return parts


def _capacities(problem: LocationProblem, enabler: IntArray, load: FloatArray) -> Part:
    """The load on a configuration is at most its capacity where it is on, in parts of the capacity."""
    enablers = problem.enablers
    limited = np.flatnonzero(np.isfinite(enablers.capacity))
    row_of = np.full(problem.n_enablers + 1, -1)
    row_of[limited] = np.arange(len(limited))
    row = row_of[enabler]
    at = np.flatnonzero(row >= 0)
    capacity = enablers.capacity[limited]
    has_room = capacity > 0.0
    unit = np.where(has_room, capacity, 1.0)
    flows = csr_array((load[at] / unit[row[at]], (row[at], at)), shape=(len(limited), len(enabler)))
    room = has_room.astype(np.float64)
    lent = csr_array(-enablers.matrix[limited].multiply(room[:, None]))
    return flows, lent, None, enablers.constant[limited] * room


def close(compact: Compact, n_columns: int, clock: Clock, grace: float) -> Closed:
    """Solve the whole program.

    Raises
    ------
    SolverError : HiGHS ends in a way that proves nothing.
    """
    open_gap = PART_OF_GAP * clock.options.gap * clock.charge / compact.money
    for tolerance in TOLERANCES:
        highs = open_program(
            compact.program,
            mip_rel_gap=0.0,
            mip_abs_gap=max(1e-6, open_gap),
            mip_feasibility_tolerance=tolerance,
            primal_feasibility_tolerance=tolerance,
        )
        try:
            outcome = run(highs, clock, grace=grace, phase=PHASE)
        except SolverError:
            continue
        if outcome == "infeasible":
            return Closed(outcome, None, -np.inf)
        info = highs.getInfo()
        is_mip = bool(np.any(compact.program.is_integer))
        least = float(info.mip_dual_bound if is_mip else info.objective_function_value)
        bound = -compact.money * least if is_mip or outcome == "optimal" else np.inf
        if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
            return Closed(outcome, None, bound)
        values = np.array(highs.getSolution().col_value, dtype=np.float64)
        return Closed(outcome, values[:n_columns], bound)
    raise SolverError("HiGHS could not solve the whole program.")


def conflict_of(compact: Compact, problem: LocationProblem, clock: Clock, grace: float) -> Conflict | None:
    """The least relaxation of the limits under which the whole program has a point, sum of relative amounts.

    Empty where no relaxation helps; None where nothing needs to give way, or HiGHS does not end.
    """
    first = len(problem.strategic.row_lower)
    program, names, scale = with_slacks(compact.program, problem, (first, compact.room_unit, -1.0))
    width = len(compact.program.cost)
    highs = open_program(program, mip_rel_gap=1e-6)
    try:
        outcome = run(highs, clock, grace=grace, phase="naming the limits in conflict")
    except SolverError:
        return None
    if outcome == "infeasible":
        return ()
    if outcome != "optimal":
        return None
    slack = np.array(highs.getSolution().col_value, dtype=np.float64)[width:]
    given = [(names[i], float(slack[i] * scale[i])) for i in np.argsort(-slack) if slack[i] > LEAST]
    return tuple(given) or None
