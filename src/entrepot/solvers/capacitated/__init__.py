"""Capacitated facility location with split supply: Lagrangian bounds, exact shipments, branch and bound."""

import numpy as np

from entrepot.location import FacilityLocation, Options, Siting, Watcher
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.capacitated.plans import served
from entrepot.solvers.capacitated.prepared import count_range, prepare
from entrepot.solvers.capacitated.tree import Search, grow, polish, root


def solve(problem: FacilityLocation, options: Options, watcher: Watcher) -> Siting:
    """Open sites and serve every customer, from several sites where that is cheaper, at least cost.

    Parameters
    ----------
    problem : its capacities may be infinite. options : a gap of 0 asks for proof. watcher : told of progress.

    Notes
    -----
    One thread works whatever `options.threads` says: each step of the prices, and each shipment, needs the
    one before it and takes milliseconds, less than it costs to share it.

    References
    ----------
    Goertz, Klose (2012), A simple but usually fast branch-and-bound algorithm for the capacitated facility
    location problem, INFORMS Journal on Computing 24.
    """
    bracket = Bracket("minimise", options, watcher)
    prepared = prepare(problem)
    none = np.zeros(0, dtype=np.int64)
    every = np.ones(prepared.n_sites, dtype=np.bool_)
    least, most = count_range(prepared, every, ~every)
    if least > most:
        bracket.prove(np.inf)
        return bracket.answer(none, none, np.zeros(0), {}, is_infeasible=True)
    search = Search(prepared, bracket)
    node = root(search)
    if node is not None:
        polish(search, node.state)
        grow(search, node)
    statistics = {
        "nodes": float(search.n_nodes),
        "steps": float(search.n_steps),
        "shipments": float(search.pool.n_shipments),
    }
    if search.best is None:
        return bracket.answer(none, none, np.zeros(0), statistics)
    return bracket.answer(*served(prepared, search.best), statistics)
