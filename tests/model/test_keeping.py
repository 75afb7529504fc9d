"""Centres that are decided already stay, with who runs them; the rest is planned as well as it can be."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.errors import InfeasibleError, UsageError
from entrepot.instance import Instance
from entrepot.planning import plan
from entrepot.plans.plan import Plan
from entrepot.plans.result import Result
from instances import Shape, random_instance
from model.enumeration import enumerate_optimum

SHAPE = Shape(sites=2, sizes=2, markets=4, products=1, periods=2)


def planned(instance: Instance, **options: object) -> Result | None:
    try:
        return plan(instance, gap=1e-7, seconds=60.0, **options)  # type: ignore[arg-type]
    except InfeasibleError:
        return None


def assert_kept(found: Plan, kept: Plan, n_kept: int) -> None:
    np.testing.assert_array_equal(found.size[:, :n_kept], kept.size[:, :n_kept])
    np.testing.assert_array_equal(found.operator[:, :n_kept], kept.operator[:, :n_kept])


@pytest.mark.parametrize("seed", range(12))
def test_keeping_what_is_best_anyway_costs_nothing(seed: int) -> None:
    instance = random_instance(np.random.default_rng(seed), SHAPE)
    optimum, free = enumerate_optimum(instance), planned(instance)
    assert (optimum.value is None) == (free is None)
    if optimum.value is None or free is None or free.plan is None:
        return
    for n_kept in range(instance.n_periods + 1):
        found = planned(instance, keep=(free.plan, n_kept), after=free)
        assert found is not None
        assert found.plan is not None
        assert_kept(found.plan, free.plan, n_kept)
        assert found.proof.value == pytest.approx(optimum.value, rel=1e-5, abs=1.0)
        assert found.proof.claimed_bound >= optimum.value - 1e-6 * abs(optimum.value) - 1.0


@pytest.mark.parametrize("seed", range(12))
def test_what_was_best_under_other_prices_is_kept_and_never_brings_more(seed: int) -> None:
    instance = random_instance(np.random.default_rng(seed), SHAPE)
    best = planned(instance)
    dear = replace(
        instance, products=replace(instance.products, goods_cost=instance.products.goods_cost * 1.4)
    )
    other = planned(dear)
    if best is None or other is None or other.plan is None:
        return
    for n_kept in range(1, instance.n_periods + 1):
        kept = planned(instance, keep=(other.plan, n_kept), after=best)
        if kept is not None:
            assert kept.plan is not None
            assert best.verdict is not None
            assert_kept(kept.plan, other.plan, n_kept)
            slack = 1e-6 * (1.0 + best.verdict.ledger.controllable_cost)
            assert kept.proof.value <= best.proof.claimed_bound + slack


def test_a_centre_that_the_study_does_not_allow_is_refused() -> None:
    instance = random_instance(np.random.default_rng(0), SHAPE)
    closed = np.zeros(2, dtype=np.int64)
    sites = replace(instance.sites, status=("candidate", "candidate"), initial_size=closed, opened_day=closed)
    open_to_all = replace(instance, sites=sites)
    found = planned(open_to_all)
    assert found is not None
    assert found.plan is not None
    size, operator = found.plan.size.copy(), found.plan.operator.copy()
    size[0], operator[0] = 1, 0
    wanted = replace(found.plan, size=size, operator=operator)
    shut = replace(open_to_all, sites=replace(sites, status=("forbidden", "candidate")))
    with pytest.raises(UsageError, match="Site 1 keeps size Size 1 in the first periods"):
        planned(shut, keep=(wanted, 1))
