import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from entrepot.errors import UsageError
from entrepot.location.service_costs import MatrixCosts, PlaneCosts
from entrepot.solvers.crew import Crew
from entrepot.solvers.uncapacitated import interchange
from entrepot.solvers.uncapacitated.interchange import greedy, improve
from entrepot.solvers.uncapacitated.neighbours import nearest_sites
from entrepot.solvers.uncapacitated.workspace import value_of_sites

N_RANDOM = 3000 if os.environ.get("ENTREPOT_LONG") == "1" else 200
BENCHMARKS = Path(os.environ.get("ENTREPOT_BENCHMARKS", Path(__file__).parents[4] / "shared" / "benchmarks"))


def random_problem(seed):
    """Costs, fixed costs and p (None for UFL), small enough to enumerate."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 12)), int(rng.integers(1, 9))
    if seed % 2:
        costs = MatrixCosts(rng.integers(0, 9, (n, m)).astype(float))
    else:
        rounding = ("none", "down", "nearest")[seed % 3]
        costs = PlaneCosts(rng.random((n, 2)) * 10, rng.random((m, 2)) * 10, rng.random(n) + 0.1, rounding)
    n_open = None if seed % 4 < 2 else int(rng.integers(1, m + 1))
    fixed = rng.random(m) * 5 - (0.5 if seed % 8 == 0 else 0.0)
    return costs, fixed, n_open


def cost_by_hand(costs, fixed, sites):
    matrix = costs.between(np.arange(costs.n_customers)[:, None], np.arange(costs.n_sites)[None, :])
    return float(np.sum(fixed[sites]) + np.sum(np.min(matrix[:, sites], axis=1)))


def best_by_enumeration(costs, fixed, n_open):
    sizes = [n_open] if n_open is not None else range(1, costs.n_sites + 1)
    plans = (plan for size in sizes for plan in itertools.combinations(range(costs.n_sites), size))
    return min(cost_by_hand(costs, fixed, np.array(plan)) for plan in plans)


def test_kicks_find_the_optimum_of_small_problems():
    for seed in range(N_RANDOM):
        costs, fixed, n_open = random_problem(seed)
        start = greedy(costs, fixed, n_open)
        sites, value = improve(costs, fixed, start, n_open, rng=np.random.default_rng(seed), effort=60)
        assert value == pytest.approx(best_by_enumeration(costs, fixed, n_open), abs=1e-9), seed
        assert n_open is None or len(sites) == n_open


def test_a_descent_never_ends_dearer_than_its_start_and_tells_the_exact_cost():
    for seed in range(N_RANDOM):
        costs, fixed, n_open = random_problem(seed)
        rng = np.random.default_rng(seed)
        start = rng.permutation(costs.n_sites)[: n_open or 1]
        sites, value = improve(costs, fixed, start, n_open, rng=rng, effort=0)
        assert value == pytest.approx(cost_by_hand(costs, fixed, sites), abs=1e-9)
        assert value <= cost_by_hand(costs, fixed, start) + 1e-9


def in_the_plane(n, seed=5):
    rng = np.random.default_rng(seed)
    points = rng.random((n, 2)) * 1000
    return PlaneCosts(points, points, rng.lognormal(0.0, 1.0, n))


def test_short_lists_and_few_candidates_lose_little(monkeypatch):
    costs = in_the_plane(400)
    fixed = np.zeros(400)
    start = greedy(costs, fixed, 8)
    _, full = improve(costs, fixed, start, 8, rng=np.random.default_rng(1), effort=100)
    monkeypatch.setattr(interchange, "DENSE_ENTRIES", 1000)
    monkeypatch.setattr(interchange, "CROWD", 20)
    start = greedy(costs, fixed, 8)
    sites, focused = improve(costs, fixed, start, 8, rng=np.random.default_rng(1), effort=120)
    assert len(sites) == 8
    assert focused == pytest.approx(cost_by_hand(costs, fixed, sites))
    assert focused <= 1.01 * full
    monkeypatch.setattr(interchange, "CROWD", 1000)
    sites, listed = improve(costs, fixed, start, 8, rng=np.random.default_rng(1), effort=100)
    assert listed == pytest.approx(cost_by_hand(costs, fixed, sites))
    assert listed <= 1.01 * full


def test_lists_that_hold_no_open_site_give_a_valid_plan():
    costs = in_the_plane(60)
    for n_open in (2, 5, 20):
        lists = nearest_sites(costs, 30)
        start = np.arange(n_open)
        sites, value = improve(
            costs, np.zeros(60), start, n_open, rng=np.random.default_rng(0), effort=20,
            neighbours=lists,
        )  # fmt: skip
        assert len(sites) == n_open
        assert value == pytest.approx(cost_by_hand(costs, np.zeros(60), sites))


@pytest.mark.parametrize("n_open", [None, 12])
def test_the_same_seed_gives_the_same_plan(n_open):
    costs = in_the_plane(300)
    fixed = np.full(300, 300.0)
    runs = [
        improve(
            costs, fixed, greedy(costs, fixed, n_open), n_open, rng=np.random.default_rng(3),
            effort=200,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert runs[0][1] == runs[1][1]
    assert np.array_equal(runs[0][0], runs[1][0])


@pytest.mark.parametrize("looks", [1, 2, 3, 5])
def test_a_search_that_is_stopped_asks_no_more_and_returns_a_plan_no_worse_than_its_start(looks, monkeypatch):
    monkeypatch.setattr(interchange, "MOVES_AT_ONCE", 2)
    costs, asked = in_the_plane(300), []

    def after_some():
        asked.append(1)
        return len(asked) >= looks

    start, nothing = np.arange(12), np.zeros(300)
    rng = np.random.default_rng(3)
    sites, value = improve(costs, nothing, start, 12, rng=rng, crew=Crew(1, after_some), effort=10**9)
    assert len(asked) <= looks + 3
    assert len(sites) == 12
    assert value == pytest.approx(cost_by_hand(costs, nothing, sites))
    assert value <= value_of_sites(costs, nothing, start)


@pytest.mark.parametrize("n_open", [None, 12])
def test_looking_at_the_clock_more_often_changes_no_plan(n_open, monkeypatch):
    costs, fixed = in_the_plane(300), np.full(300, 300.0)
    plans = []
    for moves in (1, 7, 10**9):
        monkeypatch.setattr(interchange, "MOVES_AT_ONCE", moves)
        rng = np.random.default_rng(3)
        plans.append(improve(costs, fixed, np.arange(12), n_open, rng=rng, effort=0)[0].tolist())
    assert plans[0] == plans[1] == plans[2]


def test_a_start_of_another_size_is_refused():
    costs = in_the_plane(30)
    with pytest.raises(UsageError, match="opens 2 sites, not 3"):
        improve(costs, np.zeros(30), np.array([0, 1]), 3, rng=np.random.default_rng(0), effort=0)


def test_the_cost_of_a_plan_is_that_of_the_cheapest_open_sites():
    for seed in range(40):
        costs, fixed, _ = random_problem(seed)
        sites = np.flatnonzero(np.random.default_rng(seed).random(costs.n_sites) < 0.5)
        sites = sites if len(sites) else np.array([0])
        assert value_of_sites(costs, fixed, sites) == pytest.approx(cost_by_hand(costs, fixed, sites))


def median_of(number):
    """Costs, p and published optimum of an OR-Library p-median problem (the last of equal edges counts)."""
    folder = BENCHMARKS / "pmed"
    if not folder.is_dir():
        pytest.skip(f"No benchmark files at {folder}.")
    words = (folder / f"pmed{number}.txt").read_text().split()
    n, n_edges, n_open = (int(word) for word in words[:3])
    distance = np.full((n, n), np.inf)
    np.fill_diagonal(distance, 0.0)
    for one, other, length in np.array(words[3 : 3 + 3 * n_edges], dtype=int).reshape(-1, 3):
        distance[one - 1, other - 1] = distance[other - 1, one - 1] = length
    for via in range(n):
        np.minimum(distance, distance[:, via, None] + distance[None, via, :], out=distance)
    lines = (folder / "pmedopt.txt").read_text().splitlines()
    known = {line.split()[0]: float(line.split()[1]) for line in lines[1:] if len(line.split()) == 2}
    return MatrixCosts(distance), n_open, known[f"pmed{number}"]


@pytest.mark.parametrize("number", [1, 4, 6, 10, 12])
def test_published_optima_of_p_median_are_found(number):
    costs, n_open, known = median_of(number)
    fixed = np.zeros(costs.n_sites)
    _, value = improve(
        costs, fixed, greedy(costs, fixed, n_open), n_open,
        rng=np.random.default_rng(0), effort=1000,
    )  # fmt: skip
    assert value == known
