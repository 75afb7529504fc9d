import os
import re
from pathlib import Path

import numpy as np
import pytest

from entrepot.errors import UsageError
from entrepot.kernels.knapsacks import FREE
from entrepot.location import FacilityLocation, MatrixCosts, Options, PlaneCosts
from entrepot.solvers.capacitated import solve
from entrepot.solvers.capacitated.certificates import Prices, certify, fixed_by
from entrepot.solvers.capacitated.plans import Pool, cost_plan, improve
from entrepot.solvers.capacitated.prepared import count_range, prepare
from solvers.capacitated.siting_problems import optimum_of, random_siting

N_RANDOM = 3000 if os.environ.get("ENTREPOT_LONG") else 300
BENCHMARKS = Path(
    os.environ.get("ENTREPOT_BENCHMARKS", str(Path(__file__).parents[4] / "shared" / "benchmarks"))
)


class Silent:
    def __init__(self, stop=False):
        self.stop = stop

    def report(self, progress):
        self.last = progress

    def should_stop(self):
        return self.stop


PROVE = Options(gap=0.0, seconds=60.0)


def check_plan(problem, answer):
    """The answer's own arrays cost what it says and break no row."""
    served = np.zeros((problem.n_customers, problem.n_sites))
    served[answer.customer, answer.site] = answer.fraction
    assert np.all(answer.fraction > 0.0)
    np.testing.assert_allclose(served.sum(axis=1), 1.0, atol=1e-9)
    closed = np.setdiff1d(np.arange(problem.n_sites), answer.open_sites)
    assert not np.any(served[:, closed])
    slack = 1e-9 * max(problem.demand.sum(), 1.0)
    assert np.all(problem.demand @ served <= problem.capacity + slack)
    cost = np.sum(problem.costs.matrix * served) + problem.fixed_cost[answer.open_sites].sum()
    assert answer.value == pytest.approx(cost, rel=1e-9, abs=1e-9)
    if problem.n_open is not None:
        assert len(answer.open_sites) == problem.n_open


