import itertools
import os
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from entrepot.errors import UsageError
from entrepot.location import FacilityLocation, MatrixCosts, Options, Siting, Unwatched
from entrepot.location.textbook import as_canonical, lifted, recognised
from entrepot.solvers.price_cut_plan import solve

N_CASES = 1000 if os.environ.get("ENTREPOT_LONG") else 60


def made(seed: int) -> FacilityLocation:
    """A random small p-median, UFL or CFLP."""
    rng = np.random.default_rng(seed)
    n_sites, n_customers = int(rng.integers(2, 6)), int(rng.integers(1, 8))
    demand = rng.integers(0, 10, n_customers).astype(float)
    capacity = np.full(n_sites, np.inf)
    if seed % 3 == 2:
        capacity = rng.integers(0, 25, n_sites).astype(float)
        capacity[rng.random(n_sites) < 0.2] = np.inf
    n_open = int(rng.integers(1, n_sites + 1)) if seed % 3 == 1 or rng.random() < 0.2 else None
    fixed_cost = np.zeros(n_sites) if seed % 3 == 1 else rng.integers(-5, 60, n_sites).astype(float)
    costs = MatrixCosts(rng.integers(0, 50, (n_customers, n_sites)).astype(float))
    return FacilityLocation(f"case {seed}", costs, fixed_cost, demand, capacity, n_open)


def cost_of(problem: FacilityLocation, sites: list[int]) -> float:
    """Cost of serving everyone from these sites; inf where they lack capacity."""
    costs = problem.costs.between(np.arange(problem.n_customers)[:, None], np.array(sites))
    fixed = float(problem.fixed_cost[sites].sum())
    if not problem.is_capacitated:
        return fixed + float(costs.min(axis=1).sum())
    n, k = costs.shape
    room = np.minimum(problem.capacity[sites], problem.demand.sum() + 1.0)
    load = np.zeros((k, n, k))
    for j in range(k):
        load[j, :, j] = problem.demand
    served = np.kron(np.eye(n), np.ones(k))
    found = linprog(costs.ravel(), A_ub=load.reshape(k, -1), b_ub=room, A_eq=served, b_eq=np.ones(n))
    return fixed + float(found.fun) if found.status == 0 else np.inf


def optimum(problem: FacilityLocation) -> float:
    sizes = range(1, problem.n_sites + 1) if problem.n_open is None else [problem.n_open]
    plans = itertools.chain(*(itertools.combinations(range(problem.n_sites), size) for size in sizes))
    return min(cost_of(problem, list(plan)) for plan in plans)


@pytest.mark.parametrize("seed", range(N_CASES))
def test_the_canonical_form_has_the_same_optimum(seed: int) -> None:
    problem = made(seed)
    expected = optimum(problem)
    solution = solve(as_canonical(problem), Options(gap=0.0, seconds=60.0, threads=1), Unwatched())
    if np.isinf(expected):
        assert solution.stop_reason == "infeasible"
    else:
        assert -solution.value == pytest.approx(expected, abs=1e-6)
        assert -solution.claimed_bound <= expected + 1e-6


@pytest.mark.parametrize("seed", sorted({*range(N_CASES), 233, 425, 617}))
def test_what_was_stated_is_recognised(seed: int) -> None:
    problem = made(seed)
    found = recognised(as_canonical(problem))
    assert found is not None
    same = found.textbook
    customers, sites = np.arange(problem.n_customers)[:, None], np.arange(problem.n_sites)
    np.testing.assert_array_equal(
        same.costs.between(customers, sites), problem.costs.between(customers, sites)
    )
    np.testing.assert_array_equal(same.fixed_cost, problem.fixed_cost)
    np.testing.assert_array_equal(same.capacity, problem.capacity)
    assert same.n_open == problem.n_open
    if problem.is_capacitated:
        np.testing.assert_array_equal(same.demand, problem.demand)


