"""The front door: textbook problems under other names are solved as such, all others as ever."""

import numpy as np
import pytest

from entrepot.location import FacilityLocation, MatrixCosts, Options, value_of, violation_of
from entrepot.location.textbook import as_canonical, recognised
from entrepot.solvers import price_cut_plan
from entrepot.solvers.engine import solve
from solvers.problems import Quiet, random_problem

EXACT = Options(gap=0.0, seconds=60.0, threads=1)


def a_textbook_problem(seed):
    rng = np.random.default_rng(seed)
    capacity = np.full(8, np.inf) if seed % 2 else rng.uniform(10.0, 30.0, 8)
    costs = MatrixCosts(rng.integers(0, 50, (20, 8)).astype(float))
    demand = rng.uniform(1.0, 4.0, 20)
    n_open = 4 if seed % 4 == 1 else None
    return FacilityLocation("t", costs, rng.integers(5, 60, 8).astype(float), demand, capacity, n_open)


@pytest.mark.parametrize("seed", range(6))
def test_a_textbook_problem_is_recognised_and_solved_alike(seed):
    problem = as_canonical(a_textbook_problem(seed))
    assert recognised(problem) is not None
    watcher = Quiet()
    fast, general = solve(problem, EXACT, watcher), price_cut_plan.solve(problem, EXACT, Quiet())
    assert fast.value == pytest.approx(general.value)
    assert fast.claimed_bound == pytest.approx(general.claimed_bound)
    assert value_of(problem, fast.columns, fast.assignment) == pytest.approx(fast.value)
    assert max(violation_of(problem, fast.columns, fast.assignment).values()) <= 1e-7
    for step in (*fast.trace, *watcher.lines):
        assert step.value <= fast.value + 1e-6
        assert step.bound >= fast.value - 1e-6


def test_any_other_problem_is_solved_as_ever():
    problem = random_problem(np.random.default_rng(2))
    assert recognised(problem) is None
    front, direct = solve(problem, EXACT, Quiet()), price_cut_plan.solve(problem, EXACT, Quiet())
    assert front.value == direct.value
    assert front.claimed_bound == direct.claimed_bound
