"""Flows of a fixed strategic point in which single-sourced cells are served whole: a reduced core MIP.

At the prices of the flows' LP a choice of a whole cell that is worse than the cell's best one by more than
the distance between the LP's bound and a known assignment cannot be part of a better one: only the near-best
choices enter. That says nothing of cells that may be split, a small part of which may pay: all their choices
enter, or, where those are too many, the near-best ones, and then the LP's bound is all that is known.
"""

from dataclasses import dataclass, replace

import highspy
import numpy as np

from entrepot.errors import SolverError
from entrepot.location.problem import BoolArray, FloatArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.flow_program import (
    Choices,
    Task,
    beside,
    bought_of,
    cleaned,
    merged,
    program_of,
    worth_of,
)
from entrepot.solvers.flows import Flows, first_slack_of, near_best, task_at
from entrepot.solvers.oracle import Point
from entrepot.solvers.prepared import Group, Prepared
from entrepot.solvers.status import open_program, run

WHOLE = 1e-9
FIRST_REACH = 50.0
"""Reach of the first core, in first slacks of the LP."""
FASTER = 16.0
MOST_SPLIT = 200_000
TOLERANCES = (1e-9, 1e-7)
EXACT = 1e-9
PART_OF_GAP = 0.02
"""Share of the run's gap that the flows of one plan may leave open, of the problem's money."""
GRACE = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """Flows with whole cells.

    Attributes
    ----------
    flows : the best ones found, None where none were.
    bound : no flows are worth more, EUR (trusting HiGHS); -inf where none exist.
    """

    flows: Flows | None
    bound: float


def whole_flows(prepared: Prepared, group: Group, point: Point, lp: Flows, clock: Clock) -> Whole:
    """Best flows of a group at an integer point with its single-sourced cells whole, from those of the LP."""
    is_single = prepared.problem.cells.is_single
    if is_single is None or not np.any(is_single[group.cells]):
        return Whole(lp, lp.bound)
    single = is_single[group.cells][lp.known.position]
    if not np.any(single & (lp.fraction > WHOLE) & (lp.fraction < 1.0 - WHOLE)):
        return Whole(lp, lp.bound)
    task = task_at(prepared, group, point, lp.prices, scale=1.0, penalty=1.0)
    reach = (
        FIRST_REACH * first_slack_of(prepared, group) * float(np.mean(prepared.network.weight[group.cells]))
    )
    everything = near_best(task, lp.prices, np.inf)
    is_split = ~is_single[group.cells][everything.position]
    may_prove = int(np.sum(is_split)) <= MOST_SPLIT
    tolerance = max(EXACT, PART_OF_GAP * clock.options.gap) * prepared.money
    while True:
        near = _near(task, lp, everything, reach) | (is_split & may_prove)
        found, bound = _core(task, lp, merged(task, lp.known, _chosen(everything, near)), clock)
        is_all = bool(np.all(near))
        if not is_all:
            bound = max(bound, lp.bound - reach) if may_prove else lp.bound
        is_close = found is not None and bound <= found.value + tolerance
        if is_close or is_all or clock.is_over():
            return Whole(found, bound)
        reach = FASTER * reach if found is None else max(FASTER * reach, 1.01 * (lp.bound - found.value))


def _near(task: Task, lp: Flows, known: Choices, reach: float) -> BoolArray:
    """Which choices cost at most `reach`, EUR, against the best one of their cell at the LP's prices."""
    worth = _priced(task, known, lp)
    best = np.full(len(task.group.cells), -np.inf)
    np.maximum.at(best, known.position, worth)
    near: BoolArray = best[known.position] - worth <= reach
    return near


def _chosen(known: Choices, kept: BoolArray) -> Choices:
    return Choices(known.position[kept], known.way[kept], known.enabler[kept])


def _priced(task: Task, known: Choices, lp: Flows) -> FloatArray:
    """Value of each choice taken in full less what it pays for capacity and resources, EUR."""
    problem = task.prepared.problem
    cell = task.group.cells[known.position]
    worth = worth_of(task.prepared, task.group, known)
    via = np.flatnonzero(known.enabler >= 0)
    load = problem.ways.volume[known.way[via]] * problem.cells.kind_load[problem.cells.kind[cell[via]]]
    price = lp.prices.capacity + problem.resources.price_of_load(lp.prices.resource)
    worth[via] -= problem.cells.weight[cell[via]] * load * price[known.enabler[via]]
    if problem.n_resources:
        some = np.flatnonzero(known.way >= 0)
        used = problem.resources.usage[:, known.way[some]].T @ lp.prices.resource
        worth[some] -= problem.cells.weight[cell[some]] * used
    return worth


def _core(task: Task, lp: Flows, known: Choices, clock: Clock) -> tuple[Flows | None, float]:
    """Best whole flows among the known choices, at the LP's prices; a bound on the known choices."""
    prepared = task.prepared
    money = prepared.money / 1000.0
    worth = worth_of(prepared, task.group, known)
    count = np.bincount(known.position, minlength=len(task.group.cells))
    opened = np.flatnonzero(count[known.position] > 1)
    _, cell_of = np.unique(known.position[opened], return_inverse=True)
    program = program_of(task, known, opened, cell_of, -worth[opened] / money)
    last = len(program.upper)
    program.upper[len(opened) :] = 0.0
    is_single = prepared.problem.cells.is_single
    assert is_single is not None
    program.is_integer[: len(opened)] = is_single[task.group.cells][known.position[opened]]
    if task.point.recourse is not None:
        program = beside(task, program, money)
    fixed = float(np.sum(worth) - np.sum(worth[opened]))
    for tolerance in TOLERANCES:
        highs = open_program(
            program,
            mip_rel_gap=0.0,
            mip_abs_gap=500.0 * max(EXACT, PART_OF_GAP * clock.options.gap),  # half the tolerance, in `money`
            mip_feasibility_tolerance=tolerance,
            primal_feasibility_tolerance=tolerance,
        )
        try:
            outcome = run(highs, clock, grace=GRACE, phase="serving cells whole")
        except SolverError:
            continue
        if outcome == "infeasible":
            return None, -np.inf
        info = highs.getInfo()
        bound = fixed - money * float(info.mip_dual_bound)
        if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
            return None, bound
        point = np.array(highs.getSolution().col_value, dtype=np.float64)
        bought, paid = bought_of(task, point[last:])
        values = point[: len(opened)]
        values = np.where(program.is_integer[: len(opened)], np.rint(values), values)
        fraction = np.ones(len(known.way))
        fraction[opened] = cleaned(values, cell_of)
        value = float(np.sum(worth * fraction)) - paid
        return replace(lp, known=known, fraction=fraction, value=value, bought=bought), bound
    raise SolverError("HiGHS could not serve the cells whole.")
