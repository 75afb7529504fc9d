"""Prices of customers for which sites bid with whole loads: the Lagrangian bound of single sourcing."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.binary_knapsacks import Packing, new_packing, pack
from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray

CLOSED, FREE, OPEN = 0, 1, 2
"""What is decided about a site."""
N_STATES = 20_000
"""Partial sets that a knapsack may keep; beyond them its continuous bound is used."""


class Reach(NamedTuple):
    """Pairs of site and customer, site by site.

    Attributes
    ----------
    pointer : (n_sites + 1,) int64. customer : (n_arcs,) int32. cost : (n_arcs,) of the whole demand.
    """

    pointer: IntArray
    customer: NDArray[np.int32]
    cost: FloatArray


class Houses(NamedTuple):
    """Sites at one node of the search.

    Attributes
    ----------
    fixed_cost, capacity : (n_sites,). state : (n_sites,) int8 CLOSED, FREE or OPEN.
    need : what open sites must hold. number : of open sites, -1 = free.
    """

    fixed_cost: FloatArray
    capacity: FloatArray
    state: NDArray[np.int8]
    need: float
    number: int


class Climb(NamedTuple):
    """How to climb.

    Attributes
    ----------
    steps : at most. scale : of the first step, in (0, 2]. patience : steps without gain before it halves.
    target : value aimed at. cutoff : bound at which to end. memory : share of the last direction kept.
    """

    steps: int
    scale: float
    patience: int
    target: float
    cutoff: float
    memory: float


class Bids(NamedTuple):
    """What sites answer to prices.

    Attributes
    ----------
    earned : (n_sites,) largest gain of a load. is_taken : (n_arcs,) the load. is_chosen : (n_sites,).
    """

    earned: FloatArray
    is_taken: NDArray[np.bool_]
    is_chosen: NDArray[np.bool_]


class Peak(NamedTuple):
    """The highest bound that was met.

    Attributes
    ----------
    bound : value. price : (n_customers,). count_price : of the number of sites. mean : (n_arcs,) mean of x
    over late steps. mean_open : (n_sites,) mean of y. is_chosen : (n_sites,) y at the peak. steps : taken.
    scale : of the last step.
    """

    bound: float
    price: FloatArray
    count_price: float
    mean: FloatArray
    mean_open: FloatArray
    is_chosen: NDArray[np.bool_]
    steps: int
    scale: float


class Auction(NamedTuple):
    """Everything that answers to prices: arcs, demands of customers, working memory, and the answer."""

    reach: Reach
    demand: FloatArray
    packing: Packing
    bids: Bids


@kernel
def bid(auction: Auction, price: FloatArray, site: int, capacity: float) -> None:
    """The load that earns a site most at the prices."""
    reach, packing, bids = auction.reach, auction.packing, auction.bids
    first, last = reach.pointer[site], reach.pointer[site + 1]
    count = 0
    for arc in range(first, last):
        bids.is_taken[arc] = False
        gain = price[reach.customer[arc]] - reach.cost[arc]
        if gain > 0.0:
            packing.gain[count] = gain
            packing.size[count] = auction.demand[reach.customer[arc]]
            count += 1
    _, bound, _ = pack(packing, count, capacity)
    bids.earned[site] = bound
    count = 0
    for arc in range(first, last):
        if price[reach.customer[arc]] - reach.cost[arc] > 0.0:
            bids.is_taken[arc] = packing.is_in[count]
            count += 1


@kernel
def choose(houses: Houses, cost: FloatArray, packing: Packing, is_chosen: NDArray[np.bool_]) -> float:
    """Least cost of whole sites that hold the need: which sites to leave closed is a knapsack."""
    held, total, count = -houses.need, 0.0, 0
    for site in range(len(cost)):
        is_chosen[site] = houses.state[site] != CLOSED
        if is_chosen[site]:
            held += houses.capacity[site]
            total += cost[site]
            if houses.state[site] == FREE and cost[site] > 0.0:
                packing.gain[count], packing.size[count] = cost[site], houses.capacity[site]
                count += 1
    if held < 0.0:
        return np.inf
    _, bound, _ = pack(packing, count, held)
    count = 0
    for site in range(len(cost)):
        if houses.state[site] == FREE and cost[site] > 0.0:
            is_chosen[site] = not packing.is_in[count]
            count += 1
    return total - bound


@kernel
def value_at(auction: Auction, houses: Houses, price: FloatArray, count_price: float) -> float:
    """The Lagrangian bound at given prices; the loads and sites behind it are in `auction.bids`."""
    for site in range(len(houses.capacity)):
        if houses.state[site] != CLOSED:
            bid(auction, price, site, houses.capacity[site])
    cost = houses.fixed_cost - auction.bids.earned - count_price
    value: float = price.sum() + choose(houses, cost, auction.packing, auction.bids.is_chosen)
    if houses.number >= 0:
        value += count_price * houses.number
    return value


@kernel
def room_of(reach: Reach, n_sites: int) -> int:
    """Items that a knapsack may have."""
    room = n_sites
    for site in range(n_sites):
        room = max(room, reach.pointer[site + 1] - reach.pointer[site])
    return room + 1


@kernel
def new_bids(n_sites: int, n_arcs: int) -> Bids:
    """No bids."""
    return Bids(np.zeros(n_sites), np.zeros(n_arcs, np.bool_), np.zeros(n_sites, np.bool_))


@kernel
def _gaps(
    auction: Auction, houses: Houses, share: float, slope: FloatArray, mean: tuple[FloatArray, FloatArray]
) -> None:
    """Set `slope` to a supergradient: what is missing of each customer, and of the number of sites."""
    reach, bids = auction.reach, auction.bids
    n_customers = len(slope) - 1
    slope[:n_customers], slope[n_customers] = 1.0, 0.0
    mean[0][:] *= 1.0 - share
    mean[1][:] *= 1.0 - share
    for site in range(len(bids.is_chosen)):
        if not bids.is_chosen[site]:
            continue
        mean[1][site] += share
        slope[n_customers] -= 1.0
        for arc in range(reach.pointer[site], reach.pointer[site + 1]):
            if bids.is_taken[arc]:
                slope[reach.customer[arc]] -= 1.0
                mean[0][arc] += share
    slope[n_customers] = slope[n_customers] + houses.number if houses.number >= 0 else 0.0


@kernel
def climb_bids(
    reach: Reach, demand: FloatArray, houses: Houses, start: tuple[FloatArray, float], climb: Climb
) -> Peak:
    """Raise the bound by deflected supergradient steps.

    Notes
    -----
    bound(v, k) = sum v + k p + min sum_j (f_j - earned_j(v) - k) y_j over 0-1 y that hold the demand.

    References
    ----------
    Camerini, Fratta, Maffioli (1975), On improving relaxation methods by modified gradient techniques.
    Holmberg, Ronnqvist, Yuan (1999), An exact algorithm for the capacitated facility location problems
    with single sourcing, EJOR 113, section 3.
    """
    n_sites, n_customers = len(houses.capacity), len(demand)
    price, count_price = start[0].copy(), start[1]
    packing = new_packing(room_of(reach, n_sites), N_STATES)
    bids = new_bids(n_sites, len(reach.cost))
    auction = Auction(reach, demand, packing, bids)
    best_price, best_count, best_chosen = price.copy(), count_price, bids.is_chosen.copy()
    mean, mean_open = np.zeros(len(reach.cost)), np.zeros(n_sites)
    direction, slope = np.zeros(n_customers + 1), np.zeros(n_customers + 1)
    bound, scale, waited, taken = -np.inf, climb.scale, 0, 0
    for step in range(climb.steps):
        taken = step + 1
        value = value_at(auction, houses, price, count_price)
        share = max(0.03, 1.0 / taken)
        _gaps(auction, houses, share, slope, (mean, mean_open))
        waited += 1
        if value > bound:
            if value > bound + 1e-5 * abs(bound):
                waited = 0
            bound, best_count = value, count_price
            best_price[:], best_chosen[:] = price, bids.is_chosen
            if bound >= climb.cutoff:
                break
        if waited >= climb.patience:
            scale, waited = 0.5 * scale, 0
            price[:], count_price, direction[:] = best_price, best_count, 0.0
            if scale < 1e-3:
                break
            continue
        direction = climb.memory * direction + (1.0 - climb.memory) * slope
        size = np.sum(direction * direction)
        if size < 1e-12:
            break
        length = scale * (climb.target - value) / size
        price += length * direction[:n_customers]
        count_price += length * direction[n_customers]
    return Peak(bound, best_price, best_count, mean, mean_open, best_chosen, taken, scale)
