"""The oracle: value of a group at given weights and prices, good prices, and the cut they make.

Symbols as in docs/engine.md: w weights, pi capacity prices, theta resource prices, lambda cell prices.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from entrepot.kernels.filling import fill
from entrepot.kernels.gaining import gainers
from entrepot.kernels.lifting import lift
from entrepot.kernels.network import Network, Rates
from entrepot.kernels.selecting import usable
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.bundle import least_point
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut, Prices
from entrepot.solvers.prepared import Group, Prepared
from entrepot.solvers.recourse import Recourse

LIFTING_STEPS = 9
SHARP_STEPS = 80
SHARP = 1e-8  # of the problem's money
HIGH_PRICE = 10.0
"""Highest price, in typical ones, where free columns may lend room that a point lacks: it is not scarce."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Strategic point as the flows see it.

    Attributes
    ----------
    weights : (n_enablers,) w >= 0. room : (n_resources,) c.
    recourse : free columns of the cluster, which may lend more than `room`; None where there are none.
    """

    weights: FloatArray
    room: FloatArray
    recourse: Recourse | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """Dual value of a group at a point and prices.

    Attributes
    ----------
    value : EUR, an upper bound on the group's value at the point.
    cell_price : (n,) lambda. partner_price : (slots of the cells,) beta.
    spare_capacity : (n_enablers,) cap w - load.
    spare_room : (n_resources,) c - usage. Both are subgradients in the prices.
    """

    value: float
    cell_price: FloatArray
    partner_price: FloatArray
    spare_capacity: FloatArray
    spare_room: FloatArray


def point_at(prepared: Prepared, columns: FloatArray) -> Point:
    """How the flows see a strategic point."""
    return Point(*prepared.rooms(columns))


def rates_at(prepared: Prepared, prices: Prices, scale: float, weight: FloatArray) -> Rates:
    """Worth of ways at prices, for the enablers with `weight` > 0."""
    shift, resources = prepared.scaled_shift(scale), prepared.problem.resources
    load_price = np.where(prepared.has_capacity, prices.capacity, 0.0)  # no rent, so no price
    load_price = load_price + resources.price_of_load(prices.resource)
    adder = shift - np.outer(load_price, prepared.network.kind_load)
    top = np.full((prepared.problem.n_facilities, shift.shape[1]), -np.inf)
    counted = weight > 0.0
    np.maximum.at(top, prepared.facility_of_enabler[counted], adder[counted])
    return Rates(scale, adder, top, prices.resource, weight)


def dual_value(
    prepared: Prepared,
    group: Group,
    point: Point,
    prices: Prices,
    scale: float = 1.0,
    *,
    prices_absent: bool = False,
) -> Filled:
    """Fill the cells of a group at prices: its Lagrangian value, an upper bound by weak duality.

    With `prices_absent` partners that are off get prices as well, as a cut needs them.
    """
    where = prepared.network, group.cells
    return _filled(prepared, group, point, prices, where, scale, prices_absent)


def _filled(  # noqa: PLR0917 - what is filled, at what, and where it stands
    prepared: Prepared,
    group: Group,
    point: Point,
    prices: Prices,
    where: tuple[Network, IntArray],
    scale: float = 1.0,
    prices_absent: bool = False,
) -> Filled:
    """Dual value, by the cells of a network that holds what the point leaves of the group."""
    rates = rates_at(prepared, prices, scale, point.weights)
    worth, cell_price, load, usage, partner_price = fill(where[0], rates, where[1], prices_absent)
    capacity = prepared.finite_capacity * point.weights
    rents = float(prices.capacity[group.enablers] @ capacity[group.enablers])
    rents += float(prices.resource[group.resources] @ point.room[group.resources])
    return Filled(
        value=worth + rents,
        cell_price=cell_price,
        partner_price=partner_price,
        spare_capacity=capacity - load,
        spare_room=point.room - usage - prepared.problem.resources.used_by_load(load),
    )


class _Search:
    """The dual value of a group as a function of the prices that matter, in typical units; keeps the best.

    Where free columns may lend room, their reply to the prices is part of the value.
    """

    def __init__(
        self, prepared: Prepared, group: Group, point: Point, start: Prices, resources: IntArray
    ) -> None:
        enablers = group.enablers
        self.prepared, self.group, self.point, self.start = prepared, group, point, start
        self.priced = enablers[prepared.has_capacity[enablers] & (point.weights[enablers] > 0.0)]
        capacity_unit = np.full(len(self.priced), prepared.capacity_price_unit)
        self.resources = resources
        self.unit = np.concatenate([capacity_unit, prepared.resource_price_unit[resources]])
        self.best_value, self.best_prices = np.inf, start
        self.where = prepared.network, group.cells
        if not np.any((point.weights > 0.0) & (point.weights < 1.0)):  # few ways are left of such a point
            self.where = usable(prepared.network, point.weights, group.cells), np.arange(len(group.cells))

    def scaled(self, prices: Prices) -> FloatArray:
        """Prices as a point of the search."""
        kept = [prices.capacity[self.priced], prices.resource[self.resources]]
        point: FloatArray = np.concatenate(kept) / self.unit
        return point

    def measure(self, scaled: FloatArray) -> tuple[float, FloatArray]:
        """Dual value and its slope, in the problem's money."""
        prices = _with(self.start, self.priced, self.resources, scaled * self.unit)
        filled = _filled(self.prepared, self.group, self.point, prices, self.where)
        value, spare_room = filled.value, filled.spare_room
        if self.point.recourse is not None:
            worth, lent = self.point.recourse.lent(prices.resource)
            value, spare_room = value + worth, spare_room + lent
        if value < self.best_value:
            self.best_value, self.best_prices = value, prices
        slope = np.concatenate([filled.spare_capacity[self.priced], spare_room[self.resources]]) * self.unit
        return value / self.prepared.money, slope / self.prepared.money


