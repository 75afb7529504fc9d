"""The Lagrangian relaxation of single sourcing: certified bounds, and what using an arc would cost.

The rows that say that each customer is served are priced. What is left falls apart into one 0-1 knapsack
per site and one over the sites, which must hold the demand: a bound at least as tight as the linear one.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.bidding import CLOSED, FREE, OPEN, Climb, Houses, Peak, Reach, climb_bids
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.single_source.prepared import LARGEST_TABLE, Prepared

MARGIN = 1e-11
"""Of the sum of absolute terms: sums of n terms err by less than n * 1.1e-16 of it, n at most 100,000."""
MEMORY = 0.8
StateArray = NDArray[np.int8]
"""(n_sites,) CLOSED, FREE or OPEN."""


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """What prices prove, by plain NumPy, without the constant.

    Attributes
    ----------
    bound : with its margin. toll : (n_arcs,) bound if the arc is used. site_toll : (n_sites,) bound if the
    site is open. shut_toll : (n_sites,) bound if it is closed.
    """

    bound: float
    toll: FloatArray
    site_toll: FloatArray
    shut_toll: FloatArray


def first_prices(prepared: Prepared) -> FloatArray:
    """Prices to start from: the least cost when a site's rent is shared out by demand."""
    share = prepared.fixed_cost / np.maximum(prepared.capacity, 1e-300)
    prices: FloatArray = np.min(prepared.cost + np.outer(prepared.demand, np.minimum(share, 1e150)), axis=1)
    return prices


def climb(
    prepared: Prepared,
    reach: Reach,
    start: tuple[FloatArray, float],
    target: float,
    steps: tuple[int, int, float],
    *,
    state: StateArray | None = None,
) -> Peak:
    """Raise the bound from the given prices; `steps` are count, patience and first step length.

    `state` says which sites are decided, None = none.
    """
    count = -1 if prepared.n_open is None else prepared.n_open
    state = np.full(prepared.n_sites, np.int8(FREE)) if state is None else state
    need = prepared.total * (1.0 - 1e-12)
    houses = Houses(prepared.fixed_cost, prepared.capacity, state, need, count)
    rule = Climb(steps[0], steps[2], steps[1], target, np.inf, MEMORY)
    return climb_bids(reach, prepared.demand, houses, start, rule)


def certify(
    prepared: Prepared, reach: Reach, price: FloatArray, count_price: float, state: StateArray | None = None
) -> Certificate:
    """Bound and tolls that the prices prove on every plan over the arcs of `reach`.

    Parameters
    ----------
    state : (n_sites,) CLOSED, FREE or OPEN: the bound holds for plans that agree; None = all are free.

    Notes
    -----
    Every plan costs at least sum v + k p + min { sum_j (f_j - K_j(v) - k) y_j : sum_j q_j y_j >= D } with
    K_j the largest gain of a load. With arc (i, j) in use K_j is replaced by v_i - c_ij plus the largest gain
    in q_j - d_i, and y_j is 1.
    """
    n_sites = prepared.n_sites
    state = np.full(n_sites, np.int8(FREE)) if state is None else state
    earned, extra = np.zeros(n_sites), np.zeros(len(reach.cost))
    for site in np.flatnonzero(state != CLOSED):
        mine = slice(int(reach.pointer[site]), int(reach.pointer[site + 1]))
        customer = reach.customer[mine]
        gain, size = price[customer] - reach.cost[mine], prepared.demand[customer]
        solve = _tabulated if prepared.is_whole else _continuous
        earned[site], extra[mine] = solve(gain, size, float(prepared.capacity[site]))
    rent = prepared.fixed_cost - earned - count_price
    is_open, is_free = state == OPEN, state == FREE
    need = prepared.total * (1.0 - 1e-12) - math.fsum(prepared.capacity[is_open])
    least, open_extra, shut_extra, bound_of_rents = _choose(prepared.capacity[is_free], need, rent[is_free])
    number = 0 if prepared.n_open is None else prepared.n_open
    base = math.fsum(price) + count_price * number + math.fsum(rent[is_open])
    gross = (
        float(np.sum(np.abs(price)) + np.sum(prepared.fixed_cost) + np.sum(earned))
        + abs(count_price) * n_sites
    )
    base -= MARGIN * gross
    site_toll, shut_toll = np.full(n_sites, np.inf), np.full(n_sites, np.inf)
    site_toll[is_open] = base + least
    site_toll[is_free] = base + np.maximum(least, bound_of_rents + open_extra)
    shut_toll[is_free] = base + np.maximum(least, bound_of_rents + shut_extra)
    shut_toll[state == CLOSED] = base + least
    arc_site = np.repeat(np.arange(n_sites), np.diff(reach.pointer))
    return Certificate(base + least, site_toll[arc_site] + extra, site_toll, shut_toll)


