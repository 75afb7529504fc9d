"""Exact flows of a fixed strategic point: a small LP over the cells whose choice is not clear at the prices.

The LP grows by pricing: at its duals every cell is filled again, and choices that beat the ones known enter,
until its value meets the dual bound.
"""

from dataclasses import dataclass, replace

import numpy as np

from entrepot.errors import SolverError
from entrepot.kernels.choosing import choices
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Prices
from entrepot.solvers.flow_program import (
    INTEGRAL,
    Choices,
    Task,
    beside,
    bought_of,
    cleaned,
    coupling_at,
    merged,
    prices_of_duals,
    program_of,
    worth_of,
)
from entrepot.solvers.oracle import Point, dual_value, rates_at
from entrepot.solvers.prepared import Group, Prepared
from entrepot.solvers.recourse import NoRecourseError
from entrepot.solvers.status import Program, Vertex, open_program, run, vertex_of
from entrepot.solvers.warm import PRIMAL, Basis, basis_of, codes_of, start_from

MAX_PRICINGS = 200
CENTRAL = 0.7
TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
SETTINGS: tuple[dict[str, float | str], ...] = (
    {**TIGHT},
    {**TIGHT, "presolve": "off"},
    {**TIGHT, "presolve": "off", "solver": "ipm"},
    {"primal_feasibility_tolerance": 1e-9, "presolve": "off", "solver": "simplex"},
)
WARM: dict[str, float | str] = {**TIGHT, "solver": "simplex", "simplex_strategy": PRIMAL}
"""From the basis of the LP before."""
GRACE = 60.0  # seconds that one LP may take after the clock has run out, for the first plan of a run
LARGE = 20_000
"""Columns from which on the user can end the run while an LP is solved."""


class OutOfTimeError(Exception):
    """The clock ran out while a plan was valued. Never leaves the engine."""


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """Flows of a group and the prices that prove them.

    Attributes
    ----------
    known : choices. fraction : (n,) of each. value, bound : primal and dual value, EUR.
    shortfall : sum of relative excess over capacities and rooms; 0 = feasible. prices : duals.
    bought : amounts of the free columns that come with the flows; their cost is part of the values.
    """

    known: Choices
    fraction: FloatArray
    value: float
    bound: float
    shortfall: float
    prices: Prices
    bought: FloatArray


def solve_flows(
    prepared: Prepared,
    group: Group,
    point: Point,
    start: Prices,
    clock: Clock,
    *,
    scale: float,
    penalty: float,
) -> Flows:
    """Flows and free columns of a group at a point, excess over rows at a penalty (in typical prices).

    The penalty is at least 4 times the price to start from: a price that may jump would make every cell's
    choice unclear.

    Raises
    ------
    NoRecourseError
        If the rows of the free columns contradict each other.
    OutOfTimeError
        If the clock runs out and there is a plan already, or one LP takes longer than its grace.
    SolverError
        If the LP cannot be solved.
    """
    task = task_at(prepared, group, point, start, scale=scale, penalty=penalty)
    fractional = task.fractional
    first_slack = first_slack_of(prepared, group) * scale
    known = near_best(task, start, np.inf if len(fractional) else first_slack)
    tolerance = 1e-10 * (prepared.money if scale > 0.0 else 1.0)
    centre, least = start, _dual_bound(task, start)
    basis, before = None, known
    for _ in range(MAX_PRICINGS):
        if clock.is_over() and np.isfinite(clock.value):
            raise OutOfTimeError
        flows, basis = _restricted(task, known, clock, (basis, before))
        if len(fractional):
            return flows
        trial = _mixed(centre, flows.prices)
        for prices in (flows.prices, trial):
            value = _dual_bound(task, prices)
            if value < least:
                centre, least = prices, value
        if least - flows.value <= tolerance:
            return replace(flows, bound=least, prices=centre)
        more = merged(task, known, near_best(task, trial, 1e-2 * first_slack))
        if len(more.way) == len(known.way):
            more = merged(task, known, near_best(task, flows.prices, 1e-6 * first_slack))
        if len(more.way) == len(known.way):
            return flows
        known, before = more, known
    raise SolverError("The flows of a plan did not converge.")


def task_at(
    prepared: Prepared,
    group: Group,
    point: Point,
    start: Prices,
    *,
    scale: float,
    penalty: float,
) -> Task:
    """The computation of a group's flows at a point; see `solve_flows`."""
    weights = point.weights[group.enablers]
    fractional = group.enablers[(weights > INTEGRAL) & (weights < 1.0 - INTEGRAL)]
    coupling = coupling_at(prepared, group, point, start, scale=scale, penalty=penalty)
    return Task(prepared, group, point, scale, coupling, fractional)


