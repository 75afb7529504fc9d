"""The general engine on small canonical problems of every kind, against all strategic points in turn.

400 problems by default; ENTREPOT_LONG=1 takes all 10,000 of the project's promise.
"""

import os

import numpy as np
import pytest

from entrepot.location import Options, violation_of
from entrepot.solvers import finishing
from entrepot.solvers.price_cut_plan import solve
from solvers.problems import Quiet, enumerated, random_problem, with_loads, with_partners, with_whole_cells

EXACT = Options(gap=1e-9, seconds=600.0, threads=1)
BATCH = 20
N_BATCHES = 500 if os.environ.get("ENTREPOT_LONG") else 20


def random_kind(seed):
    """A problem with or without capacities, limits, mandatory cells, partners, loads and whole cells."""
    rng = np.random.default_rng([seed, 7])
    problem = random_problem(
        rng,
        n_sites=int(rng.integers(1, 4)),
        n_sizes=int(rng.integers(1, 3)),
        n_groups=1 + (seed % 3 == 0),
        n_cells=int(rng.integers(1, 7)),
        is_mandatory=seed % 2 == 1,
        with_limits=seed % 5 != 0,
    )
    if seed % 4 == 2:
        problem = with_partners(problem, rng, n_partners=1)
    if seed % 3 == 1:
        problem = with_loads(problem, rng)
    return with_whole_cells(problem, rng) if seed % 7 < 2 else problem


@pytest.mark.parametrize("batch", range(N_BATCHES))
def test_plan_and_bound_are_the_best_of_all_strategic_points(batch, monkeypatch):
    if batch % 4:  # the rounds alone, for they would leave most of these to the whole program
        monkeypatch.setattr(finishing, "SMALL", 0)
        monkeypatch.setattr(finishing, "TINY", 0)
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        assert_best(seed)


def test_a_flow_program_that_highs_fails_at_twice_is_solved_without_presolve(monkeypatch):
    monkeypatch.setattr(finishing, "SMALL", 0)
    monkeypatch.setattr(finishing, "TINY", 0)
    assert_best(7314)


def assert_best(seed):
    problem = random_kind(seed)
    best = enumerated(problem)
    solution = solve(problem, EXACT, Quiet())
    if not np.isfinite(best):
        assert solution.stop_reason == "infeasible", seed
        return
    tolerance = 1e-6 * max(1.0, abs(best))
    assert solution.value == pytest.approx(best, abs=tolerance), seed
    assert best - tolerance <= solution.claimed_bound <= best + tolerance, seed
    assert solution.certified_bound >= solution.claimed_bound, seed
    assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-7, seed
