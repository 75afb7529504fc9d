"""Pooled stock in whole runs: off is as before, relations between optima, rounds, what is refused."""

from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from entrepot.errors import InfeasibleError, UsageError
from entrepot.instance import Instance, Objective
from entrepot.location import Options, value_of
from entrepot.model.build import build
from entrepot.model.monolith import solve_monolith
from entrepot.model.stock import scaled_stock, stock_undercharge
from entrepot.planning import plan, pooled_stock, stable_sources, stock_pieces
from entrepot.plans.document import read_document, result_document
from entrepot.plans.result import Verdict
from entrepot.plans.verify import differences
from instances import Shape, random_instance, varied_instance, with_stock
from intervals import assert_not_worse
from model.test_stock import every_verdict, tiny_with_stock

SEEDS = range(10)
SMALL = Shape(sites=3, sizes=2, markets=5, products=2, periods=2)


def stocked(seed: int) -> Instance:
    rng = np.random.default_rng([seed, 71])
    instance = random_instance(rng, SMALL)
    pooled = with_stock(rng, instance)
    return replace(pooled, stock=replace(pooled.stock, storage=np.full(SMALL.sizes, np.inf)))


def with_terms(instance: Instance, **changes: object) -> Instance:
    return replace(instance, stock=replace(instance.stock, **changes))


@pytest.mark.parametrize("seed", SEEDS)
def test_less_variability_never_costs_more(seed: int) -> None:
    base = stocked(seed)
    base = with_terms(base, cycle_service=np.full(SMALL.products, 0.95))
    assert_not_worse(with_terms(base, variability=base.stock.variability * 0.5), base)
    assert_not_worse(with_terms(base, transit_sd=base.stock.transit_sd * 0.5), base)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_higher_target_never_earns_more(seed: int) -> None:
    base = with_terms(stocked(seed), cycle_service=np.full(SMALL.products, np.nan))
    higher = with_terms(base, fill_rate=np.full(SMALL.products, 0.995))
    assert_not_worse(base, higher)


@pytest.mark.parametrize("seed", SEEDS)
def test_more_sailings_never_cost_more(seed: int) -> None:
    base = with_terms(stocked(seed), cycle_service=np.full(SMALL.products, 0.9))
    lanes = replace(base.lanes, sailings=np.full(len(base.lanes.mode), 1.0))
    often = replace(base.lanes, sailings=np.full(len(base.lanes.mode), 3.0))
    assert_not_worse(replace(base, lanes=often), replace(base, lanes=lanes))


@pytest.mark.parametrize("seed", SEEDS)
def test_switched_off_it_leaves_plan_and_bounds_as_they_were(seed: int) -> None:
    instance = varied_instance(np.random.default_rng([seed, 72]), SMALL)
    off = with_terms(with_stock(np.random.default_rng(seed), instance), is_pooled=False)
    off = replace(off, lanes=instance.lanes)
    try:
        one = plan(instance, gap=1e-4, seconds=60.0)
    except InfeasibleError:
        with pytest.raises(InfeasibleError, match="limit"):
            plan(off, gap=1e-4, seconds=60.0)
        return
    other = plan(off, gap=1e-4, seconds=60.0)
    assert one.proof.value == other.proof.value
    assert one.proof.claimed_bound == other.proof.claimed_bound
    assert one.proof.fingerprint == other.proof.fingerprint
    assert other.proof.approximation == 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_at_the_throughput_of_a_plan_scaled_stock_is_exact(seed: int) -> None:
    instance = stocked(seed)
    built = build(instance)
    solution = solve_monolith(built.problem, Options(gap=0.0))
    if solution.columns is None or solution.assignment is None:
        return
    assert built.stock is not None
    scaled = scaled_stock(instance, built.problem, built.stock, solution)
    exact = solution.value - stock_undercharge(instance, built.problem, built.stock, solution)
    value = value_of(scaled, solution.columns, solution.assignment)
    assert value == pytest.approx(exact, rel=1e-9, abs=1e-3)


def test_a_result_with_pooled_stock_is_written_read_and_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock_pieces, "MOST_ROUNDS", 0)
    for seed in SEEDS:
        instance = stocked(seed)
        try:
            result = plan(instance, gap=1e-6, seconds=60.0)
        except InfeasibleError:
            continue
        if result.proof.approximation > 1.0:
            break
    document = result_document(instance, result, {"name": "n", "path": "p", "scenario": ""})
    assert differences(instance, document) == ()
    assert read_document(document, instance).proof.approximation == result.proof.approximation
    assert result.proof.stop_reason == "approximation"


def test_splitting_chords_brings_plan_and_bound_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds, before, after = stock_pieces.MOST_ROUNDS, 0.0, 0.0
    for seed in SEEDS:
        instance = stocked(seed)
        results = []
        for most in (0, rounds):
            monkeypatch.setattr(stock_pieces, "MOST_ROUNDS", most)
            try:
                results.append(plan(instance, gap=1e-6, seconds=60.0))
            except InfeasibleError:
                break
        if len(results) < 2:
            continue
        chords, pieces = results
        assert pieces.verdict is not None
        slack = 1e-6 * pieces.verdict.ledger.controllable_cost
        assert pieces.proof.claimed_bound <= chords.proof.claimed_bound + slack
        assert pieces.proof.value >= chords.proof.value - slack
        before, after = before + chords.proof.gap, after + pieces.proof.gap
    assert before > 0.0
    assert after < 0.5 * before


