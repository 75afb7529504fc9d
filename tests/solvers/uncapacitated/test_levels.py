import itertools

import numpy as np
import pytest

from entrepot.kernels.ascending import Pace, Sites
from entrepot.location import FacilityLocation, Options, PlaneCosts
from entrepot.location.solution import Unwatched
from entrepot.solvers.crew import Crew
from entrepot.solvers.uncapacitated import levels, solve
from entrepot.solvers.uncapacitated.coarsening import groups_of, merged, spread
from entrepot.solvers.uncapacitated.neighbours import nearest_sites
from entrepot.solvers.uncapacitated.plane import (
    climb_in_plane,
    evaluate_in_plane,
    field_of,
    gains_of,
    listed_below,
)  # fmt: skip
from entrepot.solvers.uncapacitated.relaxation import evaluate, relaxation_of
from entrepot.solvers.uncapacitated.tree import new_track


def p_median(seed, n, m, p):
    rng = np.random.default_rng(seed)
    rounding = ("none", "down", "nearest")[seed % 3]
    customers = rng.random((n, 2)) * 100
    sites = customers[:m] if seed % 2 else rng.random((m, 2)) * 100
    costs = PlaneCosts(customers, sites, rng.integers(1, 9, n).astype(float), rounding)
    fixed = rng.random(m) * 20 - 5 if seed % 4 == 0 else np.zeros(m)
    return FacilityLocation("", costs, fixed, np.ones(n), np.full(m, np.inf), n_open=p)


def optimum(problem):
    n, m = problem.n_customers, problem.n_sites
    table = problem.costs.between(np.arange(n)[:, None], np.arange(m)[None, :])
    plans = itertools.combinations(range(m), problem.n_open)
    return min(table[:, p].min(axis=1).sum() + problem.fixed_cost[list(p)].sum() for p in plans)


def small_levels(monkeypatch):
    for name in ("VAST_PAIRS", "VAST_PAIRS_PER_OPEN"):
        monkeypatch.setattr(levels, name, 1)
    for name, value in (("LEAST_POINTS", 4), ("LEAST_PER_OPEN", 2), ("FACTOR", 2)):
        monkeypatch.setattr(levels, name, value)


def test_levels_bracket_the_optimum_of_small_problems(monkeypatch):
    small_levels(monkeypatch)
    n_proved = 0
    for seed in range(30):
        problem = p_median(seed, 40, 12 if seed % 5 else 30, 1 + seed % 3)
        assert levels.is_vast(problem)
        answer = solve(problem, Options(gap=0.0, seconds=1e4, threads=1), Unwatched())
        best = optimum(problem)
        assert answer.certified_bound <= best + 1e-9 * abs(best), seed
        assert answer.value == pytest.approx(best, rel=0.01), seed
        assert answer.value >= best - 1e-9 * abs(best)
        assert len(answer.open_sites) == problem.n_open
        assert answer.gap < 0.1
        n_proved += answer.gap < 1e-3
    assert n_proved > 15


def test_the_number_of_threads_changes_no_bit(monkeypatch):
    small_levels(monkeypatch)
    problem = p_median(7, 400, 400, 8)
    one, three = (
        solve(problem, Options(gap=1e-4, seconds=1e4, threads=threads), Unwatched()) for threads in (1, 3)
    )
    assert one.value == three.value
    assert one.certified_bound == three.certified_bound
    np.testing.assert_array_equal(one.open_sites, three.open_sites)


def test_only_large_plane_problems_with_a_count_go_by_levels():
    assert not levels.is_vast(p_median(1, 40, 12, 2))


def test_the_bound_without_lists_is_that_of_complete_lists():
    rng = np.random.default_rng(3)
    for seed in range(40):
        problem = p_median(seed, 30, 17, 3)
        costs = problem.costs
        relaxation = relaxation_of(nearest_sites(costs, 17), problem.fixed_cost, 3)
        price = rng.random(30) * 200 - 5
        field, sites = field_of(costs), relaxation.sites
        listed = evaluate(relaxation.arcs, sites, price)
        free = evaluate_in_plane(field, sites, price, Crew(2))
        assert free.bound == pytest.approx(listed.bound, rel=1e-9, abs=1e-6)
        np.testing.assert_allclose(free.open_at_least, listed.open_at_least, rtol=1e-9, atol=1e-6)
        table = costs.between(np.arange(30)[:, None], np.arange(17)[None, :])
        earned = np.sum(np.maximum(0.0, price[:, None] - table), axis=0)
        np.testing.assert_allclose(gains_of(field, price, Crew(2)), earned, rtol=1e-9, atol=1e-9)


