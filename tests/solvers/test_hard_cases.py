"""Problems that were built to break the bound, and the sample that the root starts from."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from entrepot.location import (
    Cells,
    Enablers,
    LocationProblem,
    Options,
    Resources,
    Strategic,
    Ways,
    violation_of,
)
from entrepot.solvers import coarse, flows, price_cut_plan
from entrepot.solvers.prepared import prepare
from entrepot.solvers.price_cut_plan import solve
from entrepot.solvers.root import tighten
from solvers.problems import Quiet, optimum, random_problem

EXACT = Options(gap=1e-9, seconds=60.0, threads=1)


def one_site(values, *, cost, usage, room, is_mandatory=False, shift=0.0):
    """One column that enables one facility; one cell with ways ((facility, value), ...); one resource."""
    facility = np.array([place for place, _ in values], dtype=np.int32)
    n_ways = len(values)
    return LocationProblem(
        name="one site",
        strategic=Strategic(
            cost=np.array([cost]),
            charge=np.array([abs(cost)]),
            lower=np.zeros(1),
            upper=np.ones(1),
            is_integer=np.ones(1, dtype=bool),
            matrix=csr_array((0, 1)),
            row_lower=np.zeros(0),
            row_upper=np.zeros(0),
            column_names=("y",),
            row_names=(),
        ),
        enablers=Enablers(
            facility_pointer=np.array([0, 1]),
            facility_group=np.zeros(1, dtype=np.int64),
            matrix=csr_array(np.ones((1, 1))),
            constant=np.zeros(1),
            capacity=np.array([np.inf]),
            shift=np.array([[shift]]),
            names=("e",),
        ),
        cells=Cells(
            weight=np.ones(1),
            group=np.zeros(1, dtype=np.int64),
            kind=np.zeros(1, dtype=np.int64),
            is_mandatory=np.array([is_mandatory]),
            way_pointer=np.array([0, n_ways]),
            kind_load=np.ones(1),
            n_groups=1,
        ),
        ways=Ways(
            facility, np.array([value for _, value in values], dtype=float), np.ones(n_ways), np.zeros(n_ways)
        ),
        resources=Resources(
            csr_array(np.array([usage], dtype=float)), csr_array((1, 1)), np.array([room]), ("floor",)
        ),
    )


def assert_solved(problem):
    best, _ = optimum(problem)
    solution = solve(problem, EXACT, Quiet())
    tolerance = 1e-6 * max(1.0, abs(best))
    assert solution.value == pytest.approx(best, abs=tolerance)
    assert solution.claimed_bound >= best - tolerance
    assert solution.certified_bound >= solution.claimed_bound
    assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-7


def test_a_floor_counts_where_no_way_has_a_value():
    ways = ((0, 0.0), (-1, 0.0))
    assert_solved(one_site(ways, cost=5.0, usage=[-1.0, 0.0], room=-0.5, is_mandatory=True))


def test_a_cap_counts_where_all_value_is_in_the_shift():
    assert_solved(one_site(((0, 0.0),), cost=0.5, usage=[1.0], room=0.5, shift=8.0))


@pytest.mark.parametrize("seed", range(30))
def test_integer_columns_with_fractional_bounds_are_not_fixed_too_far(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    strategic = problem.strategic
    lower = np.where(rng.random(len(strategic.cost)) < 0.2, -0.7, 0.0)
    upper = np.where(rng.random(len(strategic.cost)) < 0.5, 1.6, 1.0)
    shown = replace(problem, strategic=replace(strategic, lower=lower, upper=upper))
    plain = replace(
        problem, strategic=replace(strategic, lower=np.zeros_like(lower), upper=np.ones_like(upper))
    )
    best, _ = optimum(plain)
    solution = solve(shown, EXACT, Quiet())
    if np.isfinite(best):
        assert solution.value == pytest.approx(best, abs=1e-6 * max(1.0, abs(best)))
        assert solution.claimed_bound >= best - 1e-6 * max(1.0, abs(best))
    else:
        assert solution.stop_reason == "infeasible"


def test_a_dear_column_that_cannot_be_bought_changes_nothing():
    problem = random_problem(np.random.default_rng(1000))
    strategic = problem.strategic
    dear = replace(
        strategic,
        cost=np.append(strategic.cost, 1e12),
        charge=np.append(strategic.charge, 1e12),
        lower=np.append(strategic.lower, 0.0),
        upper=np.append(strategic.upper, 0.0),
        is_integer=np.append(strategic.is_integer, True),
        matrix=_wider(strategic.matrix),
        column_names=(*strategic.column_names, "dear"),
    )
    enablers, resources = problem.enablers, problem.resources
    wider = replace(
        problem,
        strategic=dear,
        enablers=replace(enablers, matrix=_wider(enablers.matrix)),
        resources=replace(resources, matrix=_wider(resources.matrix)),
    )
    assert_solved(wider)


def _wider(matrix):
    return csr_array(
        (matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], matrix.shape[1] + 1)
    )


def test_a_sample_keeps_the_weight_of_every_group_and_kind():
    prepared = prepare(random_problem(np.random.default_rng(4), n_cells=400))
    sample = coarse.sampled(prepared, cells_per_kind=20)
    assert sample is not None
    for whole, part in zip(prepared.groups, sample.groups, strict=True):
        assert len(part.cells) < len(whole.cells)
        for kind in range(2):
            full = whole.cells[prepared.network.kind[whole.cells] == kind]
            few = part.cells[sample.network.kind[part.cells] == kind]
            total = prepared.network.weight[full].sum()
            assert sample.network.weight[few].sum() == pytest.approx(total)


def test_a_problem_that_is_small_already_is_not_sampled():
    assert coarse.sampled(prepare(random_problem(np.random.default_rng(4)))) is None


@pytest.mark.parametrize("is_mandatory", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_starting_from_a_sample_changes_neither_plan_nor_bound(seed, is_mandatory, monkeypatch):
    monkeypatch.setattr(coarse.sampled, "__defaults__", (2,))
    problem = random_problem(
        np.random.default_rng(seed), n_cells=30, is_mandatory=is_mandatory, with_limits=False
    )
    assert coarse.sampled(prepare(problem)) is not None
    assert_solved(problem)


@pytest.mark.parametrize("large", [10**9, 0], ids=["small programs", "watched programs"])
def test_an_interrupt_keeps_the_plan_of_the_sample(large, monkeypatch):
    monkeypatch.setattr(coarse.sampled, "__defaults__", (2,))
    monkeypatch.setattr(flows, "LARGE", large)
    tightened = []

    def impatient(prepared, *rest):
        tightened.append(len(prepared.network.weight))
        if len(tightened) == 2:  # the first one led to a plan
            raise KeyboardInterrupt
        tighten(prepared, *rest)

    monkeypatch.setattr(price_cut_plan, "tighten", impatient)
    problem = random_problem(np.random.default_rng(3), n_cells=30, with_limits=False)
    solution = solve(problem, EXACT, Quiet())
    assert max(tightened[:2]) < problem.n_cells
    assert solution.stop_reason == "interrupted"
    assert solution.columns is not None
    assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-6
