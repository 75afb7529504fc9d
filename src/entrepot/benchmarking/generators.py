"""Classic problems made from a seed: the Koerkel-Ghosh class, and customers and sites in the plane."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from entrepot.location import FacilityLocation, MatrixCosts, PlaneCosts
from entrepot.location.problem import FloatArray

LEAST_COST, MOST_COST = 1000, 2000
FIXED_COST = {"a": (100, 200), "b": (1000, 2000), "c": (10000, 20000)}
SIDE, LARGEST_DEMAND = 30.0, 100


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Maximal covering: distances, weights, radius and the number of open sites."""

    name: str
    distances: PlaneCosts
    weight: FloatArray
    radius: float
    n_open: int


def koerkel_ghosh(
    n_sites: int, fixed: Literal["a", "b", "c"], is_symmetric: bool, seed: int
) -> FacilityLocation:
    """UFL of the Koerkel-Ghosh class: as many customers as sites, integer costs without any structure.

    Parameters
    ----------
    n_sites : 250, 500 or 750 in the literature. fixed : range of the fixed costs: 100 to 200 (a),
        1000 to 2000 (b), 10000 to 20000 (c). is_symmetric : c_ij = c_ji. seed : of the draw.

    Notes
    -----
    The published files are not reproduced: only gaps compare with published gaps, not values.

    References
    ----------
    Ghosh, D. (2003): Neighborhood search heuristics for the uncapacitated facility location problem. EJOR
    150, 150-162.
    """
    rng = np.random.default_rng(seed)
    costs = rng.integers(LEAST_COST, MOST_COST + 1, (n_sites, n_sites)).astype(np.float64)
    if is_symmetric:
        costs = np.triu(costs) + np.triu(costs, 1).T
    low, high = FIXED_COST[fixed]
    fixed_cost = rng.integers(low, high + 1, n_sites).astype(np.float64)
    name = f"kg{'s' if is_symmetric else 'a'}{n_sites}{fixed}-{seed}"
    unlimited = np.full(n_sites, np.inf)
    return FacilityLocation(name, MatrixCosts(costs), fixed_cost, np.ones(n_sites), unlimited)


def ufl_in_the_plane(n_customers: int, n_sites: int, fixed_cost: float, seed: int) -> FacilityLocation:
    """UFL with customers and sites uniform in the unit square, weights lognormal(0, 1), one fixed cost."""
    rng = np.random.default_rng(seed)
    customers, sites = rng.random((n_customers, 2)), rng.random((n_sites, 2))
    weight = rng.lognormal(0.0, 1.0, n_customers)
    costs = PlaneCosts(customers, sites, weight)
    name = f"plane-ufl-{n_customers}x{n_sites}-{seed}"
    unlimited = np.full(n_sites, np.inf)
    return FacilityLocation(name, costs, np.full(n_sites, fixed_cost), weight, unlimited)


def covering_in_the_plane(n_customers: int, n_sites: int, radius: float, n_open: int, seed: int) -> Reach:
    """Maximal covering with customers and sites uniform in a square of side 30, demand 1 to 100.

    References
    ----------
    Cordeau, J.-F., Furini, F., Ljubic, I. (2019): Benders decomposition for very large scale partial set
    covering and maximal covering location problems. EJOR 275, 882-896.
    """
    rng = np.random.default_rng(seed)
    customers, sites = SIDE * rng.random((n_customers, 2)), SIDE * rng.random((n_sites, 2))
    weight = rng.integers(1, LARGEST_DEMAND + 1, n_customers).astype(np.float64)
    distances = PlaneCosts(customers, sites, np.ones(n_customers))
    return Reach(f"plane-mclp-{n_customers}x{n_sites}-{seed}", distances, weight, radius, n_open)
