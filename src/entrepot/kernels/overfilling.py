"""Annealing over assignments in which a site may hold too much, at a price that rises."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray
from entrepot.kernels.reassigning import below, uniform

NOWHERE = -1
COOLING = 64
"""Steps between two changes of temperature and price."""
SHIFTS = 0.4
"""Share of the fine moves that shift one customer; the others exchange two."""


class Ground(NamedTuple):
    """What does not change while plans are searched.

    Attributes
    ----------
    cost : (n_customers, n_sites). fixed_cost, capacity : (n_sites,) >= 0. demand : (n_customers,).
    near : (n_customers, n_near) int32 sites worth trying, best first, -1 = none left.
    around : (n_sites, n_around) int32 customers, cheapest first. rent : usual cost of a unit of capacity.
    most : open sites allowed. over : penalty of each one beyond.
    """

    cost: FloatArray
    fixed_cost: FloatArray
    capacity: FloatArray
    demand: FloatArray
    near: NDArray[np.int32]
    around: NDArray[np.int32]
    rent: float
    most: int
    over: float


class Crowd(NamedTuple):
    """A plan in the making: everybody has a site, which may hold too much.

    Attributes
    ----------
    site : (n_customers,) int64. place : (n_customers,) position among the site's members.
    member : (n_sites, n_customers) int32. load : (n_sites,). number : (n_sites,) members.
    mark : (n_sites,) the same for the same members.
    log_customer, log_site : (room,) moves that can be taken back. counts : moves in the log, open sites,
    sites that hold too much. sums : cost, and amount beyond capacities. random : state of the generator.
    """

    site: IntArray
    place: IntArray
    member: NDArray[np.int32]
    load: FloatArray
    number: IntArray
    mark: NDArray[np.uint64]
    log_customer: IntArray
    log_site: IntArray
    counts: IntArray
    sums: FloatArray
    random: NDArray[np.uint64]


class Walk(NamedTuple):
    """How to anneal.

    Attributes
    ----------
    steps : moves tried. heat : first and last temperature. price : first and last price of a unit beyond
    capacity. fine : share of the moves that only shift and exchange customers.
    """

    steps: int
    heat: tuple[float, float]
    price: tuple[float, float]
    fine: float


@kernel
def scrambled(number: int) -> np.uint64:
    """Bits without order of a number, 64 of them.

    References
    ----------
    Steele, Lea, Flood (2014), Fast splittable pseudorandom number generators, OOPSLA (SplitMix64).
    """
    z = (np.uint64(number) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@kernel
def gather(ground: Ground, site: IntArray, seed: int) -> Crowd:
    """The plan in which customers have these sites."""
    n_customers, n_sites = ground.cost.shape
    room = 6 * n_customers + 64
    random = np.empty(1, np.uint64)
    random[0] = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x632BE59BD9B4E019)
    crowd = Crowd(
        site.copy(),
        np.zeros(n_customers, np.int64),
        np.zeros((n_sites, n_customers), np.int32),
        np.zeros(n_sites),
        np.zeros(n_sites, np.int64),
        np.zeros(n_sites, np.uint64),
        np.zeros(room, np.int64),
        np.zeros(room, np.int64),
        np.zeros(3, np.int64),
        np.zeros(2),
        random,
    )
    for customer in range(n_customers):
        _enter(ground, crowd, customer, site[customer])
    return crowd


@kernel
def _enter(ground: Ground, crowd: Crowd, customer: int, to: int) -> None:
    """Add a customer to a site."""
    crowd.site[customer] = to
    crowd.member[to, crowd.number[to]] = customer
    crowd.place[customer] = crowd.number[to]
    crowd.number[to] += 1
    crowd.mark[to] ^= scrambled(customer)
    crowd.sums[0] += ground.cost[customer, to]
    if crowd.number[to] == 1:
        crowd.sums[0] += ground.fixed_cost[to]
        crowd.counts[1] += 1
        if crowd.counts[1] > ground.most:
            crowd.sums[0] += ground.over
    before = crowd.load[to] - ground.capacity[to]
    after = before + ground.demand[customer]
    crowd.load[to] += ground.demand[customer]
    if after > 0.0:
        crowd.sums[1] += after - max(0.0, before)
        if before <= 0.0:
            crowd.counts[2] += 1


@kernel
def move(ground: Ground, crowd: Crowd, customer: int, to: int) -> None:
    """Give a customer another site."""
    old, last = crowd.site[customer], crowd.number[crowd.site[customer]] - 1
    crowd.sums[0] -= ground.cost[customer, old]
    moved = crowd.member[old, last]
    crowd.member[old, crowd.place[customer]] = moved
    crowd.place[moved] = crowd.place[customer]
    crowd.number[old] = last
    crowd.mark[old] ^= scrambled(customer)
    before = crowd.load[old] - ground.capacity[old]
    crowd.load[old] -= ground.demand[customer]
    if last == 0:
        crowd.load[old] = 0.0
        crowd.sums[0] -= ground.fixed_cost[old]
        if crowd.counts[1] > ground.most:
            crowd.sums[0] -= ground.over
        crowd.counts[1] -= 1
    if before > 0.0:
        after = crowd.load[old] - ground.capacity[old]
        crowd.sums[1] -= before - max(0.0, after)
        if after <= 0.0:
            crowd.counts[2] -= 1
    _enter(ground, crowd, customer, to)


@kernel
def _do(ground: Ground, crowd: Crowd, customer: int, to: int) -> None:
    """As `move`, with an entry in the log."""
    at = crowd.counts[0]
    crowd.log_customer[at], crowd.log_site[at] = customer, crowd.site[customer]
    crowd.counts[0] = at + 1
    move(ground, crowd, customer, to)


@kernel
def _undo(ground: Ground, crowd: Crowd) -> None:
    """Take back all moves of the log."""
    for at in range(crowd.counts[0] - 1, -1, -1):
        move(ground, crowd, crowd.log_customer[at], crowd.log_site[at])
    crowd.counts[0] = 0


@kernel
def _beyond(ground: Ground, crowd: Crowd, site: int, amount: float) -> float:
    """Change of what a site holds beyond its capacity when its load grows by an amount."""
    spare = ground.capacity[site] - crowd.load[site]
    change: float = max(0.0, amount - spare) - max(0.0, -spare)
    return change


@kernel
def _exchange(ground: Ground, crowd: Crowd, pool: IntArray, price: float, limit: float) -> bool:
    """Shift a customer of the pool, or exchange him with another, if that costs at most the limit."""
    random = crowd.random
    customer = pool[below(random, len(pool))]
    draw = uniform(random)
    to, old = ground.near[customer, int(ground.near.shape[1] * draw * draw)], crowd.site[customer]
    if to < 0 or to == old:
        return False
    size, number = ground.demand[customer], crowd.number[to]
    delta: float = ground.cost[customer, to] - ground.cost[customer, old]
    if number == 0 or uniform(random) < SHIFTS:
        delta += price * (_beyond(ground, crowd, to, size) + _beyond(ground, crowd, old, -size))
        if number == 0:
            delta += ground.fixed_cost[to]
            if crowd.counts[1] >= ground.most and crowd.number[old] > 1:
                delta += ground.over
        if crowd.number[old] == 1:
            delta -= ground.fixed_cost[old]
        if delta > limit:
            return False
        move(ground, crowd, customer, to)
        return True
    other = crowd.member[to, below(random, number)]
    more = size - ground.demand[other]
    delta += ground.cost[other, old] - ground.cost[other, to]
    delta += price * (_beyond(ground, crowd, to, more) + _beyond(ground, crowd, old, -more))
    if delta > limit:
        return False
    move(ground, crowd, customer, to)
    move(ground, crowd, other, old)
    return True


@kernel
def _empty(ground: Ground, crowd: Crowd, site: int, price: float) -> bool:
    """Close a site: its customers go where they cost least; False where one has no other site."""
    while crowd.number[site] > 0:
        customer = crowd.member[site, below(crowd.random, crowd.number[site])]
        best, at = np.inf, NOWHERE
        for k in range(ground.near.shape[1]):
            to = ground.near[customer, k]
            if to < 0:
                break
            if to == site or crowd.number[to] == 0:
                continue
            cost = ground.cost[customer, to] + price * _beyond(ground, crowd, to, ground.demand[customer])
            if cost < best:
                best, at = cost, to
        if at == NOWHERE:
            return False
        _do(ground, crowd, customer, at)
    return True


@kernel
def _attract(ground: Ground, crowd: Crowd, site: int, price: float) -> None:
    """Fill a site with the customers around it that gain most by the move, at a random rent."""
    reach = ground.around.shape[1]
    loss = np.empty(reach)
    rent = 2.0 * uniform(crowd.random) * ground.rent
    for k in range(reach):
        customer = ground.around[site, k]
        old, size = crowd.site[customer], ground.demand[customer]
        relief = price * _beyond(ground, crowd, old, -size)
        change = ground.cost[customer, site] - ground.cost[customer, old] + relief - rent * size
        loss[k] = change / max(size, 1e-12) * (0.9 + 0.2 * uniform(crowd.random))
    for k in np.argsort(loss):
        if loss[k] >= 0.0:
            break
        customer = ground.around[site, k]
        fits = ground.demand[customer] <= ground.capacity[site] - crowd.load[site]
        if fits and crowd.site[customer] != site and crowd.number[crowd.site[customer]] > 1:
            _do(ground, crowd, customer, site)


@kernel
def _closed_near(ground: Ground, crowd: Crowd, customer: int) -> int:
    """A random closed site near a customer, NOWHERE after some misses."""
    for _ in range(4):
        site = ground.near[customer, below(crowd.random, ground.near.shape[1])]
        if site >= 0 and crowd.number[site] == 0:
            return int(site)
    return NOWHERE


@kernel
def _rebuild(ground: Ground, crowd: Crowd, pool: IntArray, price: float) -> bool:
    """Close a site, open another, replace one by another, or open one and close one beside it."""
    random = crowd.random
    customer = pool[below(random, len(pool))]
    site, kind = crowd.site[customer], uniform(random)
    if kind < 0.15:
        return _empty(ground, crowd, site, price)
    new = _closed_near(ground, crowd, customer)
    if new == NOWHERE:
        return False
    if 0.3 <= kind < 0.65:
        while crowd.number[site] > 0:
            _do(ground, crowd, crowd.member[site, 0], new)
        return True
    _attract(ground, crowd, new, price)
    if kind < 0.3 or crowd.number[new] == 0:
        return bool(crowd.number[new] > 0)
    if uniform(random) < 0.5:
        site = crowd.site[ground.around[new, below(random, min(20, ground.around.shape[1]))]]
    return bool(site != new) and _empty(ground, crowd, site, price)


@kernel
def stroll(
    ground: Ground, crowd: Crowd, pool: IntArray, walk: Walk, best: float, best_site: IntArray
) -> float:
    """Anneal around the customers of the pool; the best plan and its value, at the last price."""
    heat, price = walk.heat[0], walk.price[0]
    turns = max(1, walk.steps // COOLING)
    cooling = (walk.heat[1] / walk.heat[0]) ** (1.0 / turns)
    growth = (walk.price[1] / walk.price[0]) ** (1.0 / turns)
    for step in range(walk.steps):
        if step % COOLING == COOLING - 1:
            heat *= cooling
            price *= growth
        limit = -heat * np.log(uniform(crowd.random) + 1e-300)
        if uniform(crowd.random) < walk.fine:
            changed = _exchange(ground, crowd, pool, price, limit)
        else:
            crowd.counts[0] = 0
            cost, beyond = crowd.sums[0], crowd.sums[1]
            changed = _rebuild(ground, crowd, pool, price)
            changed = changed and crowd.sums[0] - cost + price * (crowd.sums[1] - beyond) <= limit
            if not changed:
                _undo(ground, crowd)
        if changed:
            value = crowd.sums[0]
            if crowd.counts[2] > 0:
                value += walk.price[1] * crowd.sums[1]
            if best == np.inf or value < best - 1e-9 * abs(best):
                best = value
                best_site[:] = crowd.site
    return best


@kernel
def anneal_overfull(ground: Ground, start: IntArray, seed: int, walk: Walk) -> tuple[IntArray, float]:
    """Best plan met, and its cost with what is beyond capacities at the last price.

    References
    ----------
    Kirkpatrick, Gelatt, Vecchi (1983), Optimization by simulated annealing, Science 220.
    Yagiura, Ibaraki, Glover (2004), An ejection chain approach for the generalized assignment problem,
    INFORMS Journal on Computing 16, section 3 (infeasible plans at an adapted price).
    """
    crowd = gather(ground, start, seed)
    best_site = start.copy()
    best = stroll(ground, crowd, np.arange(len(start)), walk, np.inf, best_site)
    return best_site, best
