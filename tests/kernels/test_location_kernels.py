import numpy as np
import pytest
from scipy.optimize import linprog

from entrepot.kernels.knapsacks import CLOSED, FREE, OPEN, Sites, choose_sites, fill_sites, new_fills
from entrepot.kernels.relaxing import Steps, climb, unserved
from entrepot.kernels.relocating import relocations, two_cheapest
from entrepot.kernels.transporting import ship
from entrepot.solvers.capacitated.prepared import prepare
from solvers.capacitated.siting_problems import random_siting


def setting(seed):
    rng = np.random.default_rng(seed)
    prepared = prepare(random_siting(rng, int(rng.integers(1, 15)), int(rng.integers(1, 9))))
    price = rng.uniform(-2.0, 25.0, prepared.n_customers) * np.maximum(prepared.demand, 1.0)
    state = rng.choice(np.array([CLOSED, FREE, FREE, OPEN], np.int8), prepared.n_sites)
    return rng, prepared, price, state


def greedy(prepared, price, site):
    """Value and amounts of a site's continuous knapsack by sorting, in plain Python."""
    left, value = prepared.capacity[site], 0.0
    served = np.zeros(prepared.n_customers)
    gain = price - prepared.cost[:, site]
    ratio = np.where(
        prepared.demand > 0.0, gain / np.where(prepared.demand > 0.0, prepared.demand, 1.0), np.inf
    )
    for customer in np.argsort(-ratio, kind="stable"):
        if gain[customer] <= 0.0:
            continue
        size = prepared.demand[customer]
        part = 1.0 if size <= left else left / size
        served[customer] = part
        value += part * gain[customer]
        left -= part * size
    return value, served


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_fills_equal_sorting_in_plain_python(seed, compiled):
    _, prepared, price, state = setting(seed)
    sites = Sites(prepared.fixed_cost, prepared.capacity, state, prepared.total, 0, prepared.n_sites)
    run = fill_sites if compiled else fill_sites.py_func
    fills = run(prepared.lists, prepared.demand, price, sites, new_fills(prepared.n_sites, 1))
    gap = np.ones(prepared.n_customers)
    weight = np.linspace(0.1, 1.0, prepared.n_sites)
    for site in range(prepared.n_sites):
        if state[site] == CLOSED:
            assert fills.start[site] == fills.start[site + 1]
            continue
        value, served = greedy(prepared, price, site)
        assert fills.earned[site] == pytest.approx(value, rel=1e-12, abs=1e-9)
        gap -= weight[site] * served
        dual = fills.price[site] * prepared.capacity[site] + np.sum(
            np.maximum(0.0, price - prepared.cost[:, site] - prepared.demand * fills.price[site])
        )
        assert dual == pytest.approx(value, rel=1e-12, abs=1e-9)
    shortfall = (unserved if compiled else unserved.py_func)(fills, weight, prepared.n_customers)
    np.testing.assert_allclose(shortfall @ price, gap @ price, atol=1e-9)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(60))
def test_chosen_sites_and_their_prices_bound_the_linear_program(seed, compiled):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(1, 9))
    cost, capacity = rng.integers(-9, 20, m).astype(float), rng.integers(0, 9, m).astype(float)
    state = rng.choice(np.array([CLOSED, FREE, FREE, OPEN], np.int8), m)
    may, must = state != CLOSED, state == OPEN
    least = int(rng.integers(must.sum(), may.sum() + 1))
    most = int(rng.integers(least, may.sum() + 1))
    need = rng.uniform(0.0, 1.0) * np.sort(capacity[may & ~must])[::-1][: most - must.sum()].sum()
    need += capacity[must].sum()
    result = linprog(
        cost,
        A_ub=np.vstack([-capacity, -np.ones(m), np.ones(m)]),
        b_ub=[-need, -least, most],
        bounds=np.column_stack([must, may]).astype(float),
    )
    sites = Sites(cost, capacity, state, need, least, most)
    choice = (choose_sites if compiled else choose_sites.py_func)(cost, sites)
    assert choice.capacity_price >= 0.0
    assert choice.weight @ capacity >= need - 1e-9
    assert least - 1e-9 <= choice.weight.sum() <= most + 1e-9
    reduced = cost - choice.capacity_price * capacity - choice.count_price
    dual = choice.capacity_price * need + choice.count_price * (least if choice.count_price > 0.0 else most)
    dual += np.sum(np.where(must, reduced, np.where(may, np.minimum(reduced, 0.0), 0.0)))
    assert result.success
    assert dual == pytest.approx(result.fun, abs=1e-6)
    assert choice.value == pytest.approx(result.fun, abs=1e-6)


