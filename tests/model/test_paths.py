"""Paths of stock as columns."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.location import Options
from entrepot.model.build import build
from entrepot.model.monolith import solve_monolith
from entrepot.planning import plan
from instances import Shape, random_instance, with_paths

EXACT = Options(gap=1e-9, seconds=60.0)
SHAPE = Shape(sites=2, sizes=2, markets=4, products=2, periods=2)


def drawn(seed: int) -> Instance:
    rng = np.random.default_rng([seed, 14])
    return with_paths(rng, random_instance(rng, SHAPE, assortment="choice"))


def value(instance: Instance) -> float:
    return solve_monolith(build(instance).problem, EXACT).value


@pytest.mark.parametrize("seed", range(6))
def test_more_room_at_gateways_never_lowers_the_value(seed: int) -> None:
    instance = drawn(seed)
    wider = replace(instance.inbound, gateway_capacity=2.0 * instance.inbound.gateway_capacity)
    assert value(replace(instance, inbound=wider)) >= value(instance) - 1e-3


@pytest.mark.parametrize("seed", range(4))
def test_paths_that_nothing_touches_leave_the_problem_as_it_is(seed: int) -> None:
    instance = drawn(seed)
    terms, off = instance.inbound, replace(instance.inbound, is_chosen=False)
    free = replace(
        terms,
        gateway_capacity=np.full(len(terms.gateway_capacity), np.inf),
        gateway_fee=np.zeros(len(terms.gateway_fee)),
        lane_capacity=np.full(len(terms.lane_capacity), np.inf),
        commitment=np.zeros(len(terms.commitment)),
    )
    limits = replace(instance.limits, carbon_cap=np.full(instance.n_periods, np.inf))
    without, untouched = (build(replace(instance, inbound=each, limits=limits)) for each in (off, free))
    assert len(untouched.strategy.paths.choice) == 0
    assert untouched.problem.strategic.column_names == without.problem.strategic.column_names
    np.testing.assert_array_equal(untouched.problem.ways.value, without.problem.ways.value)


@pytest.mark.parametrize("seed", range(4))
def test_rooms_that_are_stated_only_once_exceeded_lead_to_the_same_optimum(seed: int) -> None:
    instance = drawn(seed)
    best = value(instance)
    found = plan(instance, gap=1e-7, seconds=60.0)
    assert found.proof.value == pytest.approx(best, rel=1e-5, abs=1.0)
    assert found.proof.claimed_bound >= best - 1.0
