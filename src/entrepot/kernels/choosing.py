"""The near-best choices of every cell at given prices."""

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.filling import always_enabled, best_of_enablers, new_scratch
from entrepot.kernels.network import IntArray, Network, Picks, Rates
from entrepot.kernels.pairing import count_slots, enable_partners, misses_partner
from entrepot.kernels.pricing import price_of_resources


@kernel
def scan_cell(network: Network, rates: Rates, cell: int, threshold: float, picks: Picks) -> int:
    """Count the choices worth at least `threshold`, and write them where there is room.

    A choice is (way, enabler), (way, -1) for an always-enabled way, or (-1, -1) for doing nothing.
    """
    writes = len(picks.way) > 0
    count = 0
    if not network.is_mandatory[cell] and threshold <= 0.0:
        if writes:
            picks.way[0] = -1
            picks.enabler[0] = -1
        count = 1
    for way in range(network.way_pointer[cell], network.way_pointer[cell + 1]):
        place = network.facility[way]
        if misses_partner(network, rates, cell, way):
            continue
        base = rates.scale * network.value[way] - price_of_resources(network, rates, way)
        low, high = -1, 0
        if place >= 0:
            low, high = network.facility_pointer[place], network.facility_pointer[place + 1]
        for enabler in range(low, high):
            worth = base
            if enabler >= 0:
                worth += network.volume[way] * rates.adder[enabler, network.kind[cell]]
            if worth >= threshold and worth > -np.inf and (enabler < 0 or rates.weight[enabler] > 0.0):
                if writes:
                    picks.way[count] = way
                    picks.enabler[count] = enabler
                count += 1
    return count


@kernel
def choices(
    network: Network, rates: Rates, cells: IntArray, slack: float
) -> tuple[IntArray, IntArray, IntArray]:
    """Choices of each cell within `slack` (EUR per unit of weight) of its best one.

    Returns
    -------
    tuple
        pointer (n + 1,); way, enabler (n_choices,), -1 as told in `scan_cell`.
    """
    nothing = Picks(np.empty(0, np.int64), np.empty(0, np.int64))
    scratch = new_scratch(len(rates.weight))
    threshold = np.empty(len(cells))
    price = np.zeros(count_slots(network, cells)[1])
    pointer = np.zeros(len(cells) + 1, np.int64)
    for position in range(len(cells)):
        cell = cells[position]
        best, _ = always_enabled(network, rates, cell)
        enable_partners(network, rates, cell, price)
        count = best_of_enablers(network, rates, cell, best, scratch, price, 0)
        for index in range(count):
            enabler = scratch.touched[index]
            best = max(best, scratch.best[enabler])
            scratch.best[enabler] = -np.inf
        threshold[position] = best - slack
        found = scan_cell(network, rates, cell, threshold[position], nothing)
        pointer[position + 1] = pointer[position] + found
    picks = Picks(np.empty(pointer[-1], np.int64), np.empty(pointer[-1], np.int64))
    if pointer[-1] > 0:
        for position in range(len(cells)):
            rest = Picks(picks.way[pointer[position] :], picks.enabler[pointer[position] :])
            if len(rest.way) > 0:
                scan_cell(network, rates, cells[position], threshold[position], rest)
    return pointer, picks.way, picks.enabler
