"""The referee's stock against plain loops over the flows."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.plans.referee import judge
from entrepot.terms.ledger import LINES
from entrepot.terms.offers import context, stocked_offer
from instances import Shape, varied_instance, with_stock
from plans.random_plans import random_plan
from stock_by_hand import cost_of, key_of, space_of

SHAPE = Shape(sites=3, sizes=2, markets=4, products=2, periods=2)


def case(seed: int):
    rng = np.random.default_rng([seed, 61])
    instance = with_stock(rng, varied_instance(rng, SHAPE))
    return instance, random_plan(rng, instance)


def sent_by(instance: Instance, plan) -> dict[tuple[int, int, int], float]:
    around, sent = context(instance), defaultdict(float)
    flows = plan.flows
    for t, i, k, j, s, part in zip(
        flows.period, flows.market, flows.product, flows.site, flows.service, flows.fraction, strict=True
    ):
        if j >= 0:
            offer = stocked_offer(instance, around, t, i, k, j, s, plan.size[j, t], plan.operator[j, t])
            sent[int(j), int(k), int(t)] += float(instance.demand[i, k, t] * part * offer.share)
    return sent


def line(verdict, name: str) -> float:
    return float(verdict.ledger.amount[LINES.index(name)].sum())


@pytest.mark.parametrize("seed", range(30))
def test_the_ledger_holds_the_exact_cost_of_the_pooled_stock(seed: int) -> None:
    instance, plan = case(seed)
    off = replace(instance, stock=replace(instance.stock, is_pooled=False))
    verdict, without = judge(instance, plan), judge(off, plan)
    around, cost, goods = context(instance), 0.0, instance.products
    cycle = safety = 0.0
    for (j, k, t), parcels in sent_by(instance, plan).items():
        cost += cost_of(instance, around, j, k, t, int(plan.operator[j, t]), parcels)
        years = float(instance.periods.years[t])
        daily, key = parcels / (365.0 * years), key_of(instance, around, j, k, t)
        price = float(goods.value[k]) * instance.money.holding_rate * years
        cycle += price * daily * key.interval / 2.0
        safety += price * key.factor * key.deviation(daily)
    names = ("cycle_stock", "safety_stock", "storage", "duty_cash")
    assert -sum(line(verdict, name) for name in names) == pytest.approx(cost, rel=1e-7, abs=1e-6)
    assert -line(verdict, "cycle_stock") == pytest.approx(cycle, rel=1e-9, abs=1e-6)
    assert -line(verdict, "safety_stock") == pytest.approx(safety, rel=1e-7, abs=1e-6)
    assert line(verdict, "stock_holding") == 0.0
    for name in set(LINES) - {*names, "stock_holding"}:
        assert line(verdict, name) == line(without, name), name


@pytest.mark.parametrize("seed", range(30))
def test_stock_without_room_is_a_breach(seed: int) -> None:
    instance, plan = case(seed)
    around, used = context(instance), defaultdict(float)
    for (j, k, t), parcels in sent_by(instance, plan).items():
        used[j, t] += parcels * space_of(instance, around, j, k, t)
    for room in (0.999, 1.001):
        sizes = np.full(instance.n_sizes, room * max(used.values(), default=1.0))
        tight = replace(instance, stock=replace(instance.stock, storage=sizes))
        found = {each.limit for each in judge(tight, plan).breaches}
        assert ("room for stock" in found) == (room < 1.0 and len(used) > 0)
