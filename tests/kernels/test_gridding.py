import numpy as np
import pytest

from entrepot.kernels import gridding
from entrepot.kernels.gridding import Crowd, add_gains, count_below, grid_of, list_below
from entrepot.location.service_costs import PlaneCosts

N_RANDOM = 150


def scattered(rng, n, kind):
    """Points of all kinds: spread out, on a grid of integers, on a line, and all in one place."""
    points = rng.random((n, 2)) * rng.choice([1.0, 50.0, 1e5])
    if kind == 1:
        points = rng.integers(-6, 7, (n, 2)).astype(float)
    elif kind == 2:
        points[:, int(rng.integers(2))] = 7.0
    elif kind == 3:
        points[:] = points[0]
    return points


def case(seed):
    """Customers' and sites' costs, and limits some of which are below every cost or above all."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 15)), int(rng.integers(1, 40))
    rounding = ("none", "down", "nearest")[seed % 3]
    customers, sites = scattered(rng, n, seed % 4), scattered(rng, m, seed // 4 % 4)
    weight = np.where(rng.random(n) < 0.1, 0.0, rng.random(n) * 3 + 0.1)
    costs = PlaneCosts(customers, sites, weight, rounding)
    table = costs.between(np.arange(n)[:, None], np.arange(m)[None, :])
    limit = rng.choice([0.0, -1.0, 0.3, 1.0, 1.5], n) * np.median(table, axis=1)
    limit[::3] = table[::3, 0]  # ties between a cost and its limit
    return costs, table, limit, float(rng.choice([0.5, 2.0, 8.0]))


def crowd_of(costs):
    rounding = {"none": 0, "down": 1, "nearest": 2}[costs.rounding]
    return Crowd(costs.customers[:, 0].copy(), costs.customers[:, 1].copy(), costs.weight, rounding)


@pytest.mark.parametrize("compiled", [True, False])
def test_gains_counts_and_lists_are_those_of_the_whole_table(compiled, monkeypatch):
    kernels = [add_gains, count_below, list_below]
    if not compiled:
        kernels = [one.py_func for one in kernels]
        for name in ("_earn", "_cell", "rows_within", "span_within", "cost_at", "reach_of"):
            monkeypatch.setattr(gridding, name, getattr(gridding, name).py_func)
    gain_kernel, count_kernel, list_kernel = kernels
    for seed in range(N_RANDOM if compiled else 40):
        costs, table, limit, per_cell = case(seed)
        grid, crowd = grid_of(costs.sites, per_cell), crowd_of(costs)
        assert sorted(grid.site) == list(range(costs.n_sites))
        gain = np.zeros(costs.n_sites)
        gain_kernel(grid, crowd, limit, gain)
        by_hand = np.sum(np.maximum(0.0, limit[:, None] - table), axis=0)
        np.testing.assert_allclose(gain, by_hand[grid.site], rtol=1e-12, atol=1e-12, err_msg=str(seed))
        count = np.zeros(costs.n_customers, np.int64)
        count_kernel(grid, crowd, limit, count)
        np.testing.assert_array_equal(count, np.sum(table < limit[:, None], axis=1), err_msg=str(seed))
        pointer = np.concatenate([[0], np.cumsum(count)])
        lists = np.empty(pointer[-1], np.int32), np.empty(pointer[-1])
        list_kernel(grid, crowd, limit, pointer, lists)
        for customer in range(costs.n_customers):
            site, cost = (part[pointer[customer] : pointer[customer + 1]] for part in lists)
            assert set(site) == set(np.flatnonzero(table[customer] < limit[customer]))
            assert np.all(cost == table[customer, site])
            assert np.all(np.diff(cost) >= 0.0)


def test_a_grid_is_never_much_larger_than_the_sites():
    for spans in ((1e9, 1e-9), (1.0, 0.0), (0.0, 0.0), (3.0, 1e4)):
        sites = np.random.default_rng(1).random((100, 2)) * spans
        assert len(grid_of(sites, 1.0).pointer) <= 400