@pytest.mark.parametrize("block", range(10))
def test_random_problems_are_solved_to_the_optimum_of_a_mip(block):
    for seed in range(block * N_RANDOM // 10, (block + 1) * N_RANDOM // 10):
        problem = random_siting(np.random.default_rng(seed))
        best = optimum_of(problem)
        answer = solve(problem, PROVE, Silent())
        if np.isinf(best):
            assert answer.stop_reason == "infeasible", seed
            assert answer.value == np.inf
            assert answer.open_sites is None
            continue
        assert answer.value == pytest.approx(best, rel=1e-7, abs=1e-6), seed
        assert answer.certified_bound <= best + 1e-6 * max(1.0, abs(best)), seed
        assert answer.certified_bound >= best - 1e-8 * max(1.0, abs(best)), seed
        assert answer.stop_reason == "proved" or abs(best) < 1e-6, seed  # no bound is relatively near 0
        check_plan(problem, answer)


@pytest.mark.parametrize("seed", range(40))
def test_any_prices_prove_a_bound_and_what_they_fix_loses_no_better_plan(seed):
    rng = np.random.default_rng(seed)
    problem = random_siting(rng)
    best = optimum_of(problem)
    if np.isinf(best):
        best = 1e9
    prepared = prepare(problem)
    state = np.full(problem.n_sites, np.int8(FREE))
    every = np.ones(problem.n_sites, dtype=bool)
    count = count_range(prepared, every, ~every)
    scale = prepared.cost.max(axis=1, initial=1.0) + 10.0
    for _ in range(10):
        prices = Prices(
            rng.uniform(-0.5, 2.0, problem.n_customers) * scale,
            rng.uniform(-1.0, 3.0, problem.n_sites),
            rng.uniform(-1.0, 3.0),
            rng.uniform(-5.0, 5.0),
        )
        certificate = certify(prepared, prices, state, count)
        assert certificate.bound <= best + 1e-9 * abs(best)
        cutoff = best + 1e-6 * max(abs(best), 1.0)
        fixed = fixed_by(certificate, state, cutoff)
        kept = FacilityLocation(
            "fixed",
            problem.costs,
            np.where(fixed == 2, problem.fixed_cost - 1e6, problem.fixed_cost),
            problem.demand,
            problem.capacity,
            problem.n_open,
        )
        bonus = 1e6 * np.count_nonzero(fixed == 2)
        kept.fixed_cost[fixed == 0] += 1e6
        if best < 1e9:
            assert optimum_of(kept) + bonus == pytest.approx(best, abs=1e-3)


def test_no_move_that_the_prices_rule_out_improves_a_plan():
    for seed in range(10):
        rng = np.random.default_rng(seed)
        problem = random_siting(rng, 12, 8)
        prepared = prepare(problem)
        if not prepared.holds(float(prepared.capacity.sum())):
            continue
        start = cost_plan(prepared, np.arange(problem.n_sites))
        better = improve(prepared, start, Pool(), lambda: False)
        assert better.value <= start.value
        assert better.value >= optimum_of(
            FacilityLocation("free", problem.costs, problem.fixed_cost, problem.demand, problem.capacity)
        ) - 1e-6 * max(1.0, abs(better.value))


def test_the_same_run_gives_the_same_answer():
    problem = random_siting(np.random.default_rng(5), 60, 30)
    first, second = (solve(problem, PROVE, Silent()) for _ in range(2))
    assert first.value == second.value
    assert first.certified_bound == second.certified_bound
    assert first.statistics == second.statistics
    np.testing.assert_array_equal(first.fraction, second.fraction)


def test_a_gap_limit_ends_the_run_inside_the_gap():
    problem = random_siting(np.random.default_rng(7), 80, 40)
    answer = solve(problem, Options(gap=0.05, seconds=60.0), Silent())
    assert answer.stop_reason in ("gap reached", "proved")
    assert answer.gap <= 0.05
    exact = solve(problem, PROVE, Silent())
    assert answer.certified_bound <= exact.value + 1e-6
    assert answer.value >= exact.value - 1e-6


def test_an_interrupted_run_says_so_and_keeps_its_bound():
    problem = random_siting(np.random.default_rng(7), 80, 40)
    answer = solve(problem, PROVE, Silent(stop=True))
    assert answer.stop_reason == "interrupted"
    assert answer.certified_bound <= solve(problem, PROVE, Silent()).value


def test_a_round_limit_of_nothing_stops_after_the_first_node():
    problem = random_siting(np.random.default_rng(11), 80, 40)
    answer = solve(problem, Options(gap=0.0, seconds=60.0, rounds=0), Silent())
    assert answer.statistics["nodes"] <= 1.0
    assert answer.certified_bound <= answer.value


def test_too_many_pairs_from_coordinates_are_refused():
    rng = np.random.default_rng(0)
    costs = PlaneCosts(rng.random((2001, 2)), rng.random((2000, 2)), np.ones(2001))
    problem = FacilityLocation("plane", costs, np.ones(2000), np.ones(2001), np.full(2000, 9.0))
    with pytest.raises(UsageError, match="4,002,000 pairs"):
        solve(problem, PROVE, Silent())


def test_total_capacity_below_total_demand_is_infeasible():
    problem = FacilityLocation(
        "tight", MatrixCosts(np.ones((3, 2))), np.ones(2), np.full(3, 2.0), np.full(2, 2.9)
    )
    answer = solve(problem, PROVE, Silent())
    assert answer.stop_reason == "infeasible"
    assert len(answer.customer) == 0


def orlib(path, capacity=None):
    """OR-Library: sites and customers, capacity and fixed cost by site, demand and costs by customer."""
    numbers = np.array(path.read_text(encoding="utf-8").split(), dtype=float)
    m, n = int(numbers[0]), int(numbers[1])
    sites = numbers[2 : 2 + 2 * m].reshape(m, 2)
    rows = numbers[2 + 2 * m :].reshape(n, m + 1)
    room = sites[:, 0] if capacity is None else np.full(m, capacity)
    return FacilityLocation(path.stem, MatrixCosts(rows[:, 1:]), sites[:, 1], rows[:, 0], room)


def published(folder):
    if not (BENCHMARKS / folder).is_dir():
        pytest.skip(f"no public instances at {BENCHMARKS / folder}")
    lines = (BENCHMARKS / "SOURCES.tsv").read_text(encoding="utf-8").splitlines()
    return {cells[1]: cells[4] for line in lines if (cells := line.split("\t"))[0] == folder}


def test_the_published_optima_of_or_library_are_proved():
    for file, value in published("orlib-cap").items():
        if re.fullmatch(r"cap\d+\.txt", file):
            answer = solve(orlib(BENCHMARKS / "orlib-cap" / file), PROVE, Silent())
            assert answer.value == pytest.approx(float(value), abs=0.01), file
            assert answer.stop_reason == "proved", file


@pytest.mark.parametrize("name", ["capa", "capb", "capc"])
def test_the_published_optima_of_the_large_or_library_set_are_proved(name):
    values = published("orlib-capabc")[f"{name}.txt"]
    for capacity, value in re.findall(r"cap (\d+): ([\d.]+)", values):
        answer = solve(orlib(BENCHMARKS / "orlib-capabc" / f"{name}.txt", float(capacity)), PROVE, Silent())
        assert answer.value == pytest.approx(float(value), abs=0.01)
        assert answer.stop_reason == "proved"
