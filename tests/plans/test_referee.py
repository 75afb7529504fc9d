"""The referee against a row-by-row recomputation."""

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.plans.plan import Plan
from entrepot.plans.referee import judge
from entrepot.terms.ledger import LINES
from instances import Shape, varied_instance, with_carriers, with_paths
from plans.by_hand import Recomputed
from plans.random_plans import random_plan

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_referee_agrees_with_a_row_by_row_recomputation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    instance = varied_instance(rng, Shape(sites=3, sizes=3, markets=4, products=2, periods=3))
    _agree(instance, random_plan(rng, instance))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_referee_agrees_where_carriers_are_contracted(seed: int) -> None:
    rng = np.random.default_rng([seed, 3])
    shape = Shape(sites=2, sizes=2, markets=4, products=2, periods=3, countries=2)
    instance = with_carriers(rng, varied_instance(rng, shape))
    _agree(instance, random_plan(rng, instance))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_referee_agrees_where_paths_are_chosen(seed: int) -> None:
    rng = np.random.default_rng([seed, 5])
    instance = with_paths(rng, varied_instance(rng))
    _agree(instance, random_plan(rng, instance, most_lanes=3))


def _agree(instance: Instance, plan: Plan) -> None:
    verdict, own = judge(instance, plan), Recomputed(instance, plan)
    scale = 1e-9 * max(1.0, float(np.abs(verdict.ledger.amount).max()))
    for row, line in enumerate(LINES):
        expected = [own.amount.get((line, t), 0.0) for t in range(instance.n_periods + 1)]
        np.testing.assert_allclose(verdict.ledger.amount[row], expected, rtol=1e-9, atol=scale, err_msg=line)
        assert verdict.ledger.discounted[row] == pytest.approx(own.discounted[line], rel=1e-9, abs=scale), (
            line
        )
    assert {breach.limit for breach in verdict.breaches} == own.limits()


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_measures_agree_with_a_row_by_row_recomputation(seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    instance = varied_instance(rng)
    plan = random_plan(rng, instance)
    measures, own = judge(instance, plan).measures, Recomputed(instance, plan)
    np.testing.assert_allclose(measures.carbon, own.carbon)
    np.testing.assert_allclose(measures.capital, own.capital)
    np.testing.assert_allclose(measures.sold, measures.stocked + measures.direct)
    np.testing.assert_allclose(measures.sold, measures.class_parcels.sum(axis=0))
    np.testing.assert_allclose(measures.sold, measures.service_parcels.sum(axis=0))
    np.testing.assert_allclose(measures.stocked, measures.site_parcels.sum(axis=0))
    np.testing.assert_allclose(measures.sold, measures.gateway_parcels.sum(axis=0))
    for (gateway, t), parcels in own.gateway.items():
        assert measures.gateway_parcels[gateway, t] == pytest.approx(parcels)
    for c in range(len(instance.countries.ids)):
        for t in range(instance.n_periods):
            demand = instance.demand[instance.markets.country_index == c, :, t].sum()
            assert measures.share[c, t] * demand == pytest.approx(own.ours.get((c, t), 0.0))
            for r in range(len(instance.rivals.ids)):
                assert measures.rival_share[r, c, t] * demand == pytest.approx(own.rival.get((r, c, t), 0.0))
