"""Ruin and recreate: plans keep to capacities, and their cost is what it is said to be."""

import numpy as np
import pytest

from entrepot.kernels.reassigning import Terrain, anneal, total_cost


def random_terrain(rng, n_customers=25, n_sites=8, most=8):
    cost = rng.random((n_customers, n_sites)) * 50
    demand = rng.integers(1, 9, n_customers).astype(float)
    near = np.argsort(cost, axis=1).astype(np.int32)
    around = np.ascontiguousarray(np.argsort(cost, axis=0).T.astype(np.int32))
    fixed_cost, capacity = rng.random(n_sites) * 80, rng.integers(25, 50, n_sites).astype(float)
    return Terrain(cost, fixed_cost, capacity, demand, near, around, np.full(n_customers, 150.0), most, 500.0)


def summed(terrain, site):
    served = site >= 0
    cost = terrain.cost[np.flatnonzero(served), site[served]].sum() + terrain.penalty[~served].sum()
    used = np.unique(site[served])
    return cost + terrain.fixed_cost[used].sum() + terrain.over * max(0, len(used) - terrain.most)


@pytest.mark.parametrize("function", [total_cost, total_cost.py_func])
def test_the_total_is_the_sum_of_costs_rents_and_penalties(function) -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        terrain = random_terrain(rng, most=3)
        site = rng.integers(-1, 8, 25)
        assert function(terrain, site) == pytest.approx(summed(terrain, site))


@pytest.mark.parametrize(("function", "steps"), [(anneal, 3000), (anneal.py_func, 30)])
def test_the_search_keeps_to_capacities_and_states_its_cost(function, steps) -> None:
    rng = np.random.default_rng(2)
    for seed in range(8):
        terrain = random_terrain(rng)
        start = np.full(25, -1)
        site, value = function(terrain, start, seed, steps, (10.0, 0.1))
        load = np.bincount(site[site >= 0], weights=terrain.demand[site >= 0], minlength=8)
        assert np.all(load <= terrain.capacity + 1e-6)
        assert value == pytest.approx(summed(terrain, site))
        assert value <= summed(terrain, start)
        again, same = function(terrain, start, seed, steps, (10.0, 0.1))
        assert value == same
        assert np.array_equal(site, again)


def test_the_number_of_open_sites_is_kept() -> None:
    terrain = random_terrain(np.random.default_rng(3), most=4)
    site, _ = anneal(terrain, np.full(25, -1), 1, 4000, (10.0, 0.1))
    assert len(np.unique(site[site >= 0])) <= 4
