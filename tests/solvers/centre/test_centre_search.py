import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from entrepot.errors import UsageError
from entrepot.location import MatrixCosts, Options, PlaneCosts
from entrepot.location.centre import Centre
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.centre import cover as cover_module
from entrepot.solvers.centre import reach as reach_module
from entrepot.solvers.centre import search as search_module
from entrepot.solvers.centre import solve
from entrepot.solvers.centre.cover import Incidence, Question, decide, decide_by_solver
from entrepot.solvers.centre.tree import Box, fixed, priced, propagated

EXACTLY = Options(gap=0.0, seconds=1e6)
LONG = 10 if os.environ.get("ENTREPOT_LONG") else 1
DATA = Path(os.environ.get("ENTREPOT_BENCHMARKS", Path(__file__).parents[3] / "../shared/benchmarks"))


class Quiet:
    def __init__(self, stop=False):
        self.stop = stop

    def report(self, progress):
        assert progress.value >= progress.bound

    def should_stop(self):
        return self.stop


def random_costs(seed):
    """Costs of any kind, and the same as a matrix."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 30)), int(rng.integers(1, 10))
    if seed % 2:
        matrix = rng.integers(0, 30, (n, m)).astype(float) if seed % 4 == 1 else rng.normal(0.0, 5.0, (n, m))
        return MatrixCosts(matrix), matrix
    rounding = ("none", "down", "nearest")[seed // 2 % 3]
    plane = PlaneCosts(
        rng.uniform(0, 20, (n, 2)), rng.uniform(0, 20, (m, 2)), rng.choice([0.5, 1.0, 3.0], n), rounding
    )
    return plane, plane.between(np.arange(n)[:, None], np.arange(m)[None, :])


def optimum(matrix, n_open):
    plans = itertools.combinations(range(matrix.shape[1]), n_open)
    return min(float(matrix[:, list(plan)].min(axis=1).max()) for plan in plans)


@pytest.mark.parametrize("block", range(10 * LONG))
def test_the_optimum_of_enumeration_is_found_and_proved(block):
    for seed in range(40 * block, 40 * block + 40):
        costs, matrix = random_costs(seed)
        n_open = 1 + seed // 4 % min(4, costs.n_sites)
        answer = solve(Centre("random", costs, n_open), EXACTLY, Quiet())
        best = optimum(matrix, n_open)
        assert answer.value == best, seed
        assert answer.stop_reason == "proved", seed
        assert answer.certified_bound == answer.claimed_bound == best, seed
        assert len(answer.open_sites) <= n_open
        assert answer.customer.tolist() == list(range(costs.n_customers))
        assert np.all(np.isin(answer.site, answer.open_sites))
        assert matrix[answer.customer, answer.site].max() == best


@pytest.mark.parametrize("rounds", [0, 1, 2])
@pytest.mark.parametrize("seed", range(30))
def test_a_run_cut_short_still_has_a_plan_and_a_bound(seed, rounds):
    costs, matrix = random_costs(seed)
    n_open = min(2, costs.n_sites)
    answer = solve(Centre("random", costs, n_open), Options(gap=0.0, seconds=1e6, rounds=rounds), Quiet())
    best = optimum(matrix, n_open)
    assert answer.certified_bound <= best <= answer.value < np.inf


def random_question(seed):
    """A table of rows and columns, how many columns may be chosen, and whether so many cover all rows."""
    rng = np.random.default_rng(seed)
    table = rng.random((int(rng.integers(1, 14)), int(rng.integers(1, 9)))) < rng.uniform(0.2, 0.6)
    n_open = int(rng.integers(1, 5))
    plans = itertools.combinations(range(table.shape[1]), min(n_open, table.shape[1]))
    return table, n_open, any(np.all(np.any(table[:, list(plan)], axis=1)) for plan in plans)


def assert_covers(plan, table, n_open):
    assert len(plan) <= n_open
    assert np.all(np.any(table[:, plan], axis=1))


@pytest.mark.parametrize("seed", range(150 * LONG))
def test_a_cover_is_decided_as_enumeration_decides_it(seed, monkeypatch):
    if seed % 3:
        monkeypatch.setattr(cover_module, "TRIES", 0)
    if seed % 3 == 2:
        monkeypatch.setattr(cover_module, "_packing", lambda cover: 0)
    table, n_open, possible = random_question(seed)
    question = Question(*np.nonzero(table), len(table), n_open)
    answer = decide(question, Bracket("minimise", EXACTLY, Quiet()), 10_000)
    assert answer.verdict == ("plan" if possible else "proved impossible")
    if possible:
        assert_covers(answer.plan, table, n_open)


@pytest.mark.parametrize("seed", range(150))
def test_the_solver_decides_a_cover_as_enumeration_does(seed):
    table, n_open, _ = random_question(seed)
    table[~np.any(table, axis=1)] = True
    plans = itertools.combinations(range(table.shape[1]), min(n_open, table.shape[1]))
    possible = any(np.all(np.any(table[:, list(plan)], axis=1)) for plan in plans)
    whole = Incidence(csr_array(table.astype(float)), np.arange(table.shape[1]))
    answer = decide_by_solver(whole, n_open, Bracket("minimise", EXACTLY, Quiet()))
    assert answer.verdict == ("plan" if possible else "claimed impossible")
    if possible:
        assert_covers(answer.plan, table, n_open)


def covers_in(table, box):
    """All covers of all rows inside a box, as rows of 0 and 1."""
    choices = np.array(list(itertools.product((0.0, 1.0), repeat=table.shape[1])))
    inside = np.all((choices >= box.lower) & (choices <= box.upper), axis=1)
    return choices[inside & np.all(choices @ table.T > 0.5, axis=1)]


@pytest.mark.parametrize("seed", range(100))
def test_no_cover_of_a_box_is_smaller_than_its_bound_or_lost_by_fixing(seed):
    rng = np.random.default_rng(seed)
    table = (rng.random((6, 5)) < 0.5).astype(float)
    lower = (rng.random(5) < 0.2).astype(float)
    box = Box(lower, np.maximum(lower, rng.random(5) < 0.8))
    duals, matrix = rng.normal(0.3, 0.5, 6), csr_array(table)
    covers = covers_in(table, box)
    assert np.all(covers.sum(axis=1) >= priced(matrix, box, duals)[0] - 1e-12)
    for n_open in range(6):
        few = covers[covers.sum(axis=1) <= n_open]
        for smaller in (propagated(matrix, box, n_open), fixed(matrix, box, duals, n_open)):
            if smaller is None:
                assert len(few) == 0
            else:
                assert np.all((few >= smaller.lower) & (few <= smaller.upper))


def test_a_threshold_that_only_the_solver_settles_leaves_the_certified_bound_lower(monkeypatch):
    monkeypatch.setattr(search_module, "BOXES", 1)
    claims, weaker = 0, 0
    for seed in range(1, 30, 4):
        matrix = np.random.default_rng(seed).integers(0, 1000, (60, 30)).astype(float)
        answer = solve(Centre("x", MatrixCosts(matrix), 4), EXACTLY, Quiet())
        assert answer.stop_reason == "proved"
        assert answer.certified_bound <= answer.claimed_bound == answer.value
        claims += answer.statistics["claims"]
        weaker += answer.certified_bound < answer.claimed_bound
    assert claims >= weaker > 0


def test_the_plane_and_its_matrix_have_the_same_optimum():
    rng = np.random.default_rng(7)
    points = rng.uniform(0, 100, (250, 2))
    plane = PlaneCosts(points, points, np.ones(250))
    matrix = plane.between(np.arange(250)[:, None], np.arange(250)[None, :])
    for p in (3, 25):
        answers = [solve(Centre("x", costs, p), EXACTLY, Quiet()) for costs in (plane, MatrixCosts(matrix))]
        assert [answer.stop_reason for answer in answers] == ["proved", "proved"]
        assert answers[0].value == answers[1].value


def test_scaling_and_permuting_leave_the_optimum_where_it_was():
    rng = np.random.default_rng(8)
    matrix = rng.integers(0, 1000, (60, 40)).astype(float)
    value = solve(Centre("x", MatrixCosts(matrix), 4), EXACTLY, Quiet()).value
    shuffled = MatrixCosts(4.0 * matrix[rng.permutation(60)][:, rng.permutation(40)])
    assert solve(Centre("x", shuffled, 4), EXACTLY, Quiet()).value == 4.0 * value


def test_further_sites_never_raise_the_value():
    rng = np.random.default_rng(9)
    costs = MatrixCosts(rng.random((40, 20)))
    values = [solve(Centre("x", costs, p), EXACTLY, Quiet()).value for p in (1, 2, 4, 8, 20)]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("seed", [100, 101, 102, 103, 104])
def test_the_number_of_threads_changes_nothing(seed, monkeypatch):
    monkeypatch.setattr(reach_module, "PAIRS_AT_ONCE", 20)
    monkeypatch.setattr(reach_module, "POINTS_AT_ONCE", 3)
    costs = random_costs(seed)[0]
    answers = []
    for threads in (1, 2, 4):
        options = Options(gap=0.0, seconds=1e6, threads=threads)
        answers.append(solve(Centre("x", costs, min(2, costs.n_sites)), options, Quiet()))
    assert len({(*answer.open_sites, answer.value) for answer in answers}) == 1
    assert all(answer.statistics == answers[0].statistics for answer in answers)
    assert all(np.array_equal(answer.site, answers[0].site) for answer in answers)


def test_the_same_call_gives_the_same_answer():
    costs = random_costs(100)[0]
    first, second = (solve(Centre("x", costs, 2), EXACTLY, Quiet()) for _ in range(2))
    assert first.open_sites.tolist() == second.open_sites.tolist()
    assert first.statistics == second.statistics


def test_a_user_who_stops_gets_a_plan_and_a_bound():
    costs, matrix = random_costs(13)
    answer = solve(Centre("x", costs, 1), EXACTLY, Quiet(stop=True))
    assert answer.certified_bound <= optimum(matrix, 1) <= answer.value
    assert answer.stop_reason in ("interrupted", "proved")


@pytest.mark.parametrize(("shape", "n_open"), [((3, 2), 0), ((3, 2), 3), ((0, 2), 1)])
def test_an_impossible_count_or_no_customers_are_refused(shape, n_open):
    with pytest.raises(UsageError, match=r"between 1 and 2|at least one customer"):
        Centre("x", MatrixCosts(np.zeros(shape)), n_open)


def graph(path):
    """All-pairs shortest paths and p; of the lines that repeat an edge the last one counts."""
    numbers = np.array(path.read_text(encoding="ascii").split(), dtype=float).astype(int)
    n, edges, p = numbers[:3]
    length = np.zeros((n, n))
    for one, other, value in numbers[3 : 3 + 3 * edges].reshape(-1, 3):
        length[one - 1, other - 1] = length[other - 1, one - 1] = value
    return shortest_path(length, directed=False), int(p)


def test_published_optima_of_the_or_library_are_proved():
    folder = DATA / "pmed"
    if not folder.is_dir():
        pytest.skip("no benchmark files: set ENTREPOT_BENCHMARKS")
    for line in (folder / "kcenteropt.txt").read_text(encoding="ascii").split("\n"):
        if not line.strip():
            continue
        name, value = line.split()
        matrix, p = graph(folder / f"{name}.txt")
        if len(matrix) > 300 * LONG:
            continue
        answer = solve(Centre(name, MatrixCosts(matrix), p), EXACTLY, Quiet())
        assert answer.stop_reason == "proved", name
        assert answer.value == float(value), name