def improve_prices(prepared: Prepared, group: Group, point: Point, start: Prices, calls: int) -> Prices:
    """Lower the dual value by a few L-BFGS-B steps from `start`; never worse than `start`.

    Prices of resources that free columns draw on stay as they are (`solvers.drawn`).
    """
    moving = group.resources[np.isinf(prepared.highest_price[group.resources])]
    search = _Search(prepared, group, point, start, moving)
    if len(search.unit) == 0 or calls == 0:
        return start
    first = search.scaled(start)
    top = np.maximum(HIGH_PRICE, 2.0 * first) if prepared.has_free else np.full(len(first), 1e6)
    minimize(
        search.measure,
        first,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, most) for most in top.tolist()],
        options={"maxfun": calls, "maxiter": calls, "maxls": 5, "ftol": 1e-13, "gtol": 1e-13},
    )
    return search.best_prices


def sharpen_prices(prepared: Prepared, group: Group, point: Point, start: Prices, clock: Clock) -> Prices:
    """Lower the dual value to (nearly) its least; for points with few prices, as integer plans are."""
    search = _Search(prepared, group, point, start, group.resources)
    if len(search.unit) > 0:
        least_point(search.measure, search.scaled(start), SHARP_STEPS, SHARP, clock)
    return search.best_prices if np.isfinite(search.best_value) else start


def make_cut(prepared: Prepared, group: Group, point: Point, prices: Prices, scale: float = 1.0) -> Cut:
    """Cut of a group from prices: cell prices by filling at the point, then every capacity price at its best.

    With the cell prices fixed, the price of one capacity enters its own coefficient only, which is convex
    in it; the smallest coefficient makes the cut dominate all others with these cell prices.
    """
    filled = dual_value(prepared, group, point, prices, scale, prices_absent=True)
    of_cells = filled.cell_price, filled.partner_price.astype(np.float32)
    return cut_from(prepared, group, prices, of_cells, scale)


def cut_from(
    prepared: Prepared,
    group: Group,
    prices: Prices,
    of_cells: tuple[FloatArray, NDArray[np.float32]],
    scale: float,
) -> Cut:
    """Cut of a group from its cells' prices and their partners'; every capacity price is set to its best."""
    cell_price, partner_price = of_cells
    capacity_price, slope = _lifted(prepared, group, prices, of_cells, scale)
    slope += prepared.slope_of_partners(group.cells, partner_price)
    enablers = group.enablers
    return Cut(
        group=group,
        scale=scale,
        constant=float(np.sum(prepared.network.weight[group.cells] * cell_price)),
        slope=slope[enablers],
        resource_price=prices.resource[group.resources].copy(),
        capacity_price=capacity_price[enablers],
        cell_price=cell_price,
        partner_price=partner_price,
    )


def prices_of(prepared: Prepared, cut: Cut) -> Prices:
    """Prices stored in a cut, to start the next search from."""
    capacity = np.zeros(prepared.problem.n_enablers)
    resource = np.zeros(prepared.problem.n_resources)
    capacity[cut.group.enablers] = cut.capacity_price
    resource[cut.group.resources] = cut.resource_price
    return Prices(capacity, resource)


def _with(start: Prices, priced: IntArray, resources: IntArray, values: FloatArray) -> Prices:
    capacity, resource = start.capacity.copy(), start.resource.copy()
    capacity[priced] = values[: len(priced)]
    resource[resources] = values[len(priced) :]
    return Prices(capacity, resource)


def _lifted(
    prepared: Prepared,
    group: Group,
    prices: Prices,
    of_cells: tuple[FloatArray, NDArray[np.float32]],
    scale: float,
) -> tuple[FloatArray, FloatArray]:
    """Best capacity price and coefficient of each enabler of the group, by bisection on all at once."""
    problem = prepared.problem
    cell_price, partner_price = of_cells[0], of_cells[1].astype(np.float64)
    in_group = np.zeros(problem.n_enablers)
    in_group[group.enablers] = 1.0

    free = rates_at(prepared, Prices(np.zeros_like(in_group), prices.resource), scale, in_group)
    ways = gainers(prepared.network, free, group.cells, cell_price, partner_price)

    def surplus_at(trial: FloatArray) -> tuple[FloatArray, FloatArray]:
        rates = rates_at(prepared, Prices(trial, prices.resource), scale, active)
        surplus, load = lift(prepared.network, rates, ways)
        rent = trial * prepared.finite_capacity
        return surplus + rent, prepared.finite_capacity - load

    active = in_group
    price = prices.capacity * in_group
    slope, spare = surplus_at(price)
    searched = (in_group > 0.0) & prepared.has_capacity
    low = np.where(spare < 0.0, price, 0.0)
    high = np.where(spare >= 0.0, price, np.inf)
    for step in range(LIFTING_STEPS):
        searched &= high - low > 1e-9 * prepared.capacity_price_unit
        if not np.any(searched):
            break
        active = searched.astype(np.float64)
        bold = np.maximum(2.0 * low, prepared.capacity_price_unit * 0.25)
        trial = np.where(np.isinf(high), bold, 0.5 * (low + high) if step > 0 else 0.0)
        trial_slope, trial_spare = surplus_at(np.where(searched, trial, 0.0))
        better = searched & (trial_slope < slope)
        slope, price = np.where(better, trial_slope, slope), np.where(better, trial, price)
        low = np.where(searched & (trial_spare < 0.0), trial, low)
        high = np.where(searched & (trial_spare >= 0.0), trial, high)
    return price, slope
