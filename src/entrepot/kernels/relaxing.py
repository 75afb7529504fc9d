"""Prices of customers that raise the Lagrangian bound of the capacitated problem."""

from typing import NamedTuple

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.knapsacks import Fills, Lists, Sites, choose_sites, fill_sites, new_fills
from entrepot.kernels.network import FloatArray


class Steps(NamedTuple):
    """How to climb.

    Attributes
    ----------
    most : steps. scale : of the first step, in (0, 2]. patience : steps without gain before it halves.
    target : value aimed at. cutoff : end once the bound reaches it. memory : of the direction, in [0, 1).
    """

    most: int
    scale: float
    patience: int
    target: float
    cutoff: float
    memory: float


class Summit(NamedTuple):
    """The highest bound that was met.

    Attributes
    ----------
    bound : value. price : (n_customers,). capacity_price : (n_sites,) of each site's own capacity.
    need_price, count_price : of the rows over all sites. weight : (n_sites,) mean of y over late steps.
    choice : (n_sites,) y at the summit. steps : taken. scale : of the last step.
    """

    bound: float
    price: FloatArray
    capacity_price: FloatArray
    need_price: float
    count_price: float
    weight: FloatArray
    choice: FloatArray
    steps: int
    scale: float


@kernel
def unserved(fills: Fills, weight: FloatArray, n_customers: int) -> FloatArray:
    """1 - what the chosen sites serve of each customer: a supergradient of the bound."""
    gap = np.ones(n_customers)
    for site in range(len(weight)):
        if weight[site] > 0.0 and fills.start[site + 1] > fills.start[site]:
            for place in range(fills.start[site], fills.start[site + 1]):
                gap[fills.customer[place]] -= weight[site]
            gap[fills.customer[fills.start[site]]] += weight[site] * (1.0 - fills.part[site])
    return gap


@kernel
def climb(lists: Lists, demand: FloatArray, sites: Sites, price: FloatArray, steps: Steps) -> Summit:
    """Raise the bound by deflected supergradient steps with an estimated target.

    Notes
    -----
    bound(price) = sum price + min sum_j (f_j - earned_j(price)) y_j over y that hold the demand.

    References
    ----------
    Camerini, Fratta, Maffioli (1975), On improving relaxation methods by modified gradient techniques.
    Goertz, Klose (2012), A simple but usually fast branch-and-bound algorithm for the CFLP, section 3.
    """
    n_sites, n_customers = len(sites.capacity), len(demand)
    price = price.copy()
    fills = new_fills(n_sites, 4 * n_customers)
    best_price, best_capacity_price = price.copy(), np.zeros(n_sites)
    best_choice, mean = np.zeros(n_sites), np.zeros(n_sites)
    bound, need_price, count_price = -np.inf, 0.0, 0.0
    direction = np.zeros(n_customers)
    scale, waited, taken = steps.scale, 0, 0
    for step in range(steps.most):
        taken = step + 1
        fills = fill_sites(lists, demand, price, sites, fills)
        cost = sites.fixed_cost - fills.earned
        choice = choose_sites(cost, sites)
        value = price.sum() + choice.value
        share = max(0.05, 1.0 / taken)
        mean = (1.0 - share) * mean + share * choice.weight
        waited += 1
        if value > bound:
            if value > bound + 1e-5 * abs(bound):
                waited = 0
            bound, need_price, count_price = value, choice.capacity_price, choice.count_price
            best_price[:], best_choice[:], best_capacity_price[:] = price, choice.weight, fills.price
            if bound >= steps.cutoff:
                break
        if waited >= steps.patience:
            scale, waited = 0.5 * scale, 0
            price[:], direction[:] = best_price, 0.0
            if scale < 1e-3:
                break
            continue
        slope = unserved(fills, choice.weight, n_customers)
        direction = steps.memory * direction + (1.0 - steps.memory) * slope
        size = np.sum(direction * direction)
        if size < 1e-12:
            break
        price += scale * (steps.target - value) / size * direction
    return Summit(
        bound, best_price, best_capacity_price, need_price, count_price, mean, best_choice, taken, scale
    )
