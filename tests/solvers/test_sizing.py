from dataclasses import replace

import numpy as np
import pytest

from entrepot.errors import UsageError
from entrepot.location import FacilityLocation, MatrixCosts, Options, PlaneCosts
from entrepot.solvers.engine import locate
from solvers.problems import Quiet

EXACT = Options(gap=0.0, seconds=60.0, threads=1)


def a_problem(seed, kind):
    rng = np.random.default_rng(seed)
    demand = rng.integers(1, 9, 6).astype(float)
    capacity = np.full(4, np.inf if kind == "ufl" else 0.6 * demand.sum())
    costs = MatrixCosts(rng.integers(1, 60, (6, 4)).astype(float))
    fixed = rng.integers(5, 50, 4).astype(float)
    return FacilityLocation(kind, costs, fixed, demand, capacity, None, kind == "sscflp")


@pytest.mark.parametrize("kind", ["ufl", "cflp", "sscflp"])
@pytest.mark.parametrize("money", [2.0**-60, 2.0**-34, 1.0, 2.0**40])
@pytest.mark.parametrize("load", [2.0**-30, 1.0, 2.0**36])
def test_the_size_of_costs_and_demands_changes_nothing(kind, money, load):
    for seed in range(3):
        problem = a_problem(seed, kind)
        plain = locate(problem, EXACT, Quiet())
        other = replace(
            problem,
            costs=MatrixCosts(problem.costs.matrix * money),
            fixed_cost=problem.fixed_cost * money,
            demand=problem.demand * load,
            capacity=problem.capacity * load,
        )
        watcher = Quiet()
        sized = locate(other, EXACT, watcher)
        assert sized.value == pytest.approx(plain.value * money, rel=1e-9)
        assert sized.claimed_bound == pytest.approx(plain.claimed_bound * money, rel=1e-6)
        assert sized.stop_reason == plain.stop_reason == "proved"
        assert min(line.value for line in (*watcher.lines, *sized.trace)) >= sized.value * (1.0 - 1e-9)


def test_points_are_scaled_by_their_weight():
    points = np.random.default_rng(1).random((30, 2))
    costs = PlaneCosts(points, points, np.full(30, 1e-12))
    problem = FacilityLocation("plane", costs, np.zeros(30), np.ones(30), np.full(30, np.inf), 4)
    large = replace(problem, costs=PlaneCosts(points, points, np.ones(30)))
    found, plain = locate(problem, EXACT, Quiet()), locate(large, EXACT, Quiet())
    assert np.array_equal(found.open_sites, plain.open_sites)
    assert found.value == pytest.approx(plain.value * 1e-12)


def test_customers_whose_two_nearest_sites_tie_do_no_harm():
    """200 customers, two open sites at the same cost, a third that is cheaper for all."""
    costs = MatrixCosts(np.tile([5.0, 5.0, 1.0], (200, 1)))
    problem = FacilityLocation("ties", costs, np.zeros(3), np.ones(200), np.full(3, np.inf), 2)
    assert locate(problem, EXACT, Quiet()).value == 200.0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_cost_that_is_no_number_is_refused(bad):
    with pytest.raises(UsageError, match="cost of customer 1 and site 0"):
        MatrixCosts(np.array([[1.0, 2.0], [bad, 3.0]]))
    with pytest.raises(UsageError, match="at least one customer"):
        MatrixCosts(np.zeros((0, 3)))
    with pytest.raises(UsageError, match="must be finite"):
        PlaneCosts(np.array([[0.0, bad]]), np.zeros((1, 2)), np.ones(1))
