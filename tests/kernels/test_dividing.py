"""Divisions of customers among three sites against enumeration."""

import itertools

import numpy as np
import pytest

from entrepot.kernels import dividing
from entrepot.kernels.dividing import NEVER, divide, new_bench

PRICE = 25.0


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
        patch.setattr(dividing, "_extend", dividing._extend.py_func)
        patch.setattr(dividing, "N_NODES", 6)
        assert divide.py_func(bench, count, PRICE, best + 400.0) == (NEVER, -1)
    assert divide(bench, count, PRICE, best + 400.0)[0] == pytest.approx(best)
