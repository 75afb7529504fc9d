"""What each enabler would add to the cells at given cell prices: the coefficients of a cut."""

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.filling import always_enabled, new_scratch
from entrepot.kernels.gaining import Gainers
from entrepot.kernels.network import FloatArray, IntArray, Network, Rates


@kernel
def lift(network: Network, rates: Rates, ways: Gainers) -> tuple[FloatArray, FloatArray]:
    """Surplus sum_j d_j max(0, r_je - beta_jf - lambda_j) of each counted enabler, and its load.

    Parameters
    ----------
    ways : of the cells at their prices, see `gaining.gainers`.

    Returns
    -------
    tuple
        surplus, load : (n_enablers,).
    """
    surplus = np.zeros(len(rates.weight))
    load = np.zeros(len(rates.weight))
    scratch = new_scratch(len(rates.weight))
    for cell in range(len(ways.weight)):
        kind = ways.kind[cell]
        count = 0
        for way in range(ways.pointer[cell], ways.pointer[cell + 1]):
            place = ways.facility[way]
            if ways.gain[way] + ways.volume[way] * rates.top_adder[place, kind] <= 0.0:
                continue
            for enabler in range(network.facility_pointer[place], network.facility_pointer[place + 1]):
                gain = ways.gain[way] + ways.volume[way] * rates.adder[enabler, kind]
                if rates.weight[enabler] > 0.0 and gain > 0.0 and gain > scratch.best[enabler]:
                    if scratch.best[enabler] == -np.inf:
                        scratch.touched[count] = enabler
                        count += 1
                    scratch.best[enabler] = gain
                    scratch.way[enabler] = way
        for index in range(count):
            enabler = scratch.touched[index]
            surplus[enabler] += ways.weight[cell] * scratch.best[enabler]
            load[enabler] += ways.weight[cell] * ways.volume[scratch.way[enabler]] * network.kind_load[kind]
            scratch.best[enabler] = -np.inf
    return surplus, load


@kernel
def raise_prices(network: Network, rates: Rates, cells: IntArray, cell_price: FloatArray) -> FloatArray:
    """Cell prices raised to the worth of what needs no enabler, and to 0 unless mandatory: those that count.

    Parameters
    ----------
    cells : (n,). cell_price : (n,) per unit of weight.
    """
    raised = cell_price.copy()
    for position in range(len(cells)):
        floor, _ = always_enabled(network, rates, cells[position])
        raised[position] = max(raised[position], floor)
    return raised
