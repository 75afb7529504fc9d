"""Branch and bound on open sites with Lagrangian bounds, multipliers handed down, leaves certified."""

import heapq
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.knapsacks import CLOSED, FREE, OPEN, Sites
from entrepot.kernels.relaxing import Steps, Summit, climb
from entrepot.location.problem import FloatArray
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.capacitated.certificates import Certificate, Prices, StateArray, certify, fixed_by
from entrepot.solvers.capacitated.plans import Plan, Pool, cost_plan, improve, round_up, shaken
from entrepot.solvers.capacitated.prepared import ROUNDING, Prepared, count_range, indices

ROOT_ROUNDS, ROOT_STEPS, ROOT_SCALE, ROOT_PATIENCE = 12, 60, 1.0, 15
NODE_STEPS, NODE_SCALE, NODE_PATIENCE = 60, 0.4, 8
MEMORY = 0.8
"""Share of the last direction that a step keeps."""
FIRST_DIVE = 20
"""Nodes between the root and the second dive; pauses grow with the tree."""
DIVE_STEPS, SURE = 25, 0.02
FAILURES, WORTH_SHAKING = 25, 60
"""Shakes without success that end the polishing; sites that must be undecided for it to begin."""
NODES_PER_ROUND = 1000
"""What one of `Options.rounds` means here."""
NEAR = 0.003
"""Relative distance from the best plan up to which a plan is improved."""
TOLERANCE = 5e-10
"""Relative amount by which a leaf's bound may stay below the best plan."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """state : (n_sites,) what is decided. price : (n_customers,) to start from. bound : certified."""

    state: StateArray
    price: NDArray[np.float32]
    bound: float


@dataclass(slots=True)
class Search:
    """A run: the best plan, the open nodes and what was counted."""

    prepared: Prepared
    bracket: Bracket
    pool: Pool = field(default_factory=Pool)
    best: Plan | None = None
    closed_bound: float = np.inf
    queue: list[tuple[float, int, Node]] = field(default_factory=list)
    next_dive: int = 0
    n_pushed: int = 0
    n_nodes: int = 0
    n_steps: int = 0

    def lowest(self) -> float:
        """Lowest bound of the nodes that are kept."""
        return self.queue[0][0] if self.queue else float("inf")

    def cutoff(self) -> float:
        """Bound from which a node is of no interest; it only falls, as better plans are found."""
        value = self.bracket.value
        if not np.isfinite(value):
            return float("inf")
        return value - max(TOLERANCE, 0.999 * self.bracket.options.gap) * abs(value)

    def offer(self, plan: Plan) -> bool:
        """Keep a plan if it is the best."""
        if np.isfinite(plan.value) and self.bracket.offer(plan.value, plan.sites):
            self.best = plan
            return True
        return False


def decide(prepared: Prepared, state: StateArray) -> tuple[StateArray, tuple[int, int]]:
    """State after what capacity and count force, and the fewest and most open sites."""
    is_open, may_open = state == OPEN, state != CLOSED
    least, most = count_range(prepared, may_open, is_open)
    if least > most:
        return state, (least, most)
    held = float(prepared.capacity[may_open].sum())
    needed = held - prepared.capacity < prepared.total * (1.0 - ROUNDING)
    if least == most:
        if np.count_nonzero(is_open) == most:
            state = np.where(state == FREE, np.int8(CLOSED), state)
        elif np.count_nonzero(may_open) == least:
            state = np.where(state == FREE, np.int8(OPEN), state)
    return np.where((state == FREE) & needed, np.int8(OPEN), state), (least, most)


def ascend(
    search: Search, state: StateArray, count: tuple[int, int], price: FloatArray, steps: Steps
) -> tuple[Summit, Certificate]:
    """Climb from the given prices; certify where it ended."""
    prepared = search.prepared
    sites = Sites(prepared.fixed_cost, prepared.capacity, state, prepared.total, count[0], count[1])
    summit = climb(prepared.lists, prepared.demand, sites, price, steps)
    search.n_steps += summit.steps
    prices = Prices(summit.price, summit.capacity_price, summit.need_price, summit.count_price)
    return summit, certify(prepared, prices, state, count)


def try_weights(search: Search, weight: FloatArray, state: StateArray) -> None:
    """Round weights to a plan, cost it if it is new, improve it if it is the best."""
    prepared = search.prepared
    sites = round_up(prepared, weight, state != CLOSED, state == OPEN)
    if not prepared.holds(float(prepared.capacity[sites].sum())) or not search.pool.is_new(sites):
        return
    search.pool.n_shipments += 1
    plan = cost_plan(prepared, sites, None, search.bracket.value + NEAR * abs(search.bracket.value))
    if np.isfinite(plan.value):
        search.offer(plan)
        search.offer(improve(prepared, plan, search.pool, search.bracket.is_over))


def root(search: Search) -> Node | None:
    """Bound and plans at the root, in rounds between which sites are fixed; None where it is solved."""
    prepared, bracket = search.prepared, search.bracket
    state, count = decide(prepared, np.full(prepared.n_sites, np.int8(FREE)))
    price = first_prices(prepared)
    best = Node(state, price.astype(np.float32), -np.inf)
    scale = ROOT_SCALE
    for _ in range(ROOT_ROUNDS):
        target = bracket.value if np.isfinite(bracket.value) else 1.1 * abs(float(price.sum()))
        steps = Steps(ROOT_STEPS, scale, ROOT_PATIENCE, target, search.cutoff(), MEMORY)
        summit, certificate = ascend(search, state, count, price, steps)
        gained = certificate.bound - best.bound
        price, scale = summit.price, max(summit.scale, 0.01)
        bracket.prove(min(certificate.bound, search.cutoff()))  # what was fixed costs the cut-off at least
        try_weights(search, summit.choice, state)
        try_weights(search, summit.weight, state)
        state, count = decide(prepared, fixed_by(certificate, state, search.cutoff()))
        if count[0] > count[1]:
            bracket.prove(search.cutoff())
            break
        best = Node(state, price.astype(np.float32), max(best.bound, certificate.bound))
        bracket.report("root")
        if bracket.is_done() or gained < 1e-4 * (bracket.value - certificate.bound):
            break
    return None if bracket.is_done() or best.bound >= search.cutoff() or count[0] > count[1] else best


def first_prices(prepared: Prepared) -> FloatArray:
    """Cost of the cheapest site with its fixed cost spread over its capacity."""
    has = prepared.capacity > 0.0
    share = np.where(has, np.maximum(prepared.fixed_cost, 0.0), 0.0) / np.where(has, prepared.capacity, 1.0)
    price: FloatArray = np.min(prepared.cost + np.outer(prepared.demand, share), axis=1)
    return price


def polish(search: Search, state: StateArray) -> None:
    """Shake the best plan and improve it again, until that fails too often; small problems need none."""
    if search.best is None or np.count_nonzero(state == FREE) < WORTH_SHAKING:
        return
    rng = np.random.default_rng(search.bracket.options.seed)
    failures = 0
    while failures < FAILURES and not search.bracket.is_done():
        trial = shaken(search.prepared, search.best, rng)
        failures += 1
        search.pool.n_shipments += 1
        if trial is not None and np.isfinite(trial.value):
            better = improve(search.prepared, trial, search.pool, search.bracket.is_over)
            if search.offer(better):
                failures = 0
        search.bracket.report("plans")


def grow(search: Search, start: Node) -> None:
    """Branch until the bound meets the best plan or a limit is met.

    The node of lowest bound goes first, for the bound; now and then a dive from it looks for a plan.
    """
    bracket = search.bracket
    push(search, start)
    while search.queue and not bracket.is_over():
        _, _, node = heapq.heappop(search.queue)
        if search.n_nodes >= search.next_dive:
            search.next_dive = search.n_nodes + search.n_nodes // 4 + FIRST_DIVE
            dive(search, node)
        expand(search, node)
        bracket.prove(min(search.closed_bound, search.lowest(), search.cutoff()))
        bracket.report("branching")
        if bracket.is_done() or search.n_nodes >= NODES_PER_ROUND * bracket.options.rounds:
            break


def dive(search: Search, node: Node) -> None:
    """Decide about sites as the relaxation grows sure of them; improve the plan at the end."""
    prepared, state, price = search.prepared, node.state, node.price.astype(np.float64)
    while not search.bracket.is_over():
        state, count = decide(prepared, state)
        free = indices(state == FREE)
        if count[0] > count[1]:
            return
        if len(free) == 0:
            break
        sites = Sites(prepared.fixed_cost, prepared.capacity, state, prepared.total, count[0], count[1])
        steps = Steps(DIVE_STEPS, NODE_SCALE, NODE_PATIENCE, search.bracket.value, np.inf, MEMORY)
        summit = climb(prepared.lists, prepared.demand, sites, price, steps)
        search.n_steps += summit.steps
        price, weight = summit.price, summit.weight[free]
        doubt = np.minimum(weight, 1.0 - weight)
        sure = np.argsort(doubt, kind="stable")[: max(1, np.count_nonzero(doubt < SURE), len(free) // 5)]
        state = state.copy()
        state[free[sure]] = np.where(weight[sure] > 0.5, np.int8(OPEN), np.int8(CLOSED))
    try_weights(search, (state == OPEN).astype(np.float64), state)


def push(search: Search, node: Node) -> None:
    """Keep a node for later."""
    search.n_pushed += 1
    heapq.heappush(search.queue, (node.bound, search.n_pushed, node))


def expand(search: Search, node: Node) -> None:
    """Bound a node; close it, or keep its two children."""
    prepared = search.prepared
    search.n_nodes += 1
    if node.bound >= search.cutoff():
        search.closed_bound = min(search.closed_bound, node.bound)
        return
    state, count = decide(prepared, node.state)
    if count[0] > count[1]:
        return
    if not np.any(state == FREE):
        close(search, state, count)
        return
    value = search.bracket.value
    target = value if np.isfinite(value) else node.bound + 0.05 * abs(node.bound)
    steps = Steps(NODE_STEPS, NODE_SCALE, NODE_PATIENCE, target, search.cutoff(), MEMORY)
    summit, certificate = ascend(search, state, count, node.price.astype(np.float64), steps)
    bound = max(node.bound, certificate.bound)
    if bound >= search.cutoff():
        search.closed_bound = min(search.closed_bound, bound)
        return
    try_weights(search, summit.choice, state)
    state, count = decide(prepared, fixed_by(certificate, state, search.cutoff()))
    if count[0] > count[1]:
        search.closed_bound = min(search.closed_bound, search.cutoff())
        return
    free = indices(state == FREE)
    if len(free) == 0:
        close(search, state, count)
        return
    site = free[branching_site(summit.weight[free], certificate.reduced[free])]
    price = summit.price.astype(np.float32)  # two children share them; any prices are valid
    for decision in (CLOSED, OPEN):
        child = state.copy()
        child[site] = decision
        toll = certificate.reduced[site] if decision == OPEN else -certificate.reduced[site]
        child_bound = max(bound, certificate.bound + max(0.0, toll) - certificate.margin)
        push(search, Node(child, price, child_bound))


def branching_site(weight: FloatArray, reduced: FloatArray) -> int:
    """The site of which the prices are least sure: reduced cost nearest 0, then mean weight near one half."""
    score = np.minimum(weight, 1.0 - weight)
    return int(np.lexsort((-score, np.abs(reduced)))[0])


def close(search: Search, state: StateArray, count: tuple[int, int]) -> None:
    """Settle a node in which every site is decided: its plan, and the bound that its prices prove."""
    prepared = search.prepared
    sites = indices(state == OPEN)
    plan = cost_plan(prepared, sites)
    search.pool.n_shipments += 1
    search.offer(plan)
    price = np.zeros(prepared.n_sites)
    price[sites] = plan.shipment.price
    reach = prepared.cost[:, sites] + np.outer(prepared.demand, plan.shipment.price)
    prices = Prices(reach.min(axis=1), price, 0.0, 0.0)
    search.closed_bound = min(search.closed_bound, certify(prepared, prices, state, count).bound)
