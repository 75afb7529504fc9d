"""The Lagrangian bound at given prices, in NumPy, and what it proves about sites and arcs."""

import math
from dataclasses import dataclass

import numpy as np

from entrepot.kernels.ascending import CLOSED, FREE, OPEN, Arcs, Sites, StateArray, narrowed
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.uncapacitated.neighbours import Neighbours

ARCS_AT_ONCE = 4_000_000
ULP = 2.3e-16


@dataclass(frozen=True, slots=True, eq=False)
class Relaxation:
    """What is left to decide: labels (m,) number each remaining site in the problem."""

    arcs: Arcs
    sites: Sites
    labels: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What prices prove.

    Attributes
    ----------
    bound : no plan of the relaxation's sites and arcs costs less; its safety margin is subtracted.
    price : (n,) at which it was computed.
    open_at_least, close_at_least : (m,) what a plan costs at least that opens, or closes, the free site.
    """

    bound: float
    price: FloatArray
    open_at_least: FloatArray
    close_at_least: FloatArray


def relaxation_of(neighbours: Neighbours, fixed_cost: FloatArray, n_open: int | None) -> Relaxation:
    """All sites free, all listed arcs; the prices end where the lists end."""
    pointer = np.concatenate([[0], np.cumsum(neighbours.count)])
    site, cost = neighbours.site.ravel(), neighbours.cost.ravel()
    if pointer[-1] < len(site):  # otherwise the lists themselves serve: they may take gigabytes
        is_listed = site >= 0
        site, cost = site[is_listed], cost[is_listed]
    arcs = Arcs(pointer, site, cost, neighbours.next_cost)
    sites = Sites(fixed_cost, np.zeros(len(fixed_cost), np.int8), -1 if n_open is None else n_open)
    return Relaxation(arcs, sites, np.arange(len(fixed_cost)))


def evaluate(arcs: Arcs, sites: Sites, price: FloatArray) -> Evaluation:
    """Bound and penalties at the prices (cut at the ceilings).

    Notes
    -----
    The margin is (n + 16) ulp of the sum of the absolute terms, n the number of customers: it covers every
    order of summation of the reduced costs; the outer sum is compensated.
    """
    price = np.minimum(price, arcs.ceiling)
    price = np.where(np.isfinite(price), price, 0.0)
    is_lost = (np.diff(arcs.pointer) == 0) & np.isinf(arcs.ceiling)
    if np.any(is_lost):
        nowhere = np.full(len(sites.fixed), math.inf)
        return Evaluation(math.inf, price, nowhere, nowhere)
    return judged(sites, price, *_gains(arcs, len(sites.fixed), price))


def judged(sites: Sites, price: FloatArray, gains: FloatArray, gross: float) -> Evaluation:
    """Bound and penalties where sites gain (m,) `gains`, whose positive terms sum to `gross`."""
    reduced = sites.fixed - gains
    margin = (len(price) + 16) * ULP * (gross + float(np.sum(np.abs(price)) + np.sum(np.abs(sites.fixed))))
    is_free = sites.state == FREE
    chosen, threshold, runner_up = _choice(sites, reduced, is_free)
    if threshold == math.inf:
        return Evaluation(math.inf, price, np.full(len(reduced), math.inf), np.full(len(reduced), math.inf))
    bound = math.fsum(price) + math.fsum(reduced[chosen]) - margin
    opened = bound + np.maximum(0.0, reduced - threshold)
    closed = bound + np.maximum(0.0, runner_up - reduced)
    return Evaluation(bound, price, opened, closed)


def _gains(arcs: Arcs, n_sites: int, price: FloatArray) -> tuple[FloatArray, float]:
    gains, gross, first = np.zeros(n_sites), 0.0, 0
    n_customers = len(price)
    while first < n_customers:
        room = arcs.pointer[first] + ARCS_AT_ONCE
        last = max(first + 1, int(np.searchsorted(arcs.pointer, room, side="right")) - 1)
        block = slice(arcs.pointer[first], arcs.pointer[last])
        gain = np.repeat(price[first:last], np.diff(arcs.pointer[first : last + 1])) - arcs.cost[block]
        active = gain > 0.0
        gains += np.bincount(arcs.site[block][active], gain[active], n_sites)
        gross += float(np.sum(gain[active]))
        first = last
    return gains, gross


def _choice(sites: Sites, reduced: FloatArray, is_free: np.ndarray) -> tuple[IntArray, float, float]:
    """Cheapest allowed sites; reduced cost at which a free site enters and at which one leaves."""
    must = np.flatnonzero(sites.state == OPEN)
    free = np.flatnonzero(is_free)
    if sites.n_open < 0:
        return np.concatenate([must, free[reduced[free] < 0.0]]), 0.0, 0.0
    left = sites.n_open - len(must)
    if left < 0 or left > len(free):
        return must, math.inf, math.inf
    order = free[np.argsort(reduced[free], kind="stable")]
    enters = reduced[order[left - 1]] if left > 0 else -math.inf
    leaves = reduced[order[left]] if left < len(order) else math.inf
    if left == 0:
        enters = -1e300
    return np.concatenate([must, order[:left]]), float(enters), float(leaves)


def fixed_state(state: StateArray, evaluation: Evaluation, goal: float) -> StateArray:
    """The state that every plan cheaper than `goal` has, by the penalties."""
    is_free = state == FREE
    fixed = state.copy()
    fixed[is_free & (evaluation.open_at_least >= goal)] = CLOSED
    fixed[is_free & (evaluation.close_at_least >= goal)] = OPEN
    return fixed


def limit_of(evaluation: Evaluation, goal: float) -> FloatArray:
    """(n,) cost beyond which no arc is used by a plan cheaper than `goal`: it costs bound + cost - price."""
    return evaluation.price + max(0.0, goal - evaluation.bound)


def reduced_relaxation(relaxation: Relaxation, evaluation: Evaluation, goal: float) -> Relaxation:
    """Only what plans cheaper than `goal` can use; where the list ends beyond the limit, prices are free."""
    arcs, sites = relaxation.arcs, relaxation.sites
    state = fixed_state(sites.state, evaluation, goal)
    limit = limit_of(evaluation, goal)
    lifted = arcs._replace(ceiling=np.where(limit < arcs.ceiling, math.inf, arcs.ceiling))
    small = narrowed(lifted, state, limit)
    kept = np.flatnonzero(state != CLOSED)
    number = np.full(len(state), -1, dtype=np.int32)
    number[kept] = np.arange(len(kept))
    return Relaxation(
        small._replace(site=number[small.site]),
        Sites(sites.fixed[kept], state[kept], sites.n_open),
        relaxation.labels[kept],
    )
