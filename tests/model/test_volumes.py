"""Tiers and commitments at the edges of what centres can handle."""

from dataclasses import replace

import numpy as np
import pytest

import entrepot
from entrepot.instance import Instance
from entrepot.terms.centre import capacity
from instances import random_instance, with_contracts, with_policies
from model.enumeration import enumerate_optimum
from model.test_oracle import SHAPES, _agree
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


def steep_discounts(seed: int) -> Instance:
    """Dear offers with discounts of up to 95 % on all units: volume is sold at a loss to reach a tier."""
    rng = np.random.default_rng([seed, 9])
    instance = with_contracts(rng, random_instance(rng, SHAPES[seed % len(SHAPES)]))
    n_offers = len(instance.contracts.firm)
    yearly = float(instance.demand.sum()) / float(instance.periods.years.sum())
    start = np.sort(rng.uniform(0.05, 0.9, (n_offers, 2)) * yearly, axis=1)
    discount = np.sort(rng.uniform(0.3, 0.95, (n_offers, 2)), axis=1)
    start[0], discount[0] = np.inf, 0.0
    is_all_units = np.array([False, True, rng.random() < 0.7])
    terms = replace(instance.contracts, tier_from=start, tier_discount=discount, is_all_units=is_all_units)
    operators = replace(
        instance.operators,
        fixed_fee=instance.operators.fixed_fee * 0.05,
        pick_and_pack=instance.operators.pick_and_pack * rng.uniform(1, 4),
    )
    instance = replace(instance, contracts=terms, operators=operators)
    return with_policies(rng, instance) if rng.random() < 0.3 else instance


@pytest.mark.parametrize("seed", [10, 11, 43])
def test_the_engine_finds_the_best_plan_with_steep_discounts(seed: int) -> None:
    instance = steep_discounts(seed)
    best = enumerate_optimum(instance).value
    result = entrepot.plan(instance, gap=1e-4, seconds=60.0, threads=1)
    assert best is not None
    assert result.proof.value == pytest.approx(best, rel=1e-4)


@pytest.mark.parametrize("seed", [10, 11, 32, 34, 37, 43, 45])
def test_the_engine_bounds_and_values_plans_with_steep_discounts(seed: int) -> None:
    """Seeds at which HiGHS gave up, claimed a wrong optimum, or a tier was reached but not counted."""
    instance = steep_discounts(seed)
    best = enumerate_optimum(instance).value
    assert best is not None
    result = entrepot.plan(instance, gap=1e-7, seconds=60.0, threads=1)
    assert result.verdict is not None
    slack = 2e-6 * max(abs(best), result.verdict.ledger.controllable_cost)
    assert result.proof.claimed_bound >= best - slack
    assert result.proof.certified_bound >= best - slack
    assert result.proof.value <= best + slack
    assert result.proof.stop_reason != "proved" or result.proof.value >= best - slack
