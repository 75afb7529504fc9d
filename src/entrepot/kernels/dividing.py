"""Exact division of customers among three sites."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray

NEVER = 1e300
MOST_DIVIDED = 72
"""Customers of three sites up to which they are divided exactly."""
N_NODES = 200_000
"""Partial divisions that are kept at most."""
STEPS = 40
"""Supergradient steps for the prices of the capacities of three sites."""


class Bench(NamedTuple):
    """Working memory.

    Attributes
    ----------
    cost : (3, MOST_DIVIDED). size, customer, order : (MOST_DIVIDED,) of customers. rest : (MOST_DIVIDED + 1,)
    least cost of the customers from each on. room, hold, fixed, charge : (3,) of sites: most grains, grains
    without penalty, fixed cost, price of capacity. seen : (side, side) stamp of the partial division with
    these loads of the first two sites. load : (N_NODES, 3) of partial divisions. worth, parent, who :
    (N_NODES,) their cost, the one before, and who got the last customer. stamp : (1,) last one given.
    """

    cost: FloatArray
    size: IntArray
    customer: IntArray
    order: IntArray
    rest: FloatArray
    room: IntArray
    hold: IntArray
    fixed: FloatArray
    charge: FloatArray
    seen: IntArray
    load: IntArray
    worth: FloatArray
    parent: IntArray
    who: NDArray[np.int8]
    stamp: IntArray


@kernel
def new_bench(side: int) -> Bench:
    """Room for loads below `side` grains."""
    return Bench(
        np.empty((3, MOST_DIVIDED)),
        np.empty(MOST_DIVIDED, np.int64),
        np.empty(MOST_DIVIDED, np.int64),
        np.empty(MOST_DIVIDED, np.int64),
        np.empty(MOST_DIVIDED + 1),
        np.empty(3, np.int64),
        np.empty(3, np.int64),
        np.empty(3),
        np.zeros(3),
        np.full((side, side), -1, np.int64),
        np.empty((N_NODES, 3), np.int64),
        np.empty(N_NODES),
        np.empty(N_NODES, np.int64),
        np.empty(N_NODES, np.int8),
        np.zeros(1, np.int64),
    )


@kernel
def _charge(bench: Bench, count: int, price: float, limit: float) -> float:
    """Price the capacities of the three sites; the highest bound on the cost of a division.

    Notes
    -----
    bound(w) = sum_i min_j (c_ij + w_j d_i) + sum_j min(0, f_j - w_j q_j) with w from 0 to the price beyond
    capacity. A site that the other two cannot do without pays f_j for certain.
    """
    must_pay = _must_pay(bench, count)
    charge, slope, trial = bench.charge, np.zeros(3), np.zeros(3)
    bound, scale = -np.inf, 1.0
    for _ in range(STEPS):
        value = 0.0
        for j in range(3):
            rent = bench.fixed[j] - trial[j] * bench.hold[j]
            pays = rent < 0.0 or must_pay[j]
            slope[j] = -float(bench.hold[j]) if pays else 0.0
            value += rent if pays else 0.0
        for k in range(count):
            least, at = np.inf, 0
            for j in range(3):
                cost = bench.cost[j, k] + trial[j] * bench.size[k]
                if cost < least:
                    least, at = cost, j
            value += least
            slope[at] += bench.size[k]
        if value > bound:
            bound = value
            charge[:] = trial
        else:
            scale *= 0.8
        size = np.sum(slope * slope)
        if bound >= limit or size == 0.0:
            break
        for j in range(3):
            trial[j] = min(price, max(0.0, trial[j] + scale * (limit - value) / size * slope[j]))
    return float(bound)


@kernel
def _sort_out(bench: Bench, count: int) -> None:
    """Order customers by what their second choice costs more, and sum up the least costs from each on."""
    regret = np.empty(count)
    least = np.empty(count)
    for k in range(count):
        first, second = np.inf, np.inf
        for j in range(3):
            cost = bench.cost[j, k] + bench.charge[j] * bench.size[k]
            if cost < first:
                first, second = cost, first
            elif cost < second:
                second = cost
        regret[k], least[k] = first - second, first
    bench.order[:count] = np.argsort(regret, kind="mergesort")
    bench.rest[count] = 0.0
    for at in range(count - 1, -1, -1):
        bench.rest[at] = bench.rest[at + 1] + least[bench.order[at]]


@kernel
def _due(bench: Bench, j: int, load: int, price: float, must_pay: bool) -> float:
    """Least that a site with a load adds to the cost in the end, beside what customers pay."""
    spare = bench.hold[j] - load
    worth = bench.charge[j] * spare if spare > 0 else price * spare
    due: float = bench.fixed[j] - worth
    return due if load > 0 or must_pay else min(0.0, due)


@kernel
def _must_pay(bench: Bench, count: int) -> tuple[bool, bool, bool]:
    """Which sites the other two cannot do without."""
    total, room = bench.size[:count].sum(), bench.room
    return total > room[1] + room[2], total > room[0] + room[2], total > room[0] + room[1]


@kernel
def _extend(
    bench: Bench, at: int, nodes: tuple[int, int], price: float, limit: tuple[float, tuple[bool, bool, bool]]
) -> int:
    """Give the next customer to each site in each partial division; end of the new ones, -1 = too many."""
    low, high = nodes
    k, last, base = bench.order[at], high, bench.stamp[0] - high + 1
    for node in range(low, high):
        for who in range(3):
            load, worth = bench.load[node, who] + bench.size[k], bench.worth[node] + bench.cost[who, k]
            if load > bench.room[who]:
                continue
            due = bench.rest[at + 1]
            for j in range(3):
                due += _due(bench, j, load if j == who else bench.load[node, j], price, limit[1][j])
            if worth + due >= limit[0]:
                continue
            a = load if who == 0 else bench.load[node, 0]
            b = load if who == 1 else bench.load[node, 1]
            new = bench.seen[a, b] - base
            if new < high:  # none of this customer's divisions has these loads yet
                if last == N_NODES:
                    return -1
                new, last = last, last + 1
                bench.seen[a, b] = base + new
                bench.load[new, :] = bench.load[node, :]
                bench.load[new, who] = load
            elif bench.worth[new] <= worth:
                continue
            bench.worth[new], bench.parent[new], bench.who[new] = worth, node, who
    bench.stamp[0] = base + last
    return last


@kernel
def divide(bench: Bench, count: int, price: float, limit: float) -> tuple[float, int]:
    """Cheapest division of the first `count` customers: (cost, its node).

    Notes
    -----
    Where none costs less than the limit the answer is NEVER, or one that does not either.
    Dynamic programming over the loads of two sites: the third holds the rest. A partial division is dropped
    where prices of capacity prove that its completions cost too much. Demand is cut into grains, so that the
    answer is exact where grains are whole units; it is given up where more than N_NODES divisions are kept.

    References
    ----------
    Marsten, Morin (1978), A hybrid approach to discrete mathematical programming, Mathematical Programming
    14 (dynamic programming with bounds).
    """
    if _charge(bench, count, price, limit) >= limit:
        return NEVER, -1
    _sort_out(bench, count)
    must_pay = _must_pay(bench, count)
    bench.load[0, :], bench.worth[0], bench.parent[0] = 0, 0.0, -1
    low, high = 0, 1
    for at in range(count):
        last = _extend(bench, at, (low, high), price, (limit, must_pay))
        if last < 0:
            bench.seen[:, :] = -1
            bench.stamp[0] = 0
        if last <= high:
            return NEVER, -1
        low, high = high, last
    return _cheapest_end(bench, (low, high), price)


@kernel
def _cheapest_end(bench: Bench, nodes: tuple[int, int], price: float) -> tuple[float, int]:
    """The division at which costs, fixed costs and what is beyond capacities are least together."""
    best, at = NEVER, -1
    for node in range(nodes[0], nodes[1]):
        value = bench.worth[node]
        for j in range(3):
            load = bench.load[node, j]
            if load > 0:
                value += bench.fixed[j] + price * max(0, load - bench.hold[j])
        if value < best:
            best, at = value, node
    return best, at
