"""Plans that no exact division of customers among three sites improves, and walks between them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.dividing import MOST_DIVIDED, Bench, divide, new_bench
from entrepot.kernels.network import IntArray
from entrepot.kernels.overfilling import Crowd, Ground, Walk, gather, move, scrambled, stroll
from entrepot.kernels.reassigning import below, uniform

HOPELESS = 0.006
"""Share by which a plan may be worse after a walk and still be improved by divisions."""
GRAFTS = 0.5
"""Share of the walks that begin with a piece of another plan, where there are others."""
LEAST_GRAFTED, MOST_GRAFTED = 20, 80
"""Customers of such a piece."""


class Trios(NamedTuple):
    """Which sites share their customers anew, and in what grain.

    Attributes
    ----------
    beside : (n_sites, n_beside) int32 sites, nearest first. may_open : (n_sites,) closed ones worth trying.
    n_open, n_closed : how many beside a site are tried. size : (n_customers,) int64 demand in grains, up.
    hold : (n_sites,) int64 capacity in grains, down. grain : amount. extra : grains beyond capacity at most.
    price : of a unit beyond. settled : (room,) divisions among three sites that nothing improves, each by its
    key at the remainder of the key: a newer one takes the place.
    """

    beside: NDArray[np.int32]
    may_open: NDArray[np.bool_]
    n_open: int
    n_closed: int
    size: IntArray
    hold: IntArray
    grain: float
    extra: int
    price: float
    settled: NDArray[np.uint64]


class Rounds(NamedTuple):
    """Rounds of walks and divisions.

    Attributes
    ----------
    number : of rounds. customers : of a walk, least and most. steps : of a walk, per customer.
    heat : highest and lowest of the first temperatures. patience : temperature at which a worse plan is kept.
    donors : (n_donors, n_customers) sites of the plans from which pieces are taken.
    """

    number: int
    customers: tuple[int, int]
    steps: int
    heat: tuple[float, float]
    patience: float
    donors: IntArray


@kernel
def _lay_out(
    ground: Ground, crowd: Crowd, trios: Trios, sites: tuple[int, int, int], bench: Bench
) -> tuple[int, float]:
    """Enter three sites and their customers; their number and cost.

    The number is -1 where there is no room, or where a load would not show who is served.
    """
    count, now, total = 0, 0.0, 0
    for k in range(3):
        site = sites[k]
        bench.hold[k], bench.fixed[k] = trios.hold[site], ground.fixed_cost[site]
        if count + crowd.number[site] > MOST_DIVIDED:
            return -1, 0.0
        if crowd.number[site] > 0:
            now += ground.fixed_cost[site]
            now += trios.price * max(0.0, crowd.load[site] - ground.capacity[site])
        for at in range(crowd.number[site]):
            customer = crowd.member[site, at]
            if trios.size[customer] == 0:
                return -1, 0.0
            bench.customer[count], bench.size[count] = customer, trios.size[customer]
            now += ground.cost[customer, site]
            total += trios.size[customer]
            count += 1
    for k in range(3):
        bench.room[k] = min(total, bench.hold[k] + trios.extra)
        for at in range(count):
            bench.cost[k, at] = ground.cost[bench.customer[at], sites[k]]
    side = len(bench.seen)
    return (count if bench.room[0] < side and bench.room[1] < side else -1), now


@kernel
def _key(crowd: Crowd, sites: tuple[int, int, int]) -> np.uint64:
    """The same, in all likelihood only then, for the same three sites with the same customers."""
    key = np.uint64(0)
    for site in sites:
        key += scrambled(crowd.mark[site] ^ scrambled(site))
    return key


@kernel
def redivide(ground: Ground, crowd: Crowd, trios: Trios, sites: tuple[int, int, int], bench: Bench) -> float:
    """Divide the customers of three sites anew; what that saves."""
    x, y, z = sites
    if trios.hold[x] > trios.hold[z]:  # the largest holds the rest: the table is over the other two
        x, z = z, x
    if trios.hold[y] > trios.hold[z]:
        y, z = z, y
    order = (x, y, z)
    key = _key(crowd, sites)
    place = np.int64(key % np.uint64(len(trios.settled)))
    if trios.settled[place] == key:
        return 0.0
    count, now = _lay_out(ground, crowd, trios, order, bench)
    most = now - 1e-9 * max(abs(now), 1.0)
    value, node = np.inf, -1
    if count > 0:
        value, node = divide(bench, count, trios.price * trios.grain, most)
    if value >= most:
        trios.settled[place] = key
        return 0.0
    for at in range(count - 1, -1, -1):
        customer = bench.customer[bench.order[at]]
        if crowd.site[customer] != order[bench.who[node]]:
            move(ground, crowd, customer, order[bench.who[node]])
        node = bench.parent[node]
    return float(now - value)


@kernel
def _beside(crowd: Crowd, trios: Trios, site: int, around: IntArray) -> tuple[int, int]:
    """Enter open sites beside a site, then closed ones; their numbers."""
    n_open, n_closed = 0, 0
    for k in range(trios.beside.shape[1]):
        other = trios.beside[site, k]
        if other == site:
            continue
        if crowd.number[other] > 0:
            if n_open < trios.n_open:
                around[n_open] = other
                n_open += 1
        elif n_closed < trios.n_closed and trios.may_open[other]:
            around[trios.n_open + n_closed] = other
            n_closed += 1
    return n_open, n_closed


@kernel
def descend(ground: Ground, crowd: Crowd, trios: Trios, stale: NDArray[np.bool_], bench: Bench) -> None:
    """Divide around stale sites until no division of a site and two beside it saves anything."""
    around = np.empty(trios.n_open + trios.n_closed, np.int64)
    again = True
    while again:
        again = False
        for site in range(len(stale)):
            is_due = stale[site] and crowd.number[site] > 0
            stale[site] = False
            if not is_due:
                continue
            again = True
            n_open, n_closed = _beside(crowd, trios, site, around)
            count = n_open + n_closed
            around[n_open:count] = around[trios.n_open : trios.n_open + n_closed]
            for p in range(count):
                for q in range(p):
                    sites = (site, around[p], around[q])
                    if crowd.number[site] > 0 and redivide(ground, crowd, trios, sites, bench) > 0.0:
                        stale[site], stale[around[p]], stale[around[q]] = True, True, True


@kernel
def _take(ground: Ground, crowd: Crowd, site: IntArray) -> None:
    for customer in range(len(site)):
        if crowd.site[customer] != site[customer]:
            move(ground, crowd, customer, site[customer])


@kernel
def _graft(ground: Ground, crowd: Crowd, donors: IntArray, customer: int) -> IntArray:
    """Let customers around a site have the sites of another plan; those customers."""
    donor = donors[below(crowd.random, len(donors))]
    width = LEAST_GRAFTED + below(crowd.random, MOST_GRAFTED - LEAST_GRAFTED + 1)
    pool = ground.around[donor[customer], : min(width, ground.around.shape[1])].astype(np.int64)
    for one in pool:
        if crowd.site[one] != donor[one]:
            move(ground, crowd, one, donor[one])
    return pool


@kernel
def _pool(ground: Ground, crowd: Crowd, rounds: Rounds, customer: int) -> IntArray:
    """Some of the customers around a customer's site, or around the site that suits him best."""
    site = crowd.site[customer]
    if ground.near[customer, 0] >= 0 and uniform(crowd.random) < 0.5:
        site = ground.near[customer, 0]
    least, most = rounds.customers
    width = min(least + below(crowd.random, most - least + 1), ground.around.shape[1])
    return ground.around[site, :width].astype(np.int64)


