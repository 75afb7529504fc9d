"""Single-source location against enumeration and published optima."""

import os
from pathlib import Path

import numpy as np
import pytest

from entrepot.errors import UsageError
from entrepot.kernels.bidding import CLOSED, FREE, OPEN
from entrepot.location import FacilityLocation, MatrixCosts, Options, PlaneCosts
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.single_source import solve
from entrepot.solvers.single_source.branching import branch
from entrepot.solvers.single_source.prepared import is_hopeless, prepare
from entrepot.solvers.single_source.relaxation import certify, climb, first_prices
from entrepot.solvers.single_source.rounds import raise_bound, root, start
from solvers.single_source.single_source_problems import Silent, optimum, plans, random_problem

PROVE = Options(gap=0.0, seconds=1e6, threads=1)
ROUNDS = 3000 if os.environ.get("ENTREPOT_LONG") else 200
BENCHMARKS = Path(os.environ.get("ENTREPOT_BENCHMARKS", Path(__file__).parents[4] / "shared" / "benchmarks"))


def cost_of(problem, siting) -> float:
    assert np.array_equal(siting.customer, np.arange(problem.n_customers))
    assert np.all(siting.fraction == 1.0)
    assert set(siting.site) <= set(siting.open_sites)
    load = np.bincount(siting.site, weights=problem.demand, minlength=problem.n_sites)
    assert np.all(load <= problem.capacity * (1.0 + 1e-9))
    if problem.n_open is not None:
        assert len(siting.open_sites) == problem.n_open
    costs = problem.costs.between(siting.customer, siting.site)
    return float(costs.sum() + problem.fixed_cost[siting.open_sites].sum())


def test_the_proven_optimum_is_that_of_enumeration() -> None:
    rng = np.random.default_rng(7)
    n_infeasible = 0
    for _ in range(ROUNDS):
        problem = random_problem(rng)
        best = optimum(problem)
        siting = solve(problem, PROVE, Silent())
        if best == np.inf:
            n_infeasible += 1
            assert siting.stop_reason == "infeasible"
            assert siting.open_sites is None
            assert siting.value == np.inf
            continue
        assert siting.stop_reason == "proved"
        assert siting.value == pytest.approx(best, abs=1e-6)
        assert siting.certified_bound <= best + 1e-6
        assert siting.claimed_bound <= best + 1e-6
        assert cost_of(problem, siting) == pytest.approx(siting.value, abs=1e-9)
    assert 0 < n_infeasible < ROUNDS / 2


