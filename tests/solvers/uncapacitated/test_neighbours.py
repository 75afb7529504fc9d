import numpy as np
import pytest

from entrepot.location.service_costs import MatrixCosts, PlaneCosts
from entrepot.solvers.uncapacitated import neighbours as module
from entrepot.solvers.uncapacitated.neighbours import nearest_sites


def random_costs(seed):
    rng = np.random.default_rng(seed)
    if seed % 2:
        return MatrixCosts(rng.integers(0, 9, (17, 11)).astype(float))
    return PlaneCosts(rng.random((17, 2)) * 9, rng.random((11, 2)) * 9, np.ones(17), "down")


@pytest.mark.parametrize("seed", range(20))
def test_what_is_not_listed_costs_at_least_the_next_cost(seed):
    costs = random_costs(seed)
    lists = nearest_sites(costs, 1 + seed % 11).grown(costs, np.array([2, 5]), 7 + seed % 5)
    matrix = costs.between(np.arange(17)[:, None], np.arange(11)[None, :])
    for i in range(17):
        listed = lists.site[i, : lists.count[i]]
        np.testing.assert_array_equal(lists.cost[i, : lists.count[i]], matrix[i, listed])
        assert np.all(np.diff(matrix[i, listed]) >= 0.0)
        others = np.setdiff1d(np.arange(11), listed)
        assert len(others) == 11 - len(listed)
        assert np.all(matrix[i, others] >= lists.next_cost[i])
        assert np.all(lists.site[i, lists.count[i] :] == -1)
        assert np.all(np.isinf(lists.cost[i, lists.count[i] :]))


def test_lists_grow_for_the_customers_that_ask_and_never_shrink():
    costs = random_costs(1)
    lists = nearest_sites(costs, 4)
    grown = lists.grown(costs, np.array([3]), 6)
    assert grown.count[3] == 6
    assert np.all(np.delete(grown.count, 3) == 4)
    assert grown.grown(costs, np.array([3, 4]), 2) is grown
    assert grown.grown(costs, np.arange(17), 99).count.tolist() == [11] * 17


def test_lists_are_the_same_however_many_customers_are_asked_at_once(monkeypatch):
    costs = random_costs(3)
    whole = nearest_sites(costs, 5)
    monkeypatch.setattr(module, "ENTRIES_AT_ONCE", 20)
    np.testing.assert_array_equal(nearest_sites(costs, 5).cost, whole.cost)
