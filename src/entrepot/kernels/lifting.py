"""What each enabler would add to the cells at given cell prices: the coefficients of a cut."""

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.filling import always_enabled, best_of_enablers, new_scratch
from entrepot.kernels.network import FloatArray, IntArray, Network, Rates
from entrepot.kernels.pairing import slots_of


@kernel
def lift(
    network: Network, rates: Rates, cells: IntArray, cell_price: FloatArray, partner_price: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Surplus sum_j d_j max(0, r_je - beta_jf - lambda_j) of each counted enabler, and its load.

    Parameters
    ----------
    cells : (n,). cell_price : (n,) lambda of the cells, per unit of weight.
    partner_price : (slots of the cells,) beta of their partners, per unit of weight.

    Returns
    -------
    tuple
        surplus, load : (n_enablers,).
    """
    surplus = np.zeros(len(rates.weight))
    load = np.zeros(len(rates.weight))
    scratch = new_scratch(len(rates.weight))
    slot = 0
    for position in range(len(cells)):
        cell = cells[position]
        floor = cell_price[position]
        count = best_of_enablers(network, rates, cell, floor, scratch, partner_price, slot)
        slot += slots_of(network, cell)
        scale = network.weight[cell]
        kind_load = network.kind_load[network.kind[cell]]
        for index in range(count):
            enabler = scratch.touched[index]
            surplus[enabler] += scale * (scratch.best[enabler] - floor)
            load[enabler] += scale * network.volume[scratch.way[enabler]] * kind_load
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
