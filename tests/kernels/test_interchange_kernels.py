import numpy as np
import pytest

from entrepot.kernels.interchange import close_site, columns_of, open_site, price, rebuild, weigh
from entrepot.kernels.seeding import open_greedily, saving
from entrepot.location.service_costs import MatrixCosts, PlaneCosts
from entrepot.solvers.uncapacitated.neighbours import nearest_sites
from entrepot.solvers.uncapacitated.workspace import lists_of, state_of, tariff_of


def setting(seed, length=None):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 14)), int(rng.integers(3, 9))
    if seed % 2:
        costs = MatrixCosts(rng.integers(0, 6, (n, m)).astype(float))
    else:
        costs = PlaneCosts(rng.random((n, 2)), rng.random((m, 2)), rng.random(n) + 0.5)
    fixed = rng.random(m)
    sites = np.sort(rng.permutation(m)[: int(rng.integers(2, m))])
    tariff, lists = tariff_of(costs, fixed), lists_of(costs, nearest_sites(costs, length or m))
    state = state_of(costs, sites)
    rebuild(lists, tariff, state)
    matrix = costs.between(np.arange(n)[:, None], np.arange(m)[None, :])
    return rng, matrix, fixed, tariff, lists, state


def is_open(state):
    return np.flatnonzero(state.place >= 0)


def cost_of(matrix, fixed, sites):
    return np.sum(fixed[sites]) + np.sum(np.min(matrix[:, sites], axis=1))


def assert_true_to(matrix, fixed, state):
    """Total, both costs and losses agree with plain NumPy."""
    sites = is_open(state)
    ordered = np.sort(matrix[:, sites], axis=1)
    assert np.array_equal(np.sort(state.order[: state.counts[0]]), sites)
    assert state.total[0] == pytest.approx(cost_of(matrix, fixed, sites))
    assert state.near_cost == pytest.approx(ordered[:, 0])
    assert matrix[np.arange(len(matrix)), state.near] == pytest.approx(ordered[:, 0])
    if len(sites) > 1:
        assert state.second_cost == pytest.approx(ordered[:, 1])
        losses = [cost_of(matrix, fixed, sites[sites != s]) - cost_of(matrix, fixed, sites) for s in sites]
        assert state.loss[sites] == pytest.approx(np.array(losses), abs=1e-9)
        assert state.loss[state.tree[1]] == np.min(state.loss)
    assert np.all(np.isinf(state.loss[state.place < 0]))


@pytest.mark.parametrize("length", [None, 1, 2])
@pytest.mark.parametrize("seed", range(40))
def test_flips_keep_the_plan_true(seed, length):
    rng, matrix, fixed, tariff, lists, state = setting(seed, length)
    assert_true_to(matrix, fixed, state)
    for _ in range(12):
        site = int(rng.integers(len(fixed)))
        if state.place[site] < 0:
            open_site(lists, tariff, state, site)
        elif state.counts[0] > 1:
            close_site(lists, tariff, state, site)
        if length is None:
            assert_true_to(matrix, fixed, state)
        # with short lists an opening may pass a customer by, but what the plan says is never too low
        assert state.total[0] >= cost_of(matrix, fixed, is_open(state)) - 1e-9
    rebuild(lists, tariff, state)
    assert_true_to(matrix, fixed, state)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(30))
def test_the_profit_of_a_move_is_what_the_cost_falls_by(seed, compiled):
    _, matrix, fixed, tariff, lists, state = setting(seed)
    kernel = weigh if compiled else weigh.py_func
    sites = is_open(state)
    before = cost_of(matrix, fixed, sites)
    for site in np.flatnonzero(state.place < 0):
        gain, both, partner = kernel(lists, tariff, state, int(site))
        wider = np.append(sites, site)
        assert gain == pytest.approx(before - cost_of(matrix, fixed, wider))
        best = min(cost_of(matrix, fixed, wider[wider != other]) for other in sites)
        assert both == pytest.approx(before - best)
        assert before - cost_of(matrix, fixed, wider[wider != partner]) == pytest.approx(both)


@pytest.mark.parametrize("compiled", [True, False])
def test_columns_hold_the_pairs_of_the_rows(compiled):
    rng = np.random.default_rng(4)
    kernel = columns_of if compiled else columns_of.py_func
    rows = [np.sort(rng.permutation(6)[: rng.integers(0, 7)]) for _ in range(9)]
    pointer = np.concatenate(([0], np.cumsum([len(row) for row in rows])))
    site = np.concatenate(rows).astype(np.int32)
    cost = rng.random(len(site))
    by_site, customer, column_cost = kernel(pointer, site, cost, 6)
    pairs = sorted(
        (int(site[e]), i, float(cost[e])) for i in range(9) for e in range(pointer[i], pointer[i + 1])
    )
    assert pairs == [
        (j, int(customer[e]), float(column_cost[e]))
        for j in range(6)
        for e in range(by_site[j], by_site[j + 1])
    ]


@pytest.mark.parametrize("rounding", ["none", "down", "nearest"])
@pytest.mark.parametrize("compiled", [True, False])
def test_a_price_is_the_cost_of_the_pair(rounding, compiled):
    rng = np.random.default_rng(1)
    costs = PlaneCosts(rng.random((9, 2)) * 9, rng.random((7, 2)) * 9, rng.random(9) + 0.5, rounding)
    kernel = price if compiled else price.py_func
    tariff = tariff_of(costs, np.zeros(7))
    for customer in range(9):
        for site in range(7):
            assert kernel(tariff, customer, site) == pytest.approx(float(costs.between(customer, site)))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_lazy_greedy_opens_what_plain_greedy_opens(seed, compiled):
    rng, matrix, _, _, lists, _ = setting(2 * seed)
    kernel = open_greedily if compiled else open_greedily.py_func
    fixed = rng.random(matrix.shape[1])
    pays = np.max(matrix, axis=1) + 1.0
    chosen = kernel(lists, fixed, pays.copy(), matrix.shape[1], True)
    expected = []
    while True:
        values = fixed - np.sum(np.maximum(0.0, pays[:, None] - matrix), axis=0)
        values[expected] = np.inf
        site = int(np.argmin(values))
        if (values[site] >= 0.0 and expected) or values[site] == np.inf:
            break
        assert saving(lists, pays, site) == pytest.approx(fixed[site] - values[site])
        expected.append(site)
        pays = np.minimum(pays, matrix[:, site])
    assert chosen.tolist() == expected
