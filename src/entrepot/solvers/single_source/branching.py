"""Branch and bound on the sites with the Lagrangian bound of single sourcing, certified node by node."""

import heapq
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.bidding import CLOSED, FREE, OPEN
from entrepot.location.problem import FloatArray
from entrepot.solvers.single_source.relaxation import Certificate, StateArray, certify, climb
from entrepot.solvers.single_source.rounds import Run

NODE_STEPS = (50, 8, 0.3)
"""Supergradient steps of a node, patience, and first step length."""
MOST_NODES = 800
"""Nodes per run: beyond them bounds grow too slowly."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """state : (n_sites,) what is decided. price : (n_customers,) and count_price to start from.

    bound : certified, without the constant.
    """

    state: StateArray
    price: NDArray[np.float32]
    count_price: float
    bound: float


@dataclass(slots=True)
class Tree:
    """Open nodes by bound, and the least bound of those that are done with."""

    run: Run
    queue: list[tuple[float, int, Node]] = field(default_factory=list)
    closed_bound: float = np.inf
    n_pushed: int = 0
    n_nodes: int = 0

    def lowest(self) -> float:
        """Bound on every plan cheaper than the best."""
        return min(self.closed_bound, self.queue[0][0] if self.queue else np.inf)

    def cutoff(self) -> float:
        """Bound from which a node is of no interest."""
        value = self.run.bracket.value
        return self.run.prepared.cutoff(value) if np.isfinite(value) else float("inf")


def branch(run: Run) -> None:
    """Raise the certified bound: the node of least bound is split until a limit is met.

    Notes
    -----
    A node without an undecided site is kept with its bound: who goes to which open site is not branched on.

    References
    ----------
    Holmberg, Ronnqvist, Yuan (1999), An exact algorithm for the capacitated facility location problems
    with single sourcing, EJOR 113, section 4.
    """
    prepared, bracket, certificate = run.prepared, run.bracket, run.certificate
    assert certificate is not None
    tree = Tree(run)
    state = np.full(prepared.n_sites, np.int8(FREE))
    push(tree, Node(state, run.price.astype(np.float32), run.count_price, certificate.bound))
    limit = min(MOST_NODES, 1000 * bracket.options.rounds)
    while tree.queue and tree.queue[0][0] < tree.closed_bound and tree.n_nodes < limit:
        if bracket.is_done():
            break
        _, _, node = heapq.heappop(tree.queue)
        expand(tree, node)
        bound = tree.lowest()
        bracket.prove(min(prepared.rounded(bound) if np.isfinite(bound) else bound, bracket.value))
        bracket.report("branching")
    run.counts["nodes"] += float(tree.n_nodes)


def push(tree: Tree, node: Node) -> None:
    """Keep a node for later."""
    tree.n_pushed += 1
    heapq.heappush(tree.queue, (node.bound, tree.n_pushed, node))


def expand(tree: Tree, node: Node) -> None:
    """Bound a node; drop it, keep its bound, or keep its two children."""
    run, cutoff = tree.run, tree.cutoff()
    tree.n_nodes += 1
    if node.bound > cutoff:
        return
    target = cutoff if np.isfinite(cutoff) else 1.01 * node.bound
    start = (node.price.astype(np.float64), node.count_price)
    peak = climb(run.prepared, run.reach, start, target, NODE_STEPS, state=node.state)
    run.counts["steps"] += peak.steps
    certificate = certify(run.prepared, run.reach, peak.price, peak.count_price, node.state)
    bound = max(node.bound, certificate.bound)
    if bound > cutoff:
        return
    state = fixed_by(certificate, node.state, cutoff)
    free = np.flatnonzero(state == FREE)
    if len(free) == 0:
        tree.closed_bound = min(tree.closed_bound, bound)
        return
    site = free[branching_site(peak.mean_open[free], certificate, free)]
    price = peak.price.astype(np.float32)  # any prices are valid: the children certify their own
    for decision, toll in ((CLOSED, certificate.shut_toll[site]), (OPEN, certificate.site_toll[site])):
        child = state.copy()
        child[site] = decision
        push(tree, Node(child, price, peak.count_price, max(bound, float(toll))))


def fixed_by(certificate: Certificate, state: StateArray, cutoff: float) -> StateArray:
    """State in which sites are decided whose other value no plan cheaper than the best can have."""
    free = state == FREE
    shut, kept = free & (certificate.site_toll > cutoff), free & (certificate.shut_toll > cutoff)
    return np.where(shut, np.int8(CLOSED), np.where(kept, np.int8(OPEN), state))


def branching_site(weight: FloatArray, certificate: Certificate, free: NDArray[np.int64]) -> int:
    """The site that the prices are least sure of: mean y nearest one half, then the lowest tolls."""
    doubt = np.abs(weight - 0.5)
    toll = np.minimum(certificate.site_toll[free], certificate.shut_toll[free])
    return int(np.lexsort((toll, np.round(doubt, 2)))[0])