def least_shipment(prepared, sites):
    """Cost of serving all from the sites by a general linear program; inf where they do not hold it."""
    n, k = prepared.n_customers, len(sites)
    cost = prepared.cost[:, sites].ravel()
    serve = np.kron(np.eye(n), np.ones(k))
    load = np.kron(prepared.demand, np.eye(k)).reshape(k, n * k)
    result = linprog(cost, A_ub=load, b_ub=prepared.capacity[sites], A_eq=serve, b_eq=np.ones(n))
    return float(result.fun) if result.success else np.inf


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_shipments_cost_what_a_linear_program_says_from_any_start(seed, compiled):
    rng, prepared, _, state = setting(seed)
    sites = np.flatnonzero(state != CLOSED)
    if len(sites) == 0 or prepared.capacity[sites].sum() < prepared.total:
        sites = np.arange(prepared.n_sites)
    if prepared.capacity[sites].sum() < prepared.total:
        return
    best = least_shipment(prepared, sites)
    run = ship if compiled else ship.py_func
    for price in (np.zeros(len(sites)), rng.uniform(0.0, 9.0, len(sites))):
        shipment = run(prepared.cost, prepared.demand, sites, prepared.capacity[sites], (price, np.inf))
        assert shipment.value == pytest.approx(best, rel=1e-9, abs=1e-7)
        assert shipment.dual == pytest.approx(best, rel=1e-9, abs=1e-7)
        assert np.all(shipment.price >= 0.0)
        np.testing.assert_allclose(shipment.flow[:-1].sum(axis=1), prepared.demand, atol=1e-9)
        assert np.all(shipment.flow[:-1].sum(axis=0) <= prepared.capacity[sites] + 1e-9)
        cut = run(prepared.cost, prepared.demand, sites, prepared.capacity[sites], (price, 0.9 * best - 1.0))
        assert cut.value == pytest.approx(best, rel=1e-9, abs=1e-7) or cut.dual <= best + 1e-7


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(15))
def test_relocations_never_overstate_what_a_move_costs(seed, compiled):
    rng, prepared, _, _ = setting(seed)
    sites = np.sort(rng.permutation(prepared.n_sites)[: max(1, prepared.n_sites * 2 // 3)])
    if prepared.capacity[sites].sum() < prepared.total:
        sites = np.arange(prepared.n_sites)
    if prepared.capacity[sites].sum() < prepared.total:
        return

    def cost_of(open_sites):
        if len(open_sites) == 0 or prepared.capacity[open_sites].sum() < prepared.total:
            return np.inf
        start = (np.zeros(len(open_sites)), np.inf)
        room = prepared.capacity[open_sites]
        shipment = ship(prepared.cost, prepared.demand, open_sites, room, start)
        return shipment.value + prepared.fixed_cost[open_sites].sum()

    start = (np.zeros(len(sites)), np.inf)
    shipment = ship(prepared.cost, prepared.demand, sites, prepared.capacity[sites], start)
    ranks = (two_cheapest if compiled else two_cheapest.py_func)(
        prepared.cost, prepared.demand, sites, shipment.price
    )
    drop, swap = (relocations if compiled else relocations.py_func)(
        prepared.lists,
        prepared.cost,
        prepared.demand,
        (prepared.fixed_cost, prepared.capacity),
        (sites, shipment.price, *ranks),
    )
    now = cost_of(sites)
    for k in range(len(sites) + 1):
        kept = np.delete(sites, k) if k < len(sites) else sites
        assert now + drop[k] <= cost_of(kept) + 1e-7
        for site in np.setdiff1d(np.arange(prepared.n_sites), sites):
            assert now + swap[k, site] <= cost_of(np.sort(np.append(kept, site))) + 1e-7
        assert np.all(np.isinf(swap[k, sites]))


@pytest.mark.parametrize("compiled", [True, False])
def test_the_summit_has_the_value_of_its_own_prices_and_never_falls(compiled):
    for seed in range(12):
        _, prepared, price, _ = setting(seed)
        state = np.full(prepared.n_sites, np.int8(FREE))
        sites = Sites(prepared.fixed_cost, prepared.capacity, state, prepared.total, 0, prepared.n_sites)
        run = climb if compiled else climb.py_func
        last = -np.inf
        for most in (1, 5, 25):
            steps = Steps(most, 1.0, 10, abs(price.sum()) + 100.0, np.inf, 0.8)
            summit = run(prepared.lists, prepared.demand, sites, price, steps)
            earned = [greedy(prepared, summit.price, site)[0] for site in range(prepared.n_sites)]
            cost = prepared.fixed_cost - np.array(earned)
            value = summit.price.sum() + choose_sites(cost, sites).value
            assert summit.bound == pytest.approx(value, rel=1e-9, abs=1e-7)
            assert summit.bound >= last
            last = summit.bound
