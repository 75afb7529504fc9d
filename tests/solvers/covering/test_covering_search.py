import itertools
import os

import highspy
import numpy as np
import pytest

from entrepot.location import Options
from entrepot.location.covering import Covering, covered_in_the_plane
from entrepot.solvers.covering import search as search_module
from entrepot.solvers.covering import solve

EXACTLY = Options(gap=0.0, seconds=1e6)
LONG = 10 if os.environ.get("ENTREPOT_LONG") else 1


class Quiet:
    def __init__(self, stop=False):
        self.stop = stop

    def report(self, progress):
        assert progress.value <= progress.bound + 1e-9 * abs(progress.bound)

    def should_stop(self):
        return self.stop


def random_problem(seed):
    rng = np.random.default_rng(seed)
    n_sites, n_groups = int(rng.integers(1, 10)), int(rng.integers(0, 40))
    covers = rng.random((n_groups, n_sites)) < rng.uniform(0.05, 0.5)
    weight = rng.uniform(0.0, 3.0, n_groups) if seed % 2 else rng.integers(0, 20, n_groups).astype(float)
    pointer = np.concatenate([[0], np.cumsum(covers.sum(axis=1))]).astype(np.int64)
    has_cost = seed % 3 == 0
    return covers, Covering(
        "random",
        n_sites,
        pointer,
        np.nonzero(covers)[1],
        weight,
        n_open=None if has_cost and seed % 6 == 0 else int(rng.integers(1, n_sites + 1)),
        site_cost=rng.integers(0, 9, n_sites).astype(float) if has_cost else None,
        budget=float(rng.integers(0, 20)) if has_cost else None,
    )


def is_allowed(problem, plan):
    plan = list(plan)
    return (problem.n_open is None or len(plan) <= problem.n_open) and (
        problem.budget is None or problem.site_cost[plan].sum() <= problem.budget
    )


def best_value(covers, problem):
    plans = itertools.chain.from_iterable(
        itertools.combinations(range(problem.n_sites), k) for k in range(problem.n_sites + 1)
    )
    allowed = [list(plan) for plan in plans if is_allowed(problem, plan)]
    return max(float(problem.weight @ np.any(covers[:, plan], axis=1)) for plan in allowed)


@pytest.mark.parametrize("block", range(10 * LONG))
def test_the_optimum_of_enumeration_is_found_and_proved(block):
    for seed in range(40 * block, 40 * block + 40):
        covers, problem = random_problem(seed)
        answer = solve(problem, EXACTLY, Quiet())
        best = best_value(covers, problem)
        assert answer.value == pytest.approx(best, abs=1e-9), seed
        assert answer.stop_reason == "proved", seed
        assert answer.certified_bound >= best - 1e-9
        assert is_allowed(problem, answer.open_sites)
        covered = np.any(covers[:, answer.open_sites], axis=1)
        assert answer.customer.tolist() == np.flatnonzero(covered).tolist()
        assert np.all(np.isin(answer.site, answer.open_sites))
        assert np.all(covers[answer.customer, answer.site])


@pytest.mark.parametrize("seed", range(40))
def test_without_rounds_the_bound_is_still_a_bound(seed, monkeypatch):
    monkeypatch.setattr(search_module, "STARTS", 0)
    covers, problem = random_problem(seed)
    answer = solve(problem, Options(gap=0.0, seconds=1e6, rounds=0), Quiet())
    best = best_value(covers, problem)
    assert answer.value <= best + 1e-9
    assert answer.certified_bound >= best - 1e-9


def plane(seed, integral=True, n_open=7, n_sites=40):
    rng = np.random.default_rng(seed)
    weight = rng.integers(1, 101, 3000).astype(float)
    points = rng.uniform(0, 30, (3000, 2)), rng.uniform(0, 30, (n_sites, 2))
    return covered_in_the_plane(*points, weight if integral else weight * np.pi, 4.5, n_open)


def compact_optimum(problem):
    """The textbook MIP, one variable per group, by HiGHS."""
    m, n = problem.n_sites, problem.n_groups
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.addVars(m + n, np.zeros(m + n), np.ones(m + n))
    highs.changeColsCost(n, np.arange(m, m + n, dtype=np.int32), -problem.weight)
    kinds = np.full(m, highspy.HighsVarType.kInteger)
    highs.changeColsIntegrality(m, np.arange(m, dtype=np.int32), kinds)
    highs.addRow(0.0, problem.n_open, m, np.arange(m, dtype=np.int32), np.ones(m))
    for i in range(n):
        sites = problem.site[problem.pointer[i] : problem.pointer[i + 1]]
        row = np.append(sites, m + i).astype(np.int32)
        highs.addRow(0.0, highspy.kHighsInf, len(row), row, np.append(np.ones(len(sites)), -1.0))
    highs.run()
    return -highs.getInfo().objective_function_value


@pytest.mark.parametrize("seed", range(3))
def test_medium_cases_agree_with_the_compact_model(seed):
    problem = plane(seed, n_open=4 + seed, n_sites=22)
    answer = solve(problem, EXACTLY, Quiet())
    assert answer.stop_reason == "proved"
    assert answer.value == pytest.approx(compact_optimum(problem), rel=1e-9)


@pytest.mark.parametrize("integral", [True, False])
def test_the_same_seed_gives_the_same_answer(integral):
    first, second = (solve(plane(9, integral), EXACTLY, Quiet()) for _ in range(2))
    assert first.stop_reason == "proved"
    assert first.value == second.value
    assert first.open_sites.tolist() == second.open_sites.tolist()
    assert first.statistics == second.statistics


def test_scaling_the_weights_scales_the_optimum():
    problem = plane(4)
    larger = Covering(
        "x", problem.n_sites, problem.pointer, problem.site, 1e3 * problem.weight, problem.n_open
    )
    assert solve(larger, EXACTLY, Quiet()).value == 1e3 * solve(problem, EXACTLY, Quiet()).value


def test_more_sites_never_cover_less():
    values = [solve(plane(6, n_open=p), EXACTLY, Quiet()).value for p in (2, 4, 8, 16, 40)]
    assert values == sorted(values)


def test_a_user_who_stops_gets_a_plan_and_a_bound():
    answer = solve(plane(2), EXACTLY, Quiet(stop=True))
    assert answer.stop_reason == "interrupted"
    assert 0.0 < answer.value <= answer.certified_bound < np.inf
