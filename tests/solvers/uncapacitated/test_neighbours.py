import numpy as np
import pytest

from entrepot.location.service_costs import MatrixCosts, PlaneCosts
from entrepot.solvers.crew import Crew
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


@pytest.mark.parametrize("seed", [1, 2])
def test_lists_are_the_same_for_any_number_of_threads(seed, monkeypatch):
    costs = random_costs(seed)
    whole = nearest_sites(costs, 5)
    monkeypatch.setattr(module, "ENTRIES_AT_ONCE", 20)
    for threads in (2, 3):
        lists = nearest_sites(costs, 5, Crew(threads))
        np.testing.assert_array_equal(lists.site, whole.site)
        np.testing.assert_array_equal(lists.cost, whole.cost)


@pytest.mark.parametrize("looks", [1, 3, 4])
def test_lists_that_were_not_made_in_time_hold_the_cheapest_site(looks, monkeypatch):
    monkeypatch.setattr(module, "ENTRIES_AT_ONCE", 20)
    costs, asked = random_costs(3), []

    def after_some():
        asked.append(1)
        return len(asked) >= looks

    lists = nearest_sites(costs, 5, Crew(1, after_some))
    matrix = costs.between(np.arange(17)[:, None], np.arange(11)[None, :])
    made = lists.count == 5
    assert 0 <= made.sum() < 17
    assert np.all(lists.count[~made] == 1)
    np.testing.assert_array_equal(lists.cost[:, 0], matrix.min(axis=1))
    np.testing.assert_array_equal(lists.next_cost[~made], lists.cost[~made, 0])
    assert np.all(lists.site[~made, 1:] == -1)
