import numpy as np
import pytest

from entrepot.location import Options
from entrepot.solvers.bounds import recomputed
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Prices
from entrepot.solvers.oracle import Point, dual_value, improve_prices, make_cut
from entrepot.solvers.prepared import prepare
from entrepot.solvers.valuation import value_plan
from solvers.problems import Quiet, optimum, random_problem, with_empty_ways, with_loads, with_partners


def random_prices(prepared, group, rng):
    capacity, resource = np.zeros(prepared.problem.n_enablers), np.zeros(prepared.problem.n_resources)
    on = group.enablers[prepared.has_capacity[group.enablers]]
    capacity[on] = rng.uniform(0.0, 4.0, len(on)) * (rng.random(len(on)) < 0.7)
    resource[group.resources] = rng.uniform(0.0, 3.0, len(group.resources))
    return Prices(capacity, resource)


def strategic_points(problem, rng, count):
    integer = rng.random((count, problem.n_columns)).round()
    return np.where(rng.random((count, 1)) < 0.5, integer, rng.random((count, problem.n_columns)))


@pytest.mark.parametrize("seed", range(25))
def test_a_cut_from_any_prices_is_never_below_the_value_of_the_flows(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, is_mandatory=seed % 2 == 1)
    problem = problem if seed % 3 else with_partners(problem, rng)
    problem = problem if seed % 2 else with_empty_ways(with_loads(problem, rng), rng)
    prepared = prepare(problem)
    made = Point(*prepared.rooms(rng.random(problem.n_columns)))
    cuts = [make_cut(prepared, g, made, random_prices(prepared, g, rng)) for g in prepared.groups]
    free = optimum_of_flows(problem)
    for columns in strategic_points(problem, rng, 6):
        true = free(columns)
        if np.isfinite(true):
            point = Point(*prepared.rooms(columns))
            bound = sum(cut.at(point.weights, point.room) for cut in cuts)
            assert bound >= true - 1e-7 * max(1.0, abs(true))


def optimum_of_flows(problem):
    """Value of the flows alone at a strategic point that need not meet the strategic rows."""
    from dataclasses import replace

    strategic = problem.strategic
    loose = replace(
        strategic,
        row_lower=np.full_like(strategic.row_lower, -np.inf),
        row_upper=np.full_like(strategic.row_upper, np.inf),
    )
    free = replace(problem, strategic=loose)
    return lambda columns: optimum(free, columns)[0] + float(strategic.cost @ columns)


@pytest.mark.parametrize("seed", range(10))
def test_numpy_recomputes_the_cut_of_the_kernels(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, is_mandatory=seed % 2 == 1)
    problem = problem if seed % 3 else with_partners(problem, rng)
    problem = problem if seed % 2 else with_empty_ways(with_loads(problem, rng), rng)
    prepared = prepare(problem)
    point = Point(*prepared.rooms(rng.random(problem.n_columns)))
    for group in prepared.groups:
        cut = make_cut(prepared, group, point, random_prices(prepared, group, rng))
        again = recomputed(prepared, cut)
        assert again.constant == pytest.approx(cut.constant, rel=1e-9, abs=1e-9)
        np.testing.assert_allclose(again.slope, cut.slope, rtol=1e-9, atol=1e-9)


def test_a_cell_price_that_is_too_low_is_raised_and_the_cut_stays_valid():
    rng = np.random.default_rng(4)
    problem = random_problem(rng)
    prepared = prepare(problem)
    point = Point(*prepared.rooms(np.ones(problem.n_columns)))
    cut = make_cut(prepared, prepared.groups[0], point, random_prices(prepared, prepared.groups[0], rng))
    cut.cell_price[:] = -5.0
    assert recomputed(prepared, cut).constant >= 0.0


@pytest.mark.parametrize("seed", range(10))
def test_better_prices_never_raise_the_dual_value(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    prepared = prepare(problem)
    point = Point(*prepared.rooms(rng.random(problem.n_columns)))
    for group in prepared.groups:
        start = random_prices(prepared, group, rng)
        before = dual_value(prepared, group, point, start).value
        after = dual_value(prepared, group, point, improve_prices(prepared, group, point, start, 12)).value
        assert after <= before + 1e-9
        cut = make_cut(prepared, group, point, start)
        assert cut.at(point.weights, point.room) <= before + 1e-9 * max(1.0, abs(before))


@pytest.mark.parametrize("seed", range(20))
def test_the_cut_at_a_plan_equals_its_exact_value(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, is_mandatory=seed % 2 == 1)
    prepared = prepare(problem)
    clock = Clock(Options(), Quiet())
    nothing = Prices(np.zeros(problem.n_enablers), np.zeros(problem.n_resources))
    columns = (rng.random(problem.n_columns) < 0.3).astype(float)
    valuation = value_plan(prepared, columns, [nothing] * len(prepared.groups), clock)
    true = optimum_of_flows(problem)(columns)
    point = Point(*prepared.rooms(columns))
    sides = [cut.at(point.weights, point.room) for cut in valuation.cuts]
    if np.isfinite(true):
        assert sum(sides) == pytest.approx(true, rel=1e-7, abs=1e-7)
    else:
        assert valuation.assignment is None
        assert min(sides) < 0.0
