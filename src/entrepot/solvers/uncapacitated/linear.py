"""Exact prices from the linear relaxation over the sites alone, built cut by cut.

    min sum_j fixed_j y_j + sum_i theta_i,    theta_i >= D - sum_j max(0, D - cost_ij) y_j  for every level D.

The level that is violated most has a closed form, and the duals of the cuts average their levels to prices at
which the Lagrangian bound is at least as high as this program's value (max(0, .) is convex). So HiGHS only
suggests prices; what they prove is computed by `evaluate`.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from entrepot.kernels.ascending import CLOSED, OPEN, Arcs, StateArray
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.status import (
    Program,
    Timer,
    Vertex,
    add_rows,
    delete_rows,
    open_program,
    run,
    set_bounds,
    vertex_of,
)
from entrepot.solvers.uncapacitated.relaxation import Relaxation

COVERED = 1.0 - 1e-9
VIOLATED = 1e-6
"""Violation worth a cut, as a fraction of the goal's distance from the bound."""
TAILING = 0.01
"""Rise of the value by one round of cuts, as a fraction of the goal's distance, below which rounds end."""
ROWS_PER_CUSTOMER = 6


@dataclass(slots=True)
class Master:
    """The program, held by HiGHS with its last basis.

    Attributes
    ----------
    arcs : with finite ceilings. first : (n,) cheapest way to serve each customer, the least level.
    customer, level : of each cut, in the order of HiGHS's rows. n_fixed_rows : rows before the cuts.
    open_share : (m,) sites of the last solution.
    """

    highs: Any
    arcs: Arcs
    first: FloatArray
    clock: Timer
    n_fixed_rows: int
    open_share: FloatArray
    customer: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    level: FloatArray = field(default_factory=lambda: np.empty(0))
    n_rounds: int = 0

    def raised(
        self, state: StateArray, price: FloatArray, goal: float, rounds: int
    ) -> tuple[FloatArray, FloatArray]:
        """Prices and shares of the sites where some are open or closed; the given prices where HiGHS stops.

        Returns
        -------
        (n,) prices, (m,) shares in [0, 1].
        """
        phase = "linear relaxation" if self.n_rounds == 0 else ""  # the first one may take long
        set_bounds(self.highs, (state == OPEN).astype(float), (state != CLOSED).astype(float))
        before = -np.inf
        for _ in range(rounds):
            if run(self.highs, self.clock, phase=phase) != "optimal":
                break
            vertex = vertex_of(self.highs)
            self.n_rounds += 1
            price = self._price_of(vertex)
            self.open_share = np.clip(vertex.columns[: len(state)], 0.0, 1.0)
            value, room = vertex.objective, goal - vertex.objective
            if room <= 0.0 or value - before < TAILING * room or self.clock.is_over():
                break
            before = value
            if not self._cut(vertex, max(VIOLATED * room, 1e-9 * abs(goal) / len(price))):
                break
        return price, self.open_share

    def _price_of(self, vertex: Vertex) -> FloatArray:
        weight = np.maximum(vertex.row_duals[self.n_fixed_rows :], 0.0)
        total = np.bincount(self.customer, weight, len(self.first))
        level = np.bincount(self.customer, weight * self.level, len(self.first))
        price: FloatArray = (level + np.maximum(0.0, 1.0 - total) * self.first) / np.maximum(total, 1.0)
        return price

    def _cut(self, vertex: Vertex, tolerance: float) -> bool:
        """Add the most violated level of every customer; whether there was one."""
        m = len(self.open_share)
        level, cost = levels_at(self.arcs, vertex.columns[:m])
        broken = np.flatnonzero(cost > vertex.columns[m:] + tolerance)
        if len(broken) == 0:
            return False
        if len(self.customer) + len(broken) > ROWS_PER_CUSTOMER * len(self.first):
            self._purge(vertex)
        self.add(broken, level[broken])
        return True

    def add(self, customer: IntArray, level: FloatArray) -> None:
        """Add cuts."""
        rows = rows_of(self.arcs, len(self.open_share), customer, level)
        add_rows(self.highs, rows, level, np.full(len(level), np.inf))
        self.customer = np.concatenate([self.customer, customer])
        self.level = np.concatenate([self.level, level])

    def _purge(self, vertex: Vertex) -> None:
        """Drop the cuts that are slack."""
        rows = rows_of(self.arcs, len(self.open_share), self.customer, self.level)
        slack = rows @ vertex.columns - self.level
        loose = (vertex.row_duals[self.n_fixed_rows :] <= 0.0) & (slack > 1e-6 * np.maximum(1.0, self.level))
        delete_rows(self.highs, self.n_fixed_rows + np.flatnonzero(loose))
        self.customer, self.level = self.customer[~loose], self.level[~loose]


