"""Which sites reach which customers at what cost, for a sample of the customers or for a plan."""

import numpy as np

from entrepot.location.problem import FloatArray, IntArray
from entrepot.location.service_costs import PlaneCosts, ServiceCosts
from entrepot.solvers.crew import ALONE, Crew

PAIRS_AT_ONCE, POINTS_AT_ONCE = 1 << 21, 1 << 16


def within(
    costs: ServiceCosts, customers: IntArray, limit: float, crew: Crew = ALONE
) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs of a customer and a site that cost less than a limit.

    Returns
    -------
    position in `customers`, site, cost: (n_pairs,) by position.
    """

    def of_block(first: int, last: int) -> tuple[IntArray, IntArray, FloatArray]:
        block = customers[first:last]
        position, site = _candidates(costs, block, limit)
        cost = costs.between(block[position], site)
        near = cost < limit
        return position[near] + first, site[near], cost[near]

    parts = crew.work(of_block, len(customers), max(1, PAIRS_AT_ONCE // costs.n_sites))
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


def served(costs: ServiceCosts, plan: IntArray, crew: Crew = ALONE) -> tuple[IntArray, FloatArray]:
    """Cheapest open site of each customer, and its cost."""
    if isinstance(costs, PlaneCosts):
        chosen = PlaneCosts(costs.customers, costs.sites[plan], costs.weight, costs.rounding)
        site, cost = least_costs(chosen, crew)
        return plan[site], cost

    def of_block(first: int, last: int) -> tuple[IntArray, FloatArray]:
        table = costs.between(np.arange(first, last)[:, None], plan[None, :])
        best = np.argmin(table, axis=1)
        return plan[best], table[np.arange(last - first), best]

    return _joined(crew.work(of_block, costs.n_customers, max(1, PAIRS_AT_ONCE // len(plan))))


def least_costs(costs: ServiceCosts, crew: Crew = ALONE) -> tuple[IntArray, FloatArray]:
    """Cheapest site of each customer, and its cost: what no plan can beat."""

    def of_block(first: int, last: int) -> tuple[IntArray, FloatArray]:
        near, least = costs.nearest(np.arange(first, last), 1)
        return near[:, 0].astype(np.int64), least[:, 0]

    at_once = POINTS_AT_ONCE if isinstance(costs, PlaneCosts) else max(1, PAIRS_AT_ONCE // costs.n_sites)
    return _joined(crew.work(of_block, costs.n_customers, at_once))


def _joined(parts: list[tuple[IntArray, FloatArray]]) -> tuple[IntArray, FloatArray]:
    site, cost = zip(*parts, strict=True)
    return np.concatenate(site), np.concatenate(cost)
