"""UFL and p-median against enumeration, and against published optima where the benchmark files are there."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from entrepot.errors import UsageError
from entrepot.kernels.ascending import CLOSED, FREE, OPEN
from entrepot.location import FacilityLocation, MatrixCosts, Options, PlaneCosts
from entrepot.solvers import uncapacitated
from entrepot.solvers.uncapacitated import climbing as climbing_module
from entrepot.solvers.uncapacitated import interchange as interchange_module
from entrepot.solvers.uncapacitated import neighbours as neighbours_module
from entrepot.solvers.uncapacitated import search as module
from entrepot.solvers.uncapacitated import solve
from entrepot.solvers.uncapacitated.neighbours import nearest_sites
from entrepot.solvers.uncapacitated.relaxation import evaluate, fixed_state, reduced_relaxation, relaxation_of
from entrepot.solvers.uncapacitated.search import is_integral

N_RANDOM = 3000 if os.environ.get("ENTREPOT_LONG") == "1" else 300
BENCHMARKS = Path(os.environ.get("ENTREPOT_BENCHMARKS", Path(__file__).parents[4] / "shared" / "benchmarks"))


class Silent:
    def __init__(self, stops_after=10**9):
        self.calls, self.stops_after, self.lines = 0, stops_after, []

    def report(self, progress):
        self.lines.append(progress)

    def should_stop(self):
        self.calls += 1
        return self.calls > self.stops_after


def problem_of(costs, fixed_cost, n_open=None):
    return FacilityLocation(
        "test",
        costs,
        np.asarray(fixed_cost, dtype=float),
        np.ones(costs.n_customers),
        np.full(costs.n_sites, np.inf),
        n_open,
    )


def random_problem(seed, size=(12, 9)):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, size[0])), int(rng.integers(1, size[1]))
    kind = seed % 4
    if kind == 0:
        costs = MatrixCosts(rng.integers(0, 30, (n, m)).astype(float))
    elif kind == 1:
        costs = MatrixCosts(rng.normal(size=(n, m)) * 10.0)
    else:
        rounding = ("none", "down", "nearest")[seed % 3]
        weight = np.ones(n) if seed % 5 else rng.random(n) + 0.1
        costs = PlaneCosts(rng.random((n, 2)) * 30, rng.random((m, 2)) * 30, weight, rounding)
    fixed = rng.integers(0, 25, m) if seed % 2 else rng.random(m) * 20.0 - (6.0 if seed % 8 == 0 else 0.0)
    return problem_of(costs, fixed, None if seed % 3 else int(rng.integers(1, m + 1)))


def matrix_of(costs):
    return costs.between(np.arange(costs.n_customers)[:, None], np.arange(costs.n_sites)[None, :])


def optimum_of(problem):
    matrix, m = matrix_of(problem.costs), problem.n_sites
    sizes = range(1, m + 1) if problem.n_open is None else [problem.n_open]
    return min(
        float(matrix[:, sites].min(axis=1).sum() + problem.fixed_cost[list(sites)].sum())
        for size in sizes
        for sites in itertools.combinations(range(m), size)
    )


@pytest.mark.parametrize("seed", range(N_RANDOM))
def test_the_optimum_of_enumeration_is_found_and_proved(seed, monkeypatch):
    if seed % 5 == 0:  # short lists, cut down early, and a tree from weak prices
        monkeypatch.setattr(module, "SMALLEST_LIST", 1)
        monkeypatch.setattr(module, "DENSE_ENTRIES", 1)
        monkeypatch.setattr(module, "WORK_AT_ONCE", 1)
        monkeypatch.setattr(module, "LEAST_STEP", 0.4)
    problem = random_problem(seed)
    best = optimum_of(problem)
    answer = solve(problem, Options(gap=0.0, seconds=60.0), Silent())
    assert answer.stop_reason == "proved"
    assert answer.value == pytest.approx(best, abs=1e-6)
    assert answer.certified_bound <= best + 1e-9 * max(1.0, abs(best))
    assert answer.claimed_bound == answer.certified_bound
    assert problem.n_open in (None, len(answer.open_sites))
    paid = (
        matrix_of(problem.costs)[answer.customer, answer.site].sum()
        + problem.fixed_cost[answer.open_sites].sum()
    )
    assert paid == pytest.approx(answer.value, abs=1e-9)
    assert set(answer.site) <= set(answer.open_sites)
    assert answer.customer.tolist() == list(range(problem.n_customers))


@pytest.mark.parametrize("seed", range(60))
def test_a_run_stopped_at_any_look_has_a_valid_plan_and_bound(seed, monkeypatch):
    """With blocks so small that lists, descents and climbs look at the clock in between."""
    monkeypatch.setattr(neighbours_module, "ENTRIES_AT_ONCE", 8)
    monkeypatch.setattr(interchange_module, "MOVES_AT_ONCE", 1)
    monkeypatch.setattr(climbing_module, "ARCS_BETWEEN_LOOKS", 1)
    if seed % 2:
        monkeypatch.setattr(climbing_module, "ARCS_TO_SHARE", 0)
        monkeypatch.setattr(climbing_module, "ARCS_AT_ONCE", 10)
    problem = random_problem(seed)
    best = optimum_of(problem)
    for looks in (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89):
        answer = solve(problem, Options(gap=0.0, seconds=60.0, threads=1 + seed % 3), Silent(looks))
        assert answer.stop_reason in ("interrupted", "proved")
        assert problem.n_open in (None, len(answer.open_sites))
        assert answer.certified_bound <= best + 1e-9 * max(1.0, abs(best))
        assert answer.value >= best - 1e-9 * max(1.0, abs(best))
        assert answer.customer.tolist() == list(range(problem.n_customers))


@pytest.mark.parametrize("n_open", [None, 7])
def test_the_number_of_threads_changes_no_bit_of_the_answer(n_open, monkeypatch):
    monkeypatch.setattr(neighbours_module, "ENTRIES_AT_ONCE", 200)
    monkeypatch.setattr(climbing_module, "ARCS_TO_SHARE", 0)
    monkeypatch.setattr(climbing_module, "ARCS_AT_ONCE", 300)
    places = np.random.default_rng(4).uniform(0.0, 100.0, (150, 2))
    problem = problem_of(PlaneCosts(places, places, np.ones(150)), np.full(150, 60.0), n_open)
    answers = [solve(problem, Options(gap=0.0, seconds=600.0, threads=k), Silent()) for k in (1, 2, 4)]
    for answer in answers[1:]:
        assert answer.value == answers[0].value
        assert answer.certified_bound == answers[0].certified_bound
        assert answer.open_sites.tolist() == answers[0].open_sites.tolist()
        assert answer.statistics == answers[0].statistics


@pytest.mark.parametrize("seed", range(0, 40, 2))
def test_lists_that_grow_late_and_little_lead_to_the_same_optimum(seed, monkeypatch):
    monkeypatch.setattr(module, "ARCS_TO_GROW_WARILY", 0)
    monkeypatch.setattr(module, "SMALLEST_LIST", 1)
    monkeypatch.setattr(module, "DENSE_ENTRIES", 1)
    problem = random_problem(seed, (30, 12))
    answer = solve(problem, Options(gap=0.0, seconds=60.0), Silent())
    assert answer.stop_reason == "proved"
    assert answer.value == pytest.approx(optimum_of(problem), abs=1e-6)


@pytest.mark.parametrize("seed", range(60))
def test_prices_prove_no_more_than_enumeration_allows(seed):
    problem = random_problem(seed, (8, 7))
    rng = np.random.default_rng(seed)
    matrix, m = matrix_of(problem.costs), problem.n_sites
    lists = nearest_sites(problem.costs, int(rng.integers(1, m + 1)))
    relaxation = relaxation_of(lists, problem.fixed_cost, problem.n_open)
    price = rng.uniform(matrix.min(), matrix.max() + 5.0, len(matrix))
    evaluation = evaluate(relaxation.arcs, relaxation.sites, price)
    plans = [
        (matrix[:, sites].min(axis=1).sum() + problem.fixed_cost[list(sites)].sum(), sites)
        for size in ([problem.n_open] if problem.n_open else range(1, m + 1))
        for sites in itertools.combinations(range(m), size)
    ]
    best = min(value for value, _ in plans)
    assert evaluation.bound <= best + 1e-12
    for value, sites in plans:
        is_open = np.isin(np.arange(m), sites)
        assert np.all(evaluation.open_at_least[is_open] <= value + 1e-9)
        assert np.all(evaluation.close_at_least[~is_open] <= value + 1e-9)
    goal = best + 0.3 * abs(best) + 1e-6
    state = fixed_state(relaxation.sites.state, evaluation, goal)
    small = reduced_relaxation(relaxation, evaluation, goal)
    again = evaluate(small.arcs, small.sites, price)
    for value, sites in plans:
        if value < goal:
            assert np.all(state[list(sites)] != CLOSED)
            assert set(np.flatnonzero(state == OPEN)) <= set(sites)
            assert again.bound <= value + 1e-9
    assert set(small.labels) == set(np.flatnonzero(state != CLOSED))
    assert np.all(relaxation.sites.state == FREE)


def test_the_same_seed_gives_the_same_run():
    rng = np.random.default_rng(5)
    problem = problem_of(
        MatrixCosts(rng.integers(100, 200, (60, 60)).astype(float)), rng.integers(100, 200, 60)
    )
    options = Options(gap=0.0, seconds=600.0, rounds=1)
    first, second = (solve(problem, options, Silent()) for _ in range(2))
    assert (first.value, first.certified_bound) == (second.value, second.certified_bound)
    np.testing.assert_array_equal(first.open_sites, second.open_sites)
    assert first.certified_bound <= first.value


def test_an_interrupted_run_still_has_a_plan_and_a_valid_answer():
    rng = np.random.default_rng(7)
    problem = problem_of(
        MatrixCosts(rng.integers(100, 200, (80, 80)).astype(float)), rng.integers(100, 200, 80)
    )
    answer = solve(problem, Options(gap=0.0, seconds=600.0), Silent(stops_after=40))
    assert answer.stop_reason == "interrupted"
    assert answer.certified_bound < answer.value < np.inf


def test_a_gap_that_is_asked_for_ends_the_run():
    rng = np.random.default_rng(8)
    points = rng.random((150, 2))
    answer = solve(
        problem_of(PlaneCosts(points, points, np.ones(150)), np.full(150, 0.5)), Options(gap=0.05), Silent()
    )
    assert answer.stop_reason in ("gap reached", "proved")
    assert answer.gap <= 0.05


def test_capacities_are_refused():
    problem = FacilityLocation("test", MatrixCosts(np.ones((1, 1))), np.ones(1), np.ones(1), np.ones(1))
    with pytest.raises(UsageError, match="finite capacity"):
        solve(problem, Options(), Silent())


@pytest.mark.parametrize(
    ("costs", "fixed", "expected"),
    [
        (MatrixCosts(np.ones((2, 2))), [1.0, 2.0], True),
        (MatrixCosts(np.ones((2, 2))), [1.0, 2.5], False),
        (MatrixCosts(np.full((2, 2), 0.5)), [1.0, 2.0], False),
        (PlaneCosts(np.ones((2, 2)), np.ones((2, 2)), np.ones(2), "down"), [0.0, 0.0], True),
        (PlaneCosts(np.ones((2, 2)), np.ones((2, 2)), np.ones(2)), [0.0, 0.0], False),
        (PlaneCosts(np.ones((2, 2)), np.ones((2, 2)), np.full(2, 0.5), "down"), [0.0, 0.0], False),
    ],
)
def test_bounds_are_rounded_only_where_every_plan_costs_an_integer(costs, fixed, expected):
    assert is_integral(problem_of(costs, fixed)) is expected


def uncapacitated_file(name):
    path = BENCHMARKS / "orlib-uncap" / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"Benchmark file {path} is not here.")
    words = path.read_text(encoding="utf-8").split()
    m, n = int(words[0]), int(words[1])
    fixed = [float(word) for word in words[3 : 2 + 2 * m : 2]]
    rows = np.array(words[2 + 2 * m :], dtype=float).reshape(n, m + 1)
    return problem_of(MatrixCosts(rows[:, 1:].copy()), fixed)


@pytest.mark.parametrize(
    ("name", "optimum"), [("cap71", 932615.75), ("cap134", 928941.75), ("capc", 11505594.32878)]
)
def test_published_optima_of_or_library_are_proved(name, optimum):
    answer = solve(uncapacitated_file(name), Options(gap=0.0, seconds=60.0), Silent())
    assert answer.stop_reason == "proved"
    assert answer.value == pytest.approx(optimum, rel=1e-9)


def test_the_package_shows_one_function():
    assert uncapacitated.__all__ == ["solve"]
