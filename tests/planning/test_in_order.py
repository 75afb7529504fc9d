"""Objectives in order: against the monolithic MIP, and against the referee's own amounts."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from entrepot.instance import Instance, Objective
from entrepot.location import Options, Progress
from entrepot.model.build import build
from entrepot.model.monolith import solve_monolith
from entrepot.model.objectives import amount_of, held, least_of, stage_problem
from entrepot.planning import plan
from instances import Shape, random_instance, with_policies

ALL = np.nan
CHAINS = (
    (("value", 0.0, 0.02), ("carbon", 0.0, 0.0)),
    (("share", 0.1, 0.0), ("value", 0.0, 0.0)),
    (("value", 0.05, 0.0), ("service", 0.02, 0.0), ("capital", 0.0, 0.0)),
    (("deviation", 0.0, 1.0), ("value", 0.0, 0.0)),
    (("capital", 0.0, 2e6), ("share", 0.0, 0.0)),
)


def _objectives(instance: Instance, number: int) -> tuple[Objective, ...]:
    return tuple(
        Objective(
            kind,
            tolerance,
            allowance * 1e6 if kind == "value" else allowance,
            72.0 if kind == "service" else ALL,
            0 if kind == "share" and number % 2 else -1,
        )
        for kind, tolerance, allowance in CHAINS[number % len(CHAINS)]
    )


def _instance(seed: int) -> tuple[Instance, tuple[Objective, ...]]:
    rng = np.random.default_rng([seed, 17])
    shape = Shape(sites=3, sizes=2, markets=4, products=1, periods=2)
    instance = random_instance(rng, shape)
    if seed % 3 == 0:
        instance = with_policies(rng, instance)
    reference = rng.integers(0, 3, (3, 2))
    instance = replace(instance, policies=replace(instance.policies, reference_size=reference))
    return instance, _objectives(instance, seed)


@pytest.mark.parametrize("seed", range(25))
def test_every_stage_brackets_the_optimum_of_the_mip(seed: int) -> None:
    instance, objectives = _instance(seed)
    staged = replace(instance, policies=replace(instance.policies, objectives=objectives))
    built = build(staged)
    problem = built.problem
    first = solve_monolith(problem, Options(gap=0.0))
    if first.columns is None:
        return
    result = plan(instance, gap=1e-7, seconds=120.0, objectives=objectives)
    assert result.verdict is not None
    assert len(result.stages) == len(objectives)
    for number, (objective, stage) in enumerate(zip(objectives, result.stages, strict=True)):
        amount = amount_of(staged, built, objective)
        asked = stage_problem(problem, amount, objective.kind == "value")
        best = solve_monolith(asked, Options(gap=0.0))
        assert best.columns is not None
        assert best.assignment is not None
        optimum = amount.of(built.problem, best.columns[: built.problem.n_columns], best.assignment)
        optimum /= amount.unit
        slack = 2e-5 * max(1e-3, abs(optimum), abs(stage.found))
        low, high = sorted((stage.found, stage.claimed_bound))
        assert low - slack <= optimum <= high + slack, (number, objective.kind)
        sign = amount.sign
        assert sign * stage.claimed_bound <= sign * stage.certified_bound + slack
        # what is left of the objective in the end, by the referee's own sums
        assert sign * stage.final >= sign * stage.found - stage.tolerance - slack
        assert sign * stage.final <= sign * stage.claimed_bound + slack
        least = amount.sign * stage.found * amount.unit - stage.tolerance * amount.unit
        size = amount.size(built.problem, best.columns[: built.problem.n_columns], best.assignment)
        problem = held(problem, amount, least - 1e-6 * size, f"limit: {number}")


def test_a_single_objective_of_value_gives_the_plan_without_objectives() -> None:
    instance = random_instance(np.random.default_rng(5), Shape(sites=3, markets=4))
    alone = plan(instance, gap=1e-6)
    staged = plan(instance, gap=1e-6, objectives=(Objective("value", 0.0, 0.0, ALL, -1),))
    assert staged.proof.value == alone.proof.value
    assert staged.proof.claimed_bound == alone.proof.claimed_bound
    assert staged.stages[0].gap == pytest.approx(alone.proof.gap)


class _OneStage:
    """Stops as soon as the second objective is pursued."""

    def __init__(self) -> None:
        self.is_over = False

    def report(self, progress: Progress) -> None:
        self.is_over |= progress.phase.startswith("objective 2")

    def should_stop(self) -> bool:
        return self.is_over


@pytest.mark.parametrize("seed", range(0, 25, 5))
def test_a_later_stage_without_time_ends_with_the_plan_of_the_one_before(seed: int) -> None:
    instance, objectives = _instance(seed)
    alone = plan(instance, gap=1e-7, objectives=objectives[:1])
    result = plan(instance, gap=1e-7, objectives=objectives, watcher=_OneStage())
    assert len(result.stages) == len(objectives)
    assert result.stages[1].stop_reason == "interrupted"
    assert result.proof.value == pytest.approx(alone.proof.value, rel=1e-9)


def test_a_wider_tolerance_never_raises_the_least_carbon() -> None:
    instance = random_instance(np.random.default_rng(11), Shape(sites=3, markets=5), assortment="choice")
    carbon = []
    for tolerance in (0.0, 0.05, 0.2):
        objectives = (
            Objective("value", tolerance, 0.0, ALL, -1),
            Objective("carbon", 0.0, 0.0, ALL, -1),
        )
        result = plan(instance, gap=1e-7, objectives=objectives)
        carbon.append((result.stages[1].found, result.stages[1].claimed_bound))
    for (found, _), (_, bound_of_wider) in itertools.pairwise(carbon):
        assert bound_of_wider <= found * (1.0 + 1e-6)
    assert carbon[2][0] < carbon[0][0]


def test_the_tolerance_of_an_objective_is_in_its_own_unit() -> None:
    instance = random_instance(np.random.default_rng(5), Shape(sites=3, markets=4))
    objective = Objective("share", 0.1, 0.01, ALL, -1)
    staged = replace(instance, policies=replace(instance.policies, objectives=(objective,)))
    built = build(staged)
    best = solve_monolith(built.problem, Options(gap=0.0))
    assert best.columns is not None
    assert best.assignment is not None
    amount = amount_of(staged, built, objective)
    found = amount.of(built.problem, best.columns, best.assignment)
    least, tolerance = least_of(built.problem, amount, objective, (best.columns, best.assignment))
    assert tolerance == pytest.approx(0.1 * found + 0.01 * instance.demand.sum())
    assert least == pytest.approx(found - tolerance, rel=1e-5)


@pytest.mark.parametrize("seed", range(12))
def test_plan_and_bound_bracket_the_optimum_with_stable_sources(seed: int) -> None:
    rng = np.random.default_rng([seed, 23])
    instance = random_instance(rng, Shape(sites=4, sizes=2, markets=8, products=2, periods=3))
    sourcing = rng.choice([0, 1, 2], (8, 2), p=[0.2, 0.2, 0.6])
    instance = replace(instance, policies=replace(instance.policies, sourcing=sourcing))
    best = solve_monolith(build(instance).problem, Options(gap=1e-6))
    if best.columns is None:
        return
    result = plan(instance, gap=1e-5, seconds=60.0)
    assert result.verdict is not None
    slack = 2e-6 * (1e4 + abs(best.value) + result.verdict.ledger.controllable_cost)
    assert result.proof.value <= best.claimed_bound + slack
    assert result.proof.claimed_bound >= best.value - slack
    assert result.proof.certified_bound >= result.proof.claimed_bound
