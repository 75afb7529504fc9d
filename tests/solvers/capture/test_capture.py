"""Maximum capture against enumeration and published optima."""

import csv
import os
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from entrepot.location import Options
from entrepot.location.capture import Capture, logit_capture
from entrepot.solvers.capture import scaled as scaled_module
from entrepot.solvers.capture import solve
from entrepot.solvers.capture.certificate import Points, plain_tangents
from entrepot.solvers.capture.scaled import scale
from entrepot.solvers.capture.search import greedy, swapped
from entrepot.solvers.crew import Crew

HOW_MANY = 3000 if os.environ.get("ENTREPOT_LONG") == "1" else 300
DATA = Path(os.environ.get("ENTREPOT_BENCHMARKS", Path(__file__).parents[3] / "../shared/benchmarks"))
EXACT = Options(gap=0.0, seconds=60.0)


class Silent:
    """Watches without a word; asks to stop from the start where told so."""

    def __init__(self, stop=False):
        self.stop = stop

    def report(self, progress):
        pass

    def should_stop(self):
        return self.stop


def random_problem(seed):
    rng = np.random.default_rng(seed)
    customers, sites = int(rng.integers(1, 30)), int(rng.integers(1, 10))
    attraction = np.exp(rng.normal(0.0, rng.uniform(0.2, 5.0), (customers, sites)))
    attraction[rng.random(attraction.shape) < rng.uniform(0.0, 0.5)] = 0.0
    demand = rng.uniform(0.0, 5.0, customers) * (rng.random(customers) < 0.9)
    has_cost, has_count = rng.random(2) < (0.5, 0.7)
    cost = rng.normal(0.05, 0.15, sites) * demand.sum() if has_cost or not has_count else None
    count = int(rng.integers(1, sites + 1)) if has_count else None
    is_forced = np.zeros(sites, dtype=bool)
    if rng.random() < 0.3:
        is_forced[rng.integers(sites)] = True
    return Capture("random", attraction, rng.uniform(0.2, 3.0, customers), demand, count, cost, is_forced)


def best_by_enumeration(problem):
    best = -np.inf
    counts = range(problem.n_sites + 1) if problem.n_open is None else [problem.n_open]
    for count in counts:
        for chosen in combinations(range(problem.n_sites), count):
            marks = np.zeros(problem.n_sites)
            marks[list(chosen)] = 1.0
            if np.all(marks[problem.is_forced] == 1.0):
                drawn = problem.attraction @ marks
                worth = problem.demand @ (drawn / (problem.rival + drawn))
                best = max(best, worth - (0.0 if problem.cost is None else problem.cost @ marks))
    return best


@pytest.mark.parametrize("block", range(10))
def test_the_proved_value_is_that_of_enumeration(block):
    for seed in range(block, HOW_MANY, 10):
        problem = random_problem(seed)
        best = best_by_enumeration(problem)
        size = problem.demand.sum() + 1.0
        answer = solve(problem, EXACT, Silent())
        assert answer.value == pytest.approx(best, rel=1e-8, abs=1e-9 * size), seed
        assert answer.certified_bound >= best - 1e-9 * size, seed
        assert answer.certified_bound <= best + 1e-7 * size, seed
        assert problem.value(answer.open_sites) == pytest.approx(answer.value, rel=1e-9, abs=1e-9 * size)
        assert np.all(np.isin(np.flatnonzero(problem.is_forced), answer.open_sites))
        assert problem.n_open is None or len(answer.open_sites) == problem.n_open


@pytest.mark.parametrize("seed", range(30))
def test_bounds_hold_when_the_run_is_stopped_at_once(seed):
    problem = random_problem(seed)
    answer = solve(problem, EXACT, Silent(stop=True))
    best = best_by_enumeration(problem)
    assert answer.value <= best + 1e-9 <= answer.certified_bound + 2e-9
    assert answer.stop_reason in ("interrupted", "proved")


@pytest.mark.parametrize("seed", range(20))
def test_bounds_hold_when_there_is_no_time(seed):
    problem = random_problem(seed)
    answer = solve(problem, Options(gap=0.0, seconds=0.0), Silent())
    assert answer.value <= best_by_enumeration(problem) + 1e-9 <= answer.certified_bound + 2e-9
    assert answer.stop_reason in ("time limit", "proved")


@pytest.mark.parametrize("seed", range(60))
def test_a_loose_gap_is_kept_and_no_optimum_is_cut_off(seed):
    problem = random_problem(seed)
    best = best_by_enumeration(problem)
    answer = solve(problem, Options(gap=0.05, seconds=60.0), Silent())
    assert answer.gap <= 0.05
    assert answer.value <= best + 1e-9 <= answer.certified_bound + 2e-9


