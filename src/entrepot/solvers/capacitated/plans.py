"""Plans: the exact cost of a set of open sites, and moves that improve it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from entrepot.kernels.relocating import relocations, two_cheapest
from entrepot.kernels.transporting import Shipment, ship
from entrepot.location.problem import BoolArray, FloatArray, IntArray
from entrepot.solvers.capacitated.prepared import ROUNDING, Prepared, count_range, indices

SHAKEN = 3
"""Sites that a shake closes at most."""
TRIALS = 3
"""Swaps tried exactly per closed site, most promising first."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A set of open sites, ascending, its best shipment and its cost."""

    sites: IntArray
    shipment: Shipment
    value: float


@dataclass(slots=True)
class Pool:
    """Sets that were costed already, so that none is costed twice.

    Attributes
    ----------
    seen : open sets as bytes. n_shipments : transportation problems solved.
    """

    seen: set[bytes] = field(default_factory=set)
    n_shipments: int = 0

    def is_new(self, sites: IntArray) -> bool:
        """Whether the set has not been seen before; it has from now on."""
        key = sites.tobytes()
        if key in self.seen:
            return False
        self.seen.add(key)
        return True


def cost_plan(
    prepared: Prepared, sites: IntArray, start_price: FloatArray | None = None, cutoff: float = np.inf
) -> Plan:
    """Serve everybody from the given sites at least cost; value inf where that reaches the cut-off."""
    if len(sites) == 0:
        value = np.inf if prepared.n_customers else 0.0
        return Plan(sites, Shipment(value, value, np.zeros(0), np.zeros((1, 0))), value)
    price = np.zeros(len(sites)) if start_price is None else start_price
    fixed = float(prepared.fixed_cost[sites].sum())
    shipment = ship(prepared.cost, prepared.demand, sites, prepared.capacity[sites], (price, cutoff - fixed))
    return Plan(sites, shipment, fixed + shipment.value)


def round_up(prepared: Prepared, weight: FloatArray, may_open: BoolArray, is_open: BoolArray) -> IntArray:
    """Open sites of a plan near fractional weights: largest first until demand and count are met."""
    least, most = count_range(prepared, may_open, is_open)
    order = np.lexsort((prepared.fixed_cost, -weight))
    order = np.concatenate([order[is_open[order]], order[may_open[order] & ~is_open[order]]])
    held = np.cumsum(prepared.capacity[order])
    wanted = int(np.count_nonzero((weight > 0.5) & may_open))
    enough = int(np.searchsorted(held, prepared.total * (1.0 - ROUNDING))) + 1
    number = min(max(least, wanted, enough), most, len(order))
    chosen, rest = list(order[:number]), list(order[number:])
    while not prepared.holds(float(prepared.capacity[chosen].sum())) and rest:
        small = min((j for j in chosen if not is_open[j]), key=lambda j: prepared.capacity[j], default=-1)
        big = max(rest, key=lambda j: prepared.capacity[j])
        if small < 0 or prepared.capacity[big] <= prepared.capacity[small]:
            break
        chosen.remove(small)
        rest.remove(big)
        chosen.append(big)
    return np.sort(np.array(chosen, dtype=np.int64))


def improve(prepared: Prepared, plan: Plan, pool: Pool, is_over: Callable[[], bool]) -> Plan:
    """Close, open and swap sites while it pays.

    Every move is first held against a bound read off the prices of the present shipment, so that a plan
    without a promising move is a local optimum of all three neighbourhoods.
    """
    best = plan
    while not is_over():
        better = _better(prepared, best, pool, is_over)
        if better is None:
            break
        best = better
    return best


