"""Single-source capacitated facility location: Lagrangian bounds, ruin and recreate, restricted programs."""

import numpy as np

from entrepot.location import FacilityLocation, Options, Siting, Watcher
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.single_source.branching import branch
from entrepot.solvers.single_source.prepared import is_hopeless, prepare
from entrepot.solvers.single_source.rounds import (
    CORE_ARCS,
    LARGE_ARCS,
    close,
    improve,
    root,
    solve_kernels,
    start,
)
from entrepot.solvers.single_source.settling import settle
from entrepot.solvers.status import claim_scheduler


def solve(problem: FacilityLocation, options: Options, watcher: Watcher) -> Siting:
    """Open sites and give every customer to one of them at least cost.

    Parameters
    ----------
    problem : its capacities may be infinite. options : a gap of 0 asks for proof. watcher : told of progress.

    Notes
    -----
    The certified bound is the Lagrangian one; the claimed bound may come from HiGHS on the arcs that the
    Lagrangian bound leaves. One thread works whatever `options.threads` says: a step of the prices, or a
    move, needs the one before it and takes milliseconds.
    """
    claim_scheduler()
    bracket = Bracket("minimise", options, watcher)
    prepared = prepare(problem)
    none = np.zeros(0, dtype=np.int64)
    if is_hopeless(prepared):
        bracket.prove(np.inf)
        return bracket.answer(none, none, np.zeros(0), {}, is_infeasible=True)
    run = start(prepared, bracket)
    root(run)
    if not bracket.is_done() and len(run.arcs) > LARGE_ARCS:
        settle(run)
        branch(run)
    if not bracket.is_done() and len(run.arcs) > CORE_ARCS:
        solve_kernels(run)
        improve(run)
    if not bracket.is_done():
        close(run)
    statistics = {**run.counts, "arcs": float(len(run.arcs))}
    if run.best is None:
        return bracket.answer(none, none, np.zeros(0), statistics, is_infeasible=bracket.claimed == np.inf)
    everyone = np.arange(prepared.n_customers)
    return bracket.answer(everyone, run.best.site, np.ones(prepared.n_customers), statistics)
