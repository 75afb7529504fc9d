"""Branch and cut over boxes of open and closed sites, best bound first."""

import heapq
from dataclasses import dataclass, field

import numpy as np

from entrepot.location.problem import BoolArray, FloatArray
from entrepot.solvers.bracket import EXACT, Bracket
from entrepot.solvers.capture.certificate import Leaf, box_bound, gains_bound
from entrepot.solvers.capture.relaxation import Relaxation, Relaxed
from entrepot.solvers.capture.scaled import Scaled

ROUNDS = 6
"""Rounds of cuts at a node below the root."""
ROOT_ROUNDS = 200
WORTH, ROOT_WORTH = 0.1, 0.01
"""A cut that moves the bound by a smaller part of the gap makes way for branching."""
MOST_ROWS = 1200
"""Rows of the program beyond which the slackest half is deleted."""
RECOMPUTE = 1e-8
"""Seconds kept back per attraction and cut for the certificate; measured 0.6e-8 on a loaded machine."""
FEW = 2
"""With at most so many sites left to open the gains alone are tried first; with one they are exact."""


@dataclass(order=True, slots=True)
class Node:
    """A box that waits: rank = -bound, then age."""

    rank: float
    age: int
    leaf: Leaf = field(compare=False)


@dataclass(slots=True, eq=False)
class Tree:
    """State of the search: waiting nodes and leaves set aside.

    Attributes
    ----------
    leaves : boxes set aside; with the waiting nodes they cover all plans.
    """

    scaled: Scaled
    relaxation: Relaxation
    bracket: Bracket
    waiting: list[Node] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    set_aside: float = -np.inf
    root_bound: float = np.inf
    most_rows: int = MOST_ROWS
    ran_out: bool = False
    n_nodes: int = 0
    n_made: int = 0

    def bound(self) -> float:
        """Upper bound over waiting nodes and leaves."""
        return max(self.set_aside, -self.waiting[0].rank if self.waiting else -np.inf)

    def is_over(self) -> bool:
        """Whether to end now, in time to recompute the bound of every cut that was made."""
        per_cut = RECOMPUTE * self.scaled.attraction.size
        self.ran_out = self.ran_out or self.bracket.left() < per_cut * len(self.relaxation.points)
        return self.bracket.is_over() or self.ran_out

    def cover(self) -> list[Leaf]:
        """Boxes that cover all plans."""
        return self.leaves + [node.leaf for node in self.waiting]

    def limit(self) -> float:
        """Bound at or below which a box is set aside."""
        value = self.bracket.value
        if not np.isfinite(value):
            return -np.inf
        return value + max(0.999 * self.bracket.options.gap, 0.5 * EXACT) * abs(value)

    def put(self, leaf: Leaf, bound: float) -> None:
        """Set a box aside or let it wait."""
        if bound == -np.inf:
            return
        if bound <= self.limit():
            self.leaves.append(leaf)
            self.set_aside = max(self.set_aside, bound)
        else:
            self.n_made += 1
            heapq.heappush(self.waiting, Node(-bound, self.n_made, leaf))

    def search(self, max_nodes: float = np.inf) -> None:
        """Work on the waiting nodes until the bracket is narrow enough or over."""
        while self.waiting and not self.is_over() and self.n_nodes < max_nodes:
            if -self.waiting[0].rank <= self.limit():
                break
            node = heapq.heappop(self.waiting)
            self.n_nodes += 1
            self.work(node)
            self.bracket.claim(max(self.bound(), self.bracket.value))
            self.bracket.report("tree")

    def work(self, node: Node) -> None:
        """Bound a box; branch where that does not set it aside."""
        if self._few_left(node.leaf):
            return
        leaf, bound, relaxed = self.bounded(node)
        if bound <= self.limit() or self.is_over():
            self.put(leaf, bound)
        else:
            self.branch(leaf if relaxed is None else self.fix(leaf, relaxed), relaxed, bound)

    def bounded(self, node: Node) -> tuple[Leaf, float, Relaxed | None]:
        """Rounds of cuts over a box: the box with its best multipliers, its bound and the last answer."""
        leaf, bound, last = node.leaf, -node.rank, None
        is_root = node.age <= 1
        for _ in range(ROOT_ROUNDS if is_root else ROUNDS):
            relaxed = self.relaxation.solve(leaf.is_open, leaf.is_closed)
            if relaxed is None:
                break
            last = relaxed
            line = self.line(relaxed, leaf)
            if line < bound:
                bound, leaf = line, Leaf(leaf.is_open, leaf.is_closed, relaxed.weights)
            self.round_off(relaxed.level)
            if bound <= self.limit() or self.is_over() or not self.cut(leaf, relaxed, is_root):
                break
            if is_root:
                self.root_bound = bound
                self.bracket.claim(bound)
                self.bracket.report("root")
        return leaf, bound, last

    def line(self, relaxed: Relaxed, leaf: Leaf) -> float:
        """Bound of a box by the multipliers of a program."""
        return relaxed.constant + box_bound(relaxed.slope, leaf.is_open, leaf.is_closed, self.scaled.n_open)

    def _few_left(self, leaf: Leaf) -> bool:
        """Try the gains alone where few sites are left to open; say whether that ended the box."""
        scaled = self.scaled
        n_free = int(np.sum(~leaf.is_open & ~leaf.is_closed))
        left = n_free if scaled.n_open is None else scaled.n_open - int(leaf.is_open.sum())
        if left > FEW and n_free > FEW:
            return False
        chosen = np.flatnonzero(leaf.is_open)
        values, base = scaled.values_with(chosen), scaled.value(chosen)
        plain = Leaf(leaf.is_open, leaf.is_closed, None)
        bound = gains_bound(scaled, plain, values, base)
        if left <= 1:
            self._offer_best(plain, values, base)
        if bound <= self.limit() or left <= 1:
            if bound > -np.inf:
                self.leaves.append(plain)
            self.set_aside = max(self.set_aside, bound)
            return True
        return False

    def _offer_best(self, leaf: Leaf, values: FloatArray, base: float) -> None:
        chosen = np.flatnonzero(leaf.is_open)
        free = np.flatnonzero(~leaf.is_open & ~leaf.is_closed)
        full = self.scaled.n_open is None or len(chosen) == self.scaled.n_open
        if full:
            self.bracket.offer(base, chosen)
        if len(free) and (self.scaled.n_open is None or len(chosen) < self.scaled.n_open):
            best = int(free[np.argmax(values[free])])
            chosen = np.append(chosen, best)
            self.bracket.offer(self.scaled.value(chosen), chosen)

    def round_off(self, level: FloatArray) -> None:
        """Offer the plan that opens the largest levels."""
        if self.scaled.n_open is None:
            chosen = np.flatnonzero(level > 0.5)
        else:
            chosen = np.argsort(-level, kind="stable")[: self.scaled.n_open]
        self.bracket.offer(self.scaled.value(chosen), chosen)

    def cut(self, leaf: Leaf, relaxed: Relaxed, is_root: bool) -> bool:
        """Add the lifted tangents at y that matter; say whether any does."""
        index, tangent = self.relaxation.tangent(relaxed.level, leaf.is_open)
        excess = np.maximum(relaxed.captured - tangent.at(relaxed.level), 0.0)
        total, worth = float(excess.sum()), abs(self.bracket.value)
        room = relaxed.constant + float(relaxed.slope @ relaxed.level) - self.bracket.value
        if total <= max((ROOT_WORTH if is_root else WORTH) * room, 1e-10 * worth):
            return False
        groups = np.flatnonzero(excess > 0.02 * total / len(excess))
        if len(self.relaxation.row_cut) > self.most_rows:
            self.relaxation.purge(relaxed)
        self.relaxation.add(index, tangent, groups)
        return True

    def fix(self, leaf: Leaf, relaxed: Relaxed) -> Leaf:
        """Close and open sites whose other value the line excludes; each excluded box becomes a leaf."""
        is_open, is_closed = leaf.is_open.copy(), leaf.is_closed.copy()
        free = np.flatnonzero(~is_open & ~is_closed)
        for j, is_in in zip(free, self._is_chosen(leaf, relaxed.slope)[free], strict=True):
            other = Leaf(leaf.is_open.copy(), leaf.is_closed.copy(), relaxed.weights)
            (other.is_closed if is_in else other.is_open)[j] = True
            line = self.line(relaxed, other)
            if line <= self.limit():
                self.put(other, line)
                (is_open if is_in else is_closed)[j] = True
        return Leaf(is_open, is_closed, leaf.weights)

    def _is_chosen(self, leaf: Leaf, slope: FloatArray) -> BoolArray:
        """The free sites that the maximum of slope.y over the box opens."""
        free = ~leaf.is_open & ~leaf.is_closed
        if self.scaled.n_open is None:
            return free & (slope > 0.0)
        chosen = np.zeros(len(slope), dtype=bool)
        ranked = np.argsort(np.where(free, -slope, np.inf), kind="stable")
        chosen[ranked[: self.scaled.n_open - int(leaf.is_open.sum())]] = True
        return chosen & free

    def branch(self, leaf: Leaf, relaxed: Relaxed | None, bound: float) -> None:
        """Split the box at the site whose level is nearest to one half."""
        free = np.flatnonzero(~leaf.is_open & ~leaf.is_closed)
        if not len(free):
            self._few_left(leaf)
            return
        level = np.zeros(self.scaled.n_sites) if relaxed is None else relaxed.level
        site = int(free[np.argmin(np.abs(level[free] - 0.5))])
        for opened in (True, False):
            child = Leaf(leaf.is_open.copy(), leaf.is_closed.copy(), leaf.weights)
            (child.is_open if opened else child.is_closed)[site] = True
            lowered = bound
            if relaxed is not None and self.line(relaxed, child) < bound:
                lowered = self.line(relaxed, child)
                child = Leaf(child.is_open, child.is_closed, relaxed.weights)
            self.put(child, lowered)