def shaken(prepared: Prepared, plan: Plan, rng: np.random.Generator) -> Plan | None:
    """The plan with some sites around a random customer exchanged; None where that is no plan."""
    nearest = np.argsort(prepared.cost[rng.integers(prepared.n_customers)], kind="stable")
    is_open = np.zeros(prepared.n_sites, dtype=np.bool_)
    is_open[plan.sites] = True
    near_open, near_shut = nearest[is_open[nearest]], nearest[~is_open[nearest]]
    number = int(rng.integers(1, SHAKEN + 1))
    if len(near_open) <= number or len(near_shut) < number:
        return None
    is_open[rng.choice(near_open[: 2 * number], number, replace=False)] = False
    is_open[rng.choice(near_shut[: 3 * number], min(number, len(near_shut)), replace=False)] = True
    sites = indices(is_open)
    if not prepared.holds(float(prepared.capacity[sites].sum())):
        return None
    price = np.zeros(prepared.n_sites)
    price[plan.sites] = plan.shipment.price
    return cost_plan(prepared, sites, price[sites])


def _better(prepared: Prepared, plan: Plan, pool: Pool, is_over: Callable[[], bool]) -> Plan | None:
    sites, price = plan.sites, plan.shipment.price
    first, least, second = two_cheapest(prepared.cost, prepared.demand, sites, price)
    drop, swap = relocations(
        prepared.lists,
        prepared.cost,
        prepared.demand,
        (prepared.fixed_cost, prepared.capacity),
        (sites, price, first, least, second),
    )
    for _, out, into in _promising(prepared, plan, drop, swap):
        if is_over():
            return None
        kept = np.delete(sites, out) if out < len(sites) else sites
        trial, start = _with(kept, np.delete(price, out) if out < len(sites) else price, into)
        if len(trial) == 0 or not pool.is_new(trial):
            continue
        pool.n_shipments += 1
        result = cost_plan(prepared, trial, start, plan.value)
        if result.value < plan.value * (1.0 - 1e-12 * np.sign(plan.value)):
            return result
    return None


def _promising(
    prepared: Prepared, plan: Plan, drop: FloatArray, swap: FloatArray
) -> list[tuple[float, int, int]]:
    """Moves (least change, position to close or n_open, site to open or -1), most promising first."""
    n = len(plan.sites)
    lost = np.concatenate([prepared.capacity[plan.sites], [0.0]])
    left = float(np.sum(lost)) - lost
    enough = prepared.total * (1.0 - ROUNDING)
    drop = np.where(left >= enough, drop, np.inf)
    swap = np.where(left[:, None] + prepared.capacity >= enough, swap, np.inf)
    moves: list[tuple[float, int, int]] = []
    if prepared.n_open is None:
        moves += [(float(drop[k]), int(k), -1) for k in np.flatnonzero(drop[:n] < 0.0)]
    else:
        swap = swap[:n]
    count = min(TRIALS, swap.shape[1])
    near = np.argpartition(swap, count - 1, axis=1)[:, :count]
    change = np.take_along_axis(swap, near, axis=1)
    row, column = np.nonzero(change < 0.0)
    moves += [(float(change[r, c]), int(r), int(near[r, c])) for r, c in zip(row, column, strict=True)]
    return sorted(moves)


def _with(sites: IntArray, price: FloatArray, into: int) -> tuple[IntArray, FloatArray]:
    if into < 0:
        return sites, price
    place = int(np.searchsorted(sites, into))
    dear = float(price.max(initial=0.0))
    return np.insert(sites, place, into), np.insert(price, place, 0.5 * dear)


def served(prepared: Prepared, plan: Plan) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs (customer, site) of a plan that are used, and the fraction served; fractions sum to 1."""
    demand = prepared.demand
    flow = plan.shipment.flow[:-1].copy()
    idle = indices(demand <= 0.0)
    flow[idle] = 0.0
    flow[idle, np.argmin(prepared.cost[np.ix_(idle, plan.sites)], axis=1)] = 1.0
    flow /= flow.sum(axis=1, keepdims=True)
    customer, place = np.nonzero(flow)
    return customer, plan.sites[place], flow[customer, place]
