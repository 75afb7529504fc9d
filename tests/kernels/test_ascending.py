import numpy as np
import pytest

from entrepot.kernels.ascending import (
    CLOSED,
    FREE,
    OPEN,
    Arcs,
    Pace,
    Sites,
    Track,
    ascend,
    choose,
    narrowed,
    reduced_costs,
    uncovered,
)


def setting(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 9)), int(rng.integers(1, 7))
    cost = rng.integers(0, 12, (n, m)).astype(float)
    order = np.argsort(cost, axis=1, kind="stable")
    arcs = Arcs(
        np.arange(n + 1) * m,
        order.ravel().astype(np.int32),
        np.take_along_axis(cost, order, axis=1).ravel(),
        np.full(n, np.inf),
    )
    state = rng.choice([FREE, FREE, FREE, OPEN, CLOSED], m).astype(np.int8)
    left = int(np.sum(state == OPEN)), int(np.sum(state != CLOSED))
    n_open = -1 if seed % 2 else int(rng.integers(left[0], left[1] + 1))
    sites = Sites(rng.random(m) * 9.0 - 1.0, state, n_open)
    return rng, cost, arcs, sites, rng.random(n) * 14.0


def run(function, compiled):
    return function if compiled else function.py_func


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_reduced_costs_and_subgradient_equal_plain_numpy(seed, compiled):
    rng, cost, arcs, sites, price = setting(seed)
    gain = np.maximum(0.0, price[:, None] - cost)
    rho, is_on, shortage = (
        np.empty(len(sites.fixed)),
        np.zeros(len(sites.fixed), np.int8),
        np.empty(len(price)),
    )
    run(reduced_costs, compiled)(arcs, sites.fixed, price, rho)
    np.testing.assert_allclose(rho, sites.fixed - gain.sum(axis=0), atol=1e-12)
    is_on[:] = rng.integers(0, 2, len(is_on))
    run(uncovered, compiled)(arcs, price, is_on, shortage)
    np.testing.assert_array_equal(shortage, 1.0 - (gain > 0.0)[:, is_on == 1].sum(axis=1))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_the_chosen_sites_are_the_cheapest_allowed_ones(seed, compiled):
    rng, _, _, sites, _ = setting(seed)
    m = len(sites.fixed)
    rho, is_on = np.round(rng.normal(size=m), 1), np.zeros(m, np.int8)
    total = run(choose, compiled)(sites, rho, is_on)
    best = np.inf
    for code in range(2**m):
        pick = np.array([code >> j & 1 for j in range(m)])
        allowed = np.all(pick[sites.state == OPEN] == 1) and np.all(pick[sites.state == CLOSED] == 0)
        if allowed and sites.n_open in (-1, pick.sum()):
            best = min(best, rho @ pick)
    assert total == pytest.approx(best, abs=1e-12)
    assert rho @ is_on == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("compiled", [True, False])
def test_no_set_is_allowed_where_too_few_sites_are_left(compiled):
    sites = Sites(np.zeros(3), np.array([CLOSED, CLOSED, FREE], np.int8), 2)
    assert run(choose, compiled)(sites, np.zeros(3), np.zeros(3, np.int8)) == np.inf


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_narrowed_keeps_the_free_arcs_below_open_site_and_limit(seed, compiled):
    rng, cost, arcs, sites, _ = setting(seed)
    limit = np.where(rng.random(len(cost)) < 0.5, rng.random(len(cost)) * 12.0, np.inf)
    small = run(narrowed, compiled)(arcs, sites.state, limit)
    for i in range(len(cost)):
        reachable = (sites.state == OPEN) & (cost[i] <= limit[i])
        ceiling = np.min(cost[i][reachable], initial=np.inf)
        assert small.ceiling[i] == ceiling
        kept = set(small.site[small.pointer[i] : small.pointer[i + 1]])
        sure = (sites.state == FREE) & (cost[i] < ceiling) & (cost[i] <= limit[i])
        tied = (sites.state == FREE) & (cost[i] == ceiling)
        assert set(np.flatnonzero(sure)) <= kept <= set(np.flatnonzero(sure | tied))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_a_climb_never_loses_its_best_bound_and_states_it_right(seed, compiled):
    _, cost, arcs, sites, price = setting(seed)
    arcs = narrowed(arcs, sites.state, np.full(len(cost), np.inf))
    arcs = arcs._replace(ceiling=np.minimum(arcs.ceiling, 20.0))
    m = len(sites.fixed)
    track = Track(price, price.copy(), np.zeros(len(price)), np.zeros(m), np.array([-np.inf, 0.0]))
    reached, rho, is_on = -np.inf, np.empty(m), np.zeros(m, np.int8)
    for _ in range(3):
        run(ascend, compiled)(arcs, sites, track, Pace(200.0, 20, 0.1, 0.5, 5, 0.5, 1e-3))
        assert track.bound[0] >= reached
        reached = track.bound[0]
        reduced_costs(arcs, sites.fixed, track.best, rho)
        assert reached == pytest.approx(choose(sites, rho, is_on) + track.best.sum(), abs=1e-9)
        assert np.all(track.best <= arcs.ceiling)
