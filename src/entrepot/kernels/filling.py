"""Sort and fill: the best use of given enabler weights by every cell, at given prices."""

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import Booked, FloatArray, IntArray, Network, Rates, Scratch
from entrepot.kernels.pairing import (
    Transport,
    count_slots,
    enable_partners,
    new_transport,
    price_absent_partners,
    slots_of,
    transport,
)
from entrepot.kernels.pricing import price_of_resources


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
def best_of_enablers(
    network: Network,
    rates: Rates,
    cell: int,
    floor: float,
    scratch: Scratch,
    partner_price: FloatArray,
    slot: int,
) -> int:
    """Worth and way of each enabler of positive weight that beats `floor`; returns how many there are.

    `scratch.best` holds -inf on entry; whoever reads the answer restores it. `partner_price` holds the prices
    of the cell's partners from position `slot` on, infinite where a way cannot have its partner.
    """
    count = 0
    kind = network.kind[cell]
    for way in range(network.way_pointer[cell], network.way_pointer[cell + 1]):
        place = network.facility[way]
        if place < 0 or rates.top_adder[place, kind] == -np.inf:
            continue
        volume = network.volume[way]
        base = rates.scale * network.value[way] - price_of_resources(network, rates, way)
        if len(partner_price) > 0 and network.partner[way] >= 0:
            base -= partner_price[slot + network.partner[way]]
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
def is_whole(weight: FloatArray) -> bool:
    """Whether no enabler has a part of its weight only."""
    count = 0
    for each in weight:
        count += 0.0 < each < 1.0
    return count == 0


@kernel
def best_choice(
    network: Network, rates: Rates, cell: int, floor: tuple[float, int], price: FloatArray
) -> tuple[float, int, int]:
    """Worth, way and enabler (-1 = none) of the best way of a cell whose partners are at `price` 0 or off."""
    best, best_way, best_enabler = floor[0], floor[1], -1
    kind = network.kind[cell]
    for way in range(network.way_pointer[cell], network.way_pointer[cell + 1]):
        place, partner = network.facility[way], network.partner[way]
        if place < 0 or rates.top_adder[place, kind] == -np.inf or (partner >= 0 and price[partner] > 0.0):
            continue
        volume = network.volume[way]
        base = rates.scale * network.value[way] - price_of_resources(network, rates, way)
        if base + volume * rates.top_adder[place, kind] <= best:
            continue
        for enabler in range(network.facility_pointer[place], network.facility_pointer[place + 1]):
            worth = base + volume * rates.adder[enabler, kind]
            if rates.weight[enabler] > 0.0 and worth > best:
                best, best_way, best_enabler = worth, way, enabler
    return best, best_way, best_enabler


@kernel
def fill_whole(network: Network, rates: Rates, cell: int, price: FloatArray, booked: Booked) -> float:
    """Fill a cell whose ways need partners, where every enabler is off or fully on; its worth."""
    enable_partners(network, rates, cell, price)
    floor = always_enabled(network, rates, cell)
    worth, way, enabler = best_choice(network, rates, cell, floor, price)
    scale = network.weight[cell]
    add_use(network, way, scale, booked.usage)
    if enabler >= 0:
        booked.load[enabler] += scale * network.volume[way] * network.kind_load[network.kind[cell]]
    return worth


@kernel
def fill_paired(
    network: Network,
    rates: Rates,
    cell: int,
    memory: Transport,
    price: FloatArray,
    booked: Booked,
) -> tuple[float, float]:
    """Fill a cell whose ways need partners, and price these; worth and marginal worth of a unit."""
    enable_partners(network, rates, cell, price)
    floor = always_enabled(network, rates, cell)
    rows, columns, marginal = transport(network, rates, cell, floor, memory, price)
    worth = 0.0
    scale = network.weight[cell]
    kind_load = network.kind_load[network.kind[cell]]
    for row in range(rows):
        for column in range(columns):
            part = memory.flow[row, column]
            if part > 0.0:
                way = memory.way[row, column]
                worth += part * memory.worth[row, column]
                add_use(network, way, scale * part, booked.usage)
                if row > 0:
                    booked.load[memory.enabler[row]] += scale * part * network.volume[way] * kind_load
    for row in range(1, rows):
        memory.row_of[memory.enabler[row]] = -1
    return worth, marginal


@kernel
def fill_alone(
    network: Network, rates: Rates, cell: int, scratch: Scratch, partner_price: FloatArray, booked: Booked
) -> tuple[float, float]:
    """Fill a cell whose ways need no partners; worth and marginal worth of a unit."""
    floor, floor_way = always_enabled(network, rates, cell)
    count = best_of_enablers(network, rates, cell, floor, scratch, partner_price, 0)
    scale = network.weight[cell]
    kind_load = network.kind_load[network.kind[cell]]
    left = 1.0
    worth = 0.0
    marginal = floor
    for remaining in range(count, 0, -1):
        if left > 0.0:
            enabler = take_best(scratch, remaining)
            way = scratch.way[enabler]
            part = min(left, rates.weight[enabler])
            worth += part * scratch.best[enabler]
            booked.load[enabler] += scale * part * network.volume[way] * kind_load
            add_use(network, way, scale * part, booked.usage)
            left -= part
            if left <= 1e-9:
                left = 0.0
                marginal = scratch.best[enabler]
        scratch.best[scratch.touched[remaining - 1]] = -np.inf
    if left > 0.0:
        worth += left * floor
        add_use(network, floor_way, scale * left, booked.usage)
    return worth, marginal


@kernel
def fill(
    network: Network, rates: Rates, cells: IntArray, prices_absent: bool
) -> tuple[float, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Fill every cell with its best enablers up to their weights and a total of 1.

    Parameters
    ----------
    cells : (n,) cells to fill. prices_absent : whether partners that are off are priced, or infinite.

    Returns
    -------
    tuple
        worth, EUR; cell_price (n,) marginal worth per unit of weight; load (n_enablers,);
        usage (n_resources,); partner_price (slots of the cells, one cell after the other).

    References
    ----------
    Fischetti, Ljubic, Sinnl (2016), Benders decomposition without separability, section 3 (sorted costs).
    """
    cell_price = np.zeros(len(cells))
    booked = Booked(np.zeros(len(rates.weight)), np.zeros(len(rates.resource_price)))
    scratch = new_scratch(len(rates.weight))
    n_slots, widest = count_slots(network, cells)
    partner_price = np.zeros(n_slots)
    memory = new_transport(len(rates.weight), widest)
    whole = is_whole(rates.weight)
    total = 0.0
    slot = 0
    for position in range(len(cells)):
        cell = cells[position]
        width = slots_of(network, cell)
        price = partner_price[slot : slot + width]
        slot += width
        if width == 0:
            worth, marginal = fill_alone(network, rates, cell, scratch, price, booked)
        elif whole:
            worth = fill_whole(network, rates, cell, price, booked)
            marginal = worth
        else:
            worth, marginal = fill_paired(network, rates, cell, memory, price, booked)
        if width > 0 and prices_absent:
            price_absent_partners(network, rates, cell, marginal, memory.rent, price)
        cell_price[position] = marginal
        total += network.weight[cell] * worth
    return total, cell_price, booked.load, booked.usage, partner_price
