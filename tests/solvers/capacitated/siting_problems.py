"""Random capacitated problems and an independent statement of them as a mixed integer program."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from entrepot.location import FacilityLocation, MatrixCosts


def random_siting(rng, n_customers=None, n_sites=None):
    """A problem of any kind: idle customers, sites without or of unlimited capacity, a count."""
    n = n_customers or int(rng.integers(1, 8))
    m = n_sites or int(rng.integers(1, 7))
    demand = rng.integers(0, 9, n).astype(float) * rng.choice([1.0, 0.37])
    if rng.random() < 0.7:
        demand = np.maximum(demand, 1.0)
    capacity = rng.integers(0, 12, m).astype(float) * max(1.0, demand.sum() / (4.0 * m))
    capacity[rng.random(m) < 0.1] = np.inf
    fixed = rng.integers(0, 40, m).astype(float)
    if rng.random() < 0.2:
        fixed -= 15.0
    costs = rng.integers(0, 12, (n, m)) * np.maximum(demand, 1.0)[:, None] * rng.choice([1.0, 0.173])
    n_open = int(rng.integers(1, m + 1)) if rng.random() < 0.3 else None
    return FacilityLocation("random", MatrixCosts(costs), fixed, demand, capacity, n_open)


def optimum_of(problem):
    """Least cost by a MIP solver on the textbook formulation; inf where there is no plan."""
    n, m = problem.n_customers, problem.n_sites
    capacity = np.minimum(problem.capacity, problem.demand.sum())
    rows, low, high = [], [], []
    for i in range(n):
        row = np.zeros((n + 1, m))
        row[i] = 1.0
        rows.append(row.ravel())
        low.append(1.0)
        high.append(1.0)
        for j in range(m):
            row = np.zeros((n + 1, m))
            row[i, j], row[n, j] = 1.0, -1.0
            rows.append(row.ravel())
            low.append(-np.inf)
            high.append(0.0)
    for j in range(m):
        row = np.zeros((n + 1, m))
        row[:n, j], row[n, j] = problem.demand, -capacity[j]
        rows.append(row.ravel())
        low.append(-np.inf)
        high.append(0.0)
    if problem.n_open is not None:
        row = np.zeros((n + 1, m))
        row[n] = 1.0
        rows.append(row.ravel())
        low.append(problem.n_open)
        high.append(problem.n_open)
    cost = np.vstack([problem.costs.matrix, problem.fixed_cost]).ravel()
    integer = np.concatenate([np.zeros(n * m), np.ones(m)])
    result = milp(
        cost,
        integrality=integer,
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(np.array(rows), low, high),
        options={"mip_rel_gap": 0.0},
    )
    return float(result.fun) if result.success else np.inf
