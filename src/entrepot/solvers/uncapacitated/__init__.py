"""Uncapacitated facility location and p-median: prices, cuts and plans over neighbour lists."""

import numpy as np

from entrepot.errors import UsageError
from entrepot.location import FacilityLocation, Options, Siting, Watcher
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.uncapacitated.search import begin, branch, finish, raise_prices, served

__all__ = ["solve"]


def solve(problem: FacilityLocation, options: Options, watcher: Watcher) -> Siting:
    """Solve UFL, or p-median where the number of open sites is given.

    Returns
    -------
    Siting
        Best plan and bounds. Every bound is certified: no MIP solver takes part.

    Raises
    ------
    UsageError
        If a capacity is finite.
    """
    if problem.is_capacitated:
        raise UsageError("A site has a finite capacity: solve this problem as a capacitated one.")
    bracket = Bracket("minimise", options, watcher)
    search = begin(problem, bracket)
    raise_prices(search)
    finish(search)
    branch(search)
    open_sites = bracket.open_sites
    assert open_sites is not None
    site, _ = served(problem.costs, search.neighbours, open_sites)
    customer = np.arange(problem.n_customers)
    return bracket.answer(customer, site, np.ones(problem.n_customers), search.counts)
