"""Plans divided anew, three sites at a time, against enumeration."""

import itertools

import numpy as np
import pytest

from entrepot.kernels.dividing import new_bench
from entrepot.kernels.overfilling import gather
from entrepot.kernels.splitting import Rounds, Trios, redivide, walk_and_divide
from kernels.test_overfilling import parts, random_ground

PRICE = 25.0


def trios_of(ground, extra=3, price=PRICE) -> Trios:
    n_sites = len(ground.capacity)
    beside = np.array([[k for k in range(n_sites) if k != j] for j in range(n_sites)], np.int32)
    size, hold = ground.demand.astype(np.int64), ground.capacity.astype(np.int64)
    settled = np.zeros(64, np.uint64)
    return Trios(beside, np.ones(n_sites, np.bool_), 3, 2, size, hold, 1.0, extra, price, settled)


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


def test_a_division_that_nothing_improves_is_remembered_for_these_customers_alone() -> None:
    ground = random_ground(np.random.default_rng(8), 7, 4)
    trios, bench = trios_of(ground), new_bench(40)
    crowd = gather(ground, np.array([0, 0, 1, 1, 2, 2, 2]), 1)
    assert redivide(ground, crowd, trios, (0, 1, 2), bench) > 0.0
    assert redivide(ground, crowd, trios, (0, 1, 2), bench) == 0.0
    assert np.count_nonzero(trios.settled) == 1
    bench.cost[:] = np.nan
    assert redivide(ground, crowd, trios, (2, 0, 1), bench) == 0.0
    assert np.all(np.isnan(bench.cost))
    again = gather(ground, np.array([0, 0, 1, 1, 2, 2, 2]), 1)
    assert redivide(ground, again, trios, (0, 1, 2), bench) > 0.0


def test_a_customer_without_demand_stops_the_division() -> None:
    ground = random_ground(np.random.default_rng(4), 6, 3)
    ground.demand[2] = 0.0
    crowd = gather(ground, np.array([0, 0, 1, 1, 2, 2]), 1)
    assert redivide(ground, crowd, trios_of(ground), (0, 1, 2), new_bench(40)) == 0.0


@pytest.mark.parametrize("n_donors", [0, 2])
def test_walks_and_divisions_never_make_a_plan_worse_and_tell_its_cost(n_donors) -> None:
    rng = np.random.default_rng(5)
    for turn in range(6):
        ground = random_ground(rng, 20, 7)
        start = rng.integers(0, 7, 20)
        rounds = Rounds(5, (3, 8), 20, (5.0, 1.0), 1.0, rng.integers(0, 7, (n_donors, 20)))
        site, value = walk_and_divide(ground, start, turn, trios_of(ground), rounds)
        cost, beyond = parts(ground, site)
        assert value == pytest.approx(cost + PRICE * beyond)
        cost, beyond = parts(ground, start)
        assert value < cost + PRICE * beyond
        again, _ = walk_and_divide(ground, start, turn, trios_of(ground), rounds)
        assert np.array_equal(site, again)


def test_a_piece_of_a_cheap_plan_makes_a_dear_one_as_cheap() -> None:
    ground = random_ground(np.random.default_rng(6), 20, 7)
    rounds = Rounds(60, (3, 8), 20, (5.0, 1.0), 1.0, np.zeros((0, 20), np.int64))
    cheap, value = walk_and_divide(ground, np.zeros(20, np.int64), 1, trios_of(ground), rounds)
    grafting = Rounds(8, (3, 8), 20, (5.0, 1.0), 1.0, cheap[None, :])
    dear = np.argmax(ground.cost, axis=1)
    site, found = walk_and_divide(ground, dear, 2, trios_of(ground), grafting)
    assert found <= value * (1.0 + 1e-9)
    assert found == pytest.approx(parts(ground, site)[0] + PRICE * parts(ground, site)[1])
