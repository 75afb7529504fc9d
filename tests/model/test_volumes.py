"""Tiers and commitments at the edges of what centres can handle."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.terms.centre import capacity
from model.enumeration import enumerate_optimum
from model.test_oracle import _agree
from model.tiny import all_units_tiers


def a_full_centre(part: float, *, is_all_units: bool) -> Instance:
    """Five times the parcels that the largest centre can handle; 60 % off from a part of its capacity on."""
    tiny = all_units_tiers()
    room = float(capacity(tiny, 0, 2, 0, 1)) / float(tiny.periods.years[0])
    return replace(
        tiny,
        demand=5.0 * tiny.demand,
        operations=replace(tiny.operations, direct_handling_cost=6.0),
        products=replace(tiny.products, price=tiny.products.price + 12.0),
        contracts=replace(
            tiny.contracts,
            is_all_units=np.array([False, is_all_units]),
            tier_from=np.array([[np.inf], [part * room]]),
            tier_discount=np.array([[0.0], [0.6]]),
        ),
    )


@pytest.mark.parametrize("is_all_units", [True, False])
@pytest.mark.parametrize("part", [0.5, 0.999, 1.0, 1.001])
def test_a_tier_counts_as_soon_as_full_centres_reach_it(part: float, is_all_units: bool) -> None:
    _agree(0, a_full_centre(part, is_all_units=is_all_units))


def test_a_tier_at_the_very_capacity_is_worth_its_discount() -> None:
    just, beyond = (enumerate_optimum(a_full_centre(part, is_all_units=True)).value for part in (1.0, 1.001))
    assert just is not None
    assert beyond is not None
    assert just > beyond + 1e5


@pytest.mark.parametrize("is_all_units", [True, False])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.8])
def test_a_standing_centre_larger_than_its_site_allows_earns_its_tier(
    part: float, is_all_units: bool
) -> None:
    tiny = a_full_centre(part, is_all_units=is_all_units)
    sites = replace(
        tiny.sites,
        status=("existing",),
        initial_size=np.array([2]),
        max_size=np.array([1]),
        operator_index=np.array([1]),
        opened_day=tiny.periods.start_day[:1] - 730,
    )
    _agree(0, replace(tiny, sites=sites))
