"""Continuous strategic columns: volumes in tiers, shortfalls, path flows, leases over periods, money kept."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from entrepot.location import Options, violation_of
from entrepot.model.monolith import solve_monolith
from entrepot.solvers.clock import Clock
from entrepot.solvers.clusters import free_columns
from entrepot.solvers.cuts import no_prices
from entrepot.solvers.incumbent import Plans, promised, try_point
from entrepot.solvers.moves import places_of
from entrepot.solvers.prepared import prepare
from entrepot.solvers.price_cut_plan import solve
from entrepot.solvers.reductions import reduce
from entrepot.solvers.resuming import meets_rows
from entrepot.solvers.root import first_relaxation
from entrepot.solvers.valuation import value_plan
from solvers.continuous import KINDS, Additions, add_paths, mixed_problem, with_bought_rooms, with_continuous
from solvers.problems import Quiet, optimum, random_problem

EXACT = Options(gap=1e-9, seconds=120.0, threads=1)


def assert_solved(problem, solution, best):
    if not np.isfinite(best):
        assert solution.columns is None
        assert solution.stop_reason == "infeasible"
        return
    tolerance = 1e-6 * max(1.0, abs(best))
    assert solution.value == pytest.approx(best, abs=tolerance)
    assert best - tolerance <= solution.claimed_bound <= best + tolerance
    assert solution.certified_bound >= solution.claimed_bound
    assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-7


@pytest.mark.parametrize("block", range(8))
def test_bound_and_plan_meet_at_the_optimum_of_the_monolith(block):
    for seed in range(8 * block, 8 * block + 8):
        problem = mixed_problem(seed)
        assert_solved(problem, solve(problem, EXACT, Quiet()), optimum(problem)[0])


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_column_is_bought_to_the_optimum(kind):
    for seed in range(4):
        rng = np.random.default_rng(1000 + seed)
        problem = with_continuous(random_problem(rng, is_mandatory=seed % 2 == 1), rng, (kind,))
        assert np.any(free_columns(problem))
        assert_solved(problem, solve(problem, EXACT, Quiet()), optimum(problem)[0])


def test_the_monolith_of_the_model_agrees():
    for seed in (1, 2, 3, 6, 7):
        problem = mixed_problem(seed)
        solution = solve_monolith(problem, Options(gap=1e-9, seconds=60.0))
        best, _ = optimum(problem)
        if np.isfinite(best):
            assert solution.value == pytest.approx(best, abs=1e-6 * max(1.0, abs(best)))


def dearer_columns(problem, rng):
    cost = problem.strategic.cost * rng.uniform(0.6, 1.5, problem.n_columns)
    return replace(problem, strategic=replace(problem.strategic, cost=cost))


def less_to_buy(problem, rng):
    upper = np.where(free_columns(problem), problem.strategic.upper * 0.3, problem.strategic.upper)
    lower = np.minimum(problem.strategic.lower, upper)
    return replace(problem, strategic=replace(problem.strategic, lower=lower, upper=upper))


def other_rooms(problem, rng):
    constant = problem.resources.constant + rng.uniform(-0.3, 0.5, problem.n_resources)
    return replace(problem, resources=replace(problem.resources, constant=constant))


def other_demand(problem, rng):
    weight = problem.cells.weight * rng.uniform(0.7, 1.4, problem.n_cells)
    return replace(problem, cells=replace(problem.cells, weight=weight))


@pytest.mark.parametrize("change", [dearer_columns, less_to_buy, other_rooms, other_demand])
def test_a_changed_problem_is_solved_to_its_own_optimum(change):
    for seed in range(6):
        problem = mixed_problem(seed)
        memory = solve(problem, EXACT, Quiet()).memory
        changed = change(problem, np.random.default_rng(100 + seed))
        assert_solved(changed, solve(changed, EXACT, Quiet(), memory), optimum(changed)[0])


def integer_points(problem, rng, count):
    """Random integer points whose continuous columns are not yet known."""
    for _ in range(count):
        point = np.where(rng.random(problem.n_columns) < 0.3, 1.0, 0.0)
        yield np.where(problem.strategic.is_integer, point, problem.strategic.lower)


@pytest.mark.parametrize("seed", range(12))
def test_the_cuts_at_a_plan_are_tight_for_every_amount_bought(seed):
    rng = np.random.default_rng(seed)
    problem = with_continuous(random_problem(rng, is_mandatory=seed % 2 == 1), rng)
    prepared, clock = prepare(problem), Clock(Options(seconds=60.0, threads=1), Quiet())
    relaxation, plans, n_plans = first_relaxation(prepared, clock), Plans(), 0
    for point in integer_points(problem, rng, 40):
        if not meets_rows(prepared, point):
            continue
        try_point(prepared, relaxation, plans, point, clock)
        lower = np.where(problem.strategic.is_integer, point, problem.strategic.lower)
        upper = np.where(problem.strategic.is_integer, point, problem.strategic.upper)
        fixed = replace(problem, strategic=replace(problem.strategic, lower=lower, upper=upper))
        best, _ = optimum(fixed)
        worth = promised(prepared, relaxation, point, clock).worth
        if np.isfinite(best):
            n_plans += 1
            assert worth == pytest.approx(best, abs=1e-6 * max(1.0, abs(best)))
            assert plans.best.value >= best - 1e-6 * max(1.0, abs(best))
        else:
            assert worth == -np.inf
    assert n_plans or seed % 2


def test_a_way_that_helps_to_meet_a_commitment_is_not_left_out():
    left_out = 0
    for seed in range(20):
        problem = mixed_problem(seed)
        reduced = reduce(problem)
        if reduced is not None and problem.cells.is_single is None:
            left_out += 1
            best, _ = optimum(problem)
            assert optimum(reduced.problem)[0] == pytest.approx(best, abs=1e-7 * max(1.0, abs(best)))
    assert left_out > 3


def test_a_continuous_column_that_enters_a_weight_stays_as_it_was_found():
    for seed in range(6):
        problem = random_problem(np.random.default_rng(seed))
        strategic = problem.strategic
        is_integer = strategic.is_integer.copy()
        is_integer[::3] = False
        problem = replace(problem, strategic=replace(strategic, is_integer=is_integer))
        assert not np.any(free_columns(problem))
        best, _ = optimum(problem)
        solution = solve(problem, Options(gap=1e-6, seconds=20.0, rounds=6, threads=1), Quiet())
        tolerance = 1e-6 * max(1.0, abs(best))
        assert solution.claimed_bound >= best - tolerance
        assert solution.value <= best + tolerance


def test_groups_that_a_column_ties_together_are_solved_together():
    problem = random_problem(np.random.default_rng(1), n_groups=3)
    new = Additions(problem)
    shared, alone = new.column(1.0, 5.0), new.column(1.0, 5.0)
    pointer = problem.cells.way_pointer
    for group, column in ((0, shared), (2, shared), (1, alone)):
        usage = np.repeat((problem.cells.group == group).astype(float), np.diff(pointer))
        new.resource(usage, {column: 1.0}, 1.0)
    clusters = prepare(new.built()).clusters
    assert [cluster.groups for cluster in clusters] == [(0, 2), (1,)]
    assert [cluster.columns.tolist() for cluster in clusters] == [[shared], [alone]]


def test_columns_that_follow_tie_no_places_together():
    problem = random_problem(np.random.default_rng(3), n_sites=4, with_limits=False)
    new = Additions(problem)
    add_paths(new, np.random.default_rng(3))
    built = new.built()
    before, after = places_of(problem), places_of(built)
    n_gateways = int(np.sum(built.strategic.is_integer)) - problem.n_columns
    assert after.count == before.count + n_gateways
    assert np.all(after.label[free_columns(built)] == -1)


def test_the_number_of_threads_changes_no_bit():
    problem = mixed_problem(11, n_sites=4, n_groups=3, n_cells=12)
    one = solve(problem, Options(gap=1e-6, threads=1, rounds=5), Quiet())
    two = solve(problem, Options(gap=1e-6, threads=2, rounds=5), Quiet())
    assert one.value == two.value
    assert one.claimed_bound == two.claimed_bound
    assert np.array_equal(one.columns, two.columns)


def test_a_limit_that_bought_room_cannot_meet_is_named():
    problem = random_problem(np.random.default_rng(0), with_limits=False)
    new = Additions(problem)
    room = new.column(1.0, 2.0)
    usage = np.where(np.repeat(problem.cells.group, np.diff(problem.cells.way_pointer)) == 0, -1.0, 0.0)
    new.resource(usage, {room: 1.0}, -1e3, name="limit: volume")
    solution = solve(new.built(), EXACT, Quiet())
    assert solution.stop_reason == "infeasible"
    assert [name for name, _ in solution.conflict] == ["limit: volume 0"]
    fewest = optimum(_relaxed(new.built(), solution.conflict[0][1] + 1e-3))[0]
    assert np.isfinite(fewest)
    assert not np.isfinite(optimum(_relaxed(new.built(), solution.conflict[0][1] - 1e-2))[0])


def _relaxed(problem, amount):
    resources = problem.resources
    return replace(problem, resources=replace(resources, constant=resources.constant + amount))


def test_rooms_bought_in_tiers_and_on_paths_are_planned_to_half_a_percent():
    problem = with_bought_rooms(60, 10, 2, seed=1)
    assert sum(name.startswith("volume") for name in problem.resources.names) == 60
    assert int(np.sum(free_columns(problem))) == 100
    solution = solve(problem, Options(gap=0.005, seconds=600.0, threads=1), Quiet())
    assert solution.gap <= 0.005
    assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-6


def with_dear_trucks(cost=1e7):
    """A problem, and a truck that must be bought because of a room that no flow uses; and its resource."""
    problem = random_problem(np.random.default_rng(1), with_limits=False)
    new = Additions(problem)
    truck, filled = new.column(cost, 4.0), new.column(-1.0, 4.0, lower=2.0)
    nobody = np.zeros(problem.n_ways)
    new.resource(nobody, {truck: 1.0, filled: -1.0}, name="trucks")
    new.resource((nobody + 1.0) * 1e-6, {truck: 1.0}, 1e3, name="loads")
    return new.built(), problem.n_resources


def test_rooms_that_only_columns_use_have_typical_prices_too():
    problem, trucks = with_dear_trucks()
    prepared = prepare(problem)
    assert prepared.resource_price_unit[trucks] > 1e-3 * prepared.money
    assert_solved(problem, solve(problem, EXACT, Quiet()), optimum(problem)[0])


def test_a_plan_whose_flows_no_penalty_finds_is_bounded_and_cut_without_flows():
    problem, trucks = with_dear_trucks()
    prepared, clock = prepare(problem), Clock(EXACT, Quiet())
    relaxation = first_relaxation(prepared, clock)
    columns = np.where(problem.strategic.is_integer, 1.0, problem.strategic.lower)
    exact = value_plan(prepared, columns, list(relaxation.prices), clock)
    units = prepared.resource_price_unit.copy()
    units[trucks] = 1.0
    blind = replace(prepared, resource_price_unit=units)
    found = value_plan(blind, columns, [no_prices(blind)] * len(blind.groups), clock, is_close=True)
    assert exact.assignment is not None
    assert found.assignment is None
    assert found.ceiling >= exact.value - 1e-6 * abs(exact.value)
    weights, room = prepared.rooms(exact.columns)
    worth = sum(cut.at(weights, room) for cut in found.cuts) - problem.strategic.cost @ exact.columns
    assert len(found.cuts) == len(blind.groups)
    assert worth >= exact.value - 1e-6 * abs(exact.value)


def test_no_column_is_free_that_cannot_move():
    problem = mixed_problem(1)
    strategic = problem.strategic
    fixed = replace(
        problem,
        strategic=replace(strategic, upper=np.where(strategic.is_integer, strategic.upper, strategic.lower)),
    )
    assert np.any(free_columns(problem))
    assert not np.any(free_columns(fixed))
    assert csr_array(problem.enablers.matrix).shape[1] == problem.n_columns
