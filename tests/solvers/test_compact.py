"""The whole program of a small problem: its optimum is the enumerated one, and its word ends a search."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from entrepot.location import Options, Resources, violation_of
from entrepot.solvers import finishing
from entrepot.solvers.clock import Clock
from entrepot.solvers.compact import Closed, close, compact_of, conflict_of, n_flows
from entrepot.solvers.prepared import prepare
from entrepot.solvers.price_cut_plan import solve
from solvers.continuous import mixed_problem
from solvers.problems import Quiet, enumerated, optimum, random_problem, with_whole_cells
from solvers.test_against_enumeration import random_kind

EXACT = Options(gap=1e-9, seconds=600.0, threads=1)


def closed(problem):
    prepared = prepare(problem)
    return close(compact_of(prepared), problem.n_columns, Clock(EXACT, Quiet()), 1.0)


@pytest.mark.parametrize("seed", range(60))
def test_its_optimum_is_the_best_of_all_strategic_points(seed):
    problem = random_kind(seed)
    best, answer = enumerated(problem), closed(problem)
    if not np.isfinite(best):
        assert answer.outcome == "infeasible"
        assert answer.columns is None
        return
    assert answer.outcome == "optimal"
    assert answer.bound == pytest.approx(best, abs=1e-6 * max(1.0, abs(best)))
    assert answer.columns.shape == (problem.n_columns,)


@pytest.mark.parametrize("seed", range(20))
def test_with_free_columns_its_optimum_is_that_of_another_formulation(seed):
    problem = mixed_problem(seed)
    (best, _), answer = optimum(problem), closed(problem)
    if not np.isfinite(best):
        assert answer.outcome == "infeasible"
        return
    assert answer.bound == pytest.approx(best, abs=2e-6 * max(1.0, abs(best)))


def test_its_flow_columns_are_counted_without_building_it():
    problem = random_problem(np.random.default_rng(3))
    compact = compact_of(prepare(problem))
    assert len(compact.way) <= n_flows(problem)
    sizes = np.diff(problem.enablers.facility_pointer)
    on = problem.ways.facility >= 0
    assert n_flows(problem) == np.sum(~on) + np.sum(sizes[problem.ways.facility[on]])


def unsplittable():
    """Two whole cells and a capacity that takes one and a half of them; a limit asks for both."""
    rng = np.random.default_rng(5)
    problem = random_problem(rng, n_sites=1, n_sizes=1, n_groups=1, n_cells=2, with_limits=False)
    facility = np.zeros(2, dtype=np.int32)
    cells = replace(
        problem.cells,
        weight=np.array([10.0, 10.0]),
        kind=np.zeros(2, dtype=np.int64),
        way_pointer=np.array([0, 1, 2]),
        kind_load=np.ones_like(problem.cells.kind_load),
        is_mandatory=np.zeros(2, dtype=bool),
        is_single=np.ones(2, dtype=bool),
    )
    ways = replace(
        problem.ways, facility=facility, value=np.ones(2), volume=np.ones(2), charge=np.zeros(2), partner=None
    )
    enablers = replace(
        problem.enablers,
        capacity=np.full(problem.n_enablers, 15.0),
        shift=np.zeros_like(problem.enablers.shift),
    )
    asked = Resources(
        csr_array(-np.ones((1, 2))), csr_array((1, problem.n_columns)), np.array([-14.0]), ("limit: sales",)
    )
    return replace(problem, cells=cells, ways=ways, enablers=enablers, resources=asked)


def test_limits_that_only_whole_cells_run_into_are_named_with_what_they_must_give():
    problem = unsplittable()
    split = replace(problem, cells=replace(problem.cells, is_single=np.zeros(2, dtype=bool)))
    assert solve(split, EXACT, Quiet()).columns is not None
    solution = solve(problem, EXACT, Quiet())
    assert solution.stop_reason == "infeasible"
    assert solution.claimed_bound == -np.inf
    assert solution.conflict == (("limit: sales", pytest.approx(4.0, rel=1e-5)),)


def test_nothing_needs_to_give_way_where_a_plan_exists():
    problem = random_kind(0)
    prepared = prepare(problem)
    assert np.isfinite(enumerated(problem))
    assert conflict_of(compact_of(prepared), problem, Clock(EXACT, Quiet()), 1.0) is None


def test_a_problem_that_is_not_small_is_left_to_the_rounds(monkeypatch):
    problem = with_whole_cells(random_problem(np.random.default_rng(8)), np.random.default_rng(8))
    prepared = prepare(problem)
    assert finishing.rounds_before(prepared, Options()) == finishing.FEW_ROUNDS
    monkeypatch.setattr(finishing, "TINY", 0)
    assert finishing.rounds_before(prepared, Options()) == finishing.MORE_ROUNDS
    monkeypatch.setattr(finishing, "SMALL", 0)
    assert finishing.rounds_before(prepared, Options()) == finishing.NEVER


@pytest.mark.parametrize("seed", range(10))
def test_a_limit_of_rounds_keeps_the_whole_program_out(seed, monkeypatch):
    def never(*arguments):
        raise AssertionError("the whole program was asked")

    monkeypatch.setattr(finishing, "close", never)
    solution = solve(random_kind(seed), replace(EXACT, rounds=1), Quiet())
    assert solution.stop_reason in {"round limit", "proved", "infeasible"}


@pytest.mark.parametrize("seed", range(12))
def test_its_word_is_not_taken_against_a_plan_that_is_known(seed, monkeypatch):
    """A solver that claims too low a bound, or that nothing is feasible, changes nothing."""
    problem = random_kind(seed)
    best = enumerated(problem)
    if not np.isfinite(best):
        return
    for wrong in (
        Closed("infeasible", None, -np.inf),
        Closed("optimal", None, best - 1e3 * max(1.0, abs(best))),
    ):
        monkeypatch.setattr(finishing, "close", lambda *arguments, said=wrong: said)
        solution = solve(problem, EXACT, Quiet())
        assert solution.value == pytest.approx(best, abs=1e-6 * max(1.0, abs(best)))
        assert solution.claimed_bound >= best - 1e-6 * max(1.0, abs(best))
        assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-7
