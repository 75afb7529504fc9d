"""Bounds by weak duality, computed in NumPy from multipliers and stored prices: no solver, no kernel.

See docs/engine.md for the proof.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from entrepot.errors import SolverError
from entrepot.location.problem import FloatArray, IntArray, LocationProblem
from entrepot.solvers.cuts import Cut
from entrepot.solvers.master import Shape, unit_of
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.status import Vertex

Box = tuple[FloatArray, FloatArray]
"""Lower and upper bounds of the strategic columns."""
CELLS_AT_ONCE = 4096
MARGIN = 1e-12  # of the sum of absolute terms; float64 pairwise sums err by far less


@dataclass(frozen=True, slots=True, eq=False)
class Multipliers:
    """Non-negative combination of the master's rows.

    Attributes
    ----------
    cut : (n_cuts,) >= 0; those of the value cuts of a group sum to 1.
    row : (n_rows,) of the strategic rows, EUR per unit; > 0 prices the upper side, < 0 the lower one.
    weight : (n_enablers,) >= 0 of w >= 0, EUR.
    """

    cut: FloatArray
    row: FloatArray
    weight: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class DualBound:
    """bound : EUR, with its safety margin. reduced : (n_columns,) reduced income of the columns, EUR."""

    bound: float
    reduced: FloatArray


def multipliers_of(prepared: Prepared, shape: Shape, cuts: list[Cut], vertex: Vertex) -> Multipliers | None:
    """Multipliers from HiGHS's duals, cleaned of wrong signs.

    None where a group has no cut with weight, or where cuts were dropped since the LP was solved.
    """
    strategic = prepared.problem.strategic
    cut = np.maximum(0.0, -vertex.row_duals[shape.first_cut :])
    if len(cut) != len(cuts):
        return None
    units = np.array([unit_of(shape, c) for c in cuts])
    cut = cut * shape.money / units
    for group in prepared.groups:
        mine = np.array([c.scale > 0.0 and c.group.index == group.index for c in cuts])
        total = float(cut[mine].sum())
        if total <= 0.5:
            return None
        cut[mine] /= total
    row = -vertex.row_duals[: shape.n_rows] * shape.money
    row = np.where((row > 0.0) & np.isinf(strategic.row_upper), 0.0, row)
    row = np.where((row < 0.0) & np.isinf(strategic.row_lower), 0.0, row)
    weight = vertex.column_duals[shape.n_columns : shape.first_room] * shape.money
    return Multipliers(cut, row, np.maximum(0.0, weight))


def dual_bound(problem: LocationProblem, cuts: list[Cut], multipliers: Multipliers) -> DualBound:
    """Largest value of the combination of rows over the box of the columns: a bound on every plan.

    Notes
    -----
    sum_c mu_c (constant_c + slope_c w + theta_c c(y)) + sum_i rho_i (side_i - A_i y) + sigma w - f y is at
    least the value of every feasible y; with w = W y + w0 and c = C y + c0 it is linear in y.
    """
    strategic, enablers, resources = problem.strategic, problem.enablers, problem.resources
    on_weight = multipliers.weight.copy()
    on_room = np.zeros(problem.n_resources)
    terms = []
    for cut, mu in zip(cuts, multipliers.cut, strict=True):
        if mu > 0.0:
            on_weight[cut.group.enablers] += mu * cut.slope
            on_room[cut.group.resources] += mu * cut.resource_price
            terms.append(mu * cut.constant)
    side = np.where(multipliers.row > 0.0, strategic.row_upper, strategic.row_lower)
    priced = multipliers.row != 0.0
    reduced = (
        enablers.matrix.T @ on_weight
        + resources.matrix.T @ on_room
        - strategic.cost
        - strategic.matrix.T @ multipliers.row
    )
    box = np.where(reduced > 0.0, reduced * strategic.upper, reduced * strategic.lower)
    parts = np.concatenate(
        [
            terms,
            on_weight * enablers.constant,
            on_room * resources.constant,
            multipliers.row[priced] * side[priced],
            box,
        ]
    )
    gross = (  # the terms of `reduced` before they cancel
        abs(enablers.matrix).T @ np.abs(on_weight)
        + abs(resources.matrix).T @ np.abs(on_room)
        + np.abs(strategic.cost)
        + abs(strategic.matrix).T @ np.abs(multipliers.row)
    )
    reach = np.maximum(np.abs(strategic.lower), np.abs(strategic.upper))
    margin = MARGIN * float(np.sum(np.abs(parts)) + gross @ reach)
    return DualBound(float(np.sum(parts)) + margin, reduced)


def certified_bound(
    prepared: Prepared, cuts: list[Cut], multipliers: Multipliers, proved: dict[Cut, Cut]
) -> float:
    """The dual bound with every cut of positive multiplier recomputed from its stored prices, once."""
    used = multipliers.cut > 1e-12
    wanted = [cut for cut, use in zip(cuts, used, strict=True) if use]
    for cut in wanted:
        if cut not in proved:
            proved[cut] = recomputed(prepared, cut)
    kept = [proved[cut] for cut in wanted]
    weights = multipliers.cut[used]
    for group in prepared.groups:
        mine = np.array([cut.scale > 0.0 and cut.group.index == group.index for cut in kept])
        weights[mine] /= weights[mine].sum()
    return dual_bound(prepared.problem, kept, Multipliers(weights, multipliers.row, multipliers.weight)).bound


def recomputed(prepared: Prepared, cut: Cut) -> Cut:
    """The cut that the stored prices prove, by plain NumPy.

    Cell prices below the best always-enabled way are raised to it; the slopes follow.
    """
    problem, group = prepared.problem, cut.group
    partner_price = np.maximum(cut.partner_price, 0.0)
    capacity_price = np.zeros(problem.n_enablers)
    capacity_price[group.enablers] = np.maximum(cut.capacity_price, 0.0)
    resource_price = np.zeros(problem.n_resources)
    resource_price[group.resources] = np.maximum(cut.resource_price, 0.0)
    finite = np.isfinite(problem.enablers.capacity)
    capacity_price[~finite] = 0.0
    load_price = capacity_price + problem.resources.price_of_load(resource_price)
    slope = capacity_price * np.where(finite, problem.enablers.capacity, 0.0)
    slope += prepared.slope_of_partners(group.cells, partner_price)
    constant = []
    for first in range(0, len(group.cells), CELLS_AT_ONCE):
        block = slice(first, first + CELLS_AT_ONCE)
        price = _add_cells(
            prepared,
            cut.scale,
            group.cells[block],
            cut.cell_price[block],
            prices=(load_price, resource_price, _of_block(prepared, group.cells, block, partner_price)),
            slope=slope,
        )
        constant.append(problem.cells.weight[group.cells[block]] * price)
    total = np.concatenate(constant) if constant else np.zeros(0)
    safety = MARGIN * float(np.sum(np.abs(total)))
    return replace(
        cut,
        constant=float(np.sum(total)) + safety,
        slope=(slope * (1.0 + MARGIN))[group.enablers],
        resource_price=resource_price[group.resources],
        capacity_price=capacity_price[group.enablers],
    )


def _of_block(
    prepared: Prepared, cells: IntArray, block: slice, partner_price: NDArray[np.float32]
) -> FloatArray:
    """Partner prices of a block of cells, out of those of all `cells`."""
    if len(partner_price) == 0:
        return np.zeros(0)
    first = prepared.slots(cells[: block.start])[0]
    inside = prepared.slots(cells[block])[0]
    return partner_price[len(first) : len(first) + len(inside)].astype(np.float64)


def _add_cells(
    prepared: Prepared,
    scale: float,
    cells: IntArray,
    cell_price: FloatArray,
    *,
    prices: tuple[FloatArray, FloatArray, FloatArray],
    slope: FloatArray,
) -> FloatArray:
    """Add the surplus of a block of cells to `slope`; return their valid cell prices."""
    problem = prepared.problem
    start, stop = problem.cells.way_pointer[cells], problem.cells.way_pointer[cells + 1]
    count = stop - start
    local = np.repeat(np.arange(len(cells)), count)
    way = np.arange(count.sum()) + np.repeat(start - np.concatenate([[0], np.cumsum(count)[:-1]]), count)
    facility = problem.ways.facility[way].astype(np.int64)
    base = scale * problem.ways.value[way]
    if problem.n_resources:
        base = base - prepared.price_of_uses(way, prices[1])
    if len(prices[2]):
        base = base - _partner_price(prepared, cells, local, way, prices[2])
    floor = np.where(problem.cells.is_mandatory[cells], -np.inf, 0.0)
    always = facility < 0
    np.maximum.at(floor, local[always], base[always])
    price: FloatArray = np.maximum(cell_price, floor)
    enablers = problem.enablers
    weight, kind = problem.cells.weight[cells], problem.cells.kind[cells]
    adder = prepared.scaled_shift(scale) - np.outer(prices[0], problem.cells.kind_load)
    sizes = np.diff(enablers.facility_pointer)
    for size in range(int(sizes.max(initial=0))):
        has = np.flatnonzero(~always & (sizes[facility] > size))
        enabler = enablers.facility_pointer[facility[has]] + size
        mine = local[has]
        of_volume = adder[enabler, kind[mine]]
        can = np.isfinite(of_volume)
        surplus = base[has] + problem.ways.volume[way[has]] * np.where(can, of_volume, 0.0) - price[mine]
        gains = (surplus > 0.0) & can
        key = mine[gains] * problem.n_enablers + enabler[gains]
        unique, inverse = np.unique(key, return_inverse=True)
        best = np.zeros(len(unique))
        np.maximum.at(best, inverse, surplus[gains])
        np.add.at(slope, unique % problem.n_enablers, weight[unique // problem.n_enablers] * best)
    return price


def _partner_price(
    prepared: Prepared, cells: IntArray, local: IntArray, way: IntArray, price: FloatArray
) -> FloatArray:
    """Price of the partner of each way; a way is priced only for the partner that the slope counts."""
    position, enabler = prepared.slots(cells)
    first = np.searchsorted(position, local)
    slot = prepared.network.partner[way]
    has = np.flatnonzero(slot >= 0)
    entry = first[has] + slot[has]
    partner = prepared.problem.ways.partner
    assert partner is not None
    named = prepared.problem.enablers.facility_pointer[partner[way[has]]]
    if not (np.array_equal(position[entry], local[has]) and np.array_equal(enabler[entry], named)):
        raise SolverError("The partners of the ways do not match the prices of a cut.")
    amount = np.zeros(len(way))
    amount[has] = price[entry]
    return amount


def tightened_box(problem: LocationProblem, dual: DualBound, box: Box, value: float) -> Box:
    """Bounds that every plan better than `value` meets, by reduced income (integer columns only).

    Raising column i by one unit from its lower bound costs -reduced_i of the bound; a plan that is
    worth more than `value` can afford (bound - value) / -reduced_i units at most, and likewise from above.
    """
    strategic = problem.strategic
    lower, upper = box
    room = dual.bound - value + 1e-9 * max(abs(dual.bound), abs(value), 1.0)
    if not np.isfinite(room) or room < 0.0:
        return box
    steps = np.floor(room / np.maximum(np.abs(dual.reduced), 1e-12 * max(room, 1e-12)) + 1e-6)
    steps = np.where(strategic.is_integer & (steps < 1e9), steps, np.inf)
    new_upper = np.where(dual.reduced < 0.0, np.minimum(upper, strategic.lower + steps), upper)
    new_lower = np.where(dual.reduced > 0.0, np.maximum(lower, strategic.upper - steps), lower)
    return new_lower, new_upper
