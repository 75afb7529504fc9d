"""What closing a site, opening one, or both would cost at least, read off the prices of a shipment."""

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.knapsacks import CLOSED, FREE, Arcs, Fills, collect_items, count_items, fill_sites, new_items
from entrepot.kernels.network import FloatArray, IntArray


@kernel
def two_cheapest(
    cost: FloatArray, demand: FloatArray, sites: IntArray, price: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Position of each customer's cheapest open site at the prices; its cost and the next site's."""
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
    return first, least, second


@kernel
def relocations(
    arcs: Arcs,
    demand: FloatArray,
    opening: tuple[FloatArray, FloatArray],
    sites: IntArray,
    shipment: tuple[FloatArray, IntArray, FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Least change of cost by closing an open site, and by opening another one besides.

    Parameters
    ----------
    opening : fixed cost and capacity (n_sites,). sites : (n_open,) open ones.
    shipment : prices of capacity (n_open,) and what `two_cheapest` says.

    Returns
    -------
    drop : (n_open + 1,) change by closing; 0 in the last row, which closes none.
    swap : (n_open + 1, n_sites) change by closing and opening; inf for sites that are open.

    Notes
    -----
    Prices of customers with the site gone, prices of the capacity that stays and the best price of the new
    site's capacity are dual feasible for the new set: what is not negative here cannot improve the plan.
    """
    fixed_cost, capacity = opening
    price, first, least, second = shipment
    n_sites, n = len(capacity), len(sites)
    state = np.full(n_sites, np.int8(FREE), np.int8)
    for k in range(n):
        state[sites[k]] = CLOSED
    fills = Fills(np.zeros(n_sites), np.zeros(n_sites), np.zeros(n_sites, np.int64), np.zeros(n_sites))
    items = new_items(n_sites, 1024)
    drop, swap = np.zeros(n + 1), np.full((n + 1, n_sites), np.inf)
    customer_price = least.copy()
    for k in range(n + 1):
        if k < n:
            drop[k] = capacity[sites[k]] * price[k] - fixed_cost[sites[k]]
        for customer in range(len(demand)):
            if first[customer] == k:
                customer_price[customer] = second[customer]
                drop[k] += second[customer] - least[customer]
            else:
                customer_price[customer] = least[customer]
        total = count_items(arcs, customer_price, state, items.start)
        if total > len(items.customer):
            start = items.start
            items = new_items(n_sites, 2 * total)
            items.start[:] = start
        collect_items(arcs, demand, customer_price, state, items)
        fill_sites(items, demand, capacity, fills)
        for site in range(n_sites):
            if state[site] == FREE:
                swap[k, site] = drop[k] + fixed_cost[site] - fills.earned[site]
    return drop, swap
