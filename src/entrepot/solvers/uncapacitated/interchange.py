"""Plans by interchange: descent over openings, closings and swaps, and local kicks on top of it."""

from collections.abc import Callable

import numpy as np

from entrepot.errors import UsageError
from entrepot.kernels.interchange import Lists, State, Tariff, columns_of, rebuild
from entrepot.kernels.seeding import open_greedily
from entrepot.kernels.shaking import Rule, settle_all, shake
from entrepot.location.problem import FloatArray, IntArray
from entrepot.location.service_costs import MatrixCosts, PlaneCosts, ServiceCosts
from entrepot.solvers.uncapacitated.neighbours import Neighbours, nearest_sites

DENSE_ENTRIES = 4_000_000
LISTED_ENTRIES = 40_000_000
BATCH = 128
STRENGTH = 3
REACH = 4


def improve(  # noqa: PLR0913
    costs: ServiceCosts,
    fixed_cost: FloatArray,
    start: IntArray,
    n_open: int | None,
    *,
    rng: np.random.Generator,
    stop: Callable[[], bool],
    effort: int,
    neighbours: Neighbours | None = None,
) -> tuple[IntArray, float]:
    """Improve a plan of UFL or p-median by local search and kicks.

    Parameters
    ----------
    fixed_cost : (n_sites,). start : open sites; `n_open` of them where that is given.
    rng : of the kicks. stop : asked now and then; ends the search early.
    effort : number of kicks; 0 = descent only.
    neighbours : lists to search in; None = of a length that suits the size.

    Returns
    -------
    tuple
        (n,) open sites, ascending; their exact cost over all sites.

    References
    ----------
    Resende and Werneck (2007), A fast swap-based local search procedure for location problems.
    """
    sites = np.unique(start)
    if len(sites) == 0 or (n_open is not None and len(sites) != n_open):
        raise UsageError(f"The plan to improve opens {len(sites)} sites, not {n_open or 'one at least'}.")
    tariff = tariff_of(costs, fixed_cost)
    lists = lists_of(costs, neighbours or suitable_neighbours(costs, len(sites)))
    state = state_of(costs, sites)
    rebuild(lists, tariff, state)
    tolerance = 1e-10 * max(abs(float(state.total[0])), 1e-300)
    rule = Rule(n_open is None, tolerance, STRENGTH, REACH)
    settle_all(lists, tariff, state, rule, rng.permutation(costs.n_sites))
    done = 0
    while done < effort and not stop():
        draws = rng.random((min(BATCH, effort - done), 2 + 3 * STRENGTH))
        shake(lists, tariff, state, rule, draws)
        rebuild(lists, tariff, state)
        done += len(draws)
    if done > 0:
        settle_all(lists, tariff, state, rule, rng.permutation(costs.n_sites))
    answer = np.sort(state.order[: state.counts[0]].astype(np.int64))
    return answer, value_of_sites(costs, fixed_cost, answer)


def greedy(
    costs: ServiceCosts, fixed_cost: FloatArray, n_open: int | None, *, neighbours: Neighbours | None = None
) -> IntArray:
    """Open sites one at a time, each the one that saves most within the lists; (n,) ascending."""
    near = neighbours or suitable_neighbours(costs, n_open or max(1, costs.n_sites // 25))
    lists = lists_of(costs, near)
    top = top_of(costs)
    pays = np.where(near.count < costs.n_sites, np.minimum(near.next_cost, top), top)
    chosen = open_greedily(lists, fixed_cost, pays, n_open or costs.n_sites, n_open is None)
    return np.sort(chosen)


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


def suitable_neighbours(costs: ServiceCosts, n_open: int) -> Neighbours:
    """Lists that hold some eight open sites of each customer, or all sites of a small problem."""
    if costs.n_customers * costs.n_sites <= DENSE_ENTRIES:
        return nearest_sites(costs, costs.n_sites)
    wanted = max(24, 8 * costs.n_sites // max(1, n_open))
    return nearest_sites(costs, min(costs.n_sites, wanted, LISTED_ENTRIES // costs.n_customers))


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
