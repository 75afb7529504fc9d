"""Sites of the plane in the cells of a grid: what they gain at prices, and who is near, without stored pairs.

A pair costs weight times rounded distance, computed as `location.service_costs.PlaneCosts` does.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Grid(NamedTuple):
    """Sites by square cell, the cells of a row one after the other.

    Attributes
    ----------
    corner : (2,) least coordinates. width : of a cell. shape : (2,) cells along x and along y.
    pointer : (cells + 1,). site : (n_sites,) int64, cell by cell. x, y : (n_sites,) of these sites.
    """

    corner: FloatArray
    width: float
    shape: IntArray
    pointer: IntArray
    site: IntArray
    x: FloatArray
    y: FloatArray


class Crowd(NamedTuple):
    """Customers: x, y, weight (n,); rounding of distances: 0 none, 1 down, 2 to the nearest integer."""

    x: FloatArray
    y: FloatArray
    weight: FloatArray
    rounding: int


@kernel
def _cell(grid: Grid, coordinate: float, axis: int) -> int:
    """Column or row of a coordinate, that of the nearest cell where it lies outside."""
    at = np.floor((coordinate - grid.corner[axis]) / grid.width)
    return int(min(max(at, 0.0), float(grid.shape[axis] - 1)))


@kernel
def grid_of(sites: FloatArray, per_cell: float) -> Grid:
    """A grid with some `per_cell` of the (n, 2) sites in each cell on average."""
    n = len(sites)
    corner = np.array([sites[:, 0].min(), sites[:, 1].min()])
    span = np.array([sites[:, 0].max(), sites[:, 1].max()]) - corner
    cells = max(1.0, n / per_cell)
    width = max(np.sqrt(span[0] * span[1] / cells), max(span[0], span[1]) / cells, 1e-300)
    shape = np.array([int(span[0] / width) + 1, int(span[1] / width) + 1])
    pointer = np.zeros(shape[0] * shape[1] + 1, np.int64)
    grid = Grid(corner, width, shape, pointer, np.empty(n, np.int64), np.empty(n), np.empty(n))
    cell = np.empty(n, np.int64)
    for site in range(n):
        cell[site] = _cell(grid, sites[site, 1], 1) * shape[0] + _cell(grid, sites[site, 0], 0)
        pointer[cell[site] + 1] += 1
    for at in range(len(pointer) - 1):
        pointer[at + 1] += pointer[at]
    free = pointer[:-1].copy()
    for site in range(n):
        at = free[cell[site]]
        grid.site[at], grid.x[at], grid.y[at] = site, sites[site, 0], sites[site, 1]
        free[cell[site]] += 1
    return grid


@kernel
def reach_of(crowd: Crowd, customer: int, limit: float) -> float:
    """Distance beyond which a site costs the limit at least: rounding shortens by less than one."""
    if crowd.weight[customer] <= 0.0:
        return np.inf
    slack = 0.0 if crowd.rounding == 0 else 1.0
    return float(limit / crowd.weight[customer] * (1.0 + 1e-9) + slack)


@kernel
def rows_within(grid: Grid, y: float, reach: float) -> tuple[int, int]:
    """First row, and the one after the last, of the cells that a circle may meet."""
    return _cell(grid, y - reach, 1), _cell(grid, y + reach, 1) + 1


@kernel
def span_within(grid: Grid, row: int, centre: tuple[float, float], reach: float) -> tuple[int, int]:
    """Where the sites of a row begin and end whose cells a circle may meet; some may lie outside it.

    The circle is taken a little wider, because rounding may have put a site into the cell beside its own.
    """
    bottom = grid.corner[1] + row * grid.width
    margin = 1e-9 * (abs(centre[1]) + abs(bottom) + reach)
    apart = max(0.0, bottom - margin - centre[1], centre[1] - bottom - grid.width - margin)
    half = np.sqrt(max(0.0, reach * reach - apart * apart)) + margin
    first = row * grid.shape[0]
    left, right = _cell(grid, centre[0] - half, 0), _cell(grid, centre[0] + half, 0)
    return grid.pointer[first + left], grid.pointer[first + right + 1]


@kernel
def add_gains(grid: Grid, crowd: Crowd, price: FloatArray, gain: FloatArray) -> None:
    """Add to `gain`, (n_sites,) in the order of the grid, what each site earns: sum max(0, price - cost)."""
    for customer in range(len(price)):
        centre, weight, top = (crowd.x[customer], crowd.y[customer]), crowd.weight[customer], price[customer]
        reach = reach_of(crowd, customer, top)
        if reach <= 0.0:
            continue
        low, high = rows_within(grid, centre[1], reach)
        for row in range(low, high):
            begin, end = span_within(grid, row, centre, reach)
            _earn(
                (grid.x[begin:end], grid.y[begin:end]), centre, (weight, crowd.rounding), top, gain[begin:end]
            )


@kernel
def _earn(
    place: tuple[FloatArray, FloatArray],
    centre: tuple[float, float],
    rate: tuple[float, int],
    top: float,
    gain: FloatArray,
) -> None:
    """Sites in one row of cells; slices keep the loop free of negative indices, so that it is vectorised."""
    x, y = place
    for at in range(len(gain)):
        across, along = centre[0] - x[at], centre[1] - y[at]
        distance = np.sqrt(across * across + along * along)
        if rate[1] == 1:
            distance = np.floor(distance)
        elif rate[1] == 2:
            distance = np.floor(distance + 0.5)
        earned = top - rate[0] * distance
        gain[at] += earned if earned > 0.0 else 0.0


@kernel
def cost_at(grid: Grid, crowd: Crowd, customer: int, at: int) -> float:
    """Cost of the pair of a customer and the site at a place of the grid."""
    across, along = crowd.x[customer] - grid.x[at], crowd.y[customer] - grid.y[at]
    distance = np.sqrt(across * across + along * along)
    if crowd.rounding == 1:
        distance = np.floor(distance)
    elif crowd.rounding == 2:
        distance = np.floor(distance + 0.5)
    return float(crowd.weight[customer] * distance)


@kernel
def count_below(grid: Grid, crowd: Crowd, limit: FloatArray, count: IntArray) -> None:
    """Write how many sites cost each customer less than the (n,) limit."""
    for customer in range(len(count)):
        centre = (crowd.x[customer], crowd.y[customer])
        reach = reach_of(crowd, customer, limit[customer])
        found = 0
        if reach > 0.0:
            low, high = rows_within(grid, centre[1], reach)
            for row in range(low, high):
                begin, end = span_within(grid, row, centre, reach)
                for at in range(begin, end):
                    if cost_at(grid, crowd, customer, at) < limit[customer]:
                        found += 1
        count[customer] = found


@kernel
def list_below(
    grid: Grid,
    crowd: Crowd,
    limit: FloatArray,
    pointer: IntArray,
    lists: tuple[NDArray[np.int32], FloatArray],
) -> None:
    """Write these sites and what they cost, ascending by cost.

    Parameters
    ----------
    pointer : (n + 1,) where the lists of the n customers begin and end in `lists`.
    """
    for customer in range(len(pointer) - 1):
        size = pointer[customer + 1] - pointer[customer]
        if size == 0:
            continue
        centre = (crowd.x[customer], crowd.y[customer])
        reach = reach_of(crowd, customer, limit[customer])
        site, cost, found = np.empty(size, np.int64), np.empty(size), 0
        low, high = rows_within(grid, centre[1], reach)
        for row in range(low, high):
            begin, end = span_within(grid, row, centre, reach)
            for at in range(begin, end):
                asked = cost_at(grid, crowd, customer, at)
                if asked < limit[customer]:
                    site[found], cost[found] = grid.site[at], asked
                    found += 1
        for at, place in enumerate(np.argsort(cost)):
            lists[0][pointer[customer] + at] = site[place]
            lists[1][pointer[customer] + at] = cost[place]
