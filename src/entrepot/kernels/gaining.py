"""The ways that beat the prices of their cells: the few that every step of lifting looks at."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray, Network, Rates
from entrepot.kernels.pairing import slots_of
from entrepot.kernels.pricing import price_of_resources


class Gainers(NamedTuple):
    """Ways that are worth more than their cell's price if no capacity has one.

    Attributes
    ----------
    weight, kind : (n_cells,). pointer : (n_cells + 1,) into the ways.
    gain : (n_ways,) worth beyond the prices of cell, partner and resources, before the configuration's adder,
        per unit of cell weight. volume, facility : (n_ways,).
    """

    weight: FloatArray
    kind: IntArray
    pointer: IntArray
    gain: FloatArray
    volume: FloatArray
    facility: NDArray[np.int32]


@kernel
def gainers(
    network: Network, rates: Rates, cells: IntArray, cell_price: FloatArray, partner_price: FloatArray
) -> Gainers:
    """Ways of the cells that beat the prices of cell, partner and resources at the rates' adders.

    Parameters
    ----------
    rates : without capacity prices, so that no price of a capacity lets a way gain that is left out.
    cells : (n,). cell_price : (n,) per unit of weight. partner_price : (slots of the cells,).
    """
    n, most = len(cells), 0
    for cell in cells:
        most += network.way_pointer[cell + 1] - network.way_pointer[cell]
    weight, kind = np.empty(n), np.empty(n, np.int64)
    pointer = np.zeros(n + 1, np.int64)
    gain, volume, facility = np.empty(most), np.empty(most), np.empty(most, np.int32)
    count, slot = 0, 0
    for position in range(n):
        cell = cells[position]
        weight[position], kind[position] = network.weight[cell], network.kind[cell]
        for way in range(network.way_pointer[cell], network.way_pointer[cell + 1]):
            place = network.facility[way]
            if place < 0 or rates.top_adder[place, kind[position]] == -np.inf:
                continue
            over = rates.scale * network.value[way] - price_of_resources(network, rates, way)
            if len(partner_price) > 0 and network.partner[way] >= 0:
                over -= partner_price[slot + network.partner[way]]
            over -= cell_price[position]
            if over + network.volume[way] * rates.top_adder[place, kind[position]] > 0.0:
                gain[count], volume[count], facility[count] = over, network.volume[way], place
                count += 1
        slot += slots_of(network, cell)
        pointer[position + 1] = count
    return Gainers(weight, kind, pointer, gain[:count].copy(), volume[:count].copy(), facility[:count].copy())
