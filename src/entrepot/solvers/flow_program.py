"""The LP of a plan's flows over the choices known so far: columns, rows, and what a choice is worth."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.cuts import Prices
from entrepot.solvers.oracle import Point
from entrepot.solvers.prepared import Group, Prepared
from entrepot.solvers.status import Program

INTEGRAL = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Known choices of the cells of a group, sorted by cell.

    Attributes
    ----------
    position : (n,) of the cell in the group. way, enabler : (n,), -1 = none.
    """

    position: IntArray
    way: IntArray
    enabler: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Coupling:
    """Rows that couple cells: capacities, then resources; each scaled to a right-hand side of about 1."""

    enablers: IntArray
    resources: IntArray
    unit: FloatArray
    room: FloatArray
    penalty: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Group, point and scale of one computation; `fractional` enablers are neither off nor fully on.

    The room of the point is what is there before its free columns lend any.
    """

    prepared: Prepared
    group: Group
    point: Point
    scale: float
    coupling: Coupling
    fractional: IntArray


def merged(task: Task, left: Choices, right: Choices) -> Choices:
    """Choices of both, each once, sorted by cell."""
    position = np.concatenate([left.position, right.position])
    way = np.concatenate([left.way, right.way])
    enabler = np.concatenate([left.enabler, right.enabler])
    first = task.prepared.network.way_pointer[task.group.cells[position]]
    local = np.where(way >= 0, way - first + 1, 0)
    width = int(local.max(initial=0)) + 1
    key = (position * width + local) * (task.prepared.problem.n_enablers + 1) + enabler + 1
    _, index = np.unique(key, return_index=True)
    return Choices(position[index], way[index], enabler[index])


def coupling_at(
    prepared: Prepared, group: Group, point: Point, start: Prices, *, scale: float, penalty: float
) -> Coupling:
    """Capacities and resources of a group at a point, and what their excess costs; see `solve_flows`."""
    weights, capacity = point.weights, prepared.finite_capacity
    on = group.enablers[prepared.has_capacity[group.enablers] & (weights[group.enablers] > INTEGRAL)]
    unit_capacity = np.maximum(capacity[on], 1e-12)
    resources = group.resources
    price_unit = prepared.resource_price_unit[resources]
    unit_resource = prepared.money / price_unit
    unit = np.concatenate([unit_capacity, unit_resource])
    typical = np.concatenate(
        [unit_capacity * prepared.capacity_price_unit, np.full(len(resources), prepared.money)]
    )
    prices = np.concatenate([start.capacity[on], start.resource[resources]]) * unit
    return Coupling(
        enablers=on,
        resources=resources,
        unit=unit,
        room=np.concatenate([capacity[on] * weights[on], point.room[resources]]) / unit,
        penalty=np.maximum(penalty * typical, 4.0 * prices) if scale > 0.0 else np.ones(len(unit)),
    )


def beside(task: Task, program: Program, money: float) -> Program:
    """The program of the flows with the free columns and their rows behind it."""
    assert task.point.recourse is not None
    n_enablers = len(task.coupling.enablers)
    per_money = task.scale / money
    return task.point.recourse.beside(program, n_enablers, task.coupling.unit[n_enablers:], per_money)


def bought_of(task: Task, amount: FloatArray) -> tuple[FloatArray, float]:
    """Free columns in the problem's units, and what they cost, EUR."""
    if task.point.recourse is None:
        return amount, 0.0
    return task.point.recourse.settled(amount, task.scale)


def program_of(task: Task, known: Choices, opened: IntArray, cell_of: IntArray, cost: FloatArray) -> Program:
    """Columns: the opened choices, then the excess of each coupling row. Rows: coupling, cells, links."""
    n_open, n_coupling = len(opened), len(task.coupling.unit)
    n_cells = int(cell_of.max(initial=-1)) + 1
    use = _coupling_use(task.prepared, task.group, known, task.coupling)
    is_fixed = np.ones(len(known.way), dtype=np.bool_)
    is_fixed[opened] = False
    room = task.coupling.room - use @ is_fixed.astype(np.float64)
    cells = csr_array((np.ones(n_open), (cell_of, np.arange(n_open))), shape=(n_cells, n_open))
    links, link_room = _links(task, known, opened)
    top = vstack([cells, links], format="csr")
    diagonal = np.arange(n_coupling)
    excess = csr_array(
        (-np.ones(n_coupling), (diagonal, diagonal)), shape=(n_coupling + top.shape[0], n_coupling)
    )
    below = np.full(len(link_room), -np.inf)
    return Program(
        cost=np.concatenate([cost, np.zeros(n_coupling)]),
        lower=np.zeros(n_open + n_coupling),
        upper=np.full(n_open + n_coupling, np.inf),
        matrix=csr_array(hstack([vstack([use[:, opened], top]), excess], format="csr")),
        row_lower=np.concatenate([np.full(n_coupling, -np.inf), np.ones(n_cells), below]),
        row_upper=np.concatenate([room, np.ones(n_cells), link_room]),
        is_integer=np.zeros(n_open + n_coupling, dtype=np.bool_),
    )