@pytest.mark.parametrize("module", [pooled_stock, stock_pieces], ids=["scaling", "splitting"])
def test_an_interrupt_while_a_stock_problem_is_built_keeps_the_plan(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def impatient(*_: object) -> None:
        raise KeyboardInterrupt

    instance = stocked(0)
    whole = plan(instance, gap=1e-6, seconds=60.0).proof
    monkeypatch.setattr(module, "scaled_stock" if module is pooled_stock else "with_pieces", impatient)
    found = plan(instance, gap=1e-6, seconds=60.0)
    assert found.plan is not None
    assert found.proof.stop_reason == "interrupted"
    assert found.proof.value <= whole.claimed_bound + 1e-6 * abs(whole.value)
    assert found.proof.claimed_bound >= whole.value - 1e-6 * abs(whole.value)


def stable(seed: int) -> Instance:
    """Pooled stock with markets that ask for the same centre in all periods."""
    rng = np.random.default_rng([seed, 73])
    instance = stocked(seed)
    sourcing = rng.choice([0, 1, 2], (SMALL.markets, SMALL.products), p=[0.2, 0.2, 0.6])
    return replace(instance, policies=replace(instance.policies, sourcing=sourcing))


@pytest.mark.parametrize("most_columns", [5_000, 0], ids=["exact formulation", "given sources"])
def test_stable_plans_are_improved_by_the_exact_cost_of_their_stock(
    most_columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stable_sources, "MOST_COLUMNS", most_columns)
    rounds, gained = pooled_stock.MOST_ROUNDS, 0
    for seed in range(8):
        instance = stable(seed)
        results = []
        for most in (0, rounds):
            monkeypatch.setattr(pooled_stock, "MOST_ROUNDS", most)
            try:
                results.append(plan(instance, gap=1e-4, seconds=60.0))
            except InfeasibleError:
                break
        if len(results) < 2:
            continue
        without, improved = results
        assert improved.verdict is not None
        assert improved.verdict.breaches == ()
        slack = 1e-6 * improved.verdict.ledger.controllable_cost
        assert improved.proof.value >= without.proof.value - slack, seed
        assert improved.proof.claimed_bound >= improved.proof.value
        assert improved.proof.claimed_bound == pytest.approx(without.proof.claimed_bound, rel=1e-9)
        gained += improved.proof.value > without.proof.value + slack
    assert gained > 0


def test_a_value_that_later_objectives_would_have_to_keep_is_refused() -> None:
    value, share = (Objective(kind, 0.0, 0.0, np.nan, -1) for kind in ("value", "share"))
    with pytest.raises(UsageError, match=r"Put the value last"):
        plan(stocked(0), objectives=(value, share))


@pytest.mark.parametrize("kind", ["share", "carbon"])
def test_the_value_comes_last_of_the_objectives_and_is_bracketed(kind: str) -> None:
    """Against every plan of tiny instances, valued exactly by the referee."""
    objectives = (Objective(kind, 0.1, 0.0, np.nan, -1), Objective("value", 0.0, 0.0, np.nan, -1))
    sign, looked_at = 1.0 if kind == "share" else -1.0, 0
    shape = Shape(sites=2, sizes=1, markets=2, products=1, periods=1)
    for seed in range(8):
        instance = tiny_with_stock(seed, shape)
        policies = replace(instance.policies, objectives=objectives)  # with every way that helps one of them
        every = list(every_verdict(replace(instance, policies=policies)))
        if not every:
            continue
        looked_at += 1
        amount = [sign * amount_of(instance, kind, verdict) for verdict in every]
        result = plan(instance, gap=0.0, seconds=60.0, objectives=objectives)
        assert result.verdict is not None
        first, last = result.stages
        slack = 1e-6 * max(1.0, abs(first.found))
        assert sign * first.found - slack <= max(amount) <= sign * first.claimed_bound + slack, seed
        least = sign * first.found - first.tolerance
        best = max(v.ledger.value for v, a in zip(every, amount, strict=True) if a >= least - slack)
        euros = 1e-6 * max(1.0, abs(best), result.verdict.ledger.controllable_cost)
        assert last.found - euros <= best <= last.claimed_bound + euros, seed
        assert last.final >= last.found - euros
        assert result.proof.value == result.verdict.ledger.value
        assert result.proof.claimed_bound >= best - euros
        document = result_document(instance, result, {"name": "n", "path": "p", "scenario": ""})
        assert differences(instance, document) == ()
    assert looked_at > 3


def amount_of(instance: Instance, kind: str, verdict: Verdict) -> float:
    measures = verdict.measures
    if kind == "carbon":
        return float(measures.carbon.sum())
    return float(measures.sold.sum() / instance.demand.sum())
