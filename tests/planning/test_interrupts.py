"""An interrupt between the searches of a run keeps the best plan, and no further search begins."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from entrepot.instance import Instance, Objective
from entrepot.location import Solution
from entrepot.planning import in_order, plan, stable_sources
from entrepot.solvers.engine import solve
from instances import Shape, random_instance

IN_ORDER = (Objective("share", 0.1, 0.0, np.nan, -1), Objective("value", 0.0, 0.0, np.nan, -1))


def _instance(*, is_stable: bool) -> Instance:
    rng = np.random.default_rng([0, 23])
    instance = random_instance(rng, Shape(sites=4, sizes=2, markets=8, products=2, periods=3))
    sourcing = np.full((8, 2), 2 if is_stable else 0)
    return replace(instance, policies=replace(instance.policies, sourcing=sourcing))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Searches of a module are counted; one of them is interrupted, by the engine or before it begins."""

    def count(module: ModuleType, number: int, *, in_engine: bool) -> list[int]:
        calls: list[int] = []

        def impatient(*arguments: Any) -> Solution:
            calls.append(1)
            if len(calls) == number and not in_engine:
                raise KeyboardInterrupt
            found = solve(*arguments)
            return replace(found, stop_reason="interrupted") if len(calls) == number else found

        monkeypatch.setattr(module, "solve", impatient)
        return calls

    return count


@pytest.mark.parametrize(("number", "in_engine"), [(1, True), (2, False)])
def test_objectives_in_order_end_with_the_plan_so_far(
    number: int, in_engine: bool, counted: Callable[..., list[int]]
) -> None:
    calls = counted(in_order, number, in_engine=in_engine)
    found = plan(_instance(is_stable=False), gap=1e-5, seconds=60.0, objectives=IN_ORDER)
    assert len(calls) == number
    assert found.proof.stop_reason == "interrupted"
    assert found.verdict is not None
    assert found.verdict.breaches == ()
    assert [stage.objective.kind for stage in found.stages] == ["share"]


@pytest.mark.parametrize(("number", "in_engine", "searches"), [(1, True, 2), (2, True, 2), (3, False, 3)])
def test_stable_sources_end_with_a_stable_plan(
    number: int, in_engine: bool, searches: int, counted: Callable[..., list[int]]
) -> None:
    calls = counted(stable_sources, number, in_engine=in_engine)
    found = plan(_instance(is_stable=True), gap=1e-9, seconds=60.0)
    assert len(calls) == searches
    assert found.proof.stop_reason == "interrupted"
    assert found.verdict is not None
    assert found.verdict.breaches == ()


@pytest.mark.parametrize(("module", "is_stable"), [(in_order, False), (stable_sources, True)])
def test_an_interrupt_before_there_is_a_plan_is_passed_on(
    module: ModuleType, is_stable: bool, counted: Callable[..., list[int]]
) -> None:
    counted(module, 1, in_engine=False)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        plan(
            _instance(is_stable=is_stable),
            gap=1e-5,
            seconds=60.0,
            objectives=() if is_stable else IN_ORDER,
        )