@pytest.mark.parametrize("seed", range(10))
def test_the_answer_states_each_site_s_share_of_a_customer(seed):
    problem = random_problem(seed)
    answer = solve(problem, EXACT, Silent())
    captured = float(np.sum(problem.demand[answer.customer] * answer.fraction))
    cost = 0.0 if problem.cost is None else float(problem.cost[answer.open_sites].sum())
    assert captured - cost == pytest.approx(answer.value, rel=1e-9, abs=1e-9)
    again = solve(problem, EXACT, Silent())
    assert (again.value, again.certified_bound) == (answer.value, answer.certified_bound)


def test_more_forced_sites_than_may_open_are_infeasible():
    problem = Capture(
        "forced", np.ones((2, 3)), np.ones(2), np.ones(2), 1, None, np.array([True, True, False])
    )
    answer = solve(problem, EXACT, Silent())
    assert answer.stop_reason == "infeasible"
    assert answer.open_sites is None


@pytest.mark.parametrize("seed", range(20))
def test_swaps_never_lose_and_keep_forced_sites(seed):
    scaled = scale(random_problem(seed))
    start = greedy(scaled)
    end = swapped(scaled, start, lambda: False)
    assert scaled.value(end) >= scaled.value(start) - 1e-12
    assert np.all(np.isin(np.flatnonzero(scaled.is_forced), end))


@pytest.mark.parametrize("seed", range(10))
def test_the_plain_tangents_are_those_of_the_kernel(seed):
    from entrepot.kernels.capturing import lifted_tangents

    scaled = scale(random_problem(seed + 100))
    rng = np.random.default_rng(seed)
    points = np.exp(rng.normal(0.0, 2.0, len(scaled.demand))).astype(np.float32)
    opened = np.flatnonzero(rng.random(scaled.n_sites) < 0.3)
    mine = plain_tangents(scaled, Points(points, opened))
    wide, mass = points.astype(np.float64), scaled.mass(opened)
    theirs = lifted_tangents(scaled.attraction, scaled.demand, scaled.pointer, wide, mass)
    theirs[1][:, opened] = 0.0
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_passes_in_groups_and_threads_give_what_one_pass_gives(seed, monkeypatch):
    problem = random_problem(seed)
    whole = scale(problem)
    rng = np.random.default_rng(seed)
    level, opened = rng.random(whole.n_sites), np.flatnonzero(rng.random(whole.n_sites) < 0.3)
    support = np.flatnonzero(level > 0.5)
    points = whole.tangent_points(level, support)
    values, tangents = whole.values_with(opened), whole.lifted_tangents(points, opened)
    monkeypatch.setattr(scaled_module, "ENTRIES_TO_SHARE", 0)
    shared = []
    for threads in (1, 3):
        parts = scale(problem, crew=Crew(threads))
        np.testing.assert_array_equal(parts.tangent_points(level, support), points)
        for one, other in zip(parts.lifted_tangents(points, opened), tangents, strict=True):
            np.testing.assert_array_equal(one, other)
        shared.append(parts.values_with(opened))
        np.testing.assert_allclose(shared[-1], values, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(shared[0], shared[1])


@pytest.mark.parametrize("seed", range(20))
def test_the_number_of_threads_changes_no_answer(seed, monkeypatch):
    monkeypatch.setattr(scaled_module, "ENTRIES_TO_SHARE", 0)
    problem = random_problem(seed)
    answers = [solve(problem, Options(gap=0.0, seconds=60.0, threads=k), Silent()) for k in (1, 3)]
    assert answers[0].value == answers[1].value
    assert answers[0].claimed_bound == answers[1].claimed_bound
    assert answers[0].statistics == answers[1].statistics


def published():
    with (DATA / "competitive-mnl/mnl_hm14_optima.tsv").open(encoding="utf-8") as lines:
        rows = [line for line in lines if not line.startswith("#")]
    return list(csv.DictReader(rows, delimiter="\t"))


def read(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    customers, sites, rivals = (int(word) for word in lines[0].split())
    rows = np.array([line.split() for line in lines[1 : 2 + rivals + sites]], dtype=float)
    assert (
        rows.shape[1] == customers
    )  # the file of 800 customers repeats itself: the first block is the instance
    return rows[0], rows[1 : 1 + rivals].T, rows[1 + rivals :].T


@pytest.mark.skipif(not (DATA / "competitive-mnl").is_dir(), reason="published instances are not there")
@pytest.mark.parametrize("case", range(0, 108, 9))
def test_published_optima_are_proved(case):
    row = published()[case]
    demand, rival, utility = read(DATA / "competitive-mnl" / row["file"])
    beta, alpha = float(row["beta"]), float(row["alpha"])
    problem = logit_capture(row["file"], beta * utility, alpha * beta * rival, demand, int(row["r"]))
    answer = solve(problem, EXACT, Silent())
    assert answer.stop_reason == "proved"
    assert answer.value == pytest.approx(float(row["Z"]), rel=1e-7)
