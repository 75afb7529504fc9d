"""Maximal covering: plans, the root's cuts, then a best-first tree over the sites.

Cuts hold everywhere, so each node adds to the one relaxation. A node's bound is recomputed from HiGHS's
multipliers (`Relaxation.bound`): no status of a solver enters the proof, and the certified bound is the
claimed one.
"""

import heapq
from dataclasses import dataclass, field

import numpy as np

from entrepot.location import Options, Watcher
from entrepot.location.covering import Covering
from entrepot.location.facility_location import Siting
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.bracket import EXACT, Bracket
from entrepot.solvers.covering.plans import improved, rounded, shaken
from entrepot.solvers.covering.reduced import Reduced, reduce
from entrepot.solvers.covering.relaxation import TIE, Relaxation, Relaxed
from entrepot.solvers.status import claim_scheduler

STARTS = 10
ROOT_ROUNDS, NODE_ROUNDS = 300, 20
SMALL_CUT = 1e-7
"""Violation of a cut, of the covered weight, below which it is not added."""
STEP = 0.5
"""How far from the core point towards the LP's point the in-out point lies, and how far the core moves."""
FRACTIONAL = 1e-6
ROOT_PROGRESS, NODE_PROGRESS = 1e-3, 0.02
"""Part of the gap that a round must close not to count as stale."""
NODES_PER_ROUND, PLAN_EVERY = 100, 8
PAIRS_TO_LIST = 4_000_000
"""Most groups whose covering site the answer names."""


@dataclass(order=True, slots=True)
class Node:
    """A box of y whose plans are not yet known to be no better; best bound first, then the newest."""

    key: tuple[float, int]
    lower: FloatArray = field(compare=False)
    upper: FloatArray = field(compare=False)


@dataclass(slots=True, eq=False)
class Search:
    """State of a run.

    Attributes
    ----------
    closed : best bound of the nodes that were closed. nodes : bounded. made : number of the newest node.
    """

    problem: Reduced
    bracket: Bracket
    relaxation: Relaxation
    rng: np.random.Generator
    closed: float = -np.inf
    nodes: int = 0
    made: int = 0

    def is_closed(self, bound: float) -> bool:
        """Whether plans below this bound are of no interest."""
        value = self.bracket.value
        return bound <= value + max(EXACT, self.bracket.options.gap) * abs(value)

    def try_plan(self, start: IntArray) -> None:
        """Improve a plan and keep it if it is the best."""
        value, plan = improved(self.problem, start)
        self.bracket.offer(value, plan)


def solve(problem: Covering, options: Options, watcher: Watcher) -> Siting:
    """Solve a maximal covering problem.

    Parameters
    ----------
    problem : groups, sites and limits. options : gap, time, seed, rounds (of 100 nodes each). One thread
        works whatever `threads` says: customers are merged to groups beforehand (by several threads, see
        `location.covering.covered_in_the_plane`), and a pass over what is left takes milliseconds.

    Returns
    -------
    Siting
        `value` is the covered weight, to be maximised. At most `n_open` sites are open: a site that
        adds nothing stays closed. `customer` are the covered groups (left empty above 4,000,000), `site`
        the first open site that covers each, `fraction` ones.
    """
    bracket = Bracket("maximise", options, watcher)
    reduced = reduce(problem)
    bracket.offer(0.0, np.zeros(0, dtype=np.int64))
    everything = float(reduced.weight.sum())
    bracket.prove(everything if reduced.is_integral else everything * (1.0 + len(reduced.weight) * 2.3e-16))
    search = None
    if reduced.n_sites and reduced.n_open:
        claim_scheduler()
        search = Search(reduced, bracket, Relaxation(reduced), np.random.default_rng(options.seed))
        _start(search)
        _branch(search, _root(search))
    return _answer(problem, reduced, bracket, search)


def _start(search: Search) -> None:
    """Greedy plan, then the best plan shaken and improved a few times."""
    search.try_plan(np.zeros(0, dtype=np.int64))
    for _ in range(STARTS):
        plan = search.bracket.open_sites
        if search.bracket.is_done() or plan is None or len(plan) == 0:
            break
        search.try_plan(shaken(search.problem, plan, search.rng))
    search.bracket.report("plans", force=True)


def _root(search: Search) -> Node:
    """Cut rounds at the root, at in-out points from the best plan on; the box that they leave."""
    problem, bracket, relaxation = search.problem, search.bracket, search.relaxation
    core = np.zeros(problem.n_sites)
    core[bracket.open_sites] = 1.0
    relaxation.add(relaxation.cuts_at(core).joined(relaxation.cuts_at(core, 1.0 + TIE)))
    node = Node((-bracket.certified, 0), np.zeros(problem.n_sites), np.ones(problem.n_sites))
    if not bracket.is_done():
        _bounded(search, node, core, ROOT_ROUNDS)
        bracket.prove(max(-node.key[0], bracket.value))
    bracket.report("root", force=True)
    return node


def _bounded(search: Search, node: Node, core: FloatArray | None, rounds: int) -> Relaxed | None:
    """Cut rounds over a node's box; its bound goes into the node's key, fixed sites into its box.

    Returns None once the node is closed, or where HiGHS did not end with an optimum.
    """
    bracket, relaxation = search.bracket, search.relaxation
    slow, patience = (NODE_PROGRESS, 1) if core is None else (ROOT_PROGRESS, 8)
    stale, relaxed = 0, None
    for _ in range(rounds):
        relaxed = relaxation.solve(node.lower, node.upper, bracket)
        if relaxed is None:
            return None
        before = -node.key[0]
        node.key = (-min(before, relaxed.bound), node.key[1])
        if search.is_closed(relaxed.bound) or not _tighten(search, node, relaxed):
            return None
        stale = stale + 1 if before - relaxed.bound < slow * (relaxed.bound - bracket.value) else 0
        if not _separate(search, relaxed, core) or stale > patience or bracket.is_over():
            break
        relaxation.drop_idle()
        bracket.report("cuts")
    return relaxed


