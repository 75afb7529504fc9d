"""Plans whose first problem states no paths."""

from dataclasses import replace
from functools import cache

import pytest

from entrepot.location import Options, Solution, Watcher
from entrepot.model.build import build
from entrepot.model.monolith import solve_monolith
from entrepot.model.path_choice import emissions_count
from entrepot.planning import pathless, plan, rooms, rounds, within
from entrepot.planning.best_paths import best_paths
from entrepot.solvers.clock import Clock, clock_after
from planning.with_paths import some


@cache
def optimum(seed: int) -> Solution:
    return solve_monolith(build(some(seed)).problem, Options(gap=0.0))


@pytest.mark.parametrize("gap", [1e-7, 0.02])
@pytest.mark.parametrize("seed", range(8))
def test_a_first_problem_without_paths_leads_to_the_same_proof(
    seed: int, gap: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = some(seed)
    whole = optimum(seed)
    if whole.columns is None:
        return
    monkeypatch.setattr(pathless, "MANY_KEYS", 0)
    found = plan(instance, gap=gap, seconds=30.0)
    slack = 1e-6 * (1e4 + abs(whole.value))
    assert found.proof.gap <= gap
    assert found.proof.stop_reason in ("proved", "gap reached")
    assert found.proof.stop_reason == "gap reached" or found.proof.gap <= 1e-8
    assert found.proof.value <= whole.value + slack
    assert found.proof.claimed_bound >= whole.value - slack
    assert found.proof.certified_bound >= whole.value - slack
    assert found.verdict is not None
    assert found.verdict.breaches == ()


def test_paths_become_columns_where_the_gap_stays_open_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    known = rooms.search_with_rooms

    def once(before, stated, start):  # type: ignore[no-untyped-def]
        asked.append(stated)
        return known(before, stated, start)

    def n_rounds(seed: int, gap: float) -> int:
        asked.clear()
        plan(some(seed), gap=gap, seconds=30.0)
        return len(asked)

    monkeypatch.setattr(pathless, "MANY_KEYS", 0)
    monkeypatch.setattr(rooms, "search_with_rooms", once)
    assert min(n_rounds(seed, 0.5) for seed in range(4)) == 0
    assert max(n_rounds(seed, 1e-6) for seed in range(4)) > 0


def test_an_interrupt_while_paths_become_columns_keeps_the_plan_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def impatient(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pathless, "MANY_KEYS", 0)
    monkeypatch.setattr(rooms, "build", impatient)
    instances = [each for each in map(some, range(8)) if not emissions_count(each)]
    found = [plan(each, gap=1e-6, seconds=30.0) for each in instances]
    late = [each for each in found if each.proof.stop_reason == "interrupted"]
    assert any(each.plan is not None for each in late)
    assert all(each.plan is None or each.proof.gap > 1e-6 for each in late)


def test_an_interrupt_while_paths_are_looked_for_keeps_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    instance, calls = some(3), 0

    def impatient(*asked: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise KeyboardInterrupt
        return best_paths(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(pathless, "MANY_KEYS", 0)
    monkeypatch.setattr(within, "best_paths", impatient)
    found = plan(instance, gap=1e-6, seconds=30.0)
    assert calls == 2
    assert found.plan is not None
    assert found.proof.stop_reason == "interrupted"
    assert found.verdict is not None
    assert found.verdict.breaches == ()
    assert found.proof.claimed_bound >= found.proof.value


def test_the_paths_of_a_plan_are_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    n_calls = 0

    def counted(*asked: object) -> object:
        nonlocal n_calls
        n_calls += 1
        return best_paths(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(pathless, "MANY_KEYS", 0)
    monkeypatch.setattr(within, "best_paths", counted)
    found = plan(some(3), gap=0.5, seconds=30.0)
    assert found.plan is not None
    assert n_calls == 1


def test_the_time_that_paths_take_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(options: Options, seconds: float, watcher: Watcher) -> Clock:
        clock = clock_after(options, seconds, watcher)
        return replace(clock, begin=clock.begin - 100.0)

    def never(*_: object) -> None:
        raise AssertionError("no time was left")

    monkeypatch.setattr(pathless, "MANY_KEYS", 0)
    monkeypatch.setattr(rounds, "clock_after", slow)
    monkeypatch.setattr(rooms, "search_with_rooms", never)
    found = plan(some(3), gap=1e-6, seconds=30.0)
    assert found.plan is not None
    assert found.proof.seconds >= 100.0
