"""What tells cells apart: the best way of each cell to every facility."""

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray, Network


@kernel
def best_by_facility(network: Network, cells: IntArray) -> FloatArray:
    """Value of the best way of each cell to each facility, (n, n_facilities + 1), EUR per unit of weight.

    The last column is for always-enabled ways; -inf where a cell has no way.
    """
    best = np.full((len(cells), len(network.facility_pointer)), -np.inf)
    for position in range(len(cells)):
        cell = cells[position]
        for way in range(network.way_pointer[cell], network.way_pointer[cell + 1]):
            place = network.facility[way]
            best[position, place] = max(best[position, place], network.value[way])  # -1 is the last one
    return best
