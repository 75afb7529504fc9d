"""Pooled stock: the worked examples of docs/landed-cost.md, section 14, and the shape of the curve."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from entrepot.instance import Instance, StockTerms
from entrepot.terms.centre import stock_holding_cost, storage_cost
from entrepot.terms.offers import context
from entrepot.terms.stock import (
    StockCost,
    StockRule,
    factor_of_loss,
    normal_loss,
    space_per_parcel,
    stock_cost,
    stock_rule,
)
from instances import random_instance, with_stock
from stock_by_hand import cost_of, key_of

PLANT, DEPOT, OWN, PARTNER = 0, 1, 0, 1
LATE = 5.25
TWO_DEVIATIONS = 0.9772498680518208


def pooled(tiny: Instance, **changes: object) -> Instance:
    terms = StockTerms(
        is_pooled=True,
        review_days=7.0,
        items=np.array([100.0]),
        variability=np.array([2.0]),
        cycle_service=np.array([TWO_DEVIATIONS]),
        fill_rate=np.array([0.98]),
        reference_demand=np.array([200.0]),
        transit_sd=np.full(4, LATE),
        storage=np.full(2, np.inf),
    )
    lanes = replace(tiny.lanes, sailings=np.full(4, 0.875))
    return replace(tiny, lanes=lanes, stock=replace(terms, **changes))


def rule_at_the_plant(instance: Instance) -> StockRule:
    return stock_rule(instance, context(instance).inbound.lane).at(PLANT, 0, 0)


def test_cycle_and_safety_stock_of_the_worked_example(tiny: Instance):
    rule = rule_at_the_plant(pooled(tiny))
    assert (rule.interval, rule.lead_time, rule.lead_sd) == pytest.approx((8.0, 41.0, LATE))
    assert rule.deviation(np.array(200.0)) == pytest.approx(1750.0)
    assert rule.cycle_stock(np.array(200.0)) == pytest.approx(800.0)
    assert rule.safety_stock(np.array(200.0)) == pytest.approx(3500.0)
    assert rule.fill_rate(np.array(200.0)) == pytest.approx(0.99071, abs=1e-5)


def test_two_centres_of_half_the_throughput_keep_more(tiny: Instance):
    on_time = pooled(tiny, transit_sd=np.zeros(4))
    rule = rule_at_the_plant(on_time)
    assert rule.safety_stock(np.array(200.0)) == pytest.approx(2800.0)
    assert 2.0 * rule.safety_stock(np.array(100.0)) == pytest.approx(2800.0 * np.sqrt(2.0))


def test_a_fill_rate_is_met_exactly_at_the_reference_demand(tiny: Instance):
    rule = rule_at_the_plant(pooled(tiny, cycle_service=np.array([np.nan])))
    assert rule.fill_rate(np.array(200.0)) == pytest.approx(0.98)
    assert rule.factor == pytest.approx(1.7000, abs=1e-4)
    assert rule.fill_rate(np.array(100.0)) < 0.98 < rule.fill_rate(np.array(400.0))


def test_lanes_without_sailings_are_reviewed(tiny: Instance):
    instance = pooled(tiny)
    still = replace(instance, lanes=replace(instance.lanes, sailings=np.zeros(4)))
    assert rule_at_the_plant(still).interval == pytest.approx(7.0)


def test_what_the_stock_of_the_worked_example_costs(tiny: Instance):
    instance = pooled(tiny)
    instance = replace(instance, operations=replace(instance.operations, duty_deferral=10.0))
    customs = context(instance).customs
    own = stock_cost(instance, customs, PLANT, 0, 0, OWN)
    assert (own.holding, own.storage, own.duty) == pytest.approx((7.3, 0.0, 0.09125))
    assert own.with_duty(np.array(4300.0), np.array(200.0)) == pytest.approx(2300.0)
    assert own.of(rule_at_the_plant(instance), np.array(200.0)) == pytest.approx(31390.0 + 209.875)
    assert stock_cost(instance, customs, DEPOT, 0, 0, PARTNER).storage == pytest.approx(1.26)


def test_space_counts_the_days_of_the_reference_demand(tiny: Instance):
    instance = pooled(tiny)
    space = space_per_parcel(instance, stock_rule(instance, context(instance).inbound.lane))
    assert space[PLANT, 0, 0] == pytest.approx(0.215)


def test_no_days_of_stock_stand_behind_a_parcel_once_stock_is_pooled(tiny: Instance):
    instance = pooled(tiny)
    assert stock_holding_cost(instance, 0) == 0.0
    assert storage_cost(instance, DEPOT, 0, 0) == 0.0


@pytest.mark.parametrize("factor", [0.0, 0.3, 1.0, 2.5, 4.0])
def test_the_safety_factor_is_the_inverse_of_the_loss(factor: float):
    loss = normal_loss(np.array(factor))
    assert loss == pytest.approx(norm.pdf(factor) - factor * norm.sf(factor), abs=1e-14)
    assert factor_of_loss(loss) == pytest.approx(factor, abs=1e-6)
    assert factor_of_loss(np.array(0.5)) == 0.0


amounts = st.floats(0.0, 1e6)


@given(
    spread=st.floats(0.0, 1e6), lead_sd=st.floats(0.0, 20.0), k=st.floats(0.0, 4.0), one=amounts, two=amounts
)
@settings(max_examples=200, deadline=None)
def test_stock_is_concave_and_its_chords_lie_below_it(
    spread: float, lead_sd: float, k: float, one: float, two: float
):
    rule = StockRule(*(np.array(value) for value in (7.0, 40.0, lead_sd, spread, k)))
    low, middle, high = (rule.stock(np.array(v)) for v in (one, (one + two) / 2.0, two))
    assert middle >= (low + high) / 2.0 - 1e-9 * (1.0 + low + high)
    assert rule.stock(np.array(0.0)) == 0.0


@given(free=st.floats(0.0, 90.0), most=st.floats(1e-3, 1e6), part=st.floats(0.0, 1.0))
@settings(max_examples=200, deadline=None)
def test_cost_per_parcel_never_rises_with_the_throughput(free: float, most: float, part: float):
    """So the line from nothing to the largest throughput lies nowhere above the cost."""
    rule = StockRule(*(np.array(value) for value in (7.0, 40.0, 3.0, 5e4, 2.0)))
    cost = StockCost(np.array(3.0), np.array(1.0), np.array(2.0), free)
    line = part * cost.of(rule, np.array(most))
    assert line <= cost.of(rule, np.array(part * most)) + 1e-9 * (1.0 + line)


@pytest.mark.parametrize("seed", range(20))
def test_every_key_is_as_plain_loops_have_it(seed: int):
    rng = np.random.default_rng([seed, 31])
    instance = with_stock(rng, random_instance(rng))
    around = context(instance)
    rule = stock_rule(instance, around.inbound.lane)
    for j, k, t in np.argwhere(around.inbound.is_open):
        mine, own = rule.at(j, k, t), key_of(instance, around, int(j), int(k), int(t))
        assert mine.stock(np.array(123.0)) == pytest.approx(own.stock(123.0), rel=1e-7)
        for q in range(len(instance.operators.ids)):
            price = stock_cost(instance, around.customs, j, k, t, q)
            days = 365.0 * float(instance.periods.years[t])
            expected = cost_of(instance, around, int(j), int(k), int(t), q, 123.0 * days)
            assert price.of(mine, np.array(123.0)) == pytest.approx(expected, rel=1e-7)
