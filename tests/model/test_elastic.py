from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from entrepot.instance import Instance, SiteRelation
from entrepot.location import Cells, Enablers, LocationProblem, Options, Resources, Strategic, Unwatched, Ways
from entrepot.model.build import build_problem
from entrepot.model.monolith import relax_limits, solve_monolith
from entrepot.solvers.price_cut_plan import solve
from model.tiny import CASES, budget, carbon_cap, counts, fixed, forced, plain, share_floor


def _limited(instance: Instance, **changes: object) -> LocationProblem:
    limits = replace(instance.limits, **changes)  # type: ignore[arg-type]
    return build_problem(replace(instance, limits=limits))[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_nothing_is_relaxed_where_a_plan_exists(case) -> None:
    assert relax_limits(build_problem(case())[0]) == ()


def test_a_budget_that_a_forced_site_does_not_fit_in_is_named() -> None:
    problem = _limited(forced(), budget=np.array([100_000.0]))
    solution = solve_monolith(problem, Options())
    assert solution.stop_reason == "infeasible"
    assert solution.columns is None
    assert solution.conflict == (("site Lodz must open", pytest.approx(1.0)),)


def test_the_least_relaxation_of_a_budget_is_the_missing_money() -> None:
    problem = _limited(forced(), budget=np.array([390_000.0]))
    assert relax_limits(problem) == (("budget 2027", pytest.approx(10_000.0, rel=1e-4)),)


def test_more_centres_than_sites_are_named() -> None:
    problem = _limited(counts(), min_centres=np.full(1, 2.0), max_openings=np.ones(1))
    names = [name for name, _ in relax_limits(problem)]
    assert names in (["centres open in 2027, at least 2"], ["openings in 2027, at most 1"])


def test_a_carbon_cap_below_what_a_fixed_centre_emits_is_named() -> None:
    problem = _limited(fixed(), carbon_cap=np.array([np.inf, 1_000.0]))
    ((name, amount),) = relax_limits(problem)
    assert name == "carbon 2028"
    assert amount > 0.0


def test_a_floor_that_mandatory_cells_cannot_meet_is_named() -> None:
    """No way to leave the cell unserved, and its only way is late: flows must be built."""
    nothing = csr_array((0, 1))
    problem = LocationProblem(
        name="late",
        strategic=Strategic(
            cost=np.ones(1),
            charge=np.ones(1),
            lower=np.zeros(1),
            upper=np.ones(1),
            is_integer=np.ones(1, dtype=bool),
            matrix=nothing,
            row_lower=np.zeros(0),
            row_upper=np.zeros(0),
            column_names=("y",),
            row_names=(),
        ),
        enablers=Enablers(
            facility_pointer=np.zeros(1, dtype=np.int64),
            facility_group=np.zeros(0, dtype=np.int64),
            matrix=nothing,
            constant=np.zeros(0),
            capacity=np.zeros(0),
            shift=np.zeros((0, 1)),
            names=(),
        ),
        cells=Cells(
            weight=np.full(1, 10.0),
            group=np.zeros(1, dtype=np.int64),
            kind=np.zeros(1, dtype=np.int64),
            is_mandatory=np.ones(1, dtype=bool),
            way_pointer=np.array([0, 1]),
            kind_load=np.ones(1),
            n_groups=1,
        ),
        ways=Ways(np.full(1, -1, dtype=np.int32), np.full(1, -2.0), np.ones(1), np.full(1, 2.0)),
        resources=Resources(
            csr_array(np.full((1, 1), 0.5)), csr_array((1, 1)), np.zeros(1), ("limit: half in time",)
        ),
    )
    solution = solve_monolith(problem, Options())
    assert solution.stop_reason == "infeasible"
    assert solution.conflict == (("half in time", pytest.approx(5.0)),)


@pytest.mark.parametrize("case", [budget, carbon_cap])
def test_limits_that_cannot_be_kept_open_no_centre(case) -> None:
    instance = case()
    tight = _limited(instance, budget=np.zeros(instance.n_periods), carbon_cap=np.ones(instance.n_periods))
    solution = solve_monolith(tight, Options(gap=0.0))
    assert solution.columns is not None
    assert not solution.columns.any()


@pytest.mark.parametrize(
    "solver", [solve_monolith, lambda problem, options: solve(problem, options, Unwatched())]
)
def test_a_relation_that_a_forced_site_breaks_is_named(solver) -> None:
    never = SiteRelation("no Lodz", (), 0, (0,), 0.0, 0.0, -1)
    instance = forced()
    policies = replace(instance.policies, relations=(never,))
    solution = solver(build_problem(replace(instance, policies=policies))[0], Options())
    assert solution.stop_reason == "infeasible"
    ((name, amount),) = solution.conflict
    assert name.removeprefix("limit: ") in {"no Lodz in 2027, at most 0 open", "site Lodz must open"}
    assert amount == pytest.approx(1.0)


@pytest.mark.parametrize(
    "solver", [solve_monolith, lambda problem, options: solve(problem, options, Unwatched())]
)
def test_a_share_beyond_reach_is_named_with_the_parcels_that_lack(solver) -> None:
    instance = share_floor()
    floors = (replace(instance.policies.share_floors[0], share=0.9),)
    problem = build_problem(replace(instance, policies=replace(instance.policies, share_floors=floors)))[0]
    solution = solver(problem, Options())
    assert solution.stop_reason == "infeasible"
    ((name, amount),) = solution.conflict
    assert name.removeprefix("limit: ") == "share of 0.9 2027"
    won = float((problem.ways.volume * problem.cells.weight[0]).max())
    assert amount == pytest.approx(0.9 * 100_000.0 - won, rel=1e-5)


def test_changes_that_a_forced_site_needs_are_named() -> None:
    instance = forced()
    policies = replace(instance.policies, max_changes=np.zeros(1))
    names = [name for name, _ in relax_limits(build_problem(replace(instance, policies=policies))[0])]
    assert names in (["changes in 2027, at most 0"], ["site Lodz must open"])


def test_a_floor_is_named_where_nobody_can_be_reached() -> None:
    instance = share_floor()
    lanes = replace(instance.lanes, is_open=np.zeros_like(instance.lanes.is_open))
    problem = build_problem(replace(instance, lanes=lanes))[0]
    assert problem.n_ways == 0
    assert relax_limits(problem) == (("share of 0.05 2027", pytest.approx(5_000.0)),)


def test_a_load_that_cannot_be_reached_is_named_with_what_is_missing() -> None:
    """All that can be served puts a load on the configuration, which is less than the load asked for."""
    problem = build_problem(plain(periods=1))[0]
    stocked = problem.ways.facility >= 0
    most = float(problem.cells.weight[0] * problem.ways.volume[stocked].max() * problem.cells.kind_load[0])
    asked = Resources(
        csr_array((1, problem.n_ways)),
        csr_array((1, problem.n_columns)),
        np.array([-1.5 * most]),
        ("limit: load",),
        csr_array(-np.ones((1, problem.n_enablers))),
    )
    enablers = replace(problem.enablers, capacity=np.full(problem.n_enablers, np.inf))
    found = relax_limits(replace(problem, enablers=enablers, resources=asked))
    assert found == (("load", pytest.approx(0.5 * most)),)
