"""Every amount at the borders against the examples of docs/landed-cost.md, section 5."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.instance import Instance
from entrepot.terms.customs import customs_charges
from entrepot.terms.offers import Context, Offer, context, direct_offer, stocked_offer
from instances import random_instance, vat_rules, without_clearance

PLANT, BERLIN, LONDON, AIRPORT = 0, 0, 1, 1
BORDERS = ("duty", "duty_cash", "customs_fees", "bonded_handling", "vat_cash")
IN_GB = (1, -1, "parcel", 0.0, np.inf, 0, 10**7, 73.0, 0.5)


def _with(instance: Instance, part: str, **columns: Any) -> Instance:
    return dataclasses.replace(instance, **{part: dataclasses.replace(getattr(instance, part), **columns)})


def _bonded(tiny: Instance) -> Instance:
    return _with(tiny, "sites", is_bonded=np.array([1, 0]), bonded_fee=np.array([0.4, 0.7]))


def _from_stock(instance: Instance, market: int) -> list[float]:
    offer = stocked_offer(instance, context(instance), 0, market, 0, PLANT, 0, 1)
    return [float(-offer.lines[line]) for line in BORDERS]


def test_an_ordinary_centre_pays_on_import_and_once_more_across_the_border(tiny: Instance):
    assert _from_stock(tiny, BERLIN) == pytest.approx([1.825, 0.0, 0.0, 0.0, 0.03])
    assert _from_stock(tiny, LONDON) == pytest.approx([2.92, 0.0, 2.6, 0.0, 0.03])


def test_duty_is_tied_up_in_stock_from_its_payment_until_the_sale(tiny: Instance):
    for deferral, cost in ((0.0, 0.01825), (36.5, 0.009125), (73.0, 0.0), (100.0, 0.0), (np.inf, 0.0)):
        found = _from_stock(_with(tiny, "operations", duty_deferral=deferral), BERLIN)
        assert found == pytest.approx([1.825, cost, 0.0, 0.0, 0.03]), deferral


def test_bonded_stock_pays_duty_on_release_and_a_handling_fee(tiny: Instance):
    bonded = _with(_bonded(tiny), "operations", duty_deferral=0.0)
    assert _from_stock(bonded, BERLIN) == pytest.approx([1.825, 0.0, 0.0, 0.42, 0.03])


def test_bonded_stock_that_leaves_pays_only_the_duty_of_the_destination(tiny: Instance):
    bonded = _with(_bonded(tiny), "operations", duty_deferral=0.0)
    assert _from_stock(bonded, LONDON) == pytest.approx([1.095, 0.0, 2.6, 0.42, 0.0])


def test_a_refund_gives_back_duty_of_goods_that_leave_but_not_of_bonded_ones(tiny: Instance):
    refunded = _with(tiny, "customs", refund_share=np.array([0.8, 0.0, 0.0, 0.0, 0.0]))
    assert _from_stock(refunded, LONDON)[0] == pytest.approx(1.46)
    assert _from_stock(refunded, BERLIN)[0] == pytest.approx(1.825)
    assert _from_stock(_bonded(refunded), LONDON)[0] == pytest.approx(1.095)


def test_import_vat_of_parcels_is_paid_where_they_cross_a_border(tiny: Instance):
    dated = dataclasses.replace(tiny, import_vat=vat_rules(IN_GB))
    assert _from_stock(dated, LONDON) == pytest.approx([2.92, 0.0, 3.1, 0.0, 0.103])
    assert _from_stock(dated, BERLIN) == pytest.approx([1.825, 0.0, 0.0, 0.0, 0.03])
    assert _from_stock(_bonded(dated), LONDON) == pytest.approx([1.095, 0.0, 3.1, 0.42, 0.073])


def test_fees_on_the_vat_of_stock_are_paid_where_it_is_released(tiny: Instance):
    dated = dataclasses.replace(tiny, import_vat=vat_rules((0, -1, "stock", 0, np.inf, 0, 10**7, 0.0, 0.2)))
    assert _from_stock(dated, LONDON) == pytest.approx([2.92, 0.0, 2.8, 0.0, 0.0])
    assert _from_stock(_bonded(dated), LONDON)[2] == pytest.approx(2.6)
    assert _from_stock(_bonded(dated), BERLIN)[2] == pytest.approx(0.2)


def test_vat_collected_with_the_price_costs_a_direct_parcel_its_fee_only(tiny: Instance):
    collected = (0, -1, "parcel", 0.0, 150.0, 0, 10**7, 0.0, 0.05)
    dated = dataclasses.replace(tiny, import_vat=vat_rules(collected))
    lines = direct_offer(dated, context(dated), 0, BERLIN, 0, AIRPORT, 0).lines
    assert [-float(lines[line]) for line in BORDERS] == pytest.approx([1.46, 0.0, 3.05, 0.0, 0.0])
    paid = dataclasses.replace(tiny, import_vat=vat_rules((*collected[:7], 73.0, 0.05)))
    lines = direct_offer(paid, context(paid), 0, BERLIN, 0, AIRPORT, 0).lines
    assert float(lines["vat_cash"]) == pytest.approx(-0.19 * 36.5 * 0.2 * 0.05)


def _earlier(instance: Instance, way: tuple[int, ...]) -> dict[str, float]:
    """Duty, fees and VAT as they were before there was bonded stock, term by term."""
    t, i, k, j, _, _ = way
    customs = customs_charges(instance)
    home, away = instance.sites.country_index[j], instance.markets.country_index[i]
    territory = instance.countries.territory_index[home]
    vat = instance.countries.vat_rate[home] * instance.products.value[k]
    return {
        "duty": -(customs.bulk_duty[territory, k, t] + customs.recleared_duty[territory, away, k, t]),
        "customs_fees": -(customs.bulk_fee[territory, k, t] + customs.recleared_fee[territory, away, k, t]),
        "vat_cash": -(vat * (instance.operations.vat_days / 365.0) * instance.money.capital_rate),
        "duty_cash": 0.0,
        "bonded_handling": 0.0,
    }


def _by_the_book(instance: Instance, shared: Context, way: tuple[int, ...]) -> dict[str, float]:
    """What the goods of one parcel pay on their way, stage by stage."""
    t, i, k, j, _, _ = way
    sites, money = instance.sites, instance.money
    home, away = int(sites.country_index[j]), int(instance.markets.country_index[i])
    territory, other = (int(instance.countries.territory_index[country]) for country in (home, away))
    value, customs, vat = instance.products.value[k], shared.customs, shared.vat
    paid = dict.fromkeys(BORDERS, 0.0)

    def pay_vat(country: int, days: float, fee: float) -> None:
        paid["vat_cash"] += instance.countries.vat_rate[country] * value * money.capital_rate * days / 365.0
        paid["customs_fees"] += fee

    is_bonded = bool(sites.is_bonded[j])
    if not is_bonded or territory == other:
        paid["duty"] += customs.bulk_duty[territory, k, t]
        paid["customs_fees"] += customs.bulk_fee[territory, k, t]
        pay_vat(home, vat.stock_days[home, k, t], vat.stock_fee[home, k, t])
    if is_bonded:
        middle = (instance.periods.start_day[t] + instance.periods.end_day[t]) / 2.0
        years = (middle - money.base_day) / 365.0
        paid["bonded_handling"] += sites.bonded_fee[j] * (1.0 + money.operator_growth) ** years
    else:
        waiting = instance.products.stock_days[k] - instance.operations.duty_deferral
        if waiting > 0.0:
            paid["duty_cash"] += customs.bulk_duty[territory, k, t] * money.capital_rate * waiting / 365.0
    if territory != other:
        if not is_bonded:
            paid["duty"] -= customs.bulk_refund[territory, k, t]
        paid["duty"] += customs.recleared_duty[territory, away, k, t]
        paid["customs_fees"] += customs.recleared_fee[territory, away, k, t]
        pay_vat(away, vat.parcel_days[away, k, t], vat.parcel_fee[away, k, t])
    return paid


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_lines_at_the_borders_are_those_of_a_walk_along_the_way(seed: int):
    rng = np.random.default_rng(seed)
    instance = random_instance(rng)
    shared = context(instance)
    for _ in range(10):
        way = _way(rng, instance)
        lines = stocked_offer(instance, shared, *way).lines
        found = {line: float(-lines[line]) for line in BORDERS}
        assert found == pytest.approx(_by_the_book(instance, shared, way), abs=1e-12)


def _way(rng: np.random.Generator, instance: Instance) -> tuple[int, ...]:
    sizes = (instance.n_periods, instance.n_markets, instance.n_products, instance.n_sites)
    return (*(int(rng.integers(n)) for n in (*sizes, instance.n_services)), 1)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_switched_off_the_lines_are_exactly_those_of_before(seed: int):
    rng = np.random.default_rng(seed)
    instance = without_clearance(random_instance(rng))
    shared = context(instance)
    for _ in range(10):
        way = _way(rng, instance)
        lines = stocked_offer(instance, shared, *way).lines
        for line, amount in _earlier(instance, way).items():
            assert float(lines[line]) == amount, line


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_bond_without_a_fee_never_costs_more_than_free_circulation(seed: int):
    rng = np.random.default_rng(seed)
    instance = random_instance(rng)
    n = instance.n_sites
    instance = _with(instance, "sites", bonded_fee=np.zeros(n), is_bonded=np.zeros(n, dtype=np.int64))
    instance = _with(instance, "customs", refund_share=np.zeros(len(instance.customs.ids)))
    bonded = _with(instance, "sites", is_bonded=np.ones(n, dtype=np.int64))
    for _ in range(10):
        way = _way(rng, instance)
        offers: list[Offer] = [stocked_offer(each, context(each), *way) for each in (instance, bonded)]
        assert offers[1].margin >= offers[0].margin - 1e-12
        assert offers[1].share == offers[0].share
