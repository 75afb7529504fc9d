"""The Lagrangian bound of single sourcing against enumeration of loads and sites."""

import itertools

import numpy as np
import pytest

from entrepot.kernels.bidding import (
    FREE,
    Auction,
    Climb,
    Houses,
    Reach,
    climb_bids,
    new_bids,
    new_packing,
    room_of,
    value_at,
)


def random_case(rng):
    n_sites, n_customers = int(rng.integers(1, 5)), int(rng.integers(1, 6))
    cost = rng.random((n_sites, n_customers)) * 30
    pointer = np.arange(n_sites + 1, dtype=np.int64) * n_customers
    reach = Reach(pointer, np.tile(np.arange(n_customers, dtype=np.int32), n_sites), cost.ravel())
    demand, capacity = rng.random(n_customers) * 5 + 1.0, rng.random(n_sites) * 15 + 6.0
    number = int(rng.integers(1, n_sites + 1)) if rng.random() < 0.4 else -1
    state = np.full(n_sites, np.int8(FREE))
    need = 0.5 * float(capacity.min())
    return cost, reach, demand, Houses(rng.random(n_sites) * 20, capacity, state, need, number)


def expected(cost, demand, houses, price, count_price):
    n_sites, n_customers = cost.shape
    sets = np.array(list(itertools.product([False, True], repeat=n_customers)))
    earned = [
        max(float(s @ (price - cost[j])) for s in sets if s @ demand <= houses.capacity[j] + 1e-12)
        for j in range(n_sites)
    ]
    rent = houses.fixed_cost - np.array(earned) - count_price
    choices = np.array(list(itertools.product([False, True], repeat=n_sites)))
    holding = choices[choices @ houses.capacity >= houses.need - 1e-12]
    extra = count_price * houses.number if houses.number >= 0 else 0.0
    return price.sum() + float(np.min(holding @ rent)) + extra


@pytest.mark.parametrize("function", [value_at, value_at.py_func])
def test_the_bound_at_given_prices_is_that_of_enumeration(function) -> None:
    rng = np.random.default_rng(1)
    for _ in range(150 if function is value_at else 20):
        cost, reach, demand, houses = random_case(rng)
        n_sites, n_customers = cost.shape
        auction = Auction(
            reach, demand, new_packing(room_of(reach, n_sites), 2000), new_bids(n_sites, len(reach.cost))
        )
        price = rng.random(n_customers) * 40
        count_price = float(rng.normal() * 5) if houses.number >= 0 else 0.0
        value = function(auction, houses, price, count_price)
        assert value == pytest.approx(expected(cost, demand, houses, price, count_price), abs=1e-9)


@pytest.mark.parametrize("function", [climb_bids, climb_bids.py_func])
def test_the_peak_is_the_bound_at_its_prices_and_no_lower_than_the_start(function) -> None:
    rng = np.random.default_rng(2)
    for _ in range(40 if function is climb_bids else 3):
        cost, reach, demand, houses = random_case(rng)
        price = cost.min(axis=0)
        peak = function(reach, demand, houses, (price, 0.0), Climb(30, 1.0, 5, 200.0, np.inf, 0.7))
        at_peak = expected(cost, demand, houses, peak.price, peak.count_price)
        assert peak.bound == pytest.approx(at_peak, abs=1e-9)
        assert peak.bound >= expected(cost, demand, houses, price, 0.0) - 1e-9
