"""What closing a site, opening one, or both would cost at least, read off the prices of a shipment."""

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.knapsacks import CLOSED, FREE, Lists, Sites, fill_sites, new_fills
from entrepot.kernels.network import FloatArray, IntArray


@kernel
def two_cheapest(
    cost: FloatArray, demand: FloatArray, sites: IntArray, price: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Position of each customer's cheapest open site at the prices; its cost and the next site's.

    Where only one site is open, the dearest site of all stands for the next: any price is valid.
    """
    first = np.zeros(len(demand), np.int64)
    least, second = np.full(len(demand), np.inf), np.full(len(demand), np.inf)
    for customer in range(len(demand)):
        for k in range(len(sites)):
            trial = cost[customer, sites[k]] + demand[customer] * price[k]
            if trial < least[customer]:
                second[customer] = least[customer]
                least[customer] = trial
                first[customer] = k
            elif trial < second[customer]:
                second[customer] = trial
        if len(sites) == 1:
            second[customer] = max(least[customer], cost[customer].max())
    return first, least, second


@kernel
def relocations(
    lists: Lists,
    cost: FloatArray,
    demand: FloatArray,
    opening: tuple[FloatArray, FloatArray],
    shipment: tuple[IntArray, FloatArray, IntArray, FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Least change of cost by closing an open site, and by opening another one besides.

    Parameters
    ----------
    cost : (n_customers, n_sites). opening : fixed cost and capacity (n_sites,).
    shipment : open sites (n_open,), their prices of capacity and what `two_cheapest` says.

    Returns
    -------
    drop : (n_open + 1,) change by closing; 0 in the last row, which closes none.
    swap : (n_open + 1, n_sites) change by closing and opening; inf for sites that are open.

    Notes
    -----
    Prices of customers with the site gone, prices of the capacity that stays and a price of the new
    site's capacity are dual feasible for the new set: what is not negative here cannot improve the plan.
    """
    fixed_cost, capacity = opening
    sites, price, first, least, second = shipment
    n_sites, n = len(capacity), len(sites)
    state = np.full(n_sites, np.int8(FREE), np.int8)
    for k in range(n):
        state[sites[k]] = CLOSED
    others = Sites(fixed_cost, capacity, state, 0.0, 0, n_sites)
    fills = fill_sites(lists, demand, least, others, new_fills(n_sites, 4 * len(demand)))
    drop, more = np.zeros(n + 1), np.zeros((n + 1, n_sites))
    for k in range(n):
        drop[k] = capacity[sites[k]] * price[k] - fixed_cost[sites[k]]
    for customer in range(len(demand)):
        k, low, high = first[customer], least[customer], second[customer]
        drop[k] += high - low
        for site in range(n_sites):
            floor = cost[customer, site] + demand[customer] * fills.price[site]
            if high > floor:
                more[k, site] += high - max(low, floor)
    swap = np.full((n + 1, n_sites), np.inf)
    for k in range(n + 1):
        for site in range(n_sites):
            if state[site] == FREE:
                swap[k, site] = drop[k] + fixed_cost[site] - fills.earned[site] - more[k, site]
    return drop, swap
