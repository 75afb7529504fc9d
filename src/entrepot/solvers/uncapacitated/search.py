"""The steps of a run: a plan, prices that rise, what they rule out, and a tree over what is left."""

import math
from dataclasses import dataclass, field

import numpy as np

from entrepot.kernels.ascending import FREE, Pace, Track
from entrepot.location.facility_location import FacilityLocation
from entrepot.location.problem import FloatArray, IntArray
from entrepot.location.service_costs import MatrixCosts, PlaneCosts, ServiceCosts
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.crew import Crew, crew_of
from entrepot.solvers.status import claim_scheduler
from entrepot.solvers.uncapacitated.climbing import climb
from entrepot.solvers.uncapacitated.interchange import greedy, improve
from entrepot.solvers.uncapacitated.linear import Master, open_master
from entrepot.solvers.uncapacitated.neighbours import Neighbours, nearest_sites
from entrepot.solvers.uncapacitated.relaxation import (
    Evaluation,
    Relaxation,
    evaluate,
    fixed_state,
    limit_of,
    reduced_relaxation,
    relaxation_of,
)
from entrepot.solvers.uncapacitated.tree import Tree, new_track

DENSE_ENTRIES = 1_000_000
SMALLEST_LIST = 32
LISTED_ENTRIES = 16_000_000
WORK_AT_ONCE = 1_000_000_000
MEMORY, PATIENCE, SHRINK, LEAST_STEP = 0.1, 25, 0.7, 1e-4
ARCS_TO_GROW_WARILY, WARY_STEP = 20_000_000, 0.2
"""Lists of more arcs grow once the steps are below this, as prices overshoot at first, and by a quarter."""
STALLED = 0.01
"""Rise of the bound in one go of the prices, as a fraction of the gap, below which the tree takes over."""
SMALLER = 0.7
"""Part of the sites or arcs that must remain at most for a reduction to be worth its time."""
KICKS = 16
NODES_PER_ROUND = 100
EASY_NODES = 100
LINEAR_GAP, LINEAR_ARCS = 0.008, 400_000
ROOT_ROUNDS, LINEAR_KICKS, KICKS_PER_LINEAR_NODE = 20, 8, 20
TREE_BYTES = 2_000_000_000


@dataclass(slots=True)
class Search:
    """State of a run.

    Attributes
    ----------
    problem : what is solved. bracket : plan and bounds. crew : threads. rng : of the plans' kicks.
    neighbours : lists. relaxation : what is left to decide. track : prices.
    is_integral : all costs are integers. proven_from : cost that plans outside the relaxation have at least.
    counts : numbers worth knowing.
    """

    problem: FacilityLocation
    bracket: Bracket
    crew: Crew
    rng: np.random.Generator
    neighbours: Neighbours
    relaxation: Relaxation
    track: Track
    is_integral: bool
    step: float = 0.5
    proven_from: float = math.inf
    counts: dict[str, float] = field(default_factory=dict)

    def best(self) -> IntArray:
        """Open sites of the best plan; none before the first."""
        best = self.bracket.open_sites
        return np.empty(0, dtype=np.int64) if best is None else best

    def goal(self) -> float:
        """Cost below which a plan would matter: better than the best known by more than the gap asked for."""
        value = self.bracket.value
        goal = value - max(0.9999 * self.bracket.options.gap, 5e-10) * abs(value)
        return min(goal, value - 1.0 + 1e-5) if self.is_integral else goal

    def prove(self, bound: float) -> None:
        """Take a bound on the plans of the relaxation."""
        bound = min(bound, self.proven_from)
        if np.isfinite(bound):
            self.bracket.prove(float(math.ceil(bound - 1e-6)) if self.is_integral else bound)

    def plan_from(self, start: IntArray, effort: int) -> None:
        """Improve a plan and offer it."""
        problem = self.problem
        sites, value = improve(
            problem.costs, problem.fixed_cost, start, problem.n_open,
            rng=self.rng, effort=effort, crew=self.crew, neighbours=self.neighbours,
        )  # fmt: skip
        self.bracket.offer(value, sites)
        self.counts["plans"] = self.counts.get("plans", 0.0) + 1.0

    def offer(self, sites: IntArray) -> float:
        """Offer the plan of a leaf; return the new goal."""
        if len(sites) > 0:
            self.plan_from(sites, 0)
        return self.goal()