def worth_of(prepared: Prepared, group: Group, known: Choices) -> FloatArray:
    """Value of each choice taken in full, EUR."""
    problem = prepared.problem
    cell = group.cells[known.position]
    worth = np.zeros(len(cell))
    some = known.way >= 0
    worth[some] = problem.ways.value[known.way[some]]
    via = known.enabler >= 0
    shift = problem.enablers.shift[known.enabler[via], problem.cells.kind[cell[via]]]
    worth[via] += problem.ways.volume[known.way[via]] * shift
    weighted: FloatArray = worth * problem.cells.weight[cell]
    return weighted


def _coupling_use(prepared: Prepared, group: Group, known: Choices, coupling: Coupling) -> csr_array:
    """Use of the coupling rows by each choice taken in full, in the rows' units."""
    problem = prepared.problem
    cell = group.cells[known.position]
    weight = problem.cells.weight[cell]
    row_of = np.full(problem.n_enablers + 1, -1)
    row_of[coupling.enablers] = np.arange(len(coupling.enablers))
    row = row_of[known.enabler]
    at = np.flatnonzero(row >= 0)
    load = (
        weight[at]
        * problem.ways.volume[known.way[at]]
        * problem.cells.kind_load[problem.cells.kind[cell[at]]]
    )
    capacity = csr_array((load, (row[at], at)), shape=(len(coupling.enablers), len(cell)))
    some = np.flatnonzero(known.way >= 0)
    usage = problem.resources.usage[coupling.resources][:, known.way[some]].tocoo()
    amount = usage.data * weight[some[usage.coords[1]]]
    resource = csr_array(
        (amount, (usage.coords[0], some[usage.coords[1]])), shape=(len(coupling.resources), len(cell))
    )
    if problem.resources.load is not None:
        resource = csr_array(resource + _use_by_load(prepared, coupling.resources, known, cell))
    stacked = csr_array(vstack([capacity, resource], format="csr"))
    scaled = stacked.multiply((1.0 / coupling.unit)[:, None])
    return csr_array(scaled)


def _use_by_load(prepared: Prepared, resources: IntArray, known: Choices, cell: IntArray) -> csr_array:
    """Use of the resources by the load that each choice puts on its configuration, taken in full."""
    problem = prepared.problem
    assert problem.resources.load is not None
    at = np.flatnonzero(known.enabler >= 0)
    load = (
        problem.cells.weight[cell[at]]
        * problem.ways.volume[known.way[at]]
        * problem.cells.kind_load[problem.cells.kind[cell[at]]]
    )
    on_enabler = csr_array((load, (known.enabler[at], at)), shape=(problem.n_enablers, len(cell)))
    return csr_array(problem.resources.load[resources] @ on_enabler)


def _links(task: Task, known: Choices, opened: IntArray) -> tuple[csr_array, FloatArray]:
    """Rows x_je <= w_e for the enablers of fractional weight, as configurations and as partners."""
    point, width = task.point, len(task.point.weights)
    partner = _partner_of(task.prepared, known)[opened]
    columns, keys = [], []
    for role, enabler in enumerate((known.enabler[opened], partner)):
        at = np.flatnonzero(np.isin(enabler, task.fractional))
        columns.append(at)
        keys.append((known.position[opened[at]] * 2 + role) * width + enabler[at])
    column, key = np.concatenate(columns), np.concatenate(keys)
    unique, row = np.unique(key, return_inverse=True)
    matrix = csr_array((np.ones(len(column)), (row, column)), shape=(len(unique), len(opened)))
    return matrix, point.weights[unique % max(width, 1)]


def _partner_of(prepared: Prepared, known: Choices) -> IntArray:
    """Enabler of the partner that each choice needs, -1 = none."""
    found = np.full(len(known.way), -1, dtype=np.int64)
    if prepared.problem.ways.partner is not None:
        some = np.flatnonzero(known.way >= 0)
        partner = prepared.problem.ways.partner[known.way[some]]
        needs = partner >= 0
        found[some[needs]] = prepared.problem.enablers.facility_pointer[partner[needs]]
    return found


def cleaned(fraction: FloatArray, cell_of: IntArray) -> FloatArray:
    """Drop crumbs and make the fractions of each cell sum to 1 exactly."""
    kept = np.where(fraction > 1e-11, fraction, 0.0)
    total = np.bincount(cell_of, weights=kept)
    result: FloatArray = kept / total[cell_of] if len(kept) else kept
    return result


def prices_of_duals(prepared: Prepared, coupling: Coupling, duals: FloatArray) -> Prices:
    """Prices of the coupling rows as prices of the problem's capacities and resources, 0 elsewhere."""
    capacity = np.zeros(prepared.problem.n_enablers)
    resource = np.zeros(prepared.problem.n_resources)
    capacity[coupling.enablers] = duals[: len(coupling.enablers)]
    resource[coupling.resources] = duals[len(coupling.enablers) :]
    return Prices(capacity, resource)
