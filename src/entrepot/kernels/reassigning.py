"""Ruin and recreate: customers leave their sites, sites close and open, and all are placed anew."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray

NOWHERE = -1
SLACK = 1e-9
"""Share of a capacity by which sums of demands may exceed it through rounding."""
N_NEARBY = 40
"""Customers around a site among which a ruin chooses."""
MOST_TAKEN = 10
"""Customers that are taken from around a site at once."""
FINE = 0.9
"""Share of the moves that only shift and exchange customers."""
BLINK = 0.02
"""Chance that a place for a customer is overlooked."""


class Terrain(NamedTuple):
    """What does not change while plans are searched.

    Attributes
    ----------
    cost : (n_customers, n_sites). fixed_cost, capacity : (n_sites,) >= 0. demand : (n_customers,).
    near : (n_customers, n_near) int32 sites worth trying, best first.
    around : (n_sites, n_around) int32 customers, cheapest first.
    penalty : (n_customers,) of a customer without site.
    most : open sites allowed. over : penalty of each one beyond.
    """

    cost: FloatArray
    fixed_cost: FloatArray
    capacity: FloatArray
    demand: FloatArray
    near: NDArray[np.int32]
    around: NDArray[np.int32]
    penalty: FloatArray
    most: int
    over: float


class Seating(NamedTuple):
    """A plan in the making.

    Attributes
    ----------
    site : (n_customers,) int64, NOWHERE = without. load : (n_sites,). number : (n_sites,) customers.
    log_customer, log_site : (room,) moves made since the last accepted plan. counts : moves in the log,
    open sites, customers without site. random : state of the generator.
    """

    site: IntArray
    load: FloatArray
    number: IntArray
    log_customer: IntArray
    log_site: IntArray
    counts: IntArray
    random: NDArray[np.uint64]


@kernel
def uniform(state: NDArray[np.uint64]) -> float:
    """Next number in [0, 1): xorshift64*, Vigna (2016), ACM TOMS 42, figure 10."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@kernel
def below(state: NDArray[np.uint64], count: int) -> int:
    """Random index below `count`."""
    return min(count - 1, int(uniform(state) * count))


@kernel
def seat(terrain: Terrain, site: IntArray, seed: int) -> Seating:
    """The plan in which customers have these sites."""
    n_customers, n_sites = terrain.cost.shape
    load, number = np.zeros(n_sites), np.zeros(n_sites, np.int64)
    for customer in range(n_customers):
        if site[customer] >= 0:
            load[site[customer]] += terrain.demand[customer]
            number[site[customer]] += 1
    room = 6 * n_customers + 64
    random = np.empty(1, np.uint64)
    random[0] = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x632BE59BD9B4E019)
    counts = np.zeros(3, np.int64)
    counts[1], counts[2] = np.sum(number > 0), np.sum(site < 0)
    return Seating(
        site.copy(), load, number, np.zeros(room, np.int64), np.zeros(room, np.int64), counts, random
    )


@kernel
def total_cost(terrain: Terrain, site: IntArray) -> float:
    """Cost with penalties, summed anew."""
    total = 0.0
    is_open = np.zeros(len(terrain.capacity), np.bool_)
    for customer in range(len(site)):
        if site[customer] < 0:
            total += terrain.penalty[customer]
        else:
            total += terrain.cost[customer, site[customer]]
            is_open[site[customer]] = True
    count = 0
    for j in range(len(is_open)):
        if is_open[j]:
            total += terrain.fixed_cost[j]
            count += 1
    return total + terrain.over * max(0, count - terrain.most)


@kernel
def _move(terrain: Terrain, seating: Seating, customer: int, to: int) -> float:
    """Give a customer another site; the change of cost."""
    old = seating.site[customer]
    delta: float = -terrain.penalty[customer] if old < 0 else -terrain.cost[customer, old]
    delta += terrain.penalty[customer] if to < 0 else terrain.cost[customer, to]
    if old >= 0:
        seating.load[old] -= terrain.demand[customer]
        seating.number[old] -= 1
        if seating.number[old] == 0:
            seating.load[old] = 0.0
            delta -= terrain.fixed_cost[old]
            if seating.counts[1] > terrain.most:
                delta -= terrain.over
            seating.counts[1] -= 1
    else:
        seating.counts[2] -= 1
    if to < 0:
        seating.counts[2] += 1
    else:
        seating.load[to] += terrain.demand[customer]
        seating.number[to] += 1
        if seating.number[to] == 1:
            delta += terrain.fixed_cost[to]
            seating.counts[1] += 1
            if seating.counts[1] > terrain.most:
                delta += terrain.over
    seating.site[customer] = to
    return delta


