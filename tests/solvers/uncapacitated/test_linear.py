"""The linear relaxation against the same program written out in full, and a tree that rests on it."""

import numpy as np
import pytest
from scipy.optimize import linprog

from entrepot.kernels.ascending import CLOSED, OPEN, Arcs
from entrepot.location import FacilityLocation, MatrixCosts, Options
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.uncapacitated import search as module
from entrepot.solvers.uncapacitated import solve
from entrepot.solvers.uncapacitated.linear import levels_at, open_master, rows_of
from entrepot.solvers.uncapacitated.neighbours import nearest_sites
from entrepot.solvers.uncapacitated.relaxation import evaluate, relaxation_of


class Silent:
    def report(self, progress):
        pass

    def should_stop(self):
        return False


def problem_of(seed, n=14, m=9):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 40, (n, m)).astype(float) if seed % 2 else rng.random((n, m)) * 40.0
    n_open = None if seed % 3 == 0 else int(rng.integers(1, m))
    fixed = rng.integers(0, 40, m).astype(float)
    room = np.full(m, np.inf)
    return FacilityLocation("test", MatrixCosts(matrix), fixed, np.ones(n), room, n_open)


def full_relaxation(problem, state):
    matrix, fixed = problem.costs.matrix, problem.fixed_cost
    n, m = matrix.shape
    served = np.hstack([np.zeros((n, m)), np.kron(np.eye(n), np.ones(m))])
    linked = np.hstack([-np.tile(np.eye(m), (n, 1)), np.eye(n * m)])
    if problem.n_open is not None:
        served = np.vstack([served, np.concatenate([np.ones(m), np.zeros(n * m)])])
    right = np.concatenate([np.ones(n), [] if problem.n_open is None else [problem.n_open]])
    bounds = [(float(s == OPEN), float(s != CLOSED)) for s in state] + [(0.0, None)] * (n * m)
    cost = np.concatenate([fixed, matrix.ravel()])
    return linprog(cost, linked, np.zeros(n * m), served, right, bounds)


@pytest.mark.parametrize("seed", range(60))
def test_the_prices_prove_the_value_of_the_strong_linear_relaxation(seed):
    problem = problem_of(seed)
    rng = np.random.default_rng(seed)
    matrix = problem.costs.matrix
    relaxation = relaxation_of(
        nearest_sites(problem.costs, problem.n_sites), problem.fixed_cost, problem.n_open
    )
    state = np.zeros(problem.n_sites, dtype=np.int8)
    if seed % 4 == 0:
        state[rng.integers(problem.n_sites)] = rng.choice([OPEN, CLOSED])
    expected = full_relaxation(problem, state)
    if expected.status != 0:
        pytest.skip("no plan has this state")
    price = rng.uniform(matrix.min(axis=1), matrix.max(axis=1))
    clock = Bracket("minimise", Options(gap=0.0, seconds=60.0), Silent())
    master = open_master(relaxation, price, 1e4, clock)
    found, share = master.raised(state, price, 1.0001 * expected.fun + 1e-4, 100)
    evaluation = evaluate(relaxation.arcs, relaxation.sites._replace(state=state), found)
    assert evaluation.bound == pytest.approx(expected.fun, rel=1e-3)
    assert evaluation.bound <= expected.fun + 1e-7 * max(1.0, expected.fun)
    assert np.all((share >= 0.0) & (share <= 1.0))
    assert np.all(share[state == OPEN] == 1.0)
    assert np.all(share[state == CLOSED] == 0.0)


@pytest.mark.parametrize("seed", range(40))
def test_the_closed_form_cut_is_the_strongest_and_its_row_says_the_same(seed):
    rng = np.random.default_rng(seed)
    n, m = 6, 5
    cost = np.sort(rng.integers(0, 12, (n, m)).astype(float), axis=1)
    site = np.array([rng.permutation(m) for _ in range(n)], dtype=np.int32)
    ceiling = cost[:, -1] + rng.integers(0, 4, n)
    arcs = Arcs(np.arange(n + 1) * m, site.ravel(), cost.ravel(), ceiling)
    share = rng.random(m) * rng.integers(0, 2, m)
    level, service = levels_at(arcs, share)
    for i in range(n):
        asked = [d - np.sum(np.maximum(0.0, d - cost[i]) * share[site[i]]) for d in [*cost[i], ceiling[i]]]
        assert service[i] == pytest.approx(max(asked))
    rows = rows_of(arcs, m, np.arange(n), level)
    np.testing.assert_allclose(rows @ np.concatenate([share, service]), level)


@pytest.mark.parametrize("seed", range(40))
def test_a_tree_on_exact_prices_finds_the_same_optimum(seed, monkeypatch):
    problem = problem_of(seed, 20, 12)
    options = Options(gap=0.0, seconds=60.0)
    expected = solve(problem, options, Silent())
    monkeypatch.setattr(module, "LEAST_STEP", 0.4)
    monkeypatch.setattr(module, "EASY_NODES", 0)
    monkeypatch.setattr(module, "LINEAR_GAP", np.inf)
    answer = solve(problem, options, Silent())
    assert answer.stop_reason == "proved"
    assert answer.value == pytest.approx(expected.value, abs=1e-7)
    assert answer.certified_bound <= expected.value + 1e-7
