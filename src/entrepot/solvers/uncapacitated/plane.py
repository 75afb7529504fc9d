"""Prices and the bound over very many sites in the plane: costs are computed when they are needed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.ascending import Arcs, Pace, Sites, Track, advance, begin_climb, judge
from entrepot.kernels.gridding import Crowd, Grid, add_gains, count_below, grid_of, list_below
from entrepot.location.problem import FloatArray, IntArray
from entrepot.location.service_costs import PlaneCosts
from entrepot.solvers.crew import Crew
from entrepot.solvers.uncapacitated.relaxation import Evaluation, judged

ShortArray = NDArray[np.int32]
PER_CELL, PER_CELL_OPEN = 8.0, 1.0
BLOCKS = 32
"""Blocks of customers; their number depends on nothing, so that sums are the same for any threads."""
CUSTOMERS_AT_ONCE, PAIRS_AT_ONCE = 64, 500_000
LOWERED = (0.7, 0.7, 0.5, 0.5, 0.1)
"""Factors of limits that too many sites keep, one after the other; then the limit is 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Customers and sites in grids.

    Attributes
    ----------
    costs : of every pair. grid : of the sites. order : (n,) customers so that neighbours follow each other.
    crowd : customers in that order. floor : as `Arcs`, the cheapest site of each customer; no ceiling.
    """

    costs: PlaneCosts
    grid: Grid
    order: IntArray
    crowd: Crowd
    floor: Arcs


def field_of(costs: PlaneCosts) -> Field:
    """Ready to climb."""
    n = costs.n_customers
    order = _grid(costs.customers).site
    near, least = costs.nearest(np.arange(n), 1)
    floor = Arcs(np.arange(n + 1), near[:, 0].copy(), least[:, 0].copy(), np.full(n, np.inf))
    return Field(costs, _grid(costs.sites), order, _crowd(costs, order), floor)


def _grid(points: FloatArray, per_cell: float = PER_CELL) -> Grid:
    grid: Grid = grid_of(np.ascontiguousarray(points, dtype=np.float64), per_cell)
    return grid


def _crowd(costs: PlaneCosts, order: IntArray) -> Crowd:
    rounding = {"none": 0, "down": 1, "nearest": 2}[costs.rounding]
    place = costs.customers[order].astype(np.float64)
    weight = costs.weight[order].astype(np.float64)
    return Crowd(place[:, 0].copy(), place[:, 1].copy(), weight, rounding)


def _part(crowd: Crowd, rows: slice) -> Crowd:
    return Crowd(crowd.x[rows], crowd.y[rows], crowd.weight[rows], crowd.rounding)


def gains_of(field: Field, price: FloatArray, crew: Crew) -> FloatArray:
    """What each site earns at (n,) prices; the number of threads changes no bit."""
    in_order, m, n = price[field.order], field.costs.n_sites, len(price)

    def earn(first: int, last: int) -> FloatArray:
        gain = np.zeros(m)
        rows = slice(first, last)
        add_gains(field.grid, _part(field.crowd, rows), in_order[rows], gain)
        return gain

    total = np.zeros(m)
    for part in Crew(crew.threads).work(earn, n, -(-n // BLOCKS)):
        total += part
    gain = np.empty(m)
    gain[field.grid.site] = total
    return gain


def served_below(field: Field, sites: IntArray, price: FloatArray, crew: Crew) -> IntArray:
    """How many of the sites cost each customer less than its price."""
    count = np.empty(len(price), np.int64)
    grid = _grid(field.costs.sites[sites], PER_CELL_OPEN)
    count[field.order] = _counts(grid, field.crowd, price[field.order], crew)
    return count


def _counts(grid: Grid, crowd: Crowd, limit: FloatArray, crew: Crew) -> IntArray:
    """How many sites of the grid cost each customer of the crowd less than its limit."""
    count, n = np.zeros(len(limit), np.int64), len(limit)

    def count_block(first: int, last: int) -> None:
        rows = slice(first, last)
        count_below(grid, _part(crowd, rows), limit[rows], count[rows])

    Crew(crew.threads).work(count_block, n, -(-n // BLOCKS))
    return count


def climb_in_plane(field: Field, sites: Sites, track: Track, pace: Pace, crew: Crew) -> tuple[float, int]:
    """Climb as `kernels.ascending.ascend` does, with costs computed anew in each step.

    Returns
    -------
    Step at the end, iterations done.
    """
    is_on = np.zeros(len(track.share), np.int8)
    now, iteration, goes_on = begin_climb(field.floor, track, pace), 0, True
    while goes_on and iteration < pace.iterations and now.step > pace.least_step:
        if iteration and crew.is_over():
            break
        iteration += 1
        bound = judge(sites, track, sites.fixed - gains_of(field, track.price, crew), is_on)
        if track.bound[0] >= pace.goal:
            break
        shortage = (1 - served_below(field, np.flatnonzero(is_on), track.price, crew)).astype(np.float64)
        step, goes_on = advance(field.floor, track, now, bound, (is_on, shortage))
        now = pace._replace(step=step)
    return now.step, iteration


def evaluate_in_plane(field: Field, sites: Sites, price: FloatArray, crew: Crew) -> Evaluation:
    """Bound and penalties at (n,) prices over all pairs, in NumPy."""
    gains, gross, n = np.zeros(field.costs.n_sites), 0.0, len(price)

    def earn(first: int, last: int) -> list[tuple[IntArray, FloatArray]]:
        edges = range(first, last, CUSTOMERS_AT_ONCE)
        return [
            _earned(field.costs, price, field.order[at : min(at + CUSTOMERS_AT_ONCE, last)]) for at in edges
        ]

    for found in Crew(crew.threads).work(earn, n, 16 * CUSTOMERS_AT_ONCE):
        for near, gain in found:
            gains[near] += gain
            gross += float(np.sum(gain))
    return judged(sites, price, gains, gross)


def _earned(costs: PlaneCosts, price: FloatArray, customers: IntArray) -> tuple[IntArray, FloatArray]:
    """Sites that may gain from some customers, and what they gain."""
    place = costs.customers[customers]
    centre = 0.5 * (place.min(axis=0) + place.max(axis=0))
    apart = float(np.max(np.hypot(*(place - centre).T)))
    # rounding shortens a distance by less than one
    reach = max(0.0, float(np.max(price[customers] / costs.weight[customers])) + 1.0) + apart
    near = np.array(costs.tree.query_ball_point(centre, reach * (1.0 + 1e-9)), dtype=np.int64)
    gain = np.zeros(len(near))
    at_once = max(1, PAIRS_AT_ONCE // len(customers))
    for first in range(0, len(near), at_once):
        pairs = costs.between(customers[:, None], near[None, first : first + at_once])
        np.subtract(price[customers, None], pairs, out=pairs)
        np.maximum(pairs, 0.0, out=pairs)
        gain[first : first + at_once] = np.sum(pairs, axis=0)
    return near, gain


def listed_below(
    costs: PlaneCosts, limit: FloatArray, most: int, crew: Crew
) -> tuple[IntArray, ShortArray, FloatArray]:
    """The pairs that cost less than the customer's (n,) limit: pointer (n + 1,), sites, costs ascending.

    Limits that more than `most` sites keep are lowered until fewer do.
    """
    n, grid, crowd = costs.n_customers, _grid(costs.sites), _crowd(costs, np.arange(costs.n_customers))
    count = _counts(grid, crowd, limit, crew)
    for factor in (*LOWERED, 0.0):
        if np.all(count <= most):
            break
        limit = np.where(count > most, factor * limit, limit)
        count = _counts(grid, crowd, limit, crew)
    pointer = np.concatenate([[0], np.cumsum(count)])
    lists = np.empty(pointer[-1], np.int32), np.empty(pointer[-1])

    def list_block(first: int, last: int) -> None:
        rows = slice(first, last)
        list_below(grid, _part(crowd, rows), limit[rows], pointer[first : last + 1], lists)

    Crew(crew.threads).work(list_block, n, -(-n // BLOCKS))
    return pointer, *lists