def begin(problem: FacilityLocation, bracket: Bracket) -> Search:
    """Lists, a first plan and first prices."""
    costs = problem.costs
    crew = crew_of(bracket)
    neighbours = nearest_sites(costs, _list_length(problem), crew)
    relaxation = relaxation_of(neighbours, problem.fixed_cost, problem.n_open)
    price = neighbours.cost[:, 0].copy()
    track = new_track(price, problem.n_sites)
    search = Search(
        problem,
        bracket,
        crew,
        np.random.default_rng(bracket.options.seed),
        neighbours,
        relaxation,
        track,
        is_integral(problem),
    )
    start = greedy(costs, problem.fixed_cost, problem.n_open, neighbours=neighbours, crew=crew)
    search.plan_from(start, 0)
    search.track = new_track(_first_prices(search), problem.n_sites)
    bracket.report("first plan", force=True)
    return search


def is_integral(problem: FacilityLocation) -> bool:
    """Whether every plan's cost is an integer."""
    costs = problem.costs
    if not np.all(problem.fixed_cost == np.rint(problem.fixed_cost)):
        return False
    if isinstance(costs, MatrixCosts):
        return bool(np.all(costs.matrix == np.rint(costs.matrix)))
    return (
        isinstance(costs, PlaneCosts)
        and costs.rounding != "none"
        and bool(np.all(costs.weight == np.rint(costs.weight)))
    )


