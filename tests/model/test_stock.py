"""Pooled stock: enumeration = monolith on the chord model, and bound <= exact optimum <= plan (as costs)."""

import itertools
import os
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from entrepot.errors import InfeasibleError
from entrepot.instance import Instance, fixed_stock_days
from entrepot.location import Options, violation_of
from entrepot.model.build import build, build_problem
from entrepot.model.lift import _inbound, lift_plan
from entrepot.model.monolith import solve_monolith
from entrepot.model.stock import stock_undercharge
from entrepot.planning import plan
from entrepot.plans.plan import Flows, Plan
from entrepot.plans.referee import judge
from entrepot.plans.result import Verdict
from instances import Shape, no_carriers, random_instance, varied_instance, with_stock
from model.enumeration import enumerate_optimum

BATCH = 20
N_BATCHES = 25 if os.environ.get("ENTREPOT_LONG") else 5
SHAPES = (
    Shape(sites=2, sizes=2, markets=3, products=1, periods=2),
    Shape(sites=2, sizes=2, markets=3, products=2, periods=1),
)
SMALL = (
    Shape(sites=2, sizes=1, markets=3, products=1, periods=1),
    Shape(sites=1, sizes=2, markets=2, products=1, periods=2),
)


@pytest.mark.parametrize("batch", range(N_BATCHES))
def test_enumeration_monolith_and_referee_agree_on_the_chord_model(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        rng = np.random.default_rng([seed, 14])
        instance = with_stock(rng, varied_instance(rng, SHAPES[seed % len(SHAPES)]))
        built = build(instance)
        solution = solve_monolith(built.problem, Options(gap=0.0))
        optimum = enumerate_optimum(instance)
        if optimum.value is None:
            assert solution.stop_reason == "infeasible", seed
            continue
        assert solution.columns is not None, seed
        assert solution.assignment is not None
        assert solution.value == pytest.approx(optimum.value, rel=1e-6, abs=1e-3), seed
        assert max(violation_of(built.problem, solution.columns, solution.assignment).values()) <= 1e-7
        verdict = judge(instance, lift_plan(instance, built.layout, solution))
        assert verdict.breaches == (), seed
        missing = stock_undercharge(instance, built.problem, built.stock, solution)
        assert missing >= -1e-6 * max(1.0, verdict.ledger.controllable_cost), seed
        assert verdict.ledger.value == pytest.approx(solution.value - missing, rel=1e-6, abs=1e-3), seed


@pytest.mark.parametrize("batch", range(N_BATCHES))
def test_the_exact_optimum_lies_between_plan_and_bound(batch: int) -> None:
    """Single sources: every plan of a tiny instance is valued exactly by the referee."""
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        instance = tiny_with_stock(seed)
        best = _exact_optimum(instance)
        try:
            result = plan(instance, gap=0.0, seconds=60.0)
        except InfeasibleError:
            assert best == -np.inf, seed
            continue
        assert result.verdict is not None
        slack = 1e-6 * max(1.0, result.verdict.ledger.controllable_cost)
        assert result.proof.value <= best + slack, seed
        assert best <= result.proof.claimed_bound + slack, seed
        assert result.proof.claimed_bound <= result.proof.certified_bound
        gap = result.proof.claimed_bound - result.proof.value
        assert gap <= result.proof.approximation + 2.0 * slack, seed


def tiny_with_stock(seed: int, shape: Shape | None = None) -> Instance:
    """An instance with pooled stock whose plans can all be looked at: every cell has a single source."""
    rng = np.random.default_rng([seed, 15])
    instance = random_instance(rng, shape or SMALL[seed % len(SMALL)])
    whole = np.ones((instance.n_markets, instance.n_products), dtype=np.int64)
    return replace(with_stock(rng, instance), policies=replace(instance.policies, sourcing=whole))


def _exact_optimum(instance: Instance) -> float:
    """Best value by the referee of all states of the centres and all whole assignments of the cells."""
    return max((verdict.ledger.value for verdict in every_verdict(instance)), default=-np.inf)


def every_verdict(instance: Instance) -> Iterator[Verdict]:
    """The referee's word on every plan of a tiny instance with single sources that breaks nothing."""
    built = build(instance)
    layout = built.layout
    chosen = [range(int(a), int(b)) for a, b in itertools.pairwise(layout.way_pointer)]
    ways = [[-1, *(a for a in cell if layout.way_service[a] >= 0)] for cell in chosen]
    sites = instance.sites
    top = np.maximum(sites.max_size, sites.initial_size)
    paths = [list(itertools.product(range(int(c) + 1), repeat=instance.n_periods)) for c in top]
    for state in itertools.product(*paths):
        size = np.array(state, dtype=np.int64).reshape(instance.n_sites, instance.n_periods)
        if judge(instance, _plan_of(instance, built, size, ())).breaches:
            continue
        for assignment in itertools.product(*(_open_ways(layout, each, size) for each in ways)):
            verdict = judge(instance, _plan_of(instance, built, size, assignment))
            if not verdict.breaches:
                yield verdict


def _open_ways(layout, ways: list[int], size: np.ndarray) -> list[int]:
    kept = []
    for way in ways:
        g = -1 if way < 0 else int(layout.way_facility[way])
        if g < 0 or size[layout.facility_site[g], layout.facility_period[g]] > 0:
            kept.append(way)
    return kept


def _plan_of(instance: Instance, built, size: np.ndarray, assignment: tuple[int, ...]) -> Plan:
    layout = built.layout
    way = np.array([a for a in assignment if a >= 0], dtype=np.int64)
    cell = np.searchsorted(layout.way_pointer, way, side="right") - 1
    facility = layout.way_facility[way]
    site = np.full(len(way), -1)
    site[facility >= 0] = layout.facility_site[facility[facility >= 0]]
    flows = Flows(
        period=layout.cell_period[cell].astype(np.int64),
        market=layout.cell_market[cell].astype(np.int64),
        product=layout.cell_product[cell].astype(np.int64),
        site=site.astype(np.int64),
        gateway=layout.way_gateway[way].astype(np.int64),
        service=layout.way_service[way].astype(np.int64),
        fraction=np.ones(len(way)),
    )
    operator = np.where(size > 0, instance.sites.operator_index[:, None], -1)
    problem, layout = build_problem(instance)
    inbound = _inbound(instance, layout, size, np.zeros(problem.n_columns))
    return Plan(size, operator, no_carriers(instance), flows, inbound)


@pytest.mark.parametrize("seed", range(10))
def test_stock_that_is_not_pooled_leaves_the_problem_as_it_was(seed: int) -> None:
    instance = varied_instance(np.random.default_rng([seed, 16]))
    terms = with_stock(np.random.default_rng(seed), instance).stock
    off = replace(instance, stock=replace(terms, is_pooled=False))
    one, other = build(instance).problem, build(off).problem
    np.testing.assert_array_equal(one.enablers.shift, other.enablers.shift)
    np.testing.assert_array_equal(one.ways.value, other.ways.value)
    assert one.resources.names == other.resources.names
    assert replace(instance, stock=fixed_stock_days()).stock.is_pooled is False
