from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from entrepot.location import Assignment, Options, cell_of_way, value_of, violation_of
from entrepot.location.measure import usage_of
from entrepot.solvers.price_cut_plan import solve
from entrepot.solvers.reductions import never_pays, reduce
from solvers.problems import Quiet, optimum, random_problem, with_partners, with_whole_cells

EXACT = Options(gap=1e-9, seconds=120.0, threads=1)


def with_twins(problem, rng):
    """The problem with some cells repeated, at weights of their own."""
    cells, ways = problem.cells, problem.ways
    chosen = np.concatenate([np.arange(problem.n_cells), rng.integers(0, problem.n_cells, 5)])
    rng.shuffle(chosen)
    count = np.diff(cells.way_pointer)[chosen]
    way = np.concatenate([np.arange(cells.way_pointer[j], cells.way_pointer[j + 1]) for j in chosen])
    weight = rng.uniform(0.5, 3.0, len(chosen))
    return replace(
        problem,
        cells=replace(
            cells,
            weight=weight,
            group=cells.group[chosen],
            kind=cells.kind[chosen],
            is_mandatory=cells.is_mandatory[chosen],
            way_pointer=np.concatenate([[0], np.cumsum(count)]),
        ),
        ways=replace(
            ways,
            facility=ways.facility[way],
            value=ways.value[way],
            volume=ways.volume[way],
            charge=ways.charge[way],
            partner=None if ways.partner is None else ways.partner[way],
        ),
        resources=replace(problem.resources, usage=csr_array(problem.resources.usage[:, way])),
    )


def with_members_served_differently(problem, reduced, flows):
    """The flows with a fifth of what one of two twins takes moved between their ways: the sums stay."""
    twins = np.flatnonzero(np.diff(reduced.member_pointer) == 2)
    cell, pointer, weight = cell_of_way(problem, flows.way), problem.cells.way_pointer, problem.cells.weight
    way, enabler, fraction = flows.way, flows.enabler, flows.fraction.copy()
    for twin in twins:
        first, second = reduced.member[reduced.member_pointer[twin] : reduced.member_pointer[twin + 1]]
        mine, other = np.flatnonzero(cell == first), np.flatnonzero(cell == second)
        if len(mine) < 2 or len(mine) != len(other):
            continue
        assert np.array_equal(way[mine] - pointer[first], way[other] - pointer[second])
        moved = 0.2 * fraction[mine].min() * np.array([1.0, -1.0]) * min(1.0, weight[second] / weight[first])
        fraction[mine[:2]] += moved
        fraction[other[:2]] -= moved * weight[first] / weight[second]
    return Assignment(way, enabler, fraction)


def a_problem(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, is_mandatory=seed % 2 == 1)
    if seed % 3 == 0:
        problem = with_partners(problem, rng)
    problem = with_twins(problem, rng)
    return with_whole_cells(problem, rng) if seed % 4 == 0 else problem


@pytest.mark.parametrize("seed", range(40))
def test_the_smaller_problem_has_the_same_optimum(seed):
    problem = a_problem(seed)
    reduced = reduce(problem)
    best, _ = optimum(problem)
    if reduced is not None:
        assert optimum(reduced.problem)[0] == pytest.approx(best, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("seed", range(40))
def test_the_lifted_plan_is_feasible_and_worth_the_same(seed):
    problem = a_problem(seed)
    best, _ = optimum(problem)
    solution = solve(problem, EXACT, Quiet())
    if not np.isfinite(best):
        assert solution.columns is None
        return
    assert value_of(problem, solution.columns, solution.assignment) == pytest.approx(solution.value, rel=1e-9)
    assert solution.value == pytest.approx(best, abs=1e-6 * max(1.0, abs(best)))
    assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-7


@pytest.mark.parametrize("seed", range(40))
def test_flows_in_the_smaller_problem_are_worth_and_use_the_same(seed):
    problem = a_problem(seed)
    reduced, best = reduce(problem), solve(problem, EXACT, Quiet())
    if reduced is None or best.columns is None:
        return
    flows = with_members_served_differently(problem, reduced, best.assignment)
    below = reduced.lowered(flows)
    assert value_of(reduced.problem, best.columns, below) == pytest.approx(
        value_of(problem, best.columns, flows), rel=1e-9, abs=1e-9
    )
    np.testing.assert_allclose(usage_of(reduced.problem, below), usage_of(problem, flows), atol=1e-9)
    assert max(violation_of(reduced.problem, best.columns, below).values()) <= 1e-7


def test_flows_on_a_way_that_was_left_out_have_no_place_in_the_smaller_problem():
    problem = with_twins(random_problem(np.random.default_rng(8)), np.random.default_rng(4))
    value = np.where(problem.ways.facility >= 0, -50.0, problem.ways.value)
    poor = replace(problem, ways=replace(problem.ways, value=value))
    gone = np.flatnonzero(never_pays(poor))[:1]
    flows = Assignment(gone, poor.enablers.facility_pointer[poor.ways.facility[gone]], np.ones(1))
    assert reduce(poor).lowered(flows) is None


def test_flows_have_no_place_where_no_way_is_left():
    problem = random_problem(np.random.default_rng(0), with_limits=False)
    group = np.repeat(problem.cells.group, np.diff(problem.cells.way_pointer))
    facility = np.where(problem.ways.facility < 0, group, problem.ways.facility).astype(np.int32)
    ways = replace(problem.ways, value=np.full(problem.n_ways, -50.0), facility=facility)
    reduced = reduce(replace(problem, ways=ways))
    assert len(reduced.way) == 0
    flows = Assignment(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.ones(1))
    assert reduced.lowered(flows) is None


def test_twins_become_one_cell_unless_they_are_served_whole():
    problem = with_twins(random_problem(np.random.default_rng(3)), np.random.default_rng(4))
    reduced = reduce(problem)
    assert reduced.problem.n_cells == problem.n_cells - 5
    assert reduced.problem.cells.weight.sum() == pytest.approx(problem.cells.weight.sum())
    whole = replace(problem, cells=replace(problem.cells, is_single=np.ones(problem.n_cells, dtype=bool)))
    again = reduce(whole)
    assert again is None or again.problem.n_cells == problem.n_cells


def test_a_way_that_loses_money_goes_and_one_that_helps_a_service_floor_stays():
    problem = random_problem(np.random.default_rng(8), with_limits=False)
    value = problem.ways.value.copy()
    value[problem.ways.facility >= 0] = -50.0
    poor = replace(problem, ways=replace(problem.ways, value=value))
    assert np.array_equal(never_pays(poor), problem.ways.facility >= 0)
    usage = csr_array(np.full((1, problem.n_ways), -1.0))
    matrix = csr_array((1, problem.n_columns))
    resources = replace(poor.resources, usage=usage, matrix=matrix, constant=np.zeros(1), names=("limit: s",))
    floor_counts = never_pays(replace(poor, resources=resources))
    free = np.zeros(problem.n_cells, dtype=bool)
    cell = np.repeat(np.arange(problem.n_cells), np.diff(problem.cells.way_pointer))
    free[cell[problem.ways.facility < 0]] = True
    assert not np.any(floor_counts & ~free[cell])