def _tighten(search: Search, node: Node, relaxed: Relaxed) -> bool:
    """Fix the sites whose other value is worth no more than the best plan, or breaks a limit.

    Returns False where no plan of the box can be better than the best one; its key says so then.
    """
    problem, value = search.problem, search.bracket.value
    slack = relaxed.bound - value  # an integral bound lies less than 1 below its sum, a better plan 1 above
    free = node.upper > node.lower
    node.upper[free & (relaxed.reduced < -slack)] = 0.0
    node.lower[free & (relaxed.reduced > slack)] = 1.0
    return propagated(problem, node) or _close(node, value)


def _close(node: Node, value: float) -> bool:
    node.key = (-value, node.key[1])
    return False


def propagated(problem: Reduced, node: Node) -> bool:
    """Close what no longer fits beside the sites that must open; False where those do not fit themselves."""
    count, spent = node.lower.sum(), float(problem.cost[node.lower > 0.5].sum())
    if count > problem.n_open or spent > problem.budget:
        return False
    full = count == problem.n_open
    node.upper[(node.lower < 0.5) & (full | (spent + problem.cost > problem.budget * (1.0 + TIE)))] = 0.0
    return True


def _separate(search: Search, relaxed: Relaxed, core: FloatArray | None) -> bool:
    """Add the cuts that the point violates; say whether there were any. The core moves towards the point."""
    relaxation, point = search.relaxation, relaxed.point
    theta = relaxation.thetas(point)
    least = SMALL_CUT * max(1.0, search.bracket.value)
    here = relaxation.cuts_at(point)
    violated = here.at(point) < theta - least
    if not np.any(violated):
        return False
    if core is not None:
        core += STEP * (point - core)
        between = relaxation.cuts_at(core)
        cuts_off = between.at(point) < theta - least
        relaxation.add(between.only(cuts_off))
        violated &= ~cuts_off
    relaxation.add(here.only(violated))
    if core is None:
        other = relaxation.cuts_at(point, 1.0 + TIE)
        relaxation.add(other.only(violated & np.any(other.slope != here.slope, axis=1)))
    return True


def _branch(search: Search, root: Node) -> None:
    """Best bound first; a node is bounded, and split if it may hold a better plan."""
    bracket = search.bracket
    heap = [root]
    limit = NODES_PER_ROUND * bracket.options.rounds
    while heap and not bracket.is_done() and search.nodes < limit:
        node = heapq.heappop(heap)
        children = [] if search.is_closed(-node.key[0]) else _children(search, node)
        if children is None:
            heapq.heappush(heap, node)
            break
        if not children:
            search.closed = max(search.closed, -node.key[0])
        for child in children:
            heapq.heappush(heap, child)
        top = -heap[0].key[0] if heap else -np.inf
        bracket.prove(max(top, search.closed, bracket.value))
        bracket.report("tree")


def _children(search: Search, node: Node) -> list[Node] | None:
    """Bound a node and split it: no children once it is closed, None where HiGHS ended without an optimum."""
    search.nodes += 1
    relaxed = _bounded(search, node, None, NODE_ROUNDS)
    if search.is_closed(-node.key[0]):
        return []
    if relaxed is None:
        return None
    if search.nodes % PLAN_EVERY == 1:
        search.try_plan(rounded(search.problem, relaxed.point))
    point, free = relaxed.point, node.upper > node.lower
    if not np.any(free):
        search.try_plan(np.flatnonzero(node.lower > 0.5))
        _close(node, search.bracket.value)
        return []
    score = np.where(free, np.minimum(point, 1.0 - point), -1.0)
    site = int(np.argmax(score))
    if score[site] <= FRACTIONAL:
        search.try_plan(rounded(search.problem, np.where(point > 0.5, point, 0.0)))
    children = []
    for side in (0.0, 1.0):
        lower, upper = node.lower.copy(), node.upper.copy()
        lower[site] = upper[site] = side
        search.made += 1
        child = Node((node.key[0], -search.made), lower, upper)
        if propagated(search.problem, child):
            children.append(child)
    return children


def _answer(problem: Covering, reduced: Reduced, bracket: Bracket, search: Search | None) -> Siting:
    statistics = {
        "groups": float(len(reduced.weight)),
        "sites": float(reduced.n_sites),
        "cuts": float(search.relaxation.made) if search else 0.0,
        "linear programs": float(search.relaxation.solves) if search else 0.0,
        "nodes": float(search.nodes) if search else 0.0,
    }
    if bracket.open_sites is not None:
        bracket.open_sites = reduced.kept[bracket.open_sites]
    customer, site = covering_pairs(problem, bracket.open_sites)
    return bracket.answer(customer, site, np.ones(len(customer)), statistics)


def covering_pairs(problem: Covering, plan: IntArray | None) -> tuple[IntArray, IntArray]:
    """Covered groups and the first open site that covers each; nothing above `PAIRS_TO_LIST` groups."""
    if plan is None or problem.n_groups > PAIRS_TO_LIST:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    is_open = np.zeros(problem.n_sites, dtype=np.bool_)
    is_open[plan] = True
    pair = np.flatnonzero(is_open[problem.site])
    group = np.searchsorted(problem.pointer, pair, side="right") - 1
    customer, first = np.unique(group, return_index=True)
    return customer.astype(np.int64), problem.site[pair[first]]
