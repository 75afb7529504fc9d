"""Sort and fill: the best use of given enabler weights by every cell, at given prices."""

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray, Network, Rates, Scratch


@kernel
def price_of_resources(network: Network, rates: Rates, way: int) -> float:
    """Price of what a way uses of the resources, per unit of cell weight."""
    total = 0.0
    if len(rates.resource_price) > 0:
        for entry in range(network.use_pointer[way], network.use_pointer[way + 1]):
            total += rates.resource_price[network.use_resource[entry]] * network.use_amount[entry]
    return total


@kernel
def always_enabled(network: Network, rates: Rates, cell: int) -> tuple[float, int]:
    """Best worth among the always-enabled ways and, unless mandatory, doing nothing; its way or -1."""
    best = -np.inf if network.is_mandatory[cell] else 0.0
    best_way = -1
    for way in range(network.way_pointer[cell], network.way_pointer[cell + 1]):
        if network.facility[way] < 0:
            worth = rates.scale * network.value[way] - price_of_resources(network, rates, way)
            if worth > best:
                best = worth
                best_way = way
    return best, best_way


@kernel
def new_scratch(n_enablers: int) -> Scratch:
    """Clean working memory."""
    return Scratch(
        np.full(n_enablers, -np.inf), np.empty(n_enablers, np.int64), np.empty(n_enablers, np.int64)
    )


@kernel
def best_of_enablers(network: Network, rates: Rates, cell: int, floor: float, scratch: Scratch) -> int:
    """Worth and way of each enabler of positive weight that beats `floor`; returns how many there are.

    `scratch.best` holds -inf on entry; whoever reads the answer restores it.
    """
    count = 0
    kind = network.kind[cell]
    for way in range(network.way_pointer[cell], network.way_pointer[cell + 1]):
        place = network.facility[way]
        if place < 0 or rates.top_adder[place, kind] == -np.inf:
            continue
        volume = network.volume[way]
        base = rates.scale * network.value[way] - price_of_resources(network, rates, way)
        if base + volume * rates.top_adder[place, kind] <= floor:
            continue
        for enabler in range(network.facility_pointer[place], network.facility_pointer[place + 1]):
            worth = base + volume * rates.adder[enabler, kind]
            if rates.weight[enabler] > 0.0 and worth > floor and worth > scratch.best[enabler]:
                if scratch.best[enabler] == -np.inf:
                    scratch.touched[count] = enabler
                    count += 1
                scratch.best[enabler] = worth
                scratch.way[enabler] = way
    return count


@kernel
def take_best(scratch: Scratch, count: int) -> int:
    """Move the best of the first `count` touched enablers to position count - 1; return it."""
    top = 0
    for other in range(1, count):
        if scratch.best[scratch.touched[other]] > scratch.best[scratch.touched[top]]:
            top = other
    enabler: int = scratch.touched[top]
    scratch.touched[top] = scratch.touched[count - 1]
    scratch.touched[count - 1] = enabler
    return enabler


@kernel
def add_use(network: Network, way: int, amount: float, usage: FloatArray) -> None:
    """Book the resources that `amount` of a way uses; no way (-1) uses none."""
    if len(usage) > 0 and way >= 0:
        for entry in range(network.use_pointer[way], network.use_pointer[way + 1]):
            usage[network.use_resource[entry]] += amount * network.use_amount[entry]


@kernel
def fill(network: Network, rates: Rates, cells: IntArray) -> tuple[float, FloatArray, FloatArray, FloatArray]:
    """Fill every cell with its best enablers up to their weights and a total of 1.

    Parameters
    ----------
    cells : (n,) cells to fill.

    Returns
    -------
    tuple
        worth, EUR; cell_price (n,) marginal worth per unit of weight; load (n_enablers,);
        usage (n_resources,).

    References
    ----------
    Fischetti, Ljubic, Sinnl (2016), Benders decomposition without separability, section 3 (sorted costs).
    """
    cell_price = np.zeros(len(cells))
    load = np.zeros(len(rates.weight))
    usage = np.zeros(len(rates.resource_price))
    scratch = new_scratch(len(rates.weight))
    total = 0.0
    for position in range(len(cells)):
        cell = cells[position]
        scale = network.weight[cell]
        kind_load = network.kind_load[network.kind[cell]]
        floor, floor_way = always_enabled(network, rates, cell)
        count = best_of_enablers(network, rates, cell, floor, scratch)
        left = 1.0
        worth = 0.0
        marginal = floor
        for remaining in range(count, 0, -1):
            if left > 0.0:
                enabler = take_best(scratch, remaining)
                way = scratch.way[enabler]
                part = min(left, rates.weight[enabler])
                worth += part * scratch.best[enabler]
                load[enabler] += scale * part * network.volume[way] * kind_load
                add_use(network, way, scale * part, usage)
                left -= part
                if left <= 1e-9:
                    left = 0.0
                    marginal = scratch.best[enabler]
            scratch.best[scratch.touched[remaining - 1]] = -np.inf
        if left > 0.0:
            worth += left * floor
            add_use(network, floor_way, scale * left, usage)
        cell_price[position] = marginal
        total += scale * worth
    return total, cell_price, load, usage