def _tabulated(gain: FloatArray, size: FloatArray, capacity: float) -> tuple[float, FloatArray]:
    """Largest gain by dynamic programming, and how much less there is with each item forced in."""
    room = int(capacity)
    whole = size.astype(np.int64)
    worth = np.zeros(room + 1)
    for g, d in zip(gain[gain > 0.0], whole[gain > 0.0], strict=True):
        if d == 0:
            worth += g
        else:
            np.maximum(worth[d:], worth[:-d] + g, out=worth[d:])
    left = np.maximum(room - whole, 0)
    forced = np.where(
        whole <= room, gain + worth[left], -np.inf
    )  # an item may count twice here: the bound is then weaker, never wrong
    return float(worth[room]), np.maximum(0.0, worth[room] - forced)


def _continuous(gain: FloatArray, size: FloatArray, capacity: float) -> tuple[float, FloatArray]:
    """Largest gain of the continuous knapsack (Dantzig 1957), and how much less with each item forced in."""
    ratio = np.where(size > 0.0, gain / np.maximum(size, 1e-300), np.where(gain > 0.0, np.inf, -np.inf))
    order = np.flatnonzero(gain > 0.0)
    order = order[np.argsort(-ratio[order], kind="stable")]
    held = np.cumsum(size[order])
    stop = int(np.searchsorted(held, capacity * (1.0 + 1e-9), side="right"))
    if stop == len(order):
        return float(np.sum(gain[order])), np.maximum(0.0, -gain)
    price = float(ratio[order[stop]])
    full = gain - price * size
    worth = price * capacity * (1.0 + 1e-9) + float(np.sum(np.maximum(full, 0.0)))
    return worth, np.maximum(0.0, -full)


def _choose(
    capacity: FloatArray, need: float, rent: FloatArray
) -> tuple[float, FloatArray, FloatArray, float]:
    """Least rent of whole sites that hold the need; what opening or closing each adds to the continuous."""
    spare = math.fsum(capacity) - need
    if spare < 0.0:
        return np.inf, np.zeros(len(rent)), np.zeros(len(rent)), np.inf
    worth = np.maximum(rent, 0.0)  # of leaving a site closed
    saved, shut = _continuous(worth, capacity, spare)
    price = _price(worth, capacity, spare)
    full = rent - price * capacity
    bound = math.fsum(rent) - saved
    least = bound
    if np.all(capacity == np.rint(capacity)) and spare <= LARGEST_TABLE:
        on = rent > 0.0
        least = max(bound, math.fsum(rent) - _tabulated(rent[on], capacity[on], math.floor(spare + 1e-6))[0])
    return least, np.maximum(0.0, full), np.maximum(shut, np.maximum(0.0, -full)), bound


def _price(worth: FloatArray, size: FloatArray, capacity: float) -> float:
    order = np.flatnonzero(worth > 0.0)
    ratio = worth / np.maximum(size, 1e-300)
    order = order[np.argsort(-ratio[order], kind="stable")]
    stop = int(np.searchsorted(np.cumsum(size[order]), capacity * (1.0 + 1e-9), side="right"))
    return float(ratio[order[stop]]) if stop < len(order) else 0.0


def kept(reach: Reach, keep: IntArray) -> Reach:
    """The arcs of ascending indices `keep` alone."""
    pointer = np.searchsorted(keep, reach.pointer).astype(np.int64)
    return Reach(pointer, reach.customer[keep], reach.cost[keep])
