import numpy as np
import pytest

from entrepot.location import Options
from entrepot.solvers import finishing, narrowing
from entrepot.solvers.clock import Clock
from entrepot.solvers.narrowing import is_wide, narrowed
from entrepot.solvers.prepared import prepare
from entrepot.solvers.price_cut_plan import solve
from entrepot.solvers.root import first_relaxation, tighten
from solvers.problems import Quiet, enumerated, random_problem


@pytest.mark.parametrize("seed", range(30))
def test_searches_that_begin_narrow_end_at_the_optimum(seed, monkeypatch):
    monkeypatch.setattr(narrowing, "WIDE", 1)
    monkeypatch.setattr(finishing, "SMALL", 0)  # the rounds alone
    monkeypatch.setattr(finishing, "TINY", 0)
    problem = random_problem(np.random.default_rng([seed, 3]), n_sites=3, is_mandatory=seed % 2 == 1)
    best = enumerated(problem)
    solution = solve(problem, Options(gap=1e-9, seconds=600.0, threads=1), Quiet())
    if not np.isfinite(best):
        assert solution.stop_reason == "infeasible"
        return
    tolerance = 1e-6 * max(1.0, abs(best))
    assert solution.value == pytest.approx(best, abs=tolerance)
    assert solution.claimed_bound >= best - tolerance


def test_a_narrow_box_keeps_the_optimum_of_the_relaxation_and_the_plan():
    problem = random_problem(np.random.default_rng(5), n_sites=6)
    prepared, clock = prepare(problem), Clock(Options(seconds=60.0, threads=1), Quiet())
    relaxation = first_relaxation(prepared, clock)
    tighten(prepared, relaxation, clock)
    strategic = problem.strategic
    plan = strategic.lower.copy()
    plan[strategic.is_integer] = strategic.upper[strategic.is_integer]
    whole = strategic.lower, strategic.upper
    few = narrowed(prepared, relaxation, whole)
    mixed = relaxation.vertex.columns[: problem.n_columns]
    assert np.all(mixed <= few[1] + narrowing.USED)
    assert np.any(few[1] < strategic.upper)
    assert np.array_equal(narrowed(prepared, relaxation, whole, plan)[1], strategic.upper)
    assert not is_wide(prepared.problem)