@kernel
def _wander(ground: Ground, crowd: Crowd, price: float, rounds: Rounds, trial: IntArray) -> float:
    """Anneal around a random customer, half of the time from a piece of another plan; the best cost."""
    customer = below(crowd.random, len(trial))
    if len(rounds.donors) > 0 and uniform(crowd.random) < GRAFTS:
        pool = _graft(ground, crowd, rounds.donors, customer)
    else:
        pool = _pool(ground, crowd, rounds, customer)
    trial[:] = crowd.site
    heat = rounds.heat[0] * (rounds.heat[1] / rounds.heat[0]) ** uniform(crowd.random)
    walk = Walk(rounds.steps * len(pool), (heat, 0.1 * heat), (0.1 * price, price), 0.9)
    worth = stroll(ground, crowd, pool, walk, np.inf, trial)
    _take(ground, crowd, trial)
    return worth


@kernel
def walk_and_divide(
    ground: Ground, start: IntArray, seed: int, trios: Trios, rounds: Rounds
) -> tuple[IntArray, float]:
    """Best plan, and its cost with what is beyond capacities, of rounds of short walks and divisions.

    Notes
    -----
    Where there are donors the start is taken to be divided already.

    References
    ----------
    Moscato (1989), On evolution, search, optimization, genetic algorithms and martial arts: towards memetic
    algorithms, Caltech C3P 826 (pieces of several improved plans in one, improved again).
    """
    crowd = gather(ground, start, seed)
    bench = new_bench(int(np.sort(trios.hold)[max(0, len(trios.hold) - 2)]) + trios.extra + 1)
    stale = np.full(len(ground.capacity), len(rounds.donors) == 0)
    descend(ground, crowd, trios, stale, bench)
    value = crowd.sums[0] + trios.price * crowd.sums[1]
    now, best, best_site, trial = crowd.site.copy(), value, crowd.site.copy(), crowd.site.copy()
    for turn in range(rounds.number):
        worth = _wander(ground, crowd, trios.price, rounds, trial)
        for k in range(len(start)):
            if trial[k] != now[k]:
                stale[trial[k]], stale[now[k]] = True, True
        if worth < value + HOPELESS * abs(value):
            descend(ground, crowd, trios, stale, bench)
        stale[:] = False
        worth = crowd.sums[0] + trios.price * crowd.sums[1]
        kept = rounds.patience * (1.0 - turn / rounds.number)
        if worth <= value - kept * np.log(uniform(crowd.random) + 1e-300):
            now[:], value = crowd.site, worth
            if worth < best - 1e-9 * abs(best):
                best = worth
                best_site[:] = crowd.site
        else:
            _take(ground, crowd, now)
    return best_site, best
