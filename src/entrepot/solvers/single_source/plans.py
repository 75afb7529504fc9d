"""Plans of the single-source problem: what they cost, and the search by ruin and recreate."""

import math
from dataclasses import dataclass

import numpy as np

from entrepot.kernels.reassigning import Terrain, anneal
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.single_source.prepared import ROUNDING, Prepared

N_NEAR, N_AROUND = 24, 60
HEAT = (0.2, 0.004)
"""First and last temperature, as shares of the cost per customer."""
SCARCE = 2.0
"""A customer without site costs so many times the usual cost of so much demand."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """site : (n_customers,) that serves. open_sites : ascending. value : cost with the constant."""

    site: IntArray
    open_sites: IntArray
    value: float


def plan_of(prepared: Prepared, site: IntArray) -> Plan | None:
    """The plan with this assignment, costed by a compensated sum; None where it breaks a rule."""
    if np.any(site < 0):
        return None
    load = np.bincount(site, weights=prepared.demand, minlength=prepared.n_sites)
    used = np.bincount(site, minlength=prepared.n_sites) > 0
    if np.any(load > prepared.capacity * (1.0 + ROUNDING)):
        return None
    is_open = used | prepared.is_always_open
    if prepared.n_open is not None:
        missing = prepared.n_open - int(np.count_nonzero(used))
        if missing < 0:
            return None
        order = np.argsort(np.where(used, np.inf, prepared.fixed_cost), kind="stable")
        is_open[order[:missing]] = True
    costs = prepared.cost[np.arange(prepared.n_customers), site]
    value = math.fsum(np.concatenate([costs, prepared.fixed_cost[is_open]])) + prepared.constant
    return Plan(site, np.flatnonzero(is_open), value)


def terrain_of(prepared: Prepared, score: FloatArray, unit: float) -> Terrain:
    """What the search walks on.

    Parameters
    ----------
    score : (n_customers, n_sites) lower is better, inf = never. unit : usual cost of a unit of demand.
    """
    n_near = min(N_NEAR, prepared.n_sites)
    near = np.argsort(score, axis=1, kind="stable")[:, :n_near].astype(np.int32)
    near[~np.isfinite(np.take_along_axis(score, near, axis=1))] = -1
    around = np.argsort(prepared.cost, axis=0, kind="stable")[:N_AROUND].T
    demand = prepared.demand
    penalty = SCARCE * unit * (demand + 0.5 * float(demand.max(initial=0.0))) + np.abs(prepared.cost).min(
        axis=1
    )
    return Terrain(
        cost=prepared.cost,
        fixed_cost=prepared.fixed_cost,
        capacity=prepared.capacity,
        demand=demand,
        near=near,
        around=np.ascontiguousarray(around.astype(np.int32)),
        penalty=penalty,
        most=prepared.n_sites if prepared.n_open is None else prepared.n_open,
        over=float(penalty.max(initial=0.0) + prepared.fixed_cost.max(initial=0.0)),
    )


def search(
    prepared: Prepared,
    score: FloatArray,
    start: IntArray | None,
    bound: float,
    effort: tuple[int, int, float],
) -> Plan | None:
    """Anneal; `effort` is seed, steps and the factor of the first temperature."""
    size = max(abs(bound), 1e-9)
    unit = size / max(prepared.total, 1e-300)
    terrain = terrain_of(prepared, score, unit)
    site = np.full(prepared.n_customers, -1, dtype=np.int64) if start is None else start
    per_customer = size / prepared.n_customers
    heat = (HEAT[0] * effort[2] * per_customer, HEAT[1] * per_customer)
    found, _ = anneal(terrain, site, effort[0], effort[1], heat)
    return plan_of(prepared, found)