def open_master(relaxation: Relaxation, price: FloatArray, room: float, clock: Timer) -> Master:
    """The program of what is left, with the cuts next to the prices.

    Parameters
    ----------
    price : (n,) prices of a bound. room : distance of the goal from that bound, > 0.
    """
    arcs, sites = relaxation.arcs, relaxation.sites
    n, m = len(price), len(sites.fixed)
    arcs = arcs._replace(ceiling=_ceilings(arcs, price, room))
    has_arcs = np.diff(arcs.pointer) > 0
    padded = np.append(arcs.cost, np.inf)
    first = np.minimum(arcs.ceiling, np.where(has_arcs, padded[arcs.pointer[:-1]], np.inf))
    counted = sites.n_open >= 0
    highs = open_program(
        Program(
            np.concatenate([sites.fixed, np.ones(n)]),
            np.concatenate([(sites.state == OPEN).astype(float), first]),
            np.concatenate([(sites.state != CLOSED).astype(float), np.full(n, np.inf)]),
            csr_array(np.concatenate([np.ones(m), np.zeros(n)])[None, :] if counted else (0, m + n)),
            np.full(int(counted), float(sites.n_open)),
            np.full(int(counted), float(sites.n_open)),
            np.zeros(n + m, dtype=bool),
        ),
        presolve="off",
        solver="simplex",
    )
    master = Master(highs, arcs, first, clock, int(counted), np.full(m, 0.5))
    everyone = np.arange(n)
    for level in _levels_around(arcs, np.clip(price, first, arcs.ceiling)):
        useful = np.flatnonzero(level > first)
        master.add(everyone[useful], level[useful])
    return master


def _ceilings(arcs: Arcs, price: FloatArray, room: float) -> FloatArray:
    """Ceilings; where there is none, a price so high that a plan without the customer's arcs is too dear."""
    last = np.append(arcs.cost, 0.0)[np.maximum(arcs.pointer[1:] - 1, arcs.pointer[:-1])]
    last = np.where(np.diff(arcs.pointer) > 0, last, price)
    return np.where(np.isfinite(arcs.ceiling), arcs.ceiling, np.maximum(last, price) + 4.0 * room)


def _levels_around(arcs: Arcs, price: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The breakpoints below and above each price: their cuts imply the one at the price."""
    n = len(price)
    row = np.repeat(np.arange(n), np.diff(arcs.pointer))
    below = np.bincount(row, arcs.cost <= price[row], n).astype(np.int64)
    padded = np.append(arcs.cost, 0.0)
    has_below = below > 0
    low = np.where(has_below, padded[arcs.pointer[:-1] + np.maximum(below - 1, 0)], price)
    has_above = arcs.pointer[:-1] + below < arcs.pointer[1:]
    above = np.where(has_above, padded[np.minimum(arcs.pointer[:-1] + below, len(arcs.cost))], arcs.ceiling)
    return low, np.minimum(above, arcs.ceiling)


def levels_at(arcs: Arcs, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Level of the strongest cut of each customer at shares of the sites, and what it asks of theta.

    A customer is filled from its cheapest sites; the level is the cost at which it is full.

    Returns
    -------
    (n,) levels, (n,) cost of service.

    References
    ----------
    Duran-Mateluna, Ales, Elloumi (2023), An efficient Benders decomposition for the p-median problem.
    """
    n, count = len(arcs.ceiling), np.diff(arcs.pointer)
    row = np.repeat(np.arange(n), count)
    amount = np.maximum(share[arcs.site], 0.0)
    running = np.concatenate([[0.0], np.cumsum(amount)])
    filled = running[1:] - running[arcs.pointer[:-1]][row]
    position = np.bincount(row, filled < COVERED, n).astype(np.int64)
    is_full = position < count
    padded = np.append(arcs.cost, 0.0)
    level = np.where(is_full, padded[np.minimum(arcs.pointer[:-1] + position, len(arcs.cost))], np.inf)
    level = np.minimum(level, arcs.ceiling)
    saving = np.bincount(row, amount * np.maximum(0.0, level[row] - arcs.cost), n)
    return level, level - saving


def rows_of(arcs: Arcs, n_sites: int, customer: IntArray, level: FloatArray) -> csr_array:
    """Rows of the cuts over sites and customers: max(0, level - cost) of the sites, 1 of the customer."""
    count = arcs.pointer[customer + 1] - arcs.pointer[customer]
    cut = np.repeat(np.arange(len(customer)), count)
    start = np.concatenate([[0], np.cumsum(count)])[:-1]
    arc = np.arange(len(cut)) - start[cut] + arcs.pointer[customer][cut]
    saving = level[cut] - arcs.cost[arc]
    pays = saving > 0.0
    entry = np.concatenate([saving[pays], np.ones(len(customer))])
    column = np.concatenate([arcs.site[arc[pays]], n_sites + customer])
    row = np.concatenate([cut[pays], np.arange(len(customer))])
    return csr_array((entry, (row, column)), shape=(len(customer), n_sites + len(arcs.ceiling)))