def raise_prices(search: Search) -> None:
    """Climb until the bound rises no more, growing lists, dropping what is ruled out, and trying plans."""
    bracket, rounds = search.bracket, 0
    while not bracket.is_done() and search.step > LEAST_STEP:
        before = float(search.track.bound[0])
        arcs, sites = search.relaxation.arcs, search.relaxation.sites
        iterations = int(min(200, max(20, WORK_AT_ONCE // max(1, len(arcs.cost)))))
        pace = Pace(
            max(search.goal(), bracket.certified),
            iterations,
            MEMORY,
            search.step,
            PATIENCE,
            SHRINK,
            LEAST_STEP,
        )
        search.step, done = climb(arcs, sites, search.track, pace, search.crew)
        search.counts["price steps"] = search.counts.get("price steps", 0.0) + done
        evaluation = evaluate(arcs, sites, search.track.best)
        search.prove(evaluation.bound)
        if bracket.is_done() or done < iterations:
            break
        rounds += 1
        if rounds & (rounds - 1) == 0:
            _plan_from_prices(search)
        bracket.report("prices")
        _reduce(search, evaluation)
        rise = float(search.track.bound[0]) - before
        if iterations >= 100 and rise < STALLED * (bracket.value - before) and search.step < 0.1:
            break


def finish(search: Search) -> None:
    """Reduce once more before branching, whatever is gained, so that prices are free where it is proved."""
    if search.bracket.is_done():
        return
    evaluation = evaluate(search.relaxation.arcs, search.relaxation.sites, search.track.best)
    search.plan_from(search.best(), KICKS + len(search.best()) // 2)
    goal = search.goal()
    if np.isfinite(evaluation.bound) and evaluation.bound < goal:
        _cut_down(search, evaluation, goal)
    search.bracket.report("reduced", force=True)


def branch(search: Search) -> None:
    """Branch and bound until the gap is closed, or the rounds or the memory are used up.

    Subgradients are the cheaper way to prices at first; a tree that they do not finish soon is begun anew
    with the exact prices of the linear relaxation, where that is small and its gap narrow.
    """
    _explore(search, _tree_of(search, None), EASY_NODES if _is_linear(search) else math.inf)
    if not search.bracket.is_done() and _is_linear(search):
        claim_scheduler()
        _polish(search)
        if not search.bracket.is_done():
            _explore(search, _tree_of(search, _master_of(search)), math.inf)


def _is_linear(search: Search) -> bool:
    """Whether HiGHS can solve the linear relaxation quickly, and its bound is close enough to matter."""
    value = search.bracket.value
    is_narrow = value - search.bracket.certified <= LINEAR_GAP * abs(value)
    return is_narrow and len(search.relaxation.arcs.cost) <= LINEAR_ARCS


def _tree_of(search: Search, master: Master | None) -> Tree:
    tree = Tree(search.relaxation, search.goal(), master)
    tree.add(search.bracket.certified, search.relaxation.sites.state, search.track.best.astype(np.float32))
    return tree


def _master_of(search: Search) -> Master:
    room = max(search.goal() - float(search.track.bound[0]), 1e-9 * abs(search.bracket.value))
    return open_master(search.relaxation, search.track.best, room, search.bracket)


def _polish(search: Search) -> None:
    """Bound and prices of the linear relaxation; a better plan; what both rule out."""
    relaxation, best = search.relaxation, search.best()
    search.plan_from(best, LINEAR_KICKS * len(best))
    price, share = _master_of(search).raised(
        relaxation.sites.state, search.track.best, search.goal(), ROOT_ROUNDS
    )
    evaluation = evaluate(relaxation.arcs, relaxation.sites, price)
    search.prove(evaluation.bound)
    search.track.share[:] = share
    if evaluation.bound > search.track.bound[0]:
        search.track.best[:] = evaluation.price
        search.track.bound[0] = evaluation.bound
    _plan_from_prices(search)
    goal = search.goal()
    if not search.bracket.is_done() and evaluation.bound < goal:
        _cut_down(search, evaluation, goal)
    search.bracket.report("linear relaxation", force=True)


def _explore(search: Search, tree: Tree, n_nodes: float) -> None:
    """Work on the tree's nodes, `n_nodes` of them at most."""
    bracket, next_plan, last_plan = search.bracket, 2 * KICKS, 0
    before = search.counts.get("nodes", 0.0)
    while not bracket.is_done() and tree.size() <= TREE_BYTES:
        if not tree.nodes:
            search.prove(tree.goal)
            break
        if tree.n_explored >= min(n_nodes, NODES_PER_ROUND * bracket.options.rounds - before):
            break
        tree.step(search.offer)
        if tree.n_explored == next_plan:
            each = 1 if tree.master is None else KICKS_PER_LINEAR_NODE
            _plan_in_tree(search, tree, each * (next_plan - last_plan))
            last_plan, next_plan = next_plan, next_plan * 3 // 2
        tree.goal = min(tree.goal, search.goal())
        search.prove(tree.bound())
        bracket.report("tree")
    search.counts["nodes"] = before + tree.n_explored


def _plan_in_tree(search: Search, tree: Tree, effort: int) -> None:
    """Improve what the last node favours, and the best plan."""
    best = search.best()
    if len(tree.favoured) >= len(best):
        search.plan_from(tree.favoured[: len(best)], 0)
    search.plan_from(best, effort + len(best) // 2)


def _list_length(problem: FacilityLocation) -> int:
    if problem.n_open is not None:
        per_open = problem.n_sites // problem.n_open
        factor = 3.0 if 3 * per_open * problem.n_customers <= LISTED_ENTRIES else 1.5
        return min(problem.n_sites, SMALLEST_LIST + int(factor * per_open))
    return problem.n_sites if problem.n_sites * problem.n_customers <= DENSE_ENTRIES else 64


def _first_prices(search: Search) -> FloatArray:
    """Cost of service in the first plan, plus a share of its site's cost (of half an average one)."""
    problem, near = search.problem, search.neighbours
    site, cost = served(problem.costs, near, search.best())
    worth = np.maximum(problem.fixed_cost, 0.0)
    if problem.n_open is not None:
        worth = worth + 0.5 * float(np.sum(cost)) / problem.n_open
    price: FloatArray = cost + (worth / np.maximum(1, np.bincount(site, minlength=problem.n_sites)))[site]
    return price


def served(
    costs: ServiceCosts, neighbours: Neighbours | None, sites: IntArray
) -> tuple[IntArray, FloatArray]:
    """Cheapest of the open sites for each customer, (n,), and its cost: from the lists where they reach."""
    if isinstance(costs, PlaneCosts):
        opened = PlaneCosts(costs.customers, costs.sites[sites], costs.weight, costs.rounding)
        near, least = opened.nearest(np.arange(costs.n_customers), 1)
        return sites[near[:, 0]], least[:, 0]
    assert neighbours is not None
    is_open = np.zeros(costs.n_sites, dtype=bool)
    is_open[sites] = True
    hit = is_open[neighbours.site] & (neighbours.site >= 0)
    first = np.argmax(hit, axis=1)
    rows = np.arange(costs.n_customers)
    site, cost = neighbours.site[rows, first].astype(np.int64), neighbours.cost[rows, first].copy()
    missing = np.flatnonzero(~hit[rows, first])
    at_once = max(1, 4 * DENSE_ENTRIES // len(sites))
    for begin_at in range(0, len(missing), at_once):
        block = missing[begin_at : begin_at + at_once]
        table = costs.between(block[:, None], sites[None, :])
        best = np.argmin(table, axis=1)
        site[block], cost[block] = sites[best], table[np.arange(len(block)), best]
    return site, cost


def _plan_from_prices(search: Search) -> None:
    """Open the sites that the prices favour, and improve."""
    share, labels, sites = search.track.share, search.relaxation.labels, search.relaxation.sites
    score = np.where(sites.state == FREE, share, 2.0 * sites.state)
    if search.problem.n_open is not None:
        chosen = labels[np.argsort(-score, kind="stable")[: search.problem.n_open]]
    else:
        chosen = labels[score > 0.5]
    if len(chosen) > 0:
        search.plan_from(chosen, 0)


def _reduce(search: Search, evaluation: Evaluation) -> None:
    """Grow lists that were too short; drop sites and arcs that no better plan uses."""
    goal, relaxation = search.goal(), search.relaxation
    if not np.isfinite(evaluation.bound) or goal <= evaluation.bound:
        return
    if search.proven_from == math.inf and _grow(search, evaluation):
        return
    state = fixed_state(relaxation.sites.state, evaluation, goal)
    limit = limit_of(evaluation, goal)
    is_shorter = np.mean(state != relaxation.sites.state) > 1.0 - SMALLER
    if (
        is_shorter
        or np.mean(relaxation.arcs.cost > np.repeat(limit, np.diff(relaxation.arcs.pointer))) > 1.0 - SMALLER
    ):
        _cut_down(search, evaluation, goal)


def _cut_down(search: Search, evaluation: Evaluation, goal: float) -> None:
    before = search.relaxation
    search.relaxation = reduced_relaxation(before, evaluation, goal)
    search.proven_from = goal
    kept = np.searchsorted(before.labels, search.relaxation.labels)
    track = search.track
    search.track = track._replace(share=track.share[kept].copy())


def _grow(search: Search, evaluation: Evaluation) -> bool:
    """Make the lists longer that clip prices; whether they are, or will have to be."""
    arcs, problem = search.relaxation.arcs, search.problem
    clipped = np.flatnonzero((evaluation.price >= arcs.ceiling) & (search.neighbours.count < problem.n_sites))
    is_large = len(arcs.cost) > ARCS_TO_GROW_WARILY
    if len(clipped) == 0:
        return False
    if is_large and search.step > WARY_STEP:
        return True
    longest = int(search.neighbours.count[clipped].max())
    count = longest + longest // 4 if is_large else 2 * longest
    search.neighbours = search.neighbours.grown(problem.costs, clipped, count, search.crew)
    search.relaxation = relaxation_of(search.neighbours, problem.fixed_cost, problem.n_open)
    return True
