"""Plans over futures against enumeration, the monolithic MIP and the referee."""

import itertools
import os
from dataclasses import replace

import numpy as np
import pytest

from entrepot.errors import InfeasibleError, UsageError
from entrepot.instance import Future, Instance, Objective
from entrepot.location import Options, Unwatched, violation_of
from entrepot.model.joint import joint_problem
from entrepot.model.monolith import solve_monolith
from entrepot.planning import plan
from entrepot.planning.futures import FutureSet, Start, build_futures, plan_alone, plan_jointly
from entrepot.plans.referee import judge
from entrepot.solvers.price_cut_plan import solve
from instances import Shape, random_instance, some_features, with_carriers, with_contracts, with_stock
from planning.futures_by_hand import random_futures, value_states

HOW = (Options(gap=1e-7, seconds=60.0), Unwatched())
SHAPES = (
    Shape(sites=2, sizes=2, markets=3, products=1, periods=3),
    Shape(sites=3, sizes=1, markets=3, products=1, periods=2),
    Shape(sites=2, sizes=2, markets=3, products=2, periods=2),
)
SLACK = 1e-6
N_SEEDS = 60 if os.environ.get("ENTREPOT_LONG") else 12


def money(known: FutureSet) -> float:
    return 1.0 + max(float(np.abs(f.instance.demand).sum()) for f in known.futures)


def instance_of(seed: int) -> Instance:
    rng = np.random.default_rng([seed, 91])
    instance = random_instance(rng, SHAPES[seed % len(SHAPES)])
    if seed % 4 == 1:
        small = Shape(sites=2, sizes=1, markets=3, products=1, periods=2)
        instance = with_contracts(rng, random_instance(rng, small))
    if seed % 4 == 2:
        small = Shape(sites=1, sizes=1, markets=2, products=1, periods=2, countries=2)
        instance = with_carriers(rng, random_instance(rng, small))
    return instance


def joint(known: FutureSet, n_decided: int, weights: np.ndarray | None = None):
    try:
        return plan_jointly(known, known.weights if weights is None else weights, n_decided, HOW)
    except InfeasibleError:
        return None


@pytest.mark.parametrize("seed", range(N_SEEDS))
def test_the_expected_plan_is_the_best_of_all_states(seed: int) -> None:
    rng = np.random.default_rng([seed, 92])
    futures = random_futures(rng, instance_of(seed), 2 + seed % 2)
    known, n = build_futures(futures), futures[0].instance.n_periods
    valued = value_states(futures)
    for n_decided in range(n + 1):
        best = valued.best(known.weights, n_decided)
        found = joint(known, n_decided)
        if found is None:
            assert best == -np.inf
            continue
        assert found.proof.value == pytest.approx(best, abs=SLACK * money(known))
        assert found.proof.claimed_bound >= best - SLACK * money(known)
        assert found.proof.certified_bound >= best - SLACK * money(known)
        for future, own, verdict in zip(futures, found.plans, found.verdicts, strict=True):
            assert judge(future.instance, own).breaches == ()
            assert judge(future.instance, own).ledger.value == verdict.ledger.value


@pytest.mark.parametrize("seed", range(5))
def test_the_joint_problem_by_engine_and_monolith_under_any_features(seed: int) -> None:
    rng = np.random.default_rng([seed, 93])
    shape = Shape(sites=2, sizes=1 + seed % 2, markets=3, products=1, periods=2, countries=2)
    instance = some_features(rng, shape)
    if (instance.policies.sourcing == 2).any():
        sourcing = np.minimum(instance.policies.sourcing, 1)
        instance = replace(instance, policies=replace(instance.policies, sourcing=sourcing))
    futures = random_futures(rng, instance, 2)
    known = build_futures(futures)
    for n_decided in (1, 2):
        problem = joint_problem(futures, known.parts, known.weights, n_decided).problem
        whole = solve_monolith(problem, Options(gap=0.0, seconds=60.0))
        mine = solve(problem, HOW[0], HOW[1])
        assert (whole.columns is None) == (mine.columns is None)
        if mine.columns is None or mine.assignment is None:
            continue
        assert mine.value == pytest.approx(whole.value, abs=SLACK * money(known))
        assert mine.claimed_bound >= whole.value - SLACK * money(known)
        worst = violation_of(problem, mine.columns, mine.assignment)
        assert max(worst.values()) < 1e-6, worst