def test_a_climb_in_the_plane_never_passes_the_optimum():
    for seed in range(30):
        problem = p_median(seed, 30, 14, 3)
        best, costs = optimum(problem), problem.costs
        sites = Sites(problem.fixed_cost, np.zeros(14, np.int8), 3)
        track = new_track(nearest_sites(costs, 1).cost[:, 0], 14)
        pace = Pace(best * 1.05, 300, 0.1, 0.5, 15, 0.7, 1e-4)
        climb_in_plane(field_of(costs), sites, track, pace, Crew(1))
        bound = evaluate_in_plane(field_of(costs), sites, track.best, Crew(1)).bound
        assert bound == pytest.approx(track.bound[0], rel=1e-9)
        assert 0.9 * best <= bound <= best * (1.0 + 1e-9)


def test_groups_hold_everybody_once_and_are_of_like_size():
    points = np.random.default_rng(2).random((1003, 2))
    for count in (1, 2, 17, 500, 1003, 2000):
        size = np.bincount(groups_of(points, count))
        assert len(size) == min(count, 1003)
        assert size.sum() == 1003
        assert size.max() - size.min() <= 2 * (1003 // count + 1)


def test_merging_keeps_weight_and_centre_of_gravity_and_opens_real_sites():
    problem = p_median(1, 300, 300, 5)
    coarse = merged(problem, problem.costs, 40, 25)
    costs, fewer = problem.costs, coarse.costs
    assert fewer.n_customers == 40
    assert len(np.unique(coarse.site)) == fewer.n_sites == 25
    assert fewer.weight.sum() == costs.weight.sum()
    np.testing.assert_allclose(fewer.weight @ fewer.customers, costs.weight @ costs.customers)
    np.testing.assert_array_equal(fewer.sites, costs.sites[coarse.site])
    assert coarse.problem.demand.sum() == problem.demand.sum()


def test_blended_prices_follow_a_smooth_price_per_weight():
    problem = p_median(1, 2000, 2000, 5)
    coarse = merged(problem, problem.costs, 500, 500)
    smooth = lambda costs: costs.weight * (50.0 + 0.2 * costs.customers[:, 0])  # noqa: E731
    blended = spread(coarse.costs, smooth(coarse.costs), problem.costs)
    np.testing.assert_allclose(blended, smooth(problem.costs), rtol=0.04)


def test_lists_hold_what_costs_less_than_the_limit_and_never_too_much():
    rng = np.random.default_rng(4)
    for seed in range(30):
        costs = p_median(seed, 60, 40, 2).costs
        if seed % 3 == 0:  # all sites in one place: no limit but 0 keeps the list short
            costs = PlaneCosts(costs.customers, np.full((40, 2), 50.0), costs.weight, costs.rounding)
        table = costs.between(np.arange(60)[:, None], np.arange(40)[None, :])
        limit = rng.random(60) * 1.5 * np.median(table, axis=1)
        below = table < limit[:, None]
        for most in (1, 7, 40):
            pointer, site, cost = listed_below(costs, limit, most, Crew(2))
            assert np.all(np.diff(pointer) <= most)
            for customer in range(60):
                listed = site[pointer[customer] : pointer[customer + 1]]
                priced = cost[pointer[customer] : pointer[customer + 1]]
                assert np.all(priced == table[customer, listed])
                assert np.all(np.diff(priced) >= 0.0)
                if below[customer].sum() <= most:
                    assert set(listed) == set(np.flatnonzero(below[customer]))
                else:  # the cheapest of them, all up to some cost
                    ceiling = priced[-1] if len(priced) else -1.0
                    assert len(listed) == np.sum(table[customer] <= ceiling)
