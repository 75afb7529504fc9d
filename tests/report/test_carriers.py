"""Contracts and scorecard of carriers against the referee's ledger."""

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.plans.plan import Plan
from entrepot.plans.referee import judge
from entrepot.report.carriers import carrier_contracts_frame
from entrepot.report.customers import carriers_frame
from entrepot.report.deliveries import deliveries_of
from instances import Shape, random_instance, with_carriers
from plans.random_plans import random_plan


def _case(seed: int) -> tuple[Instance, Plan]:
    rng = np.random.default_rng([seed, 4])
    instance = with_carriers(rng, random_instance(rng, Shape(markets=4, periods=3), assortment="choice"))
    return instance, random_plan(rng, instance)


@pytest.mark.parametrize("seed", range(10))
def test_fees_of_all_contracts_are_those_of_the_ledger(seed: int) -> None:
    instance, plan = _case(seed)
    ledger = judge(instance, plan).ledger
    paid = -float(ledger.amount[ledger.lines.index("carrier_fees")].sum())
    contracts = carrier_contracts_frame(instance, plan)
    assert contracts["fees_eur"].sum() == pytest.approx(paid)
    assert (contracts["country"] == "all").sum() == len(set(contracts["carrier"]))


@pytest.mark.parametrize("seed", range(10))
def test_what_carriers_give_back_and_miss_is_in_the_ledger(seed: int) -> None:
    instance, plan = _case(seed)
    ledger, deliveries = judge(instance, plan).ledger, deliveries_of(instance, plan)
    table = carriers_frame(instance, plan, deliveries)
    back = float(ledger.amount[ledger.lines.index("volume_discount")].sum())
    assert (table["last_mile_eur"] - table["after_discount_eur"]).sum() == pytest.approx(back)
    missing = -float(ledger.amount[ledger.lines.index("commitment")].sum())
    assert table["shortfall_eur"].sum() <= missing + 1e-6  # carriers without parcels have no row
    assert (table["shortfall_eur"] <= table["commitment_eur"] + 1e-6).all()


def test_without_a_choice_there_are_no_contracts_and_no_discounts() -> None:
    rng = np.random.default_rng(5)
    instance = random_instance(rng, Shape(markets=4, periods=2), assortment="choice")
    plan = random_plan(rng, instance)
    assert carrier_contracts_frame(instance, plan).height == 0
    table = carriers_frame(instance, plan, deliveries_of(instance, plan))
    assert table["last_mile_eur"].to_list() == table["after_discount_eur"].to_list()
    assert table["commitment_eur"].sum() == 0.0
