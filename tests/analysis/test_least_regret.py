"""Smallest worst regret: a hand-worked game, enumeration, and what must be true of more futures."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.analysis import Effort, face_futures
from entrepot.analysis.least_regret import hardest_weights
from entrepot.analysis.weighing import FutureTable, WeighedPlan
from entrepot.errors import InfeasibleError
from entrepot.instance import Future
from instances import Shape, random_instance, with_contracts
from planning.futures_by_hand import random_futures, value_states

EFFORT = Effort(gap=1e-7, seconds=60.0)
SMALL = Shape(sites=2, sizes=2, markets=3, products=1, periods=2)


class Stated(WeighedPlan):
    """A plan whose values are stated."""

    __slots__ = ("_stated",)

    def __init__(self, values: list[float]) -> None:
        super().__init__("stated", np.array(values), ())
        object.__setattr__(self, "_stated", np.array(values))

    @property
    def value(self) -> np.ndarray:
        return self._stated

    @property
    def bound(self) -> np.ndarray:
        return self._stated


def table(*values: list[float]) -> FutureTable:
    plans = tuple(Stated(row) for row in values)
    n = len(values[0])
    return FutureTable(plans, np.full(n, 1.0 / n), np.max(values, axis=0))


@pytest.mark.parametrize(
    ("values", "weights"),
    [
        # Regrets 0 and 10, 10 and 0: the futures are worst half and half.
        (([100.0, 90.0], [90.0, 100.0]), [0.5, 0.5]),
        # Regrets 0 and 4, 6 and 0: 4 m_2 = 6 m_1.
        (([100.0, 96.0], [94.0, 100.0]), [0.4, 0.6]),
    ],
)
def test_the_hardest_weights_are_those_of_the_hand_worked_game(
    values: tuple[list[float], ...], weights: list[float]
) -> None:
    assert hardest_weights(table(*values)) == pytest.approx(weights)


def test_the_table_says_what_is_regretted() -> None:
    found = table([100.0, 90.0, 50.0], [90.0, 100.0, 50.0], [96.0, 95.0, np.nan])
    assert found.best.tolist() == [100.0, 100.0, 50.0]
    assert found.worst.tolist() == [10.0, 10.0, np.inf]
    assert found.chosen == 0
    assert found.worst_future.tolist() == [1, 0, 2]
    assert found.best_expected == 0


def futures_of(seed: int, n: int) -> tuple[Future, ...]:
    rng = np.random.default_rng([seed, 81])
    instance = random_instance(rng, SMALL)
    if seed % 4 == 3:
        small = Shape(sites=2, sizes=1, markets=3, products=1, periods=2)
        instance = with_contracts(rng, random_instance(rng, small))
    return random_futures(rng, instance, n)


@pytest.mark.parametrize("seed", range(12))
def test_the_smallest_worst_regret_of_all_states_is_within_the_interval(seed: int) -> None:
    futures = futures_of(seed, 3)
    valued = value_states(futures)
    least = valued.least_worst_regret()
    try:
        outlook = face_futures(futures, effort=EFFORT)
    except InfeasibleError:
        assert least == np.inf
        return
    found = outlook.table
    slack = 1e-6 * (1.0 + float(np.abs(found.best).max()))
    assert found.floor <= least + slack
    assert found.worst[found.chosen] == pytest.approx(least, abs=2.0 * slack)
    assert found.floor == pytest.approx(least, abs=10.0 * slack)
    assert least <= found.worst_at_most[found.chosen] + slack
    assert found.best == pytest.approx(valued.value.max(axis=0), abs=slack)
    weights = np.array([future.weight for future in futures])
    best = valued.best(weights, SMALL.periods)  # all have two
    assert found.expected[found.best_expected] == pytest.approx(best, abs=slack)
    least_known, most_known = outlook.value_of_knowing
    knowing = float(weights @ valued.value.max(axis=0)) - best
    assert least_known - slack <= knowing <= most_known + slack


@pytest.mark.parametrize("seed", range(6))
def test_more_futures_never_shrink_the_worst_regret(seed: int) -> None:
    futures = futures_of(seed, 4)
    valued = value_states(futures)
    few = replace(valued, value=valued.value[:, :2])
    assert few.least_worst_regret() <= valued.least_worst_regret() + 1e-6
    try:
        every = face_futures(futures, effort=Effort(gap=1e-4, seconds=60.0)).table
    except InfeasibleError:
        return
    share = sum(future.weight for future in futures[:2])
    fewer = face_futures(
        [replace(f, weight=f.weight / share) for f in futures[:2]], effort=Effort(gap=1e-4, seconds=60.0)
    ).table
    slack = 1e-6 * (1.0 + float(np.abs(every.best).max()))
    assert every.worst_at_most[every.chosen] >= fewer.floor - slack


def test_a_future_without_weight_counts_in_the_regrets_alone() -> None:
    first, second = futures_of(5, 2)
    sure = [replace(first, weight=1.0), replace(second, weight=0.0)]
    outlook = face_futures(sure, effort=EFFORT)
    alone = face_futures([replace(first, weight=1.0)], effort=EFFORT)
    slack = 1e-6 * (1.0 + abs(alone.expected.proof.value))
    assert outlook.expected.proof.value == pytest.approx(alone.expected.proof.value, abs=slack)
    assert outlook.table.value.shape[1] == 2
    assert alone.table.worst.tolist() == [0.0]
