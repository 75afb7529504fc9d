"""Enumeration = monolithic MIP = referee on tiny random instances with every feature on.

With pooled stock they agree on the chord model; the exact value of a plan is lower by what chords leave out.

300 instances by default (100 with chosen carriers, 60 with features drawn at random, and 9 over two futures);
ENTREPOT_LONG=1 takes 1,000, the 2,000 with random features of the project's promise, and 300 over two
futures.
"""

import os
from dataclasses import replace

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.location import Options, Unwatched, charge_of, violation_of
from entrepot.model.build import build
from entrepot.model.joint import joint_problem
from entrepot.model.lift import lift_plan
from entrepot.model.monolith import solve_monolith
from entrepot.model.settling import settled
from entrepot.model.stock import stock_undercharge
from entrepot.planning.futures import build_futures, plan_jointly
from entrepot.plans.referee import judge
from entrepot.solvers.price_cut_plan import solve
from instances import Shape, some_features, varied_instance, with_carriers, with_paths, with_policies
from model.enumeration import enumerate_optimum
from planning.futures_by_hand import random_futures, value_states

SHAPES = (
    Shape(sites=2, sizes=2, markets=3, products=1, periods=3),
    Shape(sites=3, sizes=2, markets=3, products=1, periods=2),
    Shape(sites=2, sizes=2, markets=4, products=2, periods=2),
    Shape(sites=2, sizes=3, markets=3, products=2, periods=2),
)
BATCH = 20
N_BATCHES = 50 if os.environ.get("ENTREPOT_LONG") else 15
N_BATCHES_WITH_CARRIERS = 50 if os.environ.get("ENTREPOT_LONG") else 5
N_BATCHES_OF_FEATURES = 100 if os.environ.get("ENTREPOT_LONG") else 3
N_SEEDS_OF_FUTURES = 300 if os.environ.get("ENTREPOT_LONG") else 9


