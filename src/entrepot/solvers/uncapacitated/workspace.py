"""Arrays that the interchange kernels work on, and the exact cost of a plan."""

import numpy as np

from entrepot.errors import UsageError
from entrepot.kernels.interchange import Lists, State, Tariff, columns_of
from entrepot.location.problem import FloatArray, IntArray
from entrepot.location.service_costs import MatrixCosts, PlaneCosts, ServiceCosts
from entrepot.solvers.uncapacitated.neighbours import Neighbours

DENSE_ENTRIES = 4_000_000


def value_of_sites(costs: ServiceCosts, fixed_cost: FloatArray, sites: IntArray) -> float:
    """Exact cost of opening the given sites and serving every customer from the cheapest of them."""
    if isinstance(costs, PlaneCosts):
        open_only = PlaneCosts(costs.customers, costs.sites[sites], costs.weight, costs.rounding)
        _, best = open_only.nearest(np.arange(costs.n_customers), 1)
        return float(np.sum(best) + np.sum(fixed_cost[sites]))
    total = float(np.sum(fixed_cost[sites]))
    at_once = max(1, DENSE_ENTRIES // len(sites))
    for first in range(0, costs.n_customers, at_once):
        block = np.arange(first, min(first + at_once, costs.n_customers))
        total += float(np.sum(np.min(costs.between(block[:, None], sites[None, :]), axis=1)))
    return total


def lists_of(costs: ServiceCosts, neighbours: Neighbours) -> Lists:
    """Neighbour lists in rows and columns."""
    count = neighbours.count
    pointer = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
    if int(pointer[-1]) == neighbours.site.size:
        site, cost = neighbours.site.ravel(), neighbours.cost.ravel()
    else:
        listed = np.arange(neighbours.site.shape[1]) < count[:, None]
        site, cost = neighbours.site[listed], neighbours.cost[listed]
    return Lists(pointer, site, cost, *columns_of(pointer, site, cost, costs.n_sites))


def top_of(costs: ServiceCosts) -> FloatArray:
    """(n_customers,) more than the dearest site costs each customer."""
    if isinstance(costs, PlaneCosts):
        low, high = np.min(costs.sites, axis=0), np.max(costs.sites, axis=0)
        span = np.maximum(np.abs(costs.customers - low), np.abs(costs.customers - high))
        dearest = costs.weight * (np.hypot(span[:, 0], span[:, 1]) + 1.0)
    else:
        matrix = matrix_of(costs)
        dearest = np.max(matrix, axis=1)
    top: FloatArray = dearest + 1e-3 * np.maximum(np.abs(dearest), 1.0)
    return top


def matrix_of(costs: ServiceCosts) -> FloatArray:
    """The matrix of costs that are not in the plane."""
    if isinstance(costs, MatrixCosts):
        return costs.matrix
    if costs.n_customers * costs.n_sites > DENSE_ENTRIES:
        raise UsageError("Interchange needs a matrix of costs or points in the plane at this size.")
    return costs.between(np.arange(costs.n_customers)[:, None], np.arange(costs.n_sites)[None, :])


def tariff_of(costs: ServiceCosts, fixed_cost: FloatArray) -> Tariff:
    """Costs of any pair, for kernels."""
    fixed = np.ascontiguousarray(fixed_cost, dtype=np.float64)
    if isinstance(costs, PlaneCosts):
        rounding = {"none": 0, "down": 1, "nearest": 2}[costs.rounding]
        places = [np.ascontiguousarray(part, dtype=np.float64) for part in (costs.customers, costs.sites)]
        weight = np.ascontiguousarray(costs.weight, dtype=np.float64)
        return Tariff(np.empty((0, 0)), places[0], places[1], weight, rounding, fixed, top_of(costs))
    matrix = np.ascontiguousarray(matrix_of(costs), dtype=np.float64)
    nowhere = np.empty((0, 2))
    return Tariff(matrix, nowhere, nowhere, np.empty(0), 0, fixed, top_of(costs))


def state_of(costs: ServiceCosts, sites: IntArray) -> State:
    """Room for a plan that opens the given sites; `rebuild` fills it."""
    n, m = costs.n_customers, costs.n_sites
    place = np.full(m, -1, dtype=np.int64)
    place[sites] = np.arange(len(sites))
    order = np.zeros(m, dtype=np.int32)
    order[: len(sites)] = sites
    width = 1 << max(1, (m - 1).bit_length())
    tree = np.full(2 * width, -1, dtype=np.int32)
    tree[width : width + m] = np.arange(m)
    count = np.zeros(7, dtype=np.int64)
    count[0] = len(sites)
    return State(
        *(place, order, np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.zeros(n), np.zeros(n)),
        *(np.full(m, np.inf), tree, np.zeros(n, np.bool_), np.zeros(n, np.int32)),
        *(np.zeros(m, np.bool_), np.zeros(m, np.int32), np.zeros(m), np.zeros(m, np.int32)),
        *(np.zeros(n, np.bool_), np.zeros(n, np.int32), np.zeros(m, np.bool_), np.zeros(m, np.int32)),
        *(count, np.zeros(1), np.zeros(1 << 16, dtype=np.int64)),
    )
