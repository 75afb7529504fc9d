"""Plans by interchange: descent over openings, closings and swaps, and local kicks on top of it."""

from dataclasses import dataclass, replace

import numpy as np

from entrepot.errors import UsageError
from entrepot.kernels.interchange import LENGTH, Lists, State, Tariff, columns_of, rebuild
from entrepot.kernels.seeding import open_greedily
from entrepot.kernels.shaking import Rule, descend, enqueue_all, shake
from entrepot.location.problem import FloatArray, IntArray
from entrepot.location.service_costs import PlaneCosts, ServiceCosts
from entrepot.solvers.crew import ALONE, Crew
from entrepot.solvers.uncapacitated.neighbours import Neighbours, nearest_sites
from entrepot.solvers.uncapacitated.plane import listed_below
from entrepot.solvers.uncapacitated.workspace import (
    DENSE_ENTRIES,
    lists_of,
    state_of,
    tariff_of,
    top_of,
    value_of_sites,
)

LISTED_ENTRIES = 40_000_000
BATCH = 128
MOVES_AT_ONCE = 64
STRENGTH, REACH, WINDOW = 3, 4, 8
CROWD = 60
ROUNDS = 6
KICKS_PER_OPEN = 4
PER_OPEN = 24
OPEN_LISTED = 6


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """What the searches of one call share."""

    n_open: int | None
    rng: np.random.Generator
    crew: Crew
    effort: int


def improve(  # noqa: PLR0913
    costs: ServiceCosts,
    fixed_cost: FloatArray,
    start: IntArray,
    n_open: int | None,
    *,
    rng: np.random.Generator,
    effort: int,
    crew: Crew = ALONE,
    neighbours: Neighbours | None = None,
) -> tuple[IntArray, float]:
    """Improve a plan of UFL or p-median by local search and kicks.

    Parameters
    ----------
    fixed_cost : (n_sites,). start : open sites; `n_open` of them where that is given.
    rng : of the kicks. effort : number of kicks; 0 = descent only.
    crew : asked now and then whether it is over, which ends the search early; its threads make the lists.
    neighbours : lists to search in; None, or too short = of a length that suits the size.

    Returns
    -------
    tuple
        (n,) open sites, ascending; their exact cost over all sites.

    Raises
    ------
    UsageError
        If the start opens no site, or not as many as asked.

    References
    ----------
    Resende and Werneck (2007), A fast swap-based local search procedure for location problems.
    Lourenco, Martin and Stuetzle (2003), Iterated local search.
    """
    sites = np.unique(start)
    if len(sites) == 0 or (n_open is not None and len(sites) != n_open):
        raise UsageError(f"The plan to improve opens {len(sites)} sites, not {n_open or 'one at least'}.")
    search = _Search(n_open, rng, crew, effort)
    if crew.is_over():
        return sites, value_of_sites(costs, fixed_cost, sites)
    if isinstance(costs, PlaneCosts) and _is_crowded(costs, len(sites)):
        sites = _improve_in_focus(costs, fixed_cost, sites, search)
    else:
        near = _cut_to_suit(costs, len(sites), neighbours, crew)
        sites = _improve_in_lists(costs, fixed_cost, sites, search, lists_of(costs, near))
    return sites, value_of_sites(costs, fixed_cost, sites)


def _improve_in_lists(
    costs: ServiceCosts,
    fixed_cost: FloatArray,
    sites: IntArray,
    search: _Search,
    lists: Lists,
) -> IntArray:
    """Descend, then kick, over listed pairs only; (n,) open sites, ascending."""
    tariff = tariff_of(costs, fixed_cost)
    state = state_of(costs, sites)
    rebuild(lists, tariff, state)
    tolerance = 1e-10 * max(abs(float(state.total[0])), 1e-300)
    rule = Rule(search.n_open is None, tolerance, STRENGTH, REACH, WINDOW)
    _settle((lists, tariff, state), rule, search)
    at_once = max(1, min(BATCH, int(1e6 * (costs.n_customers / len(lists.row_site)) ** 2)))
    done = 0
    while done < search.effort and not search.crew.is_over():
        # drawn and rebuilt per whole batch, so that how often `stop` is asked changes nothing
        draws = search.rng.random((min(BATCH, search.effort - done), 2 + 3 * STRENGTH))
        for first in range(0, len(draws), at_once):
            if first == 0 or not search.crew.is_over():
                shake(lists, tariff, state, rule, draws[first : first + at_once])
        rebuild(lists, tariff, state)
        done += len(draws)
    if done > 0:
        _settle((lists, tariff, state), rule, search)
    return np.sort(state.order[: state.counts[0]].astype(np.int64))


def _settle(plan: tuple[Lists, Tariff, State], rule: Rule, search: _Search) -> None:
    """Descend with every closed site as a candidate, in random order, until no move pays or it is over."""
    state = plan[2]
    order = search.rng.permutation(len(state.place))
    before = np.inf
    while state.total[0] < before - rule.tolerance and not search.crew.is_over():
        before = state.total[0]
        enqueue_all(state, order)
        while state.counts[LENGTH] > 0 and not search.crew.is_over():
            descend(*plan, rule, MOVES_AT_ONCE)


