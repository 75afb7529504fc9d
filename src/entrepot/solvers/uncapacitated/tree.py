"""Branch and bound over the sites, bounded by prices; every leaf is proved in NumPy."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.ascending import (
    CLOSED,
    FREE,
    OPEN,
    Arcs,
    Pace,
    Sites,
    StateArray,
    Track,
    ascend,
    narrowed,
)
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.uncapacitated.linear import Master
from entrepot.solvers.uncapacitated.relaxation import Evaluation, Relaxation, evaluate, fixed_state

Offer = Callable[[IntArray], float]
"""Takes open sites of the problem; returns the cost below which plans are still looked for."""

ITERATIONS, MEMORY, STEP, PATIENCE, SHRINK, LEAST_STEP = 60, 0.1, 0.2, 10, 0.5, 0.002
CUT_ROUNDS = 6
REPEAT = 0.2
"""Fixed sites, as a fraction of the free ones, that make it worth to climb once more in the same node."""


@dataclass(order=True, slots=True)
class Node:
    """A set of plans: those with the given state of the sites; the prices of its parent."""

    bound: float
    number: int
    state: StateArray = field(compare=False)
    price: NDArray[np.float32] = field(compare=False)


@dataclass(slots=True)
class Tree:
    """Open nodes, best bound first.

    Attributes
    ----------
    relaxation : what is left to decide. goal : cost below which plans are looked for.
    nodes : heap. n_explored : nodes that were worked on.
    master : linear program of the relaxation that finds the prices; None = subgradients do.
    favoured : sites of the problem that the prices of the last node favour, best first.
    """

    relaxation: Relaxation
    goal: float
    master: Master | None = None
    nodes: list[Node] = field(default_factory=list)
    n_explored: int = 0
    n_made: int = 0
    favoured: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def bound(self) -> float:
        """What every plan of the relaxation costs at least; `goal` where no node is open."""
        return min(self.goal, self.nodes[0].bound) if self.nodes else self.goal

    def size(self) -> int:
        """Bytes that the open nodes take at most."""
        return len(self.nodes) * (4 * len(self.relaxation.arcs.ceiling) + len(self.relaxation.labels))

    def add(self, bound: float, state: StateArray, price: NDArray[np.float32]) -> None:
        """Open a node, unless its bound closes it."""
        if bound < self.goal:
            self.n_made += 1
            heapq.heappush(self.nodes, Node(bound, self.n_made, state, price))

    def step(self, offer: Offer) -> None:
        """Work on the node of the least bound: raise its bound, fix sites, close it or branch.

        The branching site is the one that the smoothed selection is least sure of.
        """
        node = heapq.heappop(self.nodes)
        if node.bound >= self.goal:
            self.nodes.clear()
            return
        self.n_explored += 1
        state, evaluation, share = self._raised(node)
        bound = max(node.bound, evaluation.bound)
        if bound >= self.goal:
            return
        free = np.flatnonzero(state == FREE)
        if len(free) == 0:
            self.goal = min(self.goal, offer(self.relaxation.labels[state == OPEN]))
            return
        score = np.where(state == FREE, share, 2.0 * state)
        self.favoured = self.relaxation.labels[np.argsort(-score, kind="stable")]
        site = free[np.argmin(np.abs(share[free] - 0.5))]
        price = evaluation.price.astype(np.float32)
        for choice, floors in ((OPEN, evaluation.open_at_least), (CLOSED, evaluation.close_at_least)):
            child = state.copy()
            child[site] = choice
            self.add(max(bound, float(floors[site])), child, price)

    def _raised(self, node: Node) -> tuple[StateArray, Evaluation, FloatArray]:
        relaxation, state, price = self.relaxation, node.state, node.price.astype(np.float64)
        unlimited = np.full(len(price), np.inf)
        arcs = relaxation.arcs
        while True:
            arcs = narrowed(arcs, state, unlimited)
            sites = Sites(relaxation.sites.fixed, state, relaxation.sites.n_open)
            price, share = self._climbed(arcs, sites, price)
            evaluation = evaluate(arcs, sites, price)
            fixed = fixed_state(state, evaluation, self.goal)
            n_fixed, state = int(np.sum(fixed != state)), fixed
            if evaluation.bound >= self.goal or n_fixed <= REPEAT * int(np.sum(state == FREE)):
                return state, evaluation, share
            price = evaluation.price

    def _climbed(self, arcs: Arcs, sites: Sites, price: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Higher prices and the shares of the sites: from the linear program where there is one."""
        if self.master is not None:
            return self.master.raised(sites.state, price, self.goal, CUT_ROUNDS)
        track = new_track(price, len(sites.state))
        ascend(arcs, sites, track, Pace(self.goal, ITERATIONS, MEMORY, STEP, PATIENCE, SHRINK, LEAST_STEP))
        return track.best, track.share


def new_track(price: FloatArray, n_sites: int) -> Track:
    """A climb that begins at the price."""
    return Track(
        price.copy(), price.copy(), np.zeros(len(price)), np.zeros(n_sites), np.array([-np.inf, 0.0])
    )