def _dual_bound(task: Task, prices: Prices) -> float:
    """Dual value of flows and free columns at prices, EUR."""
    value = dual_value(task.prepared, task.group, task.point, prices, task.scale).value
    if task.point.recourse is None:
        return value
    return value + task.point.recourse.reply(prices.resource, task.scale).worth


def first_slack_of(prepared: Prepared, group: Group) -> float:
    """A small worth per unit of weight, EUR: choices closer than this start in the LP."""
    weight = float(np.sum(prepared.network.weight[group.cells]))
    return 2e-5 * prepared.money / max(weight, 1e-300)


def near_best(task: Task, prices: Prices, slack: float) -> Choices:
    """Choices within `slack` (EUR per unit of weight) of the best one of each cell."""
    rates = rates_at(task.prepared, prices, task.scale, task.point.weights)
    cells = task.group.cells
    pointer, way, enabler = choices(task.prepared.network, rates, cells, slack)
    return Choices(np.repeat(np.arange(len(cells)), np.diff(pointer)), way, enabler)


def _mixed(centre: Prices, duals: Prices) -> Prices:
    """Prices between the best ones and the LP's duals, which swing.

    References
    ----------
    Wentges (1997), Weighted Dantzig-Wolfe decomposition for linear mixed-integer programming.
    """
    return Prices(
        CENTRAL * centre.capacity + (1.0 - CENTRAL) * duals.capacity,
        CENTRAL * centre.resource + (1.0 - CENTRAL) * duals.resource,
    )


def _restricted(
    task: Task, known: Choices, clock: Clock, last_time: tuple[Basis | None, Choices]
) -> tuple[Flows, Basis | None]:
    """The LP over the known choices; cells with a single one are fixed.

    `last_time` are the basis of the LP before, to start from, and the choices that it knew.
    """
    prepared, coupling = task.prepared, task.coupling
    worth = task.scale * worth_of(prepared, task.group, known)
    money = prepared.money / 1000.0 if task.scale > 0.0 else 1.0
    count = np.bincount(known.position, minlength=len(task.group.cells))
    opened = np.flatnonzero((count[known.position] > 1) | bool(len(task.fractional)))
    cell, cell_of = np.unique(known.position[opened], return_inverse=True)
    program = program_of(task, known, opened, cell_of, -worth[opened] / money)
    last = len(opened) + len(coupling.unit)
    program.cost[len(opened) : last] = coupling.penalty / money
    if task.point.recourse is not None:
        program = beside(task, program, money)
    vertex, basis = _solved(program, clock, (task, known, opened, cell), last_time)
    fraction = np.ones(len(known.way))
    fraction[opened] = cleaned(vertex.columns[: len(opened)], cell_of)
    excess = np.maximum(vertex.columns[len(opened) : last], 0.0)
    bought, paid = bought_of(task, vertex.columns[last:])
    duals = np.maximum(0.0, -vertex.row_duals[: len(coupling.unit)]) * money / coupling.unit
    prices = prices_of_duals(prepared, coupling, duals)
    value = float(np.sum(worth * fraction)) - float(coupling.penalty @ excess)
    if task.point.recourse is not None:
        value -= paid
    return Flows(known, fraction, value, value, float(np.sum(excess)), prices, bought), basis


def _solved(
    program: Program,
    clock: Clock,
    what: tuple[Task, Choices, IntArray, IntArray],
    last_time: tuple[Basis | None, Choices],
) -> tuple[Vertex, Basis | None]:
    """Optimum of the LP and its basis; HiGHS now and then fails at one setting and not at another."""
    task, known, opened, cell = what
    size = task.prepared.problem.n_ways, task.prepared.problem.n_enablers
    choice, n_coupling = codes_of(known, *size)[opened], len(task.coupling.unit)
    before, known_before = last_time
    grace = 0.05 if np.isfinite(clock.value) else GRACE
    phase = "evaluating a plan" if len(program.cost) > LARGE else ""
    for settings in SETTINGS if before is None else (WARM, *SETTINGS):
        highs = open_program(program, **settings)
        if settings is WARM and before is not None:
            kept = np.isin(choice, codes_of(known_before, *size))
            start_from(highs, before, choice, cell, kept)
        try:
            outcome = run(highs, clock, grace=grace, phase=phase)
        except SolverError:
            continue
        if outcome == "infeasible" and settings is WARM:
            continue
        if outcome == "infeasible" and task.point.recourse is not None:
            raise NoRecourseError
        if outcome == "optimal":
            has_basis = not len(task.fractional) and settings.get("solver") != "ipm"
            return vertex_of(highs), basis_of(highs, choice, cell, n_coupling) if has_basis else None
        raise OutOfTimeError
    raise SolverError("The flows of a plan could not be computed.")
