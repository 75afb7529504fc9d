"""Lazy greedy: open the site that saves most, again and again."""

import heapq

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.interchange import FloatArray, IntArray, Lists


@kernel
def saving(lists: Lists, cost: FloatArray, site: int) -> float:
    """What a site would save customers that now pay `cost`."""
    total = 0.0
    for entry in range(lists.column_pointer[site], lists.column_pointer[site + 1]):
        total += max(0.0, cost[lists.column_customer[entry]] - lists.column_cost[entry])
    return total


@kernel
def open_greedily(lists: Lists, fixed: FloatArray, cost: FloatArray, count: int, must_gain: bool) -> IntArray:
    """Open up to `count` sites, each the one that saves most; savings only shrink, so stale ones are bounds.

    Parameters
    ----------
    cost : (n_customers,) what a customer pays before a site opens; changed in place.
    must_gain : stop where no site saves more than its fixed cost (but open one at least).

    Returns
    -------
    (n,) sites in order of opening.
    """
    heap = [(fixed[site] - saving(lists, cost, site), site) for site in range(len(fixed))]
    heapq.heapify(heap)
    chosen = np.empty(count, np.int64)
    found = 0
    while found < count and len(heap) > 0:
        _, site = heapq.heappop(heap)
        value = fixed[site] - saving(lists, cost, site)
        if len(heap) > 0 and value > heap[0][0]:
            heapq.heappush(heap, (value, site))
            continue
        if must_gain and value >= 0.0 and found > 0:
            break
        chosen[found] = site
        found += 1
        for entry in range(lists.column_pointer[site], lists.column_pointer[site + 1]):
            customer = lists.column_customer[entry]
            cost[customer] = min(cost[customer], lists.column_cost[entry])
    return chosen[:found]