@kernel
def _do(terrain: Terrain, seating: Seating, customer: int, to: int) -> float:
    """As `_move`, with an entry in the log."""
    at = seating.counts[0]
    seating.log_customer[at], seating.log_site[at] = customer, seating.site[customer]
    seating.counts[0] = at + 1
    return _move(terrain, seating, customer, to)


@kernel
def _undo(terrain: Terrain, seating: Seating) -> None:
    """Take back all moves of the log."""
    for at in range(seating.counts[0] - 1, -1, -1):
        _move(terrain, seating, seating.log_customer[at], seating.log_site[at])
    seating.counts[0] = 0


@kernel
def _empty(terrain: Terrain, seating: Seating, site: int, out: IntArray, count: int) -> tuple[float, int]:
    """Take all customers from a site."""
    delta = 0.0
    if seating.number[site] == 0:
        return delta, count
    for customer in range(len(seating.site)):
        if seating.site[customer] == site:
            delta += _do(terrain, seating, customer, NOWHERE)
            out[count] = customer
            count += 1
    return delta, count


@kernel
def _thin(terrain: Terrain, seating: Seating, site: int, out: IntArray, count: int) -> tuple[float, int]:
    """Take some customers around a site from wherever they are."""
    delta = 0.0
    reach = min(N_NEARBY, terrain.around.shape[1])
    for _ in range(1 + below(seating.random, MOST_TAKEN)):
        customer = terrain.around[site, below(seating.random, reach)]
        if seating.site[customer] != NOWHERE:
            delta += _do(terrain, seating, customer, NOWHERE)
            out[count] = customer
            count += 1
    return delta, count


@kernel
def _attract(terrain: Terrain, seating: Seating, site: int) -> float:
    """Fill a site with the customers around it that gain most, or lose least, by the move."""
    delta = 0.0
    reach = min(N_NEARBY, terrain.around.shape[1])
    gain = np.empty(reach)
    for k in range(reach):
        customer = terrain.around[site, k]
        old = seating.site[customer]
        now = terrain.penalty[customer] if old < 0 else terrain.cost[customer, old]
        if old >= 0 and terrain.capacity[old] > 0.0:  # leaving room elsewhere is worth something
            now += terrain.fixed_cost[old] * terrain.demand[customer] / terrain.capacity[old]
        size = max(terrain.demand[customer], 1e-12)
        gain[k] = (terrain.cost[customer, site] - now) / size * (0.9 + 0.2 * uniform(seating.random))
    floor = -0.3 * uniform(seating.random) * terrain.fixed_cost[site] / max(terrain.capacity[site], 1e-12)
    for k in np.argsort(gain):
        customer = terrain.around[site, k]
        if gain[k] >= floor:
            break
        room = terrain.capacity[site] * (1.0 + SLACK) - seating.load[site]
        if terrain.demand[customer] <= room and seating.site[customer] != site:
            delta += _do(terrain, seating, customer, site)
    return delta


@kernel
def _place(terrain: Terrain, seating: Seating, customer: int, banned: int, weight: float) -> float:
    """Give a customer the cheapest place with room; a closed site counts the share that he would use."""
    best, at = np.inf, NOWHERE
    size = terrain.demand[customer]
    for k in range(terrain.near.shape[1]):
        site = terrain.near[customer, k]
        if site < 0:
            break
        capacity = terrain.capacity[site]
        if site == banned or seating.load[site] + size > capacity * (1.0 + SLACK):
            continue
        price = terrain.cost[customer, site]
        if seating.number[site] == 0:
            share = min(1.0, weight * size / capacity) if capacity > 0.0 else 1.0
            price += terrain.fixed_cost[site] * share
            if seating.counts[1] >= terrain.most:
                price += terrain.over
        if price < best and uniform(seating.random) >= BLINK:
            best, at = price, site
    if at == NOWHERE:
        return 0.0
    return _do(terrain, seating, customer, at)


@kernel
def _recreate(terrain: Terrain, seating: Seating, out: IntArray, count: int, banned: int) -> float:
    """Place the customers that are without site, large ones first or in random order."""
    key = np.empty(count)
    by_size = uniform(seating.random) < 0.7
    for k in range(count):
        key[k] = uniform(seating.random)
        if by_size:
            key[k] = -terrain.demand[out[k]] * (0.7 + 0.6 * key[k])
    weight = 0.3 + 1.7 * uniform(seating.random)
    delta = 0.0
    for k in np.argsort(key):
        if seating.site[out[k]] == NOWHERE:
            delta += _place(terrain, seating, out[k], banned, weight)
    return delta