@pytest.mark.parametrize("batch", range(N_BATCHES))
def test_enumeration_monolith_and_referee_agree(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        instance = varied_instance(np.random.default_rng(seed), SHAPES[seed % len(SHAPES)])
        _agree(seed, instance)


@pytest.mark.parametrize("batch", range(N_BATCHES))
def test_they_agree_under_any_policies(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        rng = np.random.default_rng([seed, 8])
        _agree(seed, with_policies(rng, varied_instance(rng, SHAPES[seed % len(SHAPES)])))


SHAPES_WITH_CARRIERS = (
    Shape(sites=1, sizes=2, markets=3, products=2, periods=2, countries=2),
    Shape(sites=2, sizes=1, markets=3, products=1, periods=2, countries=2),
    Shape(sites=1, sizes=1, markets=2, products=2, periods=3, countries=2),
    Shape(sites=2, sizes=2, markets=3, products=2, periods=1, countries=3),
)


@pytest.mark.parametrize("batch", range(N_BATCHES_WITH_CARRIERS))
def test_they_agree_where_carriers_are_chosen(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        rng = np.random.default_rng([seed, 9])
        shape = SHAPES_WITH_CARRIERS[seed % len(SHAPES_WITH_CARRIERS)]
        _agree(seed, with_carriers(rng, varied_instance(rng, shape)))


@pytest.mark.parametrize("batch", range(N_BATCHES_WITH_CARRIERS))
def test_they_agree_where_paths_are_chosen(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        rng = np.random.default_rng([seed, 11])
        shape = SHAPES_WITH_CARRIERS[seed % len(SHAPES_WITH_CARRIERS)]
        instance = with_paths(rng, varied_instance(rng, shape))
        _agree(seed, with_policies(rng, instance) if seed % 2 else instance)


@pytest.mark.parametrize("batch", range(N_BATCHES_OF_FEATURES))
def test_they_agree_and_the_engine_brackets_under_any_features(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        _agrees_and_brackets(seed)


@pytest.mark.parametrize("seed", [84, 234, 1753])
def test_what_once_failed_beyond_the_default_batches_still_holds(seed: int) -> None:
    _agrees_and_brackets(seed)


SHAPES_OF_FUTURES = (
    Shape(sites=1, sizes=2, markets=2, products=1, periods=2, countries=2),
    Shape(sites=2, sizes=1, markets=2, products=1, periods=2, countries=2),
    Shape(sites=1, sizes=1, markets=2, products=2, periods=2, countries=2),
)


@pytest.mark.parametrize("seed", range(N_SEEDS_OF_FUTURES))
def test_they_agree_and_the_engine_brackets_over_two_futures_under_any_features(seed: int) -> None:
    rng = np.random.default_rng([seed, 12])
    instance = some_features(rng, SHAPES_OF_FUTURES[seed % len(SHAPES_OF_FUTURES)])
    sourcing = np.minimum(instance.policies.sourcing, 1)  # stable sources are not planned over futures
    instance = replace(instance, policies=replace(instance.policies, sourcing=sourcing))
    futures = random_futures(rng, instance, 2)
    known, valued = build_futures(futures), value_states(futures)
    for n_decided in (1, instance.n_periods):
        optimum = valued.best(known.weights, n_decided)
        problem = joint_problem(futures, known.parts, known.weights, n_decided).problem
        whole = solve_monolith(problem, Options(gap=0.0))
        if optimum == -np.inf:
            assert whole.stop_reason == "infeasible", seed
            continue
        slack = 1e-6 * (1e4 + abs(optimum))
        assert whole.value == pytest.approx(optimum, abs=slack), (seed, n_decided)
        found = plan_jointly(known, known.weights, n_decided, (Options(gap=1e-6, seconds=10.0), Unwatched()))
        assert found.proof.claimed_bound >= optimum - slack, (seed, n_decided)
        assert found.proof.certified_bound >= optimum - slack, (seed, n_decided)
        verdicts = [judge(future.instance, own) for future, own in zip(futures, found.plans, strict=True)]
        assert all(verdict.breaches == () for verdict in verdicts), (seed, n_decided)
        value = float(known.weights @ [verdict.ledger.value for verdict in verdicts])
        assert found.proof.value == pytest.approx(value, abs=slack), (seed, n_decided)
        charge = max(verdict.ledger.controllable_cost for verdict in verdicts)
        assert value <= optimum + slack + 1e-6 * charge, (seed, n_decided)


def _agrees_and_brackets(seed: int) -> None:
    rng = np.random.default_rng([seed, 10])
    shape = SHAPES_WITH_CARRIERS[seed % len(SHAPES_WITH_CARRIERS)]
    instance = some_features(rng, shape)
    optimum = _agree(seed, instance)
    _brackets(seed, instance, optimum)


def _brackets(seed: int, instance: Instance, optimum: float | None) -> None:
    """The engine's plan is at most worth the optimum, its bounds are at least that."""
    built = build(instance)
    problem, layout = built.problem, built.layout
    found = solve(problem, Options(gap=1e-6, seconds=10.0), Unwatched())
    if optimum is None:
        assert found.stop_reason == "infeasible", seed
        return
    assert found.columns is not None, seed
    assert found.assignment is not None
    slack = 1e-6 * (1e4 + abs(optimum) + charge_of(problem, found.columns, found.assignment))
    assert found.value <= optimum + slack, seed
    assert found.claimed_bound >= optimum - slack, seed
    assert found.certified_bound >= optimum - slack, seed
    found = settled(problem, built.strategy, found)
    verdict = judge(instance, lift_plan(instance, layout, found))
    assert verdict.breaches == (), seed
    missing = stock_undercharge(instance, problem, built.stock, found)
    assert missing >= -slack, seed
    assert verdict.ledger.value == pytest.approx(found.value - missing, rel=1e-6, abs=slack), seed
    assert verdict.ledger.value <= found.claimed_bound + slack, seed


def _agree(seed: int, instance: Instance) -> float | None:
    """The optimum on which all agree, EUR; None where nothing is feasible."""
    built = build(instance)
    problem, layout = built.problem, built.layout
    solution = solve_monolith(problem, Options(gap=0.0))
    optimum = enumerate_optimum(instance)
    if optimum.value is None:
        assert solution.stop_reason == "infeasible", seed
        return None
    assert solution.columns is not None, seed
    assert solution.assignment is not None
    assert solution.value == pytest.approx(optimum.value, rel=1e-6, abs=1e-3), seed
    assert solution.claimed_bound >= optimum.value - 1e-6 * max(1.0, abs(optimum.value)), seed
    worst = max(violation_of(problem, solution.columns, solution.assignment).values())
    assert worst <= 1e-7, seed
    verdict = judge(instance, lift_plan(instance, layout, solution))
    assert verdict.breaches == (), seed
    missing = stock_undercharge(instance, problem, built.stock, solution)
    assert missing >= -1e-6 * max(1.0, verdict.ledger.controllable_cost), seed
    assert verdict.ledger.value == pytest.approx(optimum.value - missing, rel=1e-6, abs=1e-3), seed
    charge = charge_of(problem, solution.columns, solution.assignment)
    assert verdict.ledger.controllable_cost == pytest.approx(charge + missing, rel=1e-6, abs=1e-3), seed
    return optimum.value
