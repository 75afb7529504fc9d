import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.instance import Instance
from entrepot.terms.inbound import direct_paths, inbound_paths, path_terms
from instances import random_instance


def test_a_path_by_sea_costs_what_the_example_says(tiny: Instance):
    terms = path_terms(tiny, 0, 0, 0, 0)
    assert terms.linehaul == pytest.approx(0.99)
    assert terms.gateway_handling == pytest.approx(0.1)
    assert terms.drayage == pytest.approx(0.09)
    assert terms.pipeline_stock == pytest.approx(0.87)
    assert terms.carbon_weight == pytest.approx(0.46)
    assert terms.days == pytest.approx(43.5)


def test_a_path_without_a_site_ends_at_the_gateway(tiny: Instance):
    terms = path_terms(tiny, 2, -1, 0, 0)
    assert terms.drayage == 0.0
    assert terms.days == pytest.approx(3.0)
    assert terms.carbon_weight == pytest.approx(10.0)


def test_the_mix_over_origins_weights_the_chosen_lanes(tiny: Instance):
    paths = inbound_paths(tiny)
    assert paths.lane[0, 0, 0].tolist() == [0, 1]
    assert paths.linehaul[0, 0, 0] == pytest.approx(0.9075)
    assert paths.pipeline_stock[0, 0, 0] == pytest.approx(0.82)
    assert paths.carbon_weight[0, 0, 0] == pytest.approx(0.41)


def test_a_site_that_one_origin_cannot_reach_cannot_be_stocked(tiny: Instance):
    paths = inbound_paths(tiny)
    assert paths.is_open[:, 0].tolist() == [[True, False], [True, False]]
    assert paths.lane[0, 0, 1].tolist() == [0, -1]
    assert paths.linehaul[0, 0, 1] == 0.0


def test_an_origin_that_supplies_nothing_needs_no_lane(tiny: Instance):
    east_only = dataclasses.replace(tiny.origins, supply_share=np.array([1.0, 0.0]))
    paths = inbound_paths(dataclasses.replace(tiny, origins=east_only))
    assert paths.is_open.all()
    assert paths.pipeline_stock[0, 0] == pytest.approx([0.87, 0.87])


def test_direct_parcels_fly_from_both_origins(tiny: Instance):
    paths = direct_paths(tiny)
    assert paths.lane[:, 0, 0].tolist() == [[-1, -1], [2, 3]]
    assert paths.is_open[:, 0, 0].tolist() == [False, True]
    assert paths.linehaul[1, 0, 0] == pytest.approx(6.325)
    assert paths.gateway_handling[1, 0, 0] == pytest.approx(0.4)
    assert paths.pipeline_stock[1, 0, 0] == pytest.approx(0.065)
    assert paths.carbon_weight[1, 0, 0] == pytest.approx(9.5)
    assert paths.days[1, 0, 0] == pytest.approx(3.25)


def test_equal_lanes_go_to_the_first_in_the_table(tiny: Instance):
    twice = np.array([0, 1, 0, 1, 0, 1, 2, 3])
    lanes = dataclasses.replace(
        tiny.lanes,
        **{
            field.name: tuple(np.array(getattr(tiny.lanes, field.name))[twice].tolist())
            if field.name in ("mode", "route")
            else getattr(tiny.lanes, field.name)[twice]
            for field in dataclasses.fields(tiny.lanes)
        },
    )
    assert inbound_paths(dataclasses.replace(tiny, lanes=lanes)).lane[0, 0, 0].tolist() == [0, 1]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_the_chosen_lanes_are_the_cheapest_of_all(seed: int):
    instance = random_instance(np.random.default_rng(seed))
    paths, direct = inbound_paths(instance), direct_paths(instance)
    for product in range(instance.n_products):
        for period in range(instance.n_periods):
            for site in range(instance.n_sites):
                best = [_cheapest(instance, o, site, product, period) for o in range(instance.n_origins)]
                assert paths.lane[site, product, period].tolist() == best
                assert paths.is_open[site, product, period] == (-1 not in best)
            for gateway in range(instance.n_gateways):
                best = [
                    _cheapest(instance, o, -1, product, period, gateway) for o in range(instance.n_origins)
                ]
                assert direct.lane[gateway, product, period].tolist() == best


def _cheapest(
    instance: Instance, origin: int, site: int, product: int, period: int, gateway: int = -1
) -> int:
    lanes = instance.lanes
    allowed = lanes.carries_stock if site >= 0 else lanes.carries_direct
    least, best = np.inf, -1
    for lane in range(len(lanes.mode)):
        is_wanted = lanes.origin_index[lane] == origin and gateway in (-1, lanes.gateway_index[lane])
        if is_wanted and allowed[lane] and lanes.is_open[lane, period]:
            terms = path_terms(instance, lane, site, product, period)
            cost = terms.linehaul + terms.gateway_handling + terms.drayage + terms.pipeline_stock
            cost += instance.carbon.price * terms.carbon_weight
            if cost < least:
                least, best = float(cost), lane
    return best
