"""Rooms of gateways and lanes that are stated late."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from entrepot.errors import InfeasibleError
from entrepot.instance import Instance
from entrepot.location import LocationProblem, Memory, Options, Solution, Watcher
from entrepot.model.rooms import has_rooms
from entrepot.planning import plan, rounds
from entrepot.plans.result import Result
from entrepot.solvers.engine import solve
from instances import Shape, random_instance, with_paths


@cache
def limited() -> Instance:
    """An instance with rooms that has plans."""
    for seed in range(50):
        rng = np.random.default_rng([seed, 15])
        instance = with_paths(rng, random_instance(rng, Shape(sites=2, markets=4), assortment="choice"))
        try:
            plan(instance, gap=0.05, seconds=20.0)
        except InfeasibleError:
            continue
        if has_rooms(instance):
            return instance
    raise AssertionError("no instance with rooms has a plan")


@cache
def whole() -> Result:
    return plan(limited(), gap=1e-7, seconds=60.0)


def test_a_round_that_ends_before_its_first_plan_is_followed_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance, calls = limited(), 0

    def late(problem: LocationProblem, options: Options, watcher: Watcher, memory: Memory | None) -> Solution:
        nonlocal calls
        calls += 1
        solution = solve(problem, options, watcher, memory)
        if calls > 1:
            return solution
        return replace(solution, columns=None, assignment=None, value=float("-inf"), stop_reason="time limit")

    expected = whole().proof.value
    monkeypatch.setattr(rounds, "solve", late)
    found = plan(instance, gap=1e-7, seconds=60.0)
    assert calls > 1
    assert found.proof.value == pytest.approx(expected, rel=1e-6)
    assert found.proof.claimed_bound >= expected - 1e-6 * abs(expected)


def test_without_any_time_left_there_is_no_other_round(monkeypatch: pytest.MonkeyPatch) -> None:
    instance, calls = limited(), 0

    def never(
        problem: LocationProblem, options: Options, watcher: Watcher, memory: Memory | None
    ) -> Solution:
        nonlocal calls
        calls += 1
        solution = solve(problem, options, watcher, memory)
        return replace(
            solution, columns=None, assignment=None, value=float("-inf"), stop_reason="time limit",
            seconds=solution.seconds + 10.0,
        )  # fmt: skip

    monkeypatch.setattr(rounds, "solve", never)
    found = plan(instance, gap=1e-7, seconds=8.0)
    assert found.plan is None
    assert calls == 1


def test_the_search_goes_on_from_a_plan_that_keeps_every_room_while_there_is_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance, asked = limited(), []
    best = whole().proof

    def partly(
        problem: LocationProblem, options: Options, watcher: Watcher, memory: Memory | None
    ) -> Solution:
        asked.append(options.seconds)
        solution = solve(problem, options, watcher, memory)
        if len(asked) < 3:
            rough = solution.value + 0.1 * abs(solution.value)
            return replace(solution, claimed_bound=rough, certified_bound=rough, stop_reason="time limit")
        return solution

    monkeypatch.setattr(rounds, "solve", partly)
    found = plan(instance, gap=1e-7, seconds=60.0).proof
    assert len(asked) == 3
    assert asked[0] == pytest.approx(0.35 * 60.0)
    assert asked[1] > 30.0  # all that the first round left
    assert found.value == pytest.approx(best.value, rel=1e-6)
    assert found.claimed_bound == pytest.approx(best.claimed_bound, rel=1e-6)
    elapsed = [step[0] for step in found.trace]
    assert elapsed == sorted(elapsed)


def test_an_interrupt_between_rounds_keeps_the_best_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    instance, calls = limited(), 0

    def impatient(
        problem: LocationProblem, options: Options, watcher: Watcher, memory: Memory | None
    ) -> Solution:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise KeyboardInterrupt
        solution = solve(problem, options, watcher, memory)
        rough = solution.value + 0.1 * abs(solution.value)
        return replace(solution, claimed_bound=rough, certified_bound=rough, stop_reason="time limit")

    monkeypatch.setattr(rounds, "solve", impatient)
    found = plan(instance, gap=1e-7, seconds=60.0)
    assert calls == 2
    assert found.plan is not None
    assert found.proof.stop_reason == "interrupted"
    assert found.proof.gap > 1e-7


def test_an_interrupt_before_the_first_round_ends_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(*_: object) -> Solution:
        raise KeyboardInterrupt

    instance = limited()
    monkeypatch.setattr(rounds, "solve", impatient)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        plan(instance, gap=1e-7, seconds=60.0)