def test_a_problem_that_is_more_than_facility_location_is_not_recognised() -> None:
    problem = as_canonical(made(0))
    cells, enablers, strategic, ways = problem.cells, problem.enablers, problem.strategic, problem.ways
    others = [
        replace(problem, cells=replace(cells, is_mandatory=np.zeros(problem.n_cells, dtype=bool))),
        replace(problem, enablers=replace(enablers, constant=np.ones(problem.n_enablers))),
        replace(problem, strategic=replace(strategic, is_integer=np.zeros(problem.n_columns, dtype=bool))),
        replace(problem, strategic=replace(strategic, row_lower=np.array([2.0]))),
        replace(problem, strategic=replace(strategic, row_lower=np.array([-np.inf]))),
        replace(problem, ways=replace(ways, value=np.where(ways.facility < 0, 0.0, ways.value))),
        replace(problem, ways=replace(ways, facility=np.where(ways.facility == 1, -1, ways.facility))),
    ]
    assert [recognised(other) for other in others] == [None] * len(others)


def test_an_answer_is_lifted_into_canonical_terms() -> None:
    problem = made(0)
    canonical = as_canonical(problem)
    found = recognised(canonical)
    assert found is not None
    site = problem.costs.between(np.arange(problem.n_customers)[:, None], np.array([0, 1])).argmin(axis=1)
    value = cost_of(problem, [0, 1])
    customers, whole = np.arange(problem.n_customers), np.ones(problem.n_customers)
    siting = Siting(
        np.array([0, 1]), customers, site, whole, value, value - 2, value - 1, 0.0, "time limit", 1.0, (), {}
    )  # fmt: skip
    solution = lifted(canonical, found, siting)
    assert solution.columns is not None
    assert solution.assignment is not None
    assert solution.columns.tolist() == [1.0, 1.0] + [0.0] * (problem.n_sites - 2)
    served = canonical.ways.value[solution.assignment.way] @ solution.assignment.fraction
    assert served - canonical.strategic.cost @ solution.columns == pytest.approx(solution.value)
    assert (solution.value, solution.claimed_bound, solution.certified_bound) == (
        -value,
        1 - value,
        2 - value,
    )
    np.testing.assert_array_equal(canonical.ways.facility[solution.assignment.way], site)


@pytest.mark.parametrize("seed", range(2, 92, 3))
def test_single_sourcing_is_stated_as_whole_cells(seed: int) -> None:
    problem = replace(made(seed), is_single_source=True)
    if problem.n_customers > 5:
        return
    canonical = as_canonical(problem)
    solution = solve(canonical, Options(gap=0.0, seconds=60.0, threads=1), Unwatched())
    best = np.inf
    for sites in itertools.product(range(problem.n_sites), repeat=problem.n_customers):
        load = np.bincount(sites, weights=problem.demand, minlength=problem.n_sites)
        if np.all(load <= problem.capacity):
            best = min(best, cheapest_opening(problem, set(sites)) + served_at(problem, sites))
    unserved = solution.assignment is None or np.any(canonical.ways.facility[solution.assignment.way] < 0)
    if np.isinf(best):
        assert unserved
    else:
        assert not unserved
        assert -solution.value == pytest.approx(best)
        assert -solution.claimed_bound == pytest.approx(best)


def served_at(problem: FacilityLocation, sites: tuple[int, ...]) -> float:
    return float(problem.costs.between(np.arange(problem.n_customers), np.array(sites)).sum())


def cheapest_opening(problem: FacilityLocation, used: set[int]) -> float:
    """Least fixed cost of a set of sites that holds the used ones; inf where the count forbids it."""
    best = np.inf
    for size in range(1, problem.n_sites + 1):
        for plan in itertools.combinations(range(problem.n_sites), size):
            counts = problem.n_open is None or size == problem.n_open
            if used <= set(plan) and counts:
                best = min(best, float(problem.fixed_cost[list(plan)].sum()))
    return best


def test_what_cannot_be_stated_is_said() -> None:
    wide = MatrixCosts(np.broadcast_to(np.zeros(1), (3000, 2000)))
    with pytest.raises(UsageError, match="6,003,000 ways"):
        as_canonical(FacilityLocation("wide", wide, np.zeros(2000), np.ones(3000), np.full(2000, np.inf)))
