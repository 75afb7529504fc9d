"""Divisions of customers among three sites against enumeration."""

import itertools

import numpy as np
import pytest

from entrepot.kernels import splitting
from entrepot.kernels.overfilling import gather
from entrepot.kernels.splitting import NEVER, Rounds, Trios, divide, new_bench, redivide, walk_and_divide
from kernels.test_overfilling import parts, random_ground

PRICE = 25.0


def trios_of(ground, extra=3, price=PRICE) -> Trios:
    n_sites = len(ground.capacity)
    beside = np.array([[k for k in range(n_sites) if k != j] for j in range(n_sites)], np.int32)
    size, hold = ground.demand.astype(np.int64), ground.capacity.astype(np.int64)
    return Trios(beside, np.ones(n_sites, np.bool_), 3, 2, size, hold, 1.0, extra, price)


@pytest.mark.parametrize("function", [redivide, redivide.py_func])
def test_a_division_costs_what_the_best_of_all_divisions_costs(function) -> None:
    rng = np.random.default_rng(3)
    bench = new_bench(40)
    for _ in range(40 if function is redivide else 8):
        ground = random_ground(rng, 7, 5)
        start = rng.integers(0, 5, 7)
        crowd = gather(ground, start, 1)
        sites = tuple(int(site) for site in rng.permutation(5)[:3])
        mine = np.flatnonzero(np.isin(start, sites))
        best, trial = np.inf, start.copy()
        for choice in itertools.product(sites, repeat=len(mine)):
            trial[mine] = choice
            load = np.bincount(trial, weights=ground.demand, minlength=5)
            if np.any((load > ground.capacity + 3)[list(sites)]):
                continue
            cost, beyond = parts(ground, trial)
            best = min(best, cost + PRICE * beyond)
        cost, beyond = parts(ground, start)
        before = cost + PRICE * beyond
        saved = function(ground, crowd, trios_of(ground), sites, bench)
        cost, beyond = parts(ground, crowd.site)
        assert cost + PRICE * beyond == pytest.approx(min(best, before))
        assert saved == pytest.approx(before - min(best, before))
        assert np.array_equal(crowd.site[np.setdiff1d(np.arange(7), mine)], np.delete(start, mine))


def tight_bench(rng, count):
    bench, spare = new_bench(60), int(rng.integers(0, 6))
    bench.cost[:, :count] = rng.integers(0, 60, (3, count))
    bench.size[:count] = rng.integers(1, 10, count)
    total = int(bench.size[:count].sum())
    bench.hold[:2] = rng.integers(total // 4, total // 2, 2)
    bench.hold[2] = max(total + spare - bench.hold[:2].sum(), 1)
    if rng.random() < 0.4:
        bench.hold[2] += 20  # one of the others may stay closed
    bench.room[:] = np.minimum(total, bench.hold + 3)
    bench.fixed[:] = rng.integers(0, 80, 3)
    return bench


def cheapest(bench, count) -> float:
    who = np.array(list(itertools.product(range(3), repeat=count)))
    load = np.stack([np.where(who == j, bench.size[:count], 0).sum(axis=1) for j in range(3)], axis=1)
    value = bench.cost[who, np.arange(count)].sum(axis=1) + np.where(load > 0, bench.fixed, 0.0).sum(axis=1)
    value += PRICE * np.maximum(load - bench.hold, 0).sum(axis=1)
    return float(value[np.all(load <= bench.room, axis=1)].min(initial=np.inf))


def sites_behind(bench, count, node):
    who = np.zeros(count, dtype=np.int64)
    for at in range(count - 1, -1, -1):
        who[bench.order[at]] = bench.who[node]
        node = bench.parent[node]
    return who


def test_no_division_is_lost_that_costs_less_than_the_limit() -> None:
    rng, count, n_found = np.random.default_rng(6), 8, 0
    for _ in range(60):
        bench = tight_bench(rng, count)
        best = cheapest(bench, count)
        if best == np.inf:
            continue
        n_found += 1
        for above in (0.5, 20.0, 400.0):
            value, node = divide(bench, count, PRICE, best + above)
            assert value == pytest.approx(best)
            who = sites_behind(bench, count, node)
            load = np.bincount(who, weights=bench.size[:count], minlength=3)
            cost = bench.cost[who, np.arange(count)].sum() + bench.fixed[load > 0].sum()
            assert cost + PRICE * np.maximum(load - bench.hold, 0).sum() == pytest.approx(best)
        assert divide(bench, count, PRICE, best - 0.5)[0] >= best - 1e-9
    assert n_found > 40


def test_a_division_that_outgrows_the_memory_is_given_up_and_leaves_no_trace(monkeypatch) -> None:
    bench, count = tight_bench(np.random.default_rng(8), 8), 8
    best = cheapest(bench, count)
    with monkeypatch.context() as patch:
        patch.setattr(splitting, "_extend", splitting._extend.py_func)
        patch.setattr(splitting, "N_NODES", 6)
        assert divide.py_func(bench, count, PRICE, best + 400.0) == (NEVER, -1)
    assert divide(bench, count, PRICE, best + 400.0)[0] == pytest.approx(best)


def test_a_customer_without_demand_stops_the_division() -> None:
    ground = random_ground(np.random.default_rng(4), 6, 3)
    ground.demand[2] = 0.0
    crowd = gather(ground, np.array([0, 0, 1, 1, 2, 2]), 1)
    assert redivide(ground, crowd, trios_of(ground), (0, 1, 2), new_bench(40)) == 0.0


def test_walks_and_divisions_never_make_a_plan_worse_and_tell_its_cost() -> None:
    rng = np.random.default_rng(5)
    for turn in range(6):
        ground = random_ground(rng, 20, 7)
        start = rng.integers(0, 7, 20)
        rounds = Rounds(5, (3, 8), 20, (5.0, 1.0), 1.0)
        site, value = walk_and_divide(ground, start, turn, trios_of(ground), rounds)
        cost, beyond = parts(ground, site)
        assert value == pytest.approx(cost + PRICE * beyond)
        cost, beyond = parts(ground, start)
        assert value < cost + PRICE * beyond
        again, _ = walk_and_divide(ground, start, turn, trios_of(ground), rounds)
        assert np.array_equal(site, again)
