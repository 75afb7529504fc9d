"""Prices of customers that raise the Lagrangian bound of facility location over lists of arcs.

The rows "each customer is served once" are relaxed with prices. What is left splits by site:

    L(price) = sum_i price_i + min over the allowed sets S of sum_{j in S} rho_j,
    rho_j = fixed_j - sum_i max(0, price_i - cost_ij).

No price exceeds the customer's ceiling, below which the list of arcs is complete.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
StateArray = NDArray[np.int8]

FREE, OPEN, CLOSED = 0, 1, -1
PROGRESS = 1e-7
"""Relative rise of the bound that counts as progress."""


OVERSHOT = 4.0
"""Distance from the goal, in distances of the best bound, at which a step is taken back."""


class Arcs(NamedTuple):
    """Arcs of each customer, ascending by cost: pointer (n + 1,), site int32, cost; ceiling (n,)."""

    pointer: IntArray
    site: NDArray[np.int32]
    cost: FloatArray
    ceiling: FloatArray


class Sites(NamedTuple):
    """fixed (m,) cost; state (m,) int8 free, open or closed; n_open = how many must be open, -1 = any."""

    fixed: FloatArray
    state: StateArray
    n_open: int


class Pace(NamedTuple):
    """How to climb.

    goal : bound worth reaching. iterations : at most. memory : weight of the newest subgradient in the
    direction. step : fraction of the way to the goal. patience : iterations without progress before the
    step is multiplied by `shrink`. least_step : where to give up.
    """

    goal: float
    iterations: int
    memory: float
    step: float
    patience: int
    shrink: float
    least_step: float


class Track(NamedTuple):
    """Where a climb stands; changed in place, so that the next climb goes on from it.

    price : (n,) current. best : (n,) price of the best bound. way : (n,) direction, smoothed subgradients.
    share : (m,) smoothed selection of the sites: an estimate of the relaxation's primal solution.
    bound : (2,) at `best`, not certified, -inf = not known yet; and iterations since it rose.
    """

    price: FloatArray
    best: FloatArray
    way: FloatArray
    share: FloatArray
    bound: FloatArray


@kernel
def reduced_costs(arcs: Arcs, fixed: FloatArray, price: FloatArray, rho: FloatArray) -> None:
    """Write rho."""
    rho[:] = fixed
    for i in range(len(price)):
        top = price[i]
        for a in range(arcs.pointer[i], arcs.pointer[i + 1]):
            gap = top - arcs.cost[a]
            if gap <= 0.0:
                break
            rho[arcs.site[a]] -= gap


@kernel
def choose(sites: Sites, rho: FloatArray, is_on: StateArray) -> float:
    """Write the cheapest allowed set of sites and return its cost."""
    total: float = 0.0
    left, n_free = sites.n_open, 0
    for j in range(len(rho)):
        is_on[j] = 0
        if sites.state[j] == OPEN:
            is_on[j] = 1
            total += rho[j]
            left -= 1
        elif sites.state[j] == FREE:
            n_free += 1
    if sites.n_open < 0:
        for j in range(len(rho)):
            if sites.state[j] == FREE and rho[j] < 0.0:
                is_on[j] = 1
                total += rho[j]
        return total
    if left < 0 or left > n_free:
        return np.inf
    if left > 0:
        total += _cheapest(sites, rho, is_on, left)
    return total


@kernel
def _cheapest(sites: Sites, rho: FloatArray, is_on: StateArray, left: int) -> float:
    free = np.empty(len(rho))
    n_free = 0
    total: float = 0.0
    for j in range(len(rho)):
        if sites.state[j] == FREE:
            free[n_free] = rho[j]
            n_free += 1
    last = float(np.partition(free[:n_free], left - 1)[left - 1])
    for j in range(len(rho)):
        if sites.state[j] == FREE and rho[j] < last:
            is_on[j] = 1
            total += rho[j]
            left -= 1
    for j in range(len(rho)):
        if left > 0 and sites.state[j] == FREE and rho[j] == last:
            is_on[j] = 1
            total += last
            left -= 1
    return total


@kernel
def uncovered(arcs: Arcs, price: FloatArray, is_on: StateArray, shortage: FloatArray) -> None:
    """Write one minus how often each customer is served: the subgradient."""
    for i in range(len(price)):
        top, missing = price[i], 1.0
        for a in range(arcs.pointer[i], arcs.pointer[i + 1]):
            if arcs.cost[a] >= top:
                break
            if is_on[arcs.site[a]] == 1:
                missing -= 1.0
        shortage[i] = missing


@kernel
def _floor_of(arcs: Arcs, i: int) -> float:
    if arcs.pointer[i] == arcs.pointer[i + 1]:
        return float(arcs.ceiling[i])
    return float(min(arcs.cost[arcs.pointer[i]], arcs.ceiling[i]))


@kernel
def _turn(arcs: Arcs, price: FloatArray, shortage: FloatArray, way: FloatArray, memory: float) -> float:
    """Turn the direction towards the subgradient; return the square of what the box leaves of it."""
    square = 0.0
    for i in range(len(price)):
        way[i] = memory * shortage[i] + (1.0 - memory) * way[i]
        is_stuck = (way[i] < 0.0 and price[i] <= _floor_of(arcs, i)) or (
            way[i] > 0.0 and price[i] >= arcs.ceiling[i]
        )
        if not is_stuck:
            square += way[i] * way[i]
    return square


@kernel
def _walk(arcs: Arcs, price: FloatArray, way: FloatArray, length: float) -> None:
    for i in range(len(price)):
        price[i] = min(max(price[i] + length * way[i], _floor_of(arcs, i)), arcs.ceiling[i])


@kernel
def judge(sites: Sites, track: Track, rho: FloatArray, is_on: StateArray) -> float:
    """Write the chosen sites and return the bound at the price; the track keeps it if it is the best."""
    bound = choose(sites, rho, is_on) + np.sum(track.price)
    best = track.bound[0]
    has_risen = best == -np.inf or bound > best + PROGRESS * abs(best)
    track.bound[1] = 0.0 if has_risen else track.bound[1] + 1.0
    if bound > best:
        track.best[:] = track.price
        track.bound[0] = bound
    return float(bound)


@kernel
def advance(
    arcs: Arcs, track: Track, pace: Pace, bound: float, found: tuple[StateArray, FloatArray]
) -> tuple[float, bool]:
    """Move the price along the smoothed subgradients.

    Parameters
    ----------
    pace : its step and memory are those of this move. bound : at the price.
    found : (m,) chosen sites, (n,) subgradient.

    Returns
    -------
    Step from now on; whether there was a direction to go.
    """
    is_on, shortage = found
    price, way, share, step = track.price, track.way, track.share, pace.step
    for j in range(len(share)):
        share[j] = pace.memory * is_on[j] + (1.0 - pace.memory) * share[j]
    if track.bound[1] >= pace.patience or pace.goal - bound > OVERSHOT * (pace.goal - track.bound[0]):
        step, track.bound[1] = pace.shrink * step, 0.0
        price[:] = track.best
    square = _turn(arcs, price, shortage, way, pace.memory)
    if square < 1e-12:
        square = _turn(arcs, price, shortage, way, 1.0)
        if square < 1e-12:
            return step, False
    _walk(arcs, price, way, step * (pace.goal - bound) / square)
    return step, True


@kernel
def begin_climb(arcs: Arcs, track: Track, pace: Pace) -> Pace:
    """Put the price into its box; the pace of the first move, which has no direction to remember at first."""
    _walk(arcs, track.price, track.way, 0.0)
    memory = pace.memory if np.any(track.way != 0.0) else 1.0
    return with_pace(pace, pace.step, memory)


@kernel
def with_pace(pace: Pace, step: float, memory: float) -> Pace:
    """The same pace with another step and memory."""
    return Pace(pace.goal, pace.iterations, memory, step, pace.patience, pace.shrink, pace.least_step)


@kernel
def ascend(arcs: Arcs, sites: Sites, track: Track, pace: Pace) -> tuple[float, int]:
    """Climb by deflected subgradients with Polyak steps towards the goal.

    Returns
    -------
    Step at the end, iterations done.

    References
    ----------
    Barahona, Anbil (2000), The volume algorithm; Camerini, Fratta, Maffioli (1975), deflection.
    """
    n, m = len(track.price), len(track.share)
    shortage, rho, is_on = np.empty(n), np.empty(m), np.zeros(m, np.int8)
    now, iteration, goes_on = begin_climb(arcs, track, pace), 0, True
    while goes_on and iteration < pace.iterations and now.step > pace.least_step:
        iteration += 1
        reduced_costs(arcs, sites.fixed, track.price, rho)
        bound = judge(sites, track, rho, is_on)
        if track.bound[0] >= pace.goal:
            break
        uncovered(arcs, track.price, is_on, shortage)
        step, goes_on = advance(arcs, track, now, bound, (is_on, shortage))
        now = with_pace(pace, step, pace.memory)
    return now.step, iteration


@kernel
def narrowed(arcs: Arcs, state: StateArray, limit: FloatArray) -> Arcs:
    """The arcs to free sites below the customer's cheapest open site and below its limit.

    An open site takes its customers without a price beyond its cost, so that cost becomes the ceiling.
    """
    n = len(arcs.ceiling)
    pointer, ceiling = np.zeros(n + 1, np.int64), arcs.ceiling.copy()
    site, cost = np.empty(len(arcs.site), np.int32), np.empty(len(arcs.site))
    count = 0
    for i in range(n):
        for a in range(arcs.pointer[i], arcs.pointer[i + 1]):
            if arcs.cost[a] >= ceiling[i] or arcs.cost[a] > limit[i]:
                break
            if state[arcs.site[a]] == OPEN:
                ceiling[i] = arcs.cost[a]
                break
            if state[arcs.site[a]] == FREE:
                site[count], cost[count] = arcs.site[a], arcs.cost[a]
                count += 1
        pointer[i + 1] = count
    return Arcs(pointer, site[:count].copy(), cost[:count].copy(), ceiling)
