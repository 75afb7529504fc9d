"""A plan of one centre, one market, one product and one year, with its ledger worked out by hand."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.plans.plan import Flows, Inbound, Plan
from entrepot.plans.referee import judge
from instances import Shape, no_carriers, random_instance, without_clearance

START = date(2027, 1, 1).toordinal()


def filled(value: Any, /, **numbers: float | bool) -> Any:
    """A copy of a dataclass whose arrays hold one number each."""
    arrays = {
        name: np.full_like(old, number) if isinstance(old := getattr(value, name), np.ndarray) else number
        for name, number in numbers.items()
    }
    return replace(value, **arrays)


def hand_worked() -> tuple[Instance, Plan]:
    shape = Shape(sites=1, sizes=1, markets=1, products=1, periods=1, countries=1, rivals=0)
    base = without_clearance(random_instance(np.random.default_rng(0), shape, assortment="choice"))
    customs = filled(base.customs, start_day=START + 9999, end_day=START + 99999)
    into = int(base.countries.territory_index[0])
    start, share, to = customs.start_day.copy(), customs.tariff_share.copy(), customs.to_territory.copy()
    start[0], share[0], to[0] = 0, 1.0, into
    instance = replace(
        base,
        periods=replace(
            base.periods, start_day=np.array([START]), end_day=np.array([START + 365]), years=np.array([1.0])
        ),
        countries=filled(base.countries, vat_rate=0.2, wage_growth=0.0, grid_carbon=0.3),
        products=filled(
            base.products, weight=2.0, volume=0.01, value=20.0, price=30.0, goods_cost=12.0, delivery_fee=1.0,
            tariff_lines=1.0, return_rate=0.1, stock_days=36.5, handling_factor=2.0, duty_rate=0.1,
        ),
        gateways=filled(base.gateways, handling=0.1, dwell=2.0),
        lanes=filled(
            base.lanes, transit=30.0, cost=0.5, volumetric=160.0, carbon=0.1, is_open=True, carries_stock=True
        ),
        customs=replace(customs, start_day=start, tariff_share=share, to_territory=to),
        sites=replace(
            filled(
                base.sites, operator_index=0, may_run=True, initial_size=0, opened_day=0, rent=30.0,
                wage=20.0, fit_out=50.0, grant_share=0.1, local_tax=2.0, lead_time=365.0, lease_term=5.0,
                earliest_period=0,
                latest_period=0,
            ),
            status=("candidate",),
        ),
        sizes=filled(
            base.sizes, area=100.0, capacity=10.0, equipment=5000.0, fixed_hours=100.0, handling_hours=0.05,
            energy=10.0,
        ),
        operators=filled(
            base.operators, fixed_fee=500.0, bears_rent=False, bears_capital=False, capacity=np.inf
        ),
        rate_cards=filled(base.rate_cards, price=3.0, price_per_kg=0.5),
        choice=replace(
            base.choice, model="logit", attraction=0.0, per_day=0.0, per_fee=0.0, none=0.0,
        ),
        money=replace(
            base.money, base_day=START, discount_rate=0.21, capital_rate=0.1, holding_rate=0.365,
            rent_growth=0.0, linehaul_growth=0.0, last_mile_growth=0.0, operator_growth=0.0,
            capital_life=10.0, exit_cost=10.0, lease_liability=0.5, horizon_liability=0.5,
        ),
        operations=replace(
            base.operations, working_days=300.0, peak_factor=1.5, truck_cost=1.2, truck_weight=12000.0,
            truck_volume=60.0, truck_speed=600.0, vat_days=36.5, return_mile_factor=1.0, return_handling=1.0,
            return_value_loss=0.25, energy_price=0.1,
        ),
        carbon=replace(base.carbon, price=0.2, truck=0.1, last_mile=0.16),
        limits=filled(
            replace(base.limits, service=()), budget=9000.0, min_centres=0.0, max_centres=1.0,
            max_openings=1.0, carbon_cap=550.0,
        ),
        distances=filled(base.distances, site_market=100.0, gateway_site=600.0),
        demand=np.full((1, 1, 1), 1000.0),
    )  # fmt: skip
    lane = np.array([int(np.flatnonzero(instance.lanes.origin_index == origin)[0]) for origin in (0, 1)])
    zero, zeros = np.zeros(1, dtype=np.int64), np.zeros(2, dtype=np.int64)
    plan = Plan(
        size=np.ones((1, 1), dtype=np.int64),
        operator=np.zeros((1, 1), dtype=np.int64),
        carrier=no_carriers(instance),
        flows=Flows(zero, zero, zero, zero, zero - 1, zero, fraction=np.ones(1)),
        inbound=Inbound(
            zeros, zeros, zeros, np.array([0, 1]), instance.lanes.gateway_index[lane], lane, np.ones(2)
        ),
    )
    return instance, plan


# One of two customers buys from us (attraction 1 against 1 for buying from nobody): 500 of 1,000 parcels.
SOLD = 500.0
PER_PARCEL = {
    "revenue": 30.0,
    "delivery_fee": 1.0,
    "goods": -12.0,
    "linehaul": -1.0,  # 0.5 EUR/kg x max(2 kg, 0.01 m3 x 160 kg/m3)
    "gateway_handling": -0.2,  # 0.1 EUR/kg x 2 kg
    "drayage": -0.12,  # 600 km x 1.2 EUR/km x one 6,000th of a truck
    "duty": -2.0,  # 10 % of 20 EUR
    "customs_fees": 0.0,
    "vat_cash": -0.04,  # 20 % of 20 EUR for a tenth of a year at 10 %
    "pipeline_stock": -0.66,  # 20 EUR x 36.5 %/year x (30 + 2 + 1) days
    "stock_holding": -0.73,  # 20 EUR x 36.5 %/year x 36.5 days
    "storage": 0.0,
    "pick_and_pack": -2.0,  # 0.05 h x 2 x 20 EUR/h
    "last_mile": -4.0,  # 3 EUR + 0.5 EUR/kg x 2 kg
    "returns": -1.0,  # 10 % x (4 + 1 + 25 % of 20 EUR)
    "carbon": -0.1,  # 0.2 EUR/kg x (0.2 linehaul + 0.12 drayage + 0.02 to the market + 0.16 last mile) kg
}
PER_YEAR = {
    "rent": -3200.0,  # 100 m2 x (30 + 2) EUR
    "fixed_operations": -2100.0,  # 100 h x 20 EUR/h + 100 m2 x 10 kWh x 0.1 EUR
    "operator_fees": -500.0,
    "carbon": -60.0,  # 100 m2 x 10 kWh x 0.3 kg x 0.2 EUR
}
A_YEAR_BEFORE = {
    "capital": -10000.0,  # 100 m2 x 50 EUR + 5,000 EUR
    "grants": 1000.0,
}
AT_THE_END = {
    "residual": 8100.0,  # 10,000 x 90 % x (1 - 1 / 10 years)
    "exit": -3500.0,  # half of (100 m2 x 10 EUR + half of 4 years x 100 m2 x 30 EUR)
}


def test_the_ledger_of_a_plan_worked_out_by_hand() -> None:
    instance, plan = hand_worked()
    verdict = judge(instance, plan)
    assert verdict.breaches == ()
    ledger = verdict.ledger
    for row, line in enumerate(ledger.lines):
        year = SOLD * PER_PARCEL.get(line, 0.0) + PER_YEAR.get(line, 0.0)
        before, end = A_YEAR_BEFORE.get(line, 0.0), AT_THE_END.get(line, 0.0)
        assert ledger.amount[row] == pytest.approx([year + before, end]), line
        # 21 % a year: 1.21 a year ahead, 1 / 1.1 in the middle of the year, 1 / 1.21 at its end
        assert ledger.discounted[row] == pytest.approx(year / 1.1 + before * 1.21 + end / 1.21), line
    assert ledger.value == pytest.approx(-2285 / 1.1 - 10890 + 4600 / 1.21)


def test_the_measures_of_a_plan_worked_out_by_hand() -> None:
    instance, plan = hand_worked()
    measures = judge(instance, plan).measures
    assert measures.potential == pytest.approx([1000])
    assert measures.sold == pytest.approx([500])
    assert measures.share[0] == pytest.approx([0.5])
    assert measures.utilisation[0] == pytest.approx([0.5])  # 500 x 2 x 1.5 / 300 days of 10 parcels
    assert measures.carbon == pytest.approx([550])  # 500 x 0.5 kg and 300 kg of the centre
    assert measures.capital == pytest.approx([9000])
    assert measures.gateway_weight.sum() == pytest.approx(1000)


def test_a_lease_runs_from_each_modules_own_opening_and_closing_costs_on_its_day() -> None:
    instance, plan = hand_worked()
    sites = replace(
        instance.sites, status=("existing",), initial_size=np.array([1]), opened_day=np.array([START - 730])
    )
    nothing = np.zeros(0, dtype=np.int64)
    closed = Plan(
        np.zeros_like(plan.size),
        np.full_like(plan.size, -1),
        plan.carrier,
        Flows(*[nothing] * 6, np.zeros(0)),
        Inbound(*[nothing] * 6, np.zeros(0)),
    )
    verdict = judge(replace(instance, sites=sites), closed)
    assert verdict.breaches == ()
    assert verdict.ledger.value == pytest.approx(-(1000 + 0.5 * 3 * 3000))
