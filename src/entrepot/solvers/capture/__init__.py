"""Maximum capture: greedy and swaps, lifted tangents of the share in a linear program, branch and cut."""

from dataclasses import replace

import numpy as np

from entrepot.location import Options, Watcher
from entrepot.location.capture import Capture
from entrepot.location.facility_location import Siting
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.capture.certificate import Leaf, certified_bound, gains_bound, size_of
from entrepot.solvers.capture.relaxation import Relaxation
from entrepot.solvers.capture.scaled import Scaled, scale
from entrepot.solvers.capture.search import greedy, swapped
from entrepot.solvers.capture.tree import Tree
from entrepot.solvers.clock import Clock
from entrepot.solvers.crew import Crew
from entrepot.solvers.status import claim_scheduler

__all__ = ["solve"]

PART_OF_SIZE = 0.01
"""Of all demand and cost: a value below it is known no better than the certificate's margin lets it be."""
SHARES_AT_MOST = 4_000_000
"""Triples of an answer."""


def solve(problem: Capture, options: Options, watcher: Watcher) -> Siting:
    """Choose the sites that capture most, less their cost.

    Parameters
    ----------
    problem : what to open. options : limits; a gap of 0 asks for a proof. watcher : told of progress.

    Returns
    -------
    Siting
        The triples (customer, site, fraction) state the share of the customer's demand that each open site
        draws, where customers x open sites is at most `SHARES_AT_MOST`, and are empty beyond: the rest goes
        to the rivals. `statistics`: nodes, cuts, programs, rows, leaves, root bound, first value.

    Notes
    -----
    The steps: greedy start and swaps; the linear program of lifted tangents (`kernels.capturing`) of groups
    of customers (Ljubic, Moreno 2018; Mai, Lodi 2020); reduced-cost fixing; branch and cut, best bound first.
    The certified bound is recomputed in NumPy from the tangent points and multipliers of the leaves, with a
    margin of 1e-12 of all demand and cost. `options.rounds` and `options.seed` play no part.
    From 1,000,000 pairs of a customer and a site on, `options.threads` share each pass over the attractions;
    the programs and the tree take one thread.
    """
    claim_scheduler()
    scaled = scale(problem, crew=Crew(max(1, options.threads)))
    bracket = Bracket("maximise", options, watcher, size=PART_OF_SIZE * size_of(scaled))
    forced = int(scaled.is_forced.sum())
    if problem.n_open is not None and forced > problem.n_open:
        empty = np.zeros(0, dtype=np.int64)
        return bracket.answer(empty, empty, np.zeros(0), {}, is_infeasible=True)
    start = greedy(scaled)
    bracket.offer(scaled.value(start), start)
    first = bracket.value
    start = swapped(scaled, start, bracket.is_over)
    bracket.offer(scaled.value(start), start)
    tree = _grow(scaled, bracket, Clock(options, watcher))
    statistics = {
        "nodes": float(tree.n_nodes),
        "cuts": float(len(tree.relaxation.points)),
        "programs": float(tree.relaxation.n_programs),
        "rows": float(len(tree.relaxation.row_cut)),
        "leaves": float(len(tree.cover())),
        "root bound": tree.root_bound,
        "first value": first,
    }
    siting = bracket.answer(*_shares(problem, bracket.open_sites), statistics)
    ended_early = tree.ran_out and siting.stop_reason == "no progress"
    return replace(siting, stop_reason="time limit") if ended_early else siting


def _grow(scaled: Scaled, bracket: Bracket, clock: Clock) -> Tree:
    """Search the tree, then prove its bound."""
    relaxation = Relaxation(scaled, clock)
    for level in (np.zeros(scaled.n_sites), _marks(scaled.n_sites, bracket.open_sites)):
        index, tangent = relaxation.tangent(level, scaled.is_forced)
        relaxation.add(index, tangent, np.arange(len(scaled.pointer) - 1))
    tree = Tree(scaled, relaxation, bracket)
    root = Leaf(scaled.is_forced, np.zeros(scaled.n_sites, dtype=bool), None)
    chosen = np.flatnonzero(scaled.is_forced)
    tree.put(root, gains_bound(scaled, root, scaled.values_with(chosen), scaled.value(chosen)))
    bracket.report("start", force=True)
    tree.search()
    bracket.prove(certified_bound(scaled, relaxation.points, tree.cover()))
    return tree


def _marks(n_sites: int, open_sites: IntArray | None) -> FloatArray:
    marks = np.zeros(n_sites)
    if open_sites is not None:
        marks[open_sites] = 1.0
    return marks


def _shares(problem: Capture, open_sites: IntArray | None) -> tuple[IntArray, IntArray, FloatArray]:
    empty = np.zeros(0, dtype=np.int64)
    if open_sites is None or problem.n_customers * len(open_sites) > SHARES_AT_MOST:
        return empty, empty, np.zeros(0)
    share = problem.shares(open_sites)
    customer, column = np.nonzero(share > 0.0)
    return customer.astype(np.int64), open_sites[column], share[customer, column]
