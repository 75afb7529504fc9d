"""The transportation problem between customers and open sites, by successive shortest paths over sites."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray

TINY = 1e-11
"""Share of the total amount below which an amount is rounding."""


class Shipment(NamedTuple):
    """A (nearly) best way to serve all customers from the given sites.

    Attributes
    ----------
    value : cost, inf where the cut-off was passed. dual : value of the prices, a bound on the cost.
    price : (n_open,) >= 0 of a unit of capacity.
    flow : (n_customers + 1, n_open) amounts; the last row is unused capacity.
    """

    value: float
    dual: float
    price: FloatArray
    flow: FloatArray


class _Moves(NamedTuple):
    """Cheapest way to shift a unit from one site to another by one customer.

    Attributes
    ----------
    cost : (n, n). by : (n, n) int32 customer. member : (n, n_customers + 1) int32. size : (n,) int64.
    """

    cost: FloatArray
    by: NDArray[np.int32]
    member: NDArray[np.int32]
    size: IntArray


@kernel
def _enter(moves: _Moves, unit: FloatArray, customer: int, site: int) -> None:
    moves.member[site, moves.size[site]] = customer
    moves.size[site] += 1
    base = unit[customer, site]
    for other in range(unit.shape[1]):
        cost = unit[customer, other] - base
        if cost < moves.cost[site, other]:
            moves.cost[site, other] = cost
            moves.by[site, other] = customer


@kernel
def _leave(moves: _Moves, unit: FloatArray, customer: int, site: int) -> None:
    place = 0
    while moves.member[site, place] != customer:
        place += 1
    moves.size[site] -= 1
    moves.member[site, place] = moves.member[site, moves.size[site]]
    for other in range(unit.shape[1]):
        if moves.by[site, other] != customer or other == site:
            continue
        least, who = np.inf, -1
        for k in range(moves.size[site]):
            member = moves.member[site, k]
            cost = unit[member, other] - unit[member, site]
            if cost < least:
                least, who = cost, member
        moves.cost[site, other] = least
        moves.by[site, other] = who


@kernel
def _nearest_deficit(
    moves: _Moves, price: FloatArray, excess: FloatArray, reach: FloatArray, tree: tuple[IntArray, FloatArray]
) -> int:
    """Dijkstra from every site with too much to the nearest one with too little; -1 where none is reached.

    `reach` returns distances, inf where not settled; tree[0] the predecessors.
    """
    n = len(price)
    before, distance = tree
    for site in range(n):
        reach[site] = np.inf
        distance[site] = 0.0 if excess[site] > 0.0 else np.inf
        before[site] = -1
    while True:
        here = -1
        least = np.inf
        for site in range(n):
            if distance[site] < least and reach[site] == np.inf:
                least, here = distance[site], site
        if here < 0:
            return -1
        reach[here] = least
        if excess[here] < 0.0:
            return here
        base = least - price[here]
        for site in range(n):
            trial = base + moves.cost[here, site] + price[site]
            if trial < distance[site] and reach[site] == np.inf:
                distance[site] = max(trial, least)
                before[site] = here


@kernel
def _push(
    moves: _Moves, unit: FloatArray, flow: FloatArray, excess: FloatArray, path: tuple[int, IntArray, float]
) -> None:
    """Send as much as fits along the path that ends at path[0]."""
    end, before, tiny = path
    amount = -excess[end]
    site = end
    while before[site] >= 0:
        amount = min(amount, flow[moves.by[before[site], site], before[site]])
        site = before[site]
    amount = min(amount, excess[site])
    excess[site] -= amount
    excess[end] += amount
    if abs(excess[site]) <= tiny:
        excess[site] = 0.0
    if abs(excess[end]) <= tiny:
        excess[end] = 0.0
    site = end
    while before[site] >= 0:
        source = before[site]
        customer = moves.by[source, site]
        if flow[customer, site] == 0.0:
            _enter(moves, unit, customer, site)
        flow[customer, site] += amount
        flow[customer, source] -= amount
        if flow[customer, source] <= tiny:
            flow[customer, site] += flow[customer, source]
            flow[customer, source] = 0.0
            _leave(moves, unit, customer, source)
        site = source


@kernel
def _start(
    unit: FloatArray, amount: FloatArray, capacity: FloatArray, price: FloatArray, moves: _Moves
) -> tuple[FloatArray, FloatArray, float]:
    """Serve everybody at the cheapest price plus cost; flow, excess and the value of the prices."""
    n_customers, n = unit.shape
    flow = np.zeros((n_customers, n))
    excess = -capacity.copy()
    dual = -np.sum(capacity * price)
    for customer in range(n_customers - 1):
        if amount[customer] <= 0.0:
            continue
        best, least = 0, np.inf
        for site in range(n):
            cost = unit[customer, site] + price[site]
            if cost < least:
                best, least = site, cost
        flow[customer, best] = amount[customer]
        excess[best] += amount[customer]
        dual += amount[customer] * least
        _enter(moves, unit, customer, best)
    spare = n_customers - 1
    lowest = price.min()
    dual += amount[spare] * lowest
    left = amount[spare]
    last = -1
    for site in range(n):
        if price[site] <= lowest:
            last = site
            part = min(left, max(0.0, -excess[site]))
            flow[spare, site] = part
            excess[site] += part
            left -= part
    if left > 0.0:
        flow[spare, last] += left
        excess[last] += left
    for site in range(n):
        if flow[spare, site] > 0.0:
            _enter(moves, unit, spare, site)
    return flow, excess, dual


@kernel
def _unit_costs(cost: FloatArray, demand: FloatArray, sites: IntArray) -> tuple[FloatArray, float]:
    """Costs per unit of demand from open sites, zeros last; and what customers without demand cost."""
    unit = np.zeros((len(demand) + 1, len(sites)))
    settled = 0.0
    for customer in range(len(demand)):
        if demand[customer] > 0.0:
            for k in range(len(sites)):
                unit[customer, k] = cost[customer, sites[k]] / demand[customer]
        else:
            least = np.inf
            for k in range(len(sites)):
                least = min(least, cost[customer, sites[k]])
            settled += least
    return unit, settled


@kernel
def ship(
    cost: FloatArray,
    demand: FloatArray,
    sites: IntArray,
    capacity: FloatArray,
    start: tuple[FloatArray, float],
) -> Shipment:
    """Serve all demand from the open sites at least cost.

    Parameters
    ----------
    cost : (n_customers, n_sites) of the whole demand. demand : (n_customers,) >= 0.
    sites : (n_open,) open ones. capacity : (n_open,), together at least the total demand.
    start : prices (n_open,) to begin with, >= 0, and the cut-off: end once the cost must reach it.

    Notes
    -----
    A customer without demand costs what his cheapest open site costs; no flow shows it.
    Unused capacity is a customer without cost, so that every site is exactly full. Amounts always lie where
    cost plus price is least (dual feasibility); each step moves some from a site that holds too much along
    the cheapest chain of customers to one that holds too little.

    References
    ----------
    Ahuja, Magnanti, Orlin (1993), Network Flows, section 9.7 (successive shortest paths).
    """
    n, n_customers = len(sites), len(demand) + 1
    unit, settled = _unit_costs(cost, demand, sites)
    amount = np.zeros(n_customers)
    amount[:-1] = demand
    amount[-1] = max(0.0, capacity.sum() - demand.sum())
    moves = _Moves(
        np.full((n, n), np.inf),
        np.full((n, n), -1, np.int32),
        np.empty((n, n_customers), np.int32),
        np.zeros(n, np.int64),
    )
    price = start[0].copy()
    flow, excess, dual = _start(unit, amount, capacity, price, moves)
    dual += settled
    tiny = TINY * max(capacity.sum(), 1e-300)
    excess[np.abs(excess) <= tiny] = 0.0
    reach, before, distance = np.empty(n), np.empty(n, np.int64), np.empty(n)
    left = np.sum(np.maximum(excess, 0.0))
    while left > tiny and dual < start[1]:
        end = _nearest_deficit(moves, price, excess, reach, (before, distance))
        if end < 0:
            break
        dual += reach[end] * left
        for site in range(n):
            if reach[site] < reach[end]:
                price[site] += reach[end] - reach[site]
        _push(moves, unit, flow, excess, (end, before, tiny))
        left = np.sum(np.maximum(excess, 0.0))
    price -= price.min()
    value = settled + np.sum(flow * unit) if left <= tiny else np.inf
    return Shipment(value, dual, price, flow)
