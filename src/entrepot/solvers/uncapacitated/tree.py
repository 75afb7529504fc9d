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
from entrepot.solvers.uncapacitated.relaxation import Evaluation, Relaxation, evaluate, fixed_state

Offer = Callable[[IntArray], float]
"""Takes open sites of the problem; returns the cost below which plans are still looked for."""

MEMORY, STEP, PATIENCE, LEAST_STEP = 0.1, 0.5, 10, 0.01
ITERATIONS = 60
TRIAL = 15
REPEAT = 0.2
CANDIDATES = 8
RELIABLE = 2


@dataclass(order=True, slots=True)
class Node:
    """A set of plans: those with the given state of the sites."""

    bound: float
    number: int
    state: StateArray = field(compare=False)
    price: NDArray[np.float32] = field(compare=False)
    branch: tuple[int, int, float] = field(compare=False)


@dataclass(slots=True)
class Tree:
    """Open nodes, best bound first.

    Attributes
    ----------
    relaxation : what is left to decide. goal : cost below which plans are looked for.
    nodes : heap. n_explored : nodes that were worked on.
    gain, tries : (2, m) rise of the bound per unit of share after closing and opening a site.
    """

    relaxation: Relaxation
    goal: float
    nodes: list[Node] = field(default_factory=list)
    n_explored: int = 0
    n_made: int = 0
    gain: FloatArray = field(init=False)
    tries: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        m = len(self.relaxation.labels)
        self.gain, self.tries = np.zeros((2, m)), np.zeros((2, m))

    def bound(self) -> float:
        """What every plan of the relaxation costs at least; `goal` where no node is open."""
        return min(self.goal, self.nodes[0].bound) if self.nodes else self.goal

    def add(self, bound: float, state: StateArray, track: Track, branch: tuple[int, int, float]) -> None:
        """Open a node."""
        if bound < self.goal:
            self.n_made += 1
            price = track.best.astype(np.float32)
            heapq.heappush(self.nodes, Node(bound, self.n_made, state, price, branch))

    def step(self, offer: Offer) -> None:
        """Work on the node of the least bound: raise its bound, fix sites, close it or branch."""
        node = heapq.heappop(self.nodes)
        if node.bound >= self.goal:
            self.nodes.clear()
            return
        self.n_explored += 1
        track = Track(
            node.price.astype(np.float64),
            node.price.astype(np.float64),
            np.zeros(len(node.price)),
            np.zeros(len(node.state)),
        )
        arcs, state, evaluation = self._raised(node, track)
        bound = max(node.bound, evaluation.bound)
        self._learn(node, bound)
        if bound >= self.goal:
            return
        free = np.flatnonzero(state == FREE)
        if len(free) == 0:
            self.goal = min(self.goal, offer(self.relaxation.labels[state == OPEN]))
            return
        site, floors = self._branching_site(arcs, state, evaluation, track, bound)
        for choice, floor in zip((CLOSED, OPEN), floors, strict=True):
            child = state.copy()
            child[site] = choice
            part = track.share[site] if choice == CLOSED else 1.0 - track.share[site]
            self.add(max(bound, floor), child, track, (site, (choice + 1) // 2, part))

    def _raised(self, node: Node, track: Track) -> tuple[Arcs, StateArray, Evaluation]:
        state = node.state
        unlimited = np.full(len(track.price), np.inf)
        arcs = self.relaxation.arcs
        while True:
            arcs = narrowed(arcs, state, unlimited)
            sites = self._sites(state)
            ascend(arcs, sites, track, Pace(self.goal, ITERATIONS, MEMORY, STEP, PATIENCE, LEAST_STEP))
            evaluation = evaluate(arcs, sites, track.best)
            fixed = fixed_state(state, evaluation, self.goal)
            n_fixed = int(np.sum(fixed != state))
            state = fixed
            if evaluation.bound >= self.goal or n_fixed <= REPEAT * int(np.sum(state == FREE)):
                return arcs, state, evaluation
            track.price[:] = track.best
            track.way[:] = 0.0

    def _sites(self, state: StateArray) -> Sites:
        return Sites(self.relaxation.sites.fixed, state, self.relaxation.sites.count)

    def _learn(self, node: Node, bound: float) -> None:
        site, side, part = node.branch
        if site >= 0:
            rise = max(0.0, min(bound, self.goal) - node.bound)
            self.gain[side, site] += rise / max(part, 0.05)
            self.tries[side, site] += 1.0

    def _branching_site(
        self, arcs: Arcs, state: StateArray, evaluation: Evaluation, track: Track, bound: float
    ) -> tuple[int, tuple[float, float]]:
        """Site whose two children promise the highest bounds (reliability branching), and what is proved of them."""
        free = np.flatnonzero(state == FREE)
        share = np.clip(track.share, 0.02, 0.98)
        mean = (self.gain.sum() + 1e-9) / max(1.0, self.tries.sum())
        rate = np.where(self.tries > 0.0, self.gain / np.maximum(self.tries, 1.0), mean)
        score = (rate[0] * share + 1e-6) * (rate[1] * (1.0 - share) + 1e-6)
        order = free[np.argsort(-score[free], kind="stable")][:CANDIDATES]
        best, choice = -1.0, int(order[0])
        for site in order:
            rises = [self._tried(arcs, state, track, int(site), side, bound, share) for side in (0, 1)]
            worth = (rises[0] + 1e-6) * (rises[1] + 1e-6)
            if worth > best:
                best, choice = worth, int(site)
        return choice, (float(evaluation.close_at_least[choice]), float(evaluation.open_at_least[choice]))

    def _tried(
        self,
        arcs: Arcs,
        state: StateArray,
        track: Track,
        site: int,
        side: int,
        bound: float,
        share: FloatArray,
    ) -> float:
        part = share[site] if side == 0 else 1.0 - share[site]
        if self.tries[side, site] >= RELIABLE:
            return float(self.gain[side, site] / self.tries[side, site] * part)
        child = state.copy()
        child[site] = OPEN if side == 1 else CLOSED
        trial = Track(track.best.copy(), track.best.copy(), np.zeros(len(track.way)), track.share.copy())
        small = narrowed(arcs, child, np.full(len(track.price), np.inf))
        reached, _, _ = ascend(
            small, self._sites(child), trial, Pace(self.goal, TRIAL, MEMORY, STEP, PATIENCE, LEAST_STEP)
        )
        rise = max(0.0, min(reached, self.goal) - bound)
        self.gain[side, site] += rise / part
        self.tries[side, site] += 1.0
        return rise
