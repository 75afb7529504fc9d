"""Bounds of the Lagrangian relaxation recomputed by plain NumPy from prices: no kernel, no solver."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.knapsacks import CLOSED, FREE, OPEN
from entrepot.location.problem import FloatArray
from entrepot.solvers.capacitated.prepared import ROUNDING, Prepared, indices

MARGIN = 1e-12  # of the sum of absolute terms; compensated and pairwise sums err by far less
ENTRY_MARGIN = 1e-15  # of the terms of a single gain: three roundings of 1.1e-16 each

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
    sites = indices(state != CLOSED)
    cost = prepared.cost if len(sites) == prepared.n_sites else prepared.cost[:, sites]
    gain = value[:, None] - cost - np.outer(prepared.demand, capacity_price[sites])
    np.maximum(gain, 0.0, out=gain)
    earned = np.zeros(prepared.n_sites)
    earned[sites] = gain.sum(axis=0)
    entries = np.count_nonzero(gain, axis=1) @ (np.abs(value) + prepared.largest)
    held = prepared.capacity * capacity_price
    reduced = prepared.fixed_cost - held - earned - need * prepared.capacity - prices.count
    taken = np.where(state == OPEN, reduced, np.where(state == FREE, np.minimum(reduced, 0.0), 0.0))
    total = prepared.total * (1.0 - ROUNDING)
    bound = math.fsum(value) + need * total + prices.count * number + math.fsum(taken)
    gross = np.abs(prepared.fixed_cost) + held + earned + need * prepared.capacity + abs(prices.count)
    size = np.sum(np.abs(value)) + need * prepared.total + abs(prices.count) * number
    margin = MARGIN * float(size + np.sum(gross[state != CLOSED])) + ENTRY_MARGIN * float(entries)
    return Certificate(bound - margin, reduced, margin)


def fixed_by(certificate: Certificate, state: StateArray, cutoff: float) -> StateArray:
    """State in which sites are fixed whose other value would bring the bound to the cut-off."""
    room = cutoff - certificate.bound + certificate.margin
    if not np.isfinite(room) or room < 0.0:
        return state
    is_free = state == FREE
    shut = is_free & (certificate.reduced >= room)
    kept = is_free & (-certificate.reduced >= room)
    return np.where(shut, np.int8(CLOSED), np.where(kept, np.int8(OPEN), state))