@pytest.mark.parametrize("seed", range(8))
def test_one_future_is_the_plain_run(seed: int) -> None:
    instance = random_instance(np.random.default_rng([seed, 94]), SHAPES[seed % len(SHAPES)])
    known = build_futures([Future("one", "one", 1.0, instance)])
    try:
        plain = plan(instance, gap=1e-7, seconds=60.0)
    except InfeasibleError:
        assert joint(known, instance.n_periods) is None
        return
    found = joint(known, instance.n_periods)
    alone = plan_alone(known, 0, HOW)
    assert found is not None
    assert alone is not None
    assert found.proof.value == pytest.approx(plain.proof.value, abs=SLACK * money(known))
    assert alone.proof.value == plain.proof.value
    assert alone.proof.claimed_bound == plain.proof.claimed_bound


@pytest.mark.parametrize("seed", range(6))
def test_deciding_later_is_never_worth_less_and_never_more_than_knowing(seed: int) -> None:
    rng = np.random.default_rng([seed, 95])
    known = build_futures(random_futures(rng, instance_of(seed), 3))
    n = known.futures[0].instance.n_periods
    found = [joint(known, n_decided) for n_decided in range(n + 1)]
    for later, sooner in itertools.pairwise(found):
        if sooner is not None:
            assert later is not None
            assert later.proof.claimed_bound >= sooner.proof.value - SLACK * money(known)
    if found[0] is not None:
        alone = [plan_alone(known, number, HOW) for number in range(len(known.futures))]
        total = sum(w * each.proof.value for w, each in zip(known.weights, alone, strict=True) if each)
        assert found[0].proof.value == pytest.approx(total, abs=SLACK * money(known))


@pytest.mark.parametrize("seed", range(6))
def test_what_single_runs_remember_changes_no_optimum(seed: int) -> None:
    rng = np.random.default_rng([seed, 96])
    known = build_futures(random_futures(rng, instance_of(seed), 2))
    n = known.futures[0].instance.n_periods
    found = joint(known, n)
    if found is None:
        return
    memories = [getattr(plan_alone(known, number, HOW), "memory", None) for number in range(2)]
    again = plan_jointly(known, known.weights, n, HOW, start=Start(memories, found.columns))
    assert again.proof.value == pytest.approx(found.proof.value, abs=SLACK * money(known))
    assert again.proof.claimed_bound >= found.proof.value - SLACK * money(known)


@pytest.mark.parametrize("seed", range(6))
def test_decisions_valued_in_a_future_are_worth_what_the_joint_plan_says(seed: int) -> None:
    rng = np.random.default_rng([seed, 97])
    known = build_futures(random_futures(rng, instance_of(seed), 2))
    found = joint(known, known.futures[0].instance.n_periods)
    if found is None:
        return
    assert np.array_equal(found.decisions[0], found.decisions[1])
    for number, value in enumerate(found.values):
        own = plan_alone(known, number, HOW, decisions=found.decisions[number])
        assert own is not None
        assert own.proof.value == pytest.approx(value, abs=SLACK * money(known))


@pytest.mark.parametrize("seed", range(4))
def test_pooled_stock_is_planned_over_futures_with_a_bound_that_holds(seed: int) -> None:
    rng = np.random.default_rng([seed, 98])
    base = with_stock(rng, random_instance(rng, SHAPES[1]))
    known = build_futures(random_futures(rng, base, 2))
    found = joint(known, base.n_periods)
    if found is not None:
        assert found.proof.claimed_bound >= found.proof.value
        assert all(verdict.breaches == () for verdict in found.verdicts)


def test_limits_that_a_future_cannot_meet_are_named_with_it() -> None:
    instance = random_instance(np.random.default_rng([3, 99]), SHAPES[1], assortment="choice")
    capped = replace(instance, limits=replace(instance.limits, carbon_cap=np.full(2, -1.0)))
    known = build_futures([Future("a", "calm", 0.5, instance), Future("b", "storm", 0.5, capped)])
    with pytest.raises(InfeasibleError, match="storm"):
        plan_jointly(known, known.weights, 2, HOW)


def test_what_cannot_be_planned_over_futures_is_refused() -> None:
    instance = random_instance(np.random.default_rng(1), SHAPES[1])
    ordered = replace(instance, policies=replace(instance.policies, objectives=(Objective("carbon"),)))
    with pytest.raises(UsageError, match="Objectives in order"):
        build_futures([Future("a", "a", 1.0, ordered)])
    stable = np.full_like(instance.policies.sourcing, 2)
    with pytest.raises(UsageError, match="Stable sources"):
        build_futures(
            [Future("a", "a", 1.0, replace(instance, policies=replace(instance.policies, sourcing=stable)))]
        )
