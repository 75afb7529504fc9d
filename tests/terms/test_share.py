import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.instance import Instance, RivalCandidates
from entrepot.terms.share import (
    candidate_attraction,
    market_share,
    none_attraction,
    own_attraction,
    rival_attraction,
)
from instances import Shape, random_instance


def _huff(instance: Instance) -> Instance:
    return dataclasses.replace(
        instance, choice=dataclasses.replace(instance.choice, model="huff", none=-np.inf)
    )


def test_four_equal_alternatives_take_a_quarter_each(tiny: Instance):
    own, rivals = own_attraction(tiny, 62.4, 3.0), rival_attraction(tiny)
    assert own == pytest.approx(np.exp(0.6))
    assert rivals[:, 0, 0] == pytest.approx([np.exp(0.6)] * 2)
    assert market_share(tiny, own, rivals[:, 0, 0].sum()) == pytest.approx(0.25)


def test_distance_and_customs_border_cost_share(tiny: Instance):
    rivals = rival_attraction(tiny)[:, 1, 0]
    assert rivals == pytest.approx([1.0, np.exp(0.6)])
    share = market_share(tiny, own_attraction(tiny, 170.4, 3.0), rivals.sum())
    assert share == pytest.approx(0.0882, abs=5e-5)


def test_the_best_open_centre_of_a_rival_counts(tiny: Instance):
    centres = tiny.rival_centres
    far_later = dataclasses.replace(centres, is_open=np.array([[True, False], [False, True]]))
    km = dataclasses.replace(tiny.distances, rival_market=np.array([[140.0, 1400.0], [700.0, 1000.0]]))
    rivals = rival_attraction(dataclasses.replace(tiny, rival_centres=far_later, distances=km))
    assert rivals[0, 0] == pytest.approx([np.exp(0.6), np.exp(0.4)])


def test_a_rival_without_open_centre_and_direct_parcels_offers_nothing(tiny: Instance):
    closed = dataclasses.replace(tiny.rival_centres, is_open=np.zeros((2, 2), dtype=np.bool_))
    assert not rival_attraction(dataclasses.replace(tiny, rival_centres=closed))[0].any()


def test_huff_weighs_size_against_hours(tiny: Instance):
    instance = _huff(tiny)
    own, rivals = own_attraction(instance, 62.4, 3.0), rival_attraction(instance)[:, 0, 0]
    assert own == pytest.approx(0.03205, abs=5e-6)
    assert rivals == pytest.approx([0.075, 0.02])
    assert market_share(instance, own, rivals.sum()) == pytest.approx(0.2523, abs=5e-5)


def test_huff_takes_no_time_shorter_than_an_hour(tiny: Instance):
    assert own_attraction(_huff(tiny), np.array([0.0, 0.5, 1.0]), 0.0) == pytest.approx([2.0] * 3)


def test_a_fixed_assortment_sells_all_demand(tiny: Instance):
    fixed = dataclasses.replace(tiny, choice=dataclasses.replace(tiny.choice, assortment="fixed"))
    assert market_share(fixed, np.array([[0.1], [3.0]]), np.ones(4)).tolist() == [[1.0] * 4] * 2


def test_where_nothing_attracts_nobody_buys(tiny: Instance):
    alone = dataclasses.replace(tiny, choice=dataclasses.replace(tiny.choice, none=-np.inf))
    assert none_attraction(alone) == 0.0
    assert market_share(alone, np.array([0.0, 1.0]), 0.0).tolist() == [0.0, 1.0]


@given(seed=st.integers(0, 2**32 - 1), hours=st.floats(0, 1000), fee=st.floats(0, 10))
@settings(max_examples=40, deadline=None)
def test_shares_of_all_and_of_nobody_sum_to_one(seed: int, hours: float, fee: float):
    instance = random_instance(np.random.default_rng(seed), Shape(rivals=3), assortment="choice")
    own, rivals = own_attraction(instance, hours, fee), rival_attraction(instance)
    total = own + rivals.sum(axis=0) + none_attraction(instance)
    ours = market_share(instance, own, rivals.sum(axis=0))
    assert ours + rivals.sum(axis=0) / total + none_attraction(instance) / total == pytest.approx(
        np.ones(ours.shape)
    )


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_rival_attraction_equals_a_loop_over_centres(seed: int):
    instance = random_instance(np.random.default_rng(seed), Shape(rivals=3), assortment="choice")
    found = rival_attraction(instance)
    for rival in range(3):
        for market in range(instance.n_markets):
            for period in range(instance.n_periods):
                assert found[rival, market, period] == pytest.approx(_best(instance, rival, market, period))


def test_a_candidate_attracts_as_its_rivals_centre_would_from_there(tiny: Instance):
    centres, km = tiny.rival_centres, np.array([[700.0, 100.0]])
    here = np.array([0])
    candidate = RivalCandidates(
        ("c",),
        ("C",),
        here,
        np.array([2]),
        np.zeros(1),
        np.zeros(1),
        np.zeros(1),
        here,
        np.zeros(1),
        np.zeros(1),
    )
    distances = dataclasses.replace(tiny.distances, candidate_market=km, rival_market=np.tile(km, (2, 1)))
    moved = dataclasses.replace(centres, country_index=np.full(2, 2))
    instance = dataclasses.replace(tiny, rival_candidates=candidate, rival_centres=moved, distances=distances)
    assert candidate_attraction(instance)[0] == pytest.approx(rival_attraction(instance)[0, :, 0])
    assert candidate_attraction(tiny).shape[0] == 0


def _best(instance: Instance, rival: int, market: int, period: int) -> float:
    rivals, centres, operations = instance.rivals, instance.rival_centres, instance.operations
    territory = instance.countries.territory_index
    hours = [rivals.direct_time[rival]] if np.isfinite(rivals.direct_time[rival]) else []
    for centre in range(len(centres.labels)):
        if centres.rival_index[centre] == rival and centres.is_open[centre, period]:
            working = operations.rival_transit
            working += instance.distances.rival_market[centre, market] / operations.rival_daily_distance
            is_cleared = (
                territory[centres.country_index[centre]] != territory[instance.markets.country_index[market]]
            )
            hours.append(
                rivals.handling[rival]
                + 24 * working * 7 / operations.rival_working_days
                + operations.clearance_time * is_cleared
            )
    own = instance.choice
    if own.model == "huff":
        size = rivals.size[rival] ** own.huff_size_power
        return max((size / max(1.0, h) ** own.huff_time_power for h in hours), default=0.0)
    days = [own.class_days[np.flatnonzero(own.class_hours >= h)[0]] for h in hours]
    constant = rivals.attraction[rival] + own.per_fee * rivals.delivery_fee[rival]
    return max((float(np.exp(constant + own.per_day * day)) for day in days), default=0.0)
