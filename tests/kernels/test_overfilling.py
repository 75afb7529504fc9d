"""Annealing with overfull sites against plain sums and enumeration."""

import itertools

import numpy as np
import pytest

from entrepot.kernels.overfilling import Ground, Walk, anneal_overfull, gather, move


def random_ground(rng, n_customers=6, n_sites=4, most=None) -> Ground:
    cost = rng.integers(1, 40, (n_customers, n_sites)).astype(float)
    demand = rng.integers(1, 9, n_customers).astype(float)
    near = np.argsort(cost, axis=1, kind="stable").astype(np.int32)
    around = np.ascontiguousarray(np.argsort(cost, axis=0, kind="stable").T.astype(np.int32))
    return Ground(
        cost,
        rng.integers(5, 50, n_sites).astype(float),
        rng.integers(6, 20, n_sites).astype(float),
        demand,
        near,
        around,
        1.0,
        n_sites if most is None else most,
        500.0,
    )


def parts(ground: Ground, site) -> tuple[float, float]:
    """Cost, and amount beyond capacities, by plain NumPy."""
    load = np.bincount(site, weights=ground.demand, minlength=len(ground.capacity))
    used = np.unique(site)
    cost = ground.cost[np.arange(len(site)), site].sum() + ground.fixed_cost[used].sum()
    cost += ground.over * max(0, len(used) - ground.most)
    return float(cost), float(np.maximum(load - ground.capacity, 0.0).sum())


@pytest.mark.parametrize("function", [move, move.py_func])
def test_moves_keep_the_sums_that_are_counted_anew(function) -> None:
    rng = np.random.default_rng(1)
    for most in (None, 2):
        ground = random_ground(rng, 9, 5, most)
        crowd = gather(ground, rng.integers(0, 5, 9), 1)
        for _ in range(200):
            function(ground, crowd, int(rng.integers(9)), int(rng.integers(5)))
            cost, beyond = parts(ground, crowd.site)
            assert crowd.sums[0] == pytest.approx(cost)
            assert crowd.sums[1] == pytest.approx(beyond)
            assert crowd.counts[1] == len(np.unique(crowd.site))
            for site in range(5):
                members = crowd.member[site, : crowd.number[site]]
                assert set(members) == set(np.flatnonzero(crowd.site == site))


def test_annealing_finds_the_plan_of_enumeration_and_tells_its_cost() -> None:
    rng = np.random.default_rng(2)
    n_best = 0
    for turn in range(20):
        ground = random_ground(rng, most=None if turn % 2 else 2)
        walk = Walk(4000, (20.0, 0.5), (1.0, 30.0), 0.7)
        site, value = anneal_overfull(ground, np.zeros(6, np.int64), turn, walk)
        cost, beyond = parts(ground, site)
        assert value == pytest.approx(cost + 30.0 * beyond)
        best = np.inf
        for trial in itertools.product(range(4), repeat=6):
            cost, beyond = parts(ground, np.array(trial))
            best = min(best, cost + 30.0 * beyond)
        assert value >= best - 1e-9
        n_best += value <= best + 1e-9
    assert n_best >= 15
