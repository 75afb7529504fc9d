"""What bonded stock, deferred VAT and duty tied up in stock do to the ledger of a fixed plan."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.plans.referee import judge
from instances import random_instance, vat_rules
from plans.random_plans import random_plan
from plans.test_hand_worked_plan import PER_PARCEL, SOLD, filled, hand_worked


def _line(instance: Instance, plan: Any, line: str) -> float:
    ledger = judge(instance, plan).ledger
    return float(ledger.amount[ledger.lines.index(line), 0])


def test_duty_tied_up_in_stock_worked_out_by_hand() -> None:
    instance, plan = hand_worked()
    paid_at_once = replace(instance, operations=replace(instance.operations, duty_deferral=0.0))
    # EUR 2 of duty for 36.5 days, a tenth of a year, at 10 %
    assert _line(paid_at_once, plan, "duty_cash") == pytest.approx(SOLD * -0.02)
    assert _line(instance, plan, "duty_cash") == 0.0


def test_bonded_stock_worked_out_by_hand() -> None:
    instance, plan = hand_worked()
    operations = replace(instance.operations, duty_deferral=0.0)
    sites = filled(instance.sites, is_bonded=1, bonded_fee=0.3)
    money = replace(instance.money, operator_growth=0.0)
    bonded = replace(instance, sites=sites, operations=operations, money=money)
    assert _line(bonded, plan, "bonded_handling") == pytest.approx(SOLD * -0.3)
    assert _line(bonded, plan, "duty_cash") == 0.0
    assert _line(bonded, plan, "duty") == pytest.approx(SOLD * PER_PARCEL["duty"])
    assert _line(bonded, plan, "vat_cash") == pytest.approx(SOLD * PER_PARCEL["vat_cash"])


def test_deferred_import_vat_worked_out_by_hand() -> None:
    instance, plan = hand_worked()
    territory = int(instance.countries.territory_index[0])
    # deferred from the 73rd of 365 days on, at a fee of 10 cents: a fifth of the cash, four fifths of the fee
    start = int(instance.periods.start_day[0]) + 73
    row = (territory, 0, "stock", 0.0, np.inf, start, start + 9999, 0.0, 0.1)
    deferred = replace(instance, import_vat=vat_rules(row))
    assert _line(deferred, plan, "vat_cash") == pytest.approx(SOLD * PER_PARCEL["vat_cash"] / 5)
    assert _line(deferred, plan, "customs_fees") == pytest.approx(SOLD * -0.08)


def _value(instance: Instance, plan: Any) -> float:
    return judge(instance, plan).ledger.value


def _slack(value: float) -> float:
    return 1e-9 * max(1.0, abs(value))


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_is_never_worth_less_when_its_centres_may_hold_bonded_stock(seed: int) -> None:
    rng = np.random.default_rng(seed)
    instance = random_instance(rng)
    plan = random_plan(rng, instance)
    instance = replace(
        instance,
        sites=filled(instance.sites, is_bonded=0, bonded_fee=0.0),
        customs=filled(instance.customs, refund_share=0.0),
    )
    value = _value(instance, plan)
    bonded = replace(instance, sites=filled(instance.sites, is_bonded=1))
    assert _value(bonded, plan) >= value - _slack(value)


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_is_never_worth_less_when_vat_is_had_back_sooner_or_duty_is_paid_later(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    instance = random_instance(rng)
    plan = random_plan(rng, instance)
    value = _value(instance, plan)
    sooner = replace(
        instance,
        import_vat=replace(instance.import_vat, days=instance.import_vat.days * 0.5),
        operations=replace(instance.operations, vat_days=instance.operations.vat_days * 0.5),
    )
    assert _value(sooner, plan) >= value - _slack(value)
    later = replace(
        instance,
        operations=replace(instance.operations, duty_deferral=instance.operations.duty_deferral + 20.0),
    )
    assert _value(later, plan) >= value - _slack(value)


@pytest.mark.parametrize("seed", range(12))
def test_delaying_an_additional_charge_on_direct_parcels_never_hurts_a_plan(seed: int) -> None:
    rng = np.random.default_rng(200 + seed)
    instance = random_instance(rng)
    plan = random_plan(rng, instance)
    customs = instance.customs
    charge = customs.ids.index("national")
    assert not customs.replaces[charge]
    start = customs.start_day.copy()
    start[charge] += 150
    value = _value(instance, plan)
    assert _value(replace(instance, customs=replace(customs, start_day=start)), plan) >= value - _slack(value)