@kernel
def _pick(seating: Seating) -> int:
    """A random customer, often one without site."""
    n_customers = len(seating.site)
    customer: int = below(seating.random, n_customers)
    if seating.counts[2] > 0 and uniform(seating.random) < 0.5:
        while seating.site[customer] != NOWHERE:
            customer = customer + 1 if customer + 1 < n_customers else 0
    return customer


@kernel
def _ruin(terrain: Terrain, seating: Seating, out: IntArray) -> tuple[float, int, int]:
    """Close a site, open another, or both, or take customers away; (cost, number out, site closed)."""
    random = seating.random
    customer = _pick(seating)
    site = seating.site[customer]
    if site == NOWHERE:
        site = terrain.near[customer, below(random, min(5, terrain.near.shape[1]))]
        if site < 0:
            site = terrain.near[customer, 0]
    kind = uniform(random)
    delta, count, banned = 0.0, 0, NOWHERE
    if seating.site[customer] == NOWHERE:
        out[count] = customer
        count += 1
    if kind < 0.55:  # close
        change, count = _empty(terrain, seating, site, out, count)
        delta += change
        banned = site
    if 0.25 <= kind < 0.75:  # open
        width = 0
        while width < min(16, terrain.near.shape[1]) and terrain.near[customer, width] >= 0:
            width += 1
        new = terrain.near[customer, below(random, width)]
        if new != site and seating.number[new] == 0:
            delta += _attract(terrain, seating, new)
    if kind >= 0.75 or uniform(random) < 0.4:
        change, count = _thin(terrain, seating, site, out, count)
        delta += change
    return delta, count, banned


@kernel
def _exchange(terrain: Terrain, seating: Seating, out: IntArray) -> tuple[float, int]:
    """Shift a customer, swap two, or let one push another out of a full site; inf where nothing fits."""
    random = seating.random
    customer = below(random, len(seating.site))
    old = seating.site[customer]
    to = terrain.near[customer, below(random, terrain.near.shape[1])]
    if old < 0 or to < 0 or to == old or seating.number[to] == 0:
        return np.inf, 0
    size, room = terrain.demand[customer], terrain.capacity[to] * (1.0 + SLACK) - seating.load[to]
    if size <= room and uniform(random) < 0.8:
        return _do(terrain, seating, customer, to), 0
    for _ in range(6):
        other = terrain.around[to, below(random, min(N_NEARBY, terrain.around.shape[1]))]
        if seating.site[other] != to or terrain.demand[other] < size - room:
            continue
        back = terrain.capacity[old] * (1.0 + SLACK) - seating.load[old] + size
        if terrain.demand[other] <= back and uniform(random) < 0.8:
            delta = _do(terrain, seating, customer, NOWHERE)
            delta += _do(terrain, seating, other, old)
            return delta + _do(terrain, seating, customer, to), 0
        delta = _do(terrain, seating, other, NOWHERE)
        delta += _do(terrain, seating, customer, to)
        out[0] = other
        return delta, 1
    return np.inf, 0


@kernel
def anneal(
    terrain: Terrain, start: IntArray, seed: int, steps: int, heat: tuple[float, float]
) -> tuple[IntArray, float]:
    """Best plan met while the temperature falls from heat[0] to heat[1]: (sites, cost with penalties).

    References
    ----------
    Schrimpf, Schneider, Stamm-Wilbrandt, Dueck (2000), Record breaking optimization results using the ruin
    and recreate principle, Journal of Computational Physics 159.
    Christiaens, Vanden Berghe (2020), Slack induction by string removals, Transportation Science 54 (blinks).
    """
    seating = seat(terrain, start, seed)
    out = np.empty(2 * len(start) + 64, np.int64)
    value = total_cost(terrain, start)
    best = value if seating.counts[2] == 0 else np.inf
    best_site = start.copy()
    heat_now = heat[0]
    cooling = (heat[1] / heat[0]) ** (1.0 / max(1, steps))
    for _ in range(steps):
        heat_now *= cooling
        seating.counts[0] = 0
        banned = NOWHERE
        if uniform(seating.random) < FINE:
            delta, count = _exchange(terrain, seating, out)
        else:
            delta, count, banned = _ruin(terrain, seating, out)
        if delta < np.inf and count > 0:
            delta += _recreate(terrain, seating, out, count, banned)
        if delta <= -heat_now * np.log(uniform(seating.random) + 1e-300):
            value += delta
            if seating.counts[2] == 0 and value < best - 1e-9 * abs(value):
                best = value
                best_site[:] = seating.site
        else:
            _undo(terrain, seating)
    if best == np.inf:
        best_site[:] = seating.site
    return best_site, total_cost(terrain, best_site)
