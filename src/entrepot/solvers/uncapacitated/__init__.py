"""Uncapacitated facility location and p-median: prices, cuts and plans over neighbour lists."""

import numpy as np

from entrepot.errors import UsageError
from entrepot.location import FacilityLocation, Options, Siting, Watcher
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.uncapacitated.levels import is_vast, solve_by_levels
from entrepot.solvers.uncapacitated.search import begin, branch, finish, raise_prices, served

__all__ = ["solve"]


def solve(problem: FacilityLocation, options: Options, watcher: Watcher) -> Siting:
    """Solve UFL, or p-median where the number of open sites is given.

    Returns
    -------
    Siting
        Best plan and bounds. Every bound is certified: no MIP solver takes part.

    Notes
    -----
    `options.threads` share the making of the neighbour lists and, from 4,000,000 arcs on, the steps of the
    prices; the blocks do not depend on their number, so that changes no bit. The interchange, the tree and
    the linear programs work on little at a time, and take one thread.

    Raises
    ------
    UsageError
        If a capacity is finite.
    """
    if problem.is_capacitated:
        raise UsageError("A site has a finite capacity: solve this problem as a capacitated one.")
    bracket = Bracket("minimise", options, watcher)
    if problem.n_customers == 0:
        return _without_customers(problem, bracket)
    neighbours, counts = None, {}
    if is_vast(problem):
        counts = solve_by_levels(problem, bracket)
    else:
        search = begin(problem, bracket)
        raise_prices(search)
        finish(search)
        branch(search)
        neighbours, counts = search.neighbours, search.counts
    assert bracket.open_sites is not None
    site, _ = served(problem.costs, neighbours, bracket.open_sites)
    customer = np.arange(problem.n_customers)
    return bracket.answer(customer, site, np.ones(problem.n_customers), counts)


def _without_customers(problem: FacilityLocation, bracket: Bracket) -> Siting:
    order = np.argsort(problem.fixed_cost, kind="stable")
    n_open = int(np.sum(problem.fixed_cost < 0.0)) if problem.n_open is None else problem.n_open
    value = float(np.sum(problem.fixed_cost[order[:n_open]]))
    bracket.offer(value, order[:n_open])
    bracket.prove(value)
    nobody = np.empty(0, dtype=np.int64)
    return bracket.answer(nobody, nobody, np.empty(0), {})
