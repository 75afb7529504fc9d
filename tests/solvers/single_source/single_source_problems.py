"""Random single-source problems and their optima by enumeration."""

import itertools

import numpy as np

from entrepot.location import FacilityLocation, MatrixCosts


class Silent:
    def report(self, progress) -> None:
        pass

    def should_stop(self) -> bool:
        return False


def random_problem(rng, most_customers=5, most_sites=4) -> FacilityLocation:
    n_customers, n_sites = int(rng.integers(1, most_customers + 1)), int(rng.integers(1, most_sites + 1))
    is_whole = rng.random() < 0.5
    cost = rng.integers(0, 40, (n_customers, n_sites)).astype(float)
    fixed_cost = rng.integers(0, 60, n_sites).astype(float)
    demand = rng.integers(0, 9, n_customers).astype(float)
    capacity = rng.integers(2, 20, n_sites).astype(float)
    if not is_whole:
        cost, fixed_cost = cost * 1.37, fixed_cost + rng.random(n_sites)
        demand, capacity = demand * 1.13, capacity * 1.21
    if rng.random() < 0.3:
        fixed_cost -= 25.0
    if rng.random() < 0.3:
        capacity[rng.integers(n_sites)] = np.inf
    n_open = int(rng.integers(1, n_sites + 1)) if rng.random() < 0.35 else None
    return FacilityLocation("random", MatrixCosts(cost), fixed_cost, demand, capacity, n_open, True)


def plans(problem):
    """(cost, assignment) of every feasible assignment, with the cheapest sites to go with it."""
    for site in itertools.product(range(problem.n_sites), repeat=problem.n_customers):
        assignment = np.array(site)
        load = np.bincount(assignment, weights=problem.demand, minlength=problem.n_sites)
        if np.any(load > problem.capacity + 1e-9):
            continue
        used = np.bincount(assignment, minlength=problem.n_sites) > 0
        cost = problem.costs.matrix[np.arange(len(assignment)), assignment].sum()
        rent = problem.fixed_cost[used].sum()
        rest = np.sort(problem.fixed_cost[~used])
        if problem.n_open is None:
            rent += rest[rest < 0.0].sum()
        else:
            missing = problem.n_open - int(used.sum())
            if missing < 0:
                continue
            rent += rest[:missing].sum()
        yield float(cost + rent), assignment


def optimum(problem) -> float:
    return min((cost for cost, _ in plans(problem)), default=np.inf)
