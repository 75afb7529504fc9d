"""Which sites reach which customers at what cost, for a sample of the customers or for a plan."""

import numpy as np

from entrepot.location.problem import FloatArray, IntArray
from entrepot.location.service_costs import PlaneCosts, ServiceCosts

PAIRS_AT_ONCE = 1 << 21


def within(costs: ServiceCosts, customers: IntArray, limit: float) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs of a customer and a site that cost less than a limit.

    Returns
    -------
    position in `customers`, site, cost: (n_pairs,) by position.
    """
    step = max(1, PAIRS_AT_ONCE // costs.n_sites)
    parts = []
    for first in range(0, len(customers), step):
        block = customers[first : first + step]
        position, site = _candidates(costs, block, limit)
        cost = costs.between(block[position], site)
        near = cost < limit
        parts.append((position[near] + first, site[near], cost[near]))
    if not parts:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    position, site, cost = (np.concatenate(side) for side in zip(*parts, strict=True))
    return position, site, cost


def _candidates(costs: ServiceCosts, customers: IntArray, limit: float) -> tuple[IntArray, IntArray]:
    """Pairs among which are all that cost less than the limit: a superset, to be looked at one by one."""
    n_sites = costs.n_sites
    if not isinstance(costs, PlaneCosts) or not np.isfinite(limit):
        return np.repeat(np.arange(len(customers)), n_sites), np.tile(np.arange(n_sites), len(customers))
    slack = 0.0 if costs.rounding == "none" else 1.0  # rounding changes a distance by less than 1
    radius = (limit / costs.weight[customers] + slack) * (1.0 + 1e-9)
    near = costs.tree.query_ball_point(costs.customers[customers], radius, return_sorted=True)
    position = np.repeat(np.arange(len(customers)), [len(found) for found in near])
    return position, np.concatenate([np.asarray(found, dtype=np.int64) for found in near])


def served(costs: ServiceCosts, plan: IntArray) -> tuple[IntArray, FloatArray]:
    """Cheapest open site of each customer, and its cost."""
    n = costs.n_customers
    site, cost = np.empty(n, dtype=np.int64), np.empty(n)
    if isinstance(costs, PlaneCosts):
        chosen = PlaneCosts(costs.customers, costs.sites[plan], costs.weight, costs.rounding)
        near, least = chosen.nearest(np.arange(n), 1)
        return plan[near[:, 0]], least[:, 0]
    step = max(1, PAIRS_AT_ONCE // len(plan))
    for first in range(0, n, step):
        block = np.arange(first, min(n, first + step))
        table = costs.between(block[:, None], plan[None, :])
        best = np.argmin(table, axis=1)
        site[block], cost[block] = plan[best], table[np.arange(len(block)), best]
    return site, cost


def least_costs(costs: ServiceCosts) -> tuple[IntArray, FloatArray]:
    """Cheapest site of each customer, and its cost: what no plan can beat."""
    n = costs.n_customers
    site, cost = np.empty(n, dtype=np.int64), np.empty(n)
    step = max(1, PAIRS_AT_ONCE // costs.n_sites)
    if isinstance(costs, PlaneCosts):
        step = PAIRS_AT_ONCE
    for first in range(0, n, step):
        block = np.arange(first, min(n, first + step))
        near, least = costs.nearest(block, 1)
        site[block], cost[block] = near[:, 0], least[:, 0]
    return site, cost
