"""Bounds of the Lagrangian relaxation recomputed by plain NumPy from prices: no kernel, no solver."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.knapsacks import CLOSED, FREE, OPEN
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.capacitated.prepared import ROUNDING, Prepared, indices

MARGIN = 1e-12  # of the sum of absolute terms; compensated and pairwise sums err by far less
ENTRY_MARGIN = 2e-15  # of the terms of a single gain: some ten roundings of 1.1e-16 each
HEAD = 64
"""Customers of a site that are looked at first."""

StateArray = NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Multipliers of the relaxed rows.

    Attributes
    ----------
    customer : (n_customers,) of being served. capacity : (n_sites,) >= 0, of a unit of a site's capacity.
    need : >= 0, of the row that open sites hold the demand. count : of their number, > 0 of at least.
    """

    customer: FloatArray
    capacity: FloatArray
    need: float
    count: float


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """bound : with its safety margin. reduced : (n_sites,) reduced cost of y_j. margin : of the bound."""

    bound: float
    reduced: FloatArray
    margin: float


def certify(prepared: Prepared, prices: Prices, state: StateArray, count: tuple[int, int]) -> Certificate:
    """Bound that the prices prove on every plan that agrees with `state`.

    Notes
    -----
    For any v, and any u, m >= 0 and k, every plan costs at least
    sum_i v_i + m D + k p + sum_j r_j y_j with
    r_j = f_j - q_j u_j - sum_i max(0, v_i - c_ij - d_i u_j) - m q_j - k,
    where p is the least number of sites if k > 0 and the most otherwise.
    """
    value, capacity_price = prices.customer, np.maximum(prices.capacity, 0.0)
    need, number = max(prices.need, 0.0), count[0] if prices.count > 0.0 else count[1]
    earned, entries = _earned(prepared, value, capacity_price, indices(state != CLOSED))
    held = prepared.capacity * capacity_price
    reduced = prepared.fixed_cost - held - earned - need * prepared.capacity - prices.count
    taken = np.where(state == OPEN, reduced, np.where(state == FREE, np.minimum(reduced, 0.0), 0.0))
    total = prepared.total * (1.0 - ROUNDING)
    bound = math.fsum(value) + need * total + prices.count * number + math.fsum(taken)
    gross = np.abs(prepared.fixed_cost) + held + earned + need * prepared.capacity + abs(prices.count)
    size = np.sum(np.abs(value)) + need * prepared.total + abs(prices.count) * number
    margin = MARGIN * float(size + np.sum(gross[state != CLOSED])) + ENTRY_MARGIN * entries
    return Certificate(float(bound - margin), reduced, margin)


def _earned(
    prepared: Prepared, value: FloatArray, capacity_price: FloatArray, sites: IntArray
) -> tuple[FloatArray, float]:
    """Sum of positive gains of each site, and the size of the terms that entered it.

    Customers come by ascending unit cost, so that a short head of each list holds all the gains.
    """
    lists, earned = prepared.lists, np.zeros(prepared.n_sites)
    has = prepared.demand > 0.0
    unit_value = value / np.where(has, prepared.demand, 1.0)
    highest = np.max(unit_value[has], initial=0.0) - capacity_price[sites]
    head = lists.n_idle + HEAD
    while head < prepared.n_customers and np.any(lists.unit_cost[sites, head] < highest):
        head *= 2
    customer = lists.customer[sites, :head]
    unit_gain = unit_value[customer] - lists.unit_cost[sites, :head]
    unit_gain[:, lists.n_idle :] -= capacity_price[sites, None]
    row, place = np.nonzero(unit_gain > 0.0)
    who = customer[row, place]
    gain = unit_gain[row, place] * np.where(has, prepared.demand, 1.0)[who]
    earned[sites] = np.bincount(row, weights=gain, minlength=len(sites))
    return earned, float(np.sum(np.abs(value[who]) + prepared.largest[who]))


def fixed_by(certificate: Certificate, state: StateArray, cutoff: float) -> StateArray:
    """State in which sites are fixed whose other value would bring the bound to the cut-off."""
    room = cutoff - certificate.bound + certificate.margin
    if not np.isfinite(room) or room < 0.0:
        return state
    is_free = state == FREE
    shut = is_free & (certificate.reduced >= room)
    kept = is_free & (-certificate.reduced >= room)
    return np.where(shut, np.int8(CLOSED), np.where(kept, np.int8(OPEN), state))