def test_no_plan_costs_less_than_the_toll_of_an_arc_or_site_that_it_uses() -> None:
    rng = np.random.default_rng(8)
    for _ in range(ROUNDS // 2):
        problem = random_problem(rng)
        prepared = prepare(problem)
        if is_hopeless(prepared):
            continue
        reach = prepared.reach
        peak = climb(prepared, reach, (first_prices(prepared), 0.0), 200.0, (40, 10, 1.0))
        certificate = certify(prepared, reach, peak.price, peak.count_price)
        for value, assignment in plans(problem):
            cost = value - prepared.constant + 1e-6
            assert certificate.bound <= cost
            used = assignment[reach.customer] == prepared.site_of_arc
            assert np.all(certificate.toll[used] <= cost)
            assert np.all(certificate.site_toll[np.unique(assignment)] <= cost)


def test_no_plan_costs_less_than_the_bound_of_a_node_that_it_agrees_with() -> None:
    rng = np.random.default_rng(18)
    n_checked = 0
    for _ in range(ROUNDS // 2):
        problem = random_problem(rng)
        prepared = prepare(problem)
        if is_hopeless(prepared):
            continue
        reach = prepared.reach
        state = rng.choice(np.array([CLOSED, FREE, FREE, OPEN], dtype=np.int8), prepared.n_sites)
        start = (first_prices(prepared), 0.0)
        peak = climb(prepared, reach, start, 200.0, (40, 10, 1.0), state=state)
        certificate = certify(prepared, reach, peak.price, peak.count_price, state)
        for value, assignment in plans(problem):
            used = np.bincount(assignment, minlength=prepared.n_sites) > 0
            if np.any(used & (state == CLOSED)):
                continue
            unused = (state == OPEN) & ~used
            if prepared.n_open is not None and np.any(state != FREE):
                continue  # which sites make up the number is not part of the assignment
            paid = unused & ~prepared.is_always_open
            cost = value - prepared.constant + prepared.fixed_cost[paid].sum() + 1e-6
            n_checked += 1
            assert certificate.bound <= cost
            assert np.all(certificate.site_toll[used] <= cost)
            shut = ~used & (state == FREE)
            assert np.all(certificate.shut_toll[shut] <= cost)
    assert n_checked > 400


def test_branching_on_sites_never_proves_more_than_the_optimum() -> None:
    rng = np.random.default_rng(19)
    n_nodes = 0.0
    for _ in range(40):
        problem = random_problem(rng)
        prepared, bracket = prepare(problem), Bracket("minimise", PROVE, Silent())
        if is_hopeless(prepared):
            continue
        run = start(prepared, bracket)
        raise_bound(run, 5, 1.0)
        before = run.certificate.bound
        branch(run)
        n_nodes += run.counts["nodes"]
        assert bracket.certified >= before + prepared.constant - 1e-9
        assert bracket.certified <= optimum(problem) + 1e-6
    assert n_nodes > 60.0


@pytest.mark.parametrize("size", [1.0, 1e6, 1e9])
def test_a_bound_that_is_an_integer_but_for_rounding_is_not_rounded_up(size: float) -> None:
    problem = FacilityLocation(
        "whole", MatrixCosts(np.full((2, 1), size)), np.zeros(1), np.ones(2), np.full(1, 9.0), None, True
    )
    prepared = prepare(problem)
    optimal = 2.0 * size
    assert prepared.rounded(optimal * (1.0 + 1e-14)) == pytest.approx(optimal, rel=1e-12)
    if size < 1e9:  # beyond, costs are no longer told apart by ones
        assert prepared.rounded(optimal - 0.4) == optimal
    assert prepared.claimed(optimal * (1.0 + 3e-9), np.inf) <= optimal
    assert prepared.claimed(optimal - 0.5, np.inf) <= optimal
    assert prepared.claimed(optimal * (1.0 - 3e-9), optimal) == optimal
    assert prepared.cutoff(optimal) < optimal


def test_a_claim_leaves_room_for_the_tolerances_of_a_solver() -> None:
    problem = FacilityLocation(
        "fractional",
        MatrixCosts(np.full((2, 1), 1e5 / 3)),
        np.zeros(1),
        np.ones(2),
        np.full(1, 9.0),
        None,
        True,
    )
    prepared, optimal = prepare(problem), 2e5 / 3
    assert prepared.claimed(optimal * (1.0 + 5e-9), np.inf) <= optimal
    assert prepared.claimed(optimal * (1.0 + 5e-9), 2.0 * optimal) <= optimal
    assert prepared.claimed(optimal * 0.9, optimal) == pytest.approx(optimal * 0.9, rel=2e-8)


def test_the_certified_bound_is_what_the_kernel_found_for_whole_demands() -> None:
    rng = np.random.default_rng(9)
    for _ in range(30):
        n_customers, n_sites = 12, 6
        problem = FacilityLocation(
            "whole",
            MatrixCosts(rng.integers(1, 50, (n_customers, n_sites)).astype(float)),
            rng.integers(10, 90, n_sites).astype(float),
            rng.integers(1, 9, n_customers).astype(float),
            rng.integers(12, 30, n_sites).astype(float),
            is_single_source=True,
        )
        prepared = prepare(problem)
        if is_hopeless(prepared):
            continue
        peak = climb(prepared, prepared.reach, (first_prices(prepared), 0.0), 400.0, (60, 10, 1.0))
        certificate = certify(prepared, prepared.reach, peak.price, peak.count_price)
        assert certificate.bound == pytest.approx(peak.bound, rel=1e-7)
        assert certificate.bound <= peak.bound


def test_the_same_seed_gives_the_same_plan() -> None:
    problem = random_problem(np.random.default_rng(11), 30, 8)
    first, second = (solve(problem, PROVE, Silent()) for _ in range(2))
    assert first.value == second.value
    assert np.array_equal(first.site, second.site)
    assert first.claimed_bound == second.claimed_bound


def test_scaling_costs_scales_the_optimum() -> None:
    problem = random_problem(np.random.default_rng(12), 12, 5)
    scaled = FacilityLocation(
        "scaled",
        MatrixCosts(problem.costs.matrix * 0.25),
        problem.fixed_cost * 0.25,
        problem.demand,
        problem.capacity,
        problem.n_open,
        True,
    )
    value = solve(problem, PROVE, Silent()).value
    assert solve(scaled, PROVE, Silent()).value == pytest.approx(0.25 * value, rel=1e-9)


class Impatient(Silent):
    def should_stop(self) -> bool:
        return True


def test_an_interrupted_run_returns_a_valid_bound() -> None:
    problem = random_problem(np.random.default_rng(13), 5, 4)
    siting = solve(problem, PROVE, Impatient())
    assert siting.certified_bound <= optimum(problem) + 1e-6


def test_regions_improve_a_plan_and_never_break_it(monkeypatch) -> None:
    from entrepot.solvers.single_source import branching, rounds, settling

    monkeypatch.setattr(rounds, "CORE_ARCS", 0)
    monkeypatch.setattr("entrepot.solvers.single_source.CORE_ARCS", 0)
    monkeypatch.setattr(rounds, "SEARCH_STEPS", (40, 1, 1))
    monkeypatch.setattr(rounds, "PATIENCE", 4)
    monkeypatch.setattr(settling, "STARTS", 1)
    monkeypatch.setattr(settling, "STEPS", 60)
    monkeypatch.setattr(settling, "ROUNDS", 30)
    monkeypatch.setattr(settling, "FIRST_ROUNDS", 15)
    monkeypatch.setattr(settling, "PATIENCE", 1)
    monkeypatch.setattr(branching, "MOST_NODES", 6)
    rng = np.random.default_rng(14)
    n_regions = 0.0
    for _ in range(15):
        points, places = rng.random((24, 2)), rng.random((8, 2))
        demand = rng.integers(1, 9, 24).astype(float)
        problem = FacilityLocation(
            "plane",
            PlaneCosts(points, places, 100.0 * np.ones(24)),
            rng.integers(50, 150, 8).astype(float),
            demand,
            np.full(8, 30.0),
            is_single_source=True,
        )
        siting = solve(problem, PROVE, Silent())
        assert siting.stop_reason == "proved"
        assert cost_of(problem, siting) == pytest.approx(siting.value)
        n_regions += siting.statistics["regions"]
    assert n_regions > 0.0


def test_starts_that_all_lead_to_the_same_plan_are_kept_once(monkeypatch) -> None:
    from entrepot.solvers.single_source import settling

    monkeypatch.setattr(settling, "STEPS", 60)
    monkeypatch.setattr(settling, "ROUNDS", 30)
    monkeypatch.setattr(settling, "FIRST_ROUNDS", 15)
    monkeypatch.setattr(settling, "PATIENCE", 4)
    monkeypatch.setattr(Bracket, "is_done", lambda _: False)
    kept = []
    take = settling.Colony.take

    def noted(colony, site, cost):
        place = take(colony, site, cost)
        kept.append([plan.tobytes() for _, plan in colony.plans])
        return place

    monkeypatch.setattr(settling.Colony, "take", noted)
    problem = random_problem(np.random.default_rng(21), 6, 3)
    run = start(prepare(problem), Bracket("minimise", PROVE, Silent()))
    root(run)
    settling.settle(run)
    assert run.best.value == pytest.approx(optimum(problem))
    assert len(kept) > settling.STARTS
    assert all(len(plans) == len(set(plans)) for plans in kept)
    assert len(kept[settling.STARTS - 1]) < settling.STARTS


def test_too_many_computed_costs_are_refused() -> None:
    points = np.zeros((3000, 2))
    problem = FacilityLocation(
        "wide",
        PlaneCosts(points, points, np.ones(3000)),
        np.ones(3000),
        np.ones(3000),
        np.full(3000, 5.0),
        None,
        True,
    )
    with pytest.raises(UsageError, match="9000000 costs in memory"):
        solve(problem, PROVE, Silent())


@pytest.mark.parametrize("number", [1, 8, 16, 23])
def test_the_published_optimum_is_proved(number: int) -> None:
    file = BENCHMARKS / "holmberg" / f"p{number}"
    if not file.exists():
        pytest.skip(f"{file} is not there; set ENTREPOT_BENCHMARKS")
    words = file.read_text().replace("\0", " ").split()
    n_sites, n_customers = int(words[0]), int(words[1])
    numbers = np.array(words[2:], dtype=float)
    first = 2 * n_sites + n_customers
    cost = numbers[first : first + n_sites * n_customers].reshape(n_sites, n_customers)
    problem = FacilityLocation(
        file.name,
        MatrixCosts(np.ascontiguousarray(cost.T)),
        numbers[1 : 2 * n_sites : 2],
        numbers[2 * n_sites : first],
        numbers[0 : 2 * n_sites : 2],
        is_single_source=True,
    )
    siting = solve(problem, PROVE, Silent())
    assert siting.stop_reason == "proved"
    assert siting.value == float((BENCHMARKS / "holmberg" / "os").read_text().split()[number - 1])