def _improve_in_focus(
    costs: PlaneCosts, fixed_cost: FloatArray, sites: IntArray, search: _Search
) -> IntArray:
    """Improve with a few candidates around every open site, at all scales of distance; others each round."""
    best = value_of_sites(costs, fixed_cost, sites)
    per_round = min(-(-search.effort // ROUNDS), KICKS_PER_OPEN * len(sites))
    left, round_ = search.effort, 0
    while round_ < ROUNDS or left > 0:
        if round_ > 0 and search.crew.is_over():
            break
        around = _sample_around(costs, sites, search.rng)
        fewer = PlaneCosts(costs.customers, costs.sites[around], costs.weight, costs.rounding)
        part = replace(search, effort=min(per_round, left))
        start = np.searchsorted(around, sites)
        lists = _lists_to(fewer, start, search.crew)
        found = around[_improve_in_lists(fewer, fixed_cost[around], start, part, lists)]
        value = value_of_sites(costs, fixed_cost, found)
        if value < best:
            best, sites = value, found
        left, round_ = left - part.effort, round_ + 1
    return sites


def _lists_to(costs: PlaneCosts, sites: IntArray, crew: Crew) -> Lists:
    """Lists up to the sixth nearest open site of each customer, or shorter where there is no room."""
    opened = PlaneCosts(costs.customers, costs.sites[sites], costs.weight, costs.rounding)
    _, near = opened.nearest(np.arange(costs.n_customers), min(OPEN_LISTED, len(sites)))
    most = max(1, LISTED_ENTRIES // costs.n_customers)
    rows = listed_below(costs, np.nextafter(near[:, -1], np.inf), most, crew)
    return Lists(*rows, *columns_of(*rows, costs.n_sites))


def _sample_around(costs: PlaneCosts, sites: IntArray, rng: np.random.Generator) -> IntArray:
    """The open sites and, for each, some neighbours: their ranks are uniform on a logarithmic scale."""
    widest = min(costs.n_sites, 3 * costs.n_sites // len(sites) + 2)
    rank = np.exp(rng.uniform(0.0, np.log(widest), (len(sites), PER_OPEN))).astype(np.int64)
    chosen = [sites]
    for index, site in enumerate(sites):
        _, near = costs.tree.query(costs.sites[site], k=np.arange(1, widest + 1))
        chosen.append(near[rank[index]])
    return np.unique(np.concatenate(chosen))


def greedy(
    costs: ServiceCosts,
    fixed_cost: FloatArray,
    n_open: int | None,
    *,
    neighbours: Neighbours | None = None,
    crew: Crew = ALONE,
) -> IntArray:
    """Open sites one at a time, each the one that saves most within the lists.

    Where there are very many sites per open one, only an evenly spaced part of them is considered.

    Returns
    -------
    (n,) sites, ascending; `n_open` of them where that is given.
    """
    if n_open is not None and isinstance(costs, PlaneCosts) and _is_crowded(costs, n_open):
        part = np.linspace(0, costs.n_sites - 1, PER_OPEN * n_open).astype(np.int64)
        fewer = PlaneCosts(costs.customers, costs.sites[part], costs.weight, costs.rounding)
        near = suitable_neighbours(fewer, n_open, crew)
        return part[_greedy_in_lists(fewer, fixed_cost[part], n_open, near)]
    near = neighbours or suitable_neighbours(costs, n_open or max(1, costs.n_sites // 25), crew)
    return _greedy_in_lists(costs, fixed_cost, n_open, near)


def _greedy_in_lists(
    costs: ServiceCosts, fixed_cost: FloatArray, n_open: int | None, near: Neighbours
) -> IntArray:
    lists = lists_of(costs, near)
    top = top_of(costs)
    pays = np.where(near.count < costs.n_sites, np.minimum(near.next_cost, top), top)
    fixed = np.ascontiguousarray(fixed_cost, dtype=np.float64)
    return np.sort(open_greedily(lists, fixed, pays, n_open or costs.n_sites, n_open is None))


def suitable_neighbours(costs: ServiceCosts, n_open: int, crew: Crew = ALONE) -> Neighbours:
    """Lists that hold some six open sites of each customer."""
    return nearest_sites(costs, _length(costs, n_open), crew)


def _cut_to_suit(costs: ServiceCosts, n_open: int, neighbours: Neighbours | None, crew: Crew) -> Neighbours:
    """The first part of given lists, as long as the search needs; new ones where they are too short."""
    length = _length(costs, n_open)
    if neighbours is None or np.min(neighbours.count) < length // 2:
        return suitable_neighbours(costs, n_open, crew)
    if neighbours.site.shape[1] <= length:
        return neighbours
    count = np.minimum(neighbours.count, length)
    return Neighbours(neighbours.site[:, :length], neighbours.cost[:, :length], count, costs.n_sites)


def _length(costs: ServiceCosts, n_open: int) -> int:
    wanted = max(32, 6 * costs.n_sites // max(1, n_open))
    return min(costs.n_sites, wanted, max(1, LISTED_ENTRIES // costs.n_customers))


def _is_crowded(costs: ServiceCosts, n_open: int) -> bool:
    """Whether there are too many sites per open one to look at all of them."""
    return costs.n_sites > CROWD * n_open and costs.n_customers * costs.n_sites > DENSE_ENTRIES
