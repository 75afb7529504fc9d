"""The value of waiting against enumeration of what is decided now and what later."""

import numpy as np
import pytest

from entrepot.analysis import Effort, face_futures, value_waiting
from entrepot.analysis.waiting import shifting_weights
from entrepot.errors import InfeasibleError, UsageError
from instances import Shape, random_instance
from planning.futures_by_hand import begins_nothing, is_begun, random_futures, value_states

EFFORT = Effort(gap=1e-7, seconds=60.0)
SHAPES = (
    Shape(sites=2, sizes=1, markets=3, products=1, periods=3),
    Shape(sites=2, sizes=2, markets=3, products=1, periods=2),
)


@pytest.mark.parametrize("seed", range(12))
def test_waiting_and_the_other_choice_are_worth_what_enumeration_says(seed: int) -> None:
    rng = np.random.default_rng([seed, 82])
    shape = SHAPES[seed % len(SHAPES)]
    futures = random_futures(rng, random_instance(rng, shape), 2)
    try:
        outlook = face_futures(futures, effort=EFFORT)
    except InfeasibleError:
        return
    valued, weights = value_states(futures), outlook.table.weights
    waiting = value_waiting(outlook, n_decided=1, effort=EFFORT)
    flexible, fixed = valued.best(weights, 1), valued.best(weights, shape.periods)
    slack = 1e-6 * (1.0 + abs(flexible))
    assert waiting.flexible.proof.value == pytest.approx(flexible, abs=slack)
    assert waiting.gain[0] - slack <= flexible - fixed <= waiting.gain[1] + slack
    nothing = valued.best(weights, 1, begins_nothing)
    assert (waiting.nothing_now is None) == (nothing == -np.inf)
    if waiting.nothing_now is not None:
        low, high = waiting.loss_of_nothing
        assert low - slack <= flexible - nothing <= high + slack
    for each in waiting.sites:
        other = valued.best(weights, 1, lambda mark, e=each: is_begun(mark, e.site) != e.is_begun)
        own = valued.best(weights, 1, lambda mark, e=each: is_begun(mark, e.site) == e.is_begun)
        assert own == pytest.approx(flexible, abs=slack)
        assert (each.otherwise is None) == (other == -np.inf)
        if each.otherwise is not None:
            assert each.loss[0] - slack <= flexible - other <= each.loss[1] + slack


def test_the_weight_that_shifts_a_choice_makes_both_plans_equal() -> None:
    class Found:
        def __init__(self, values: list[float]) -> None:
            self.values = np.array(values)

    weights = np.array([0.5, 0.3, 0.2])
    # Differences 10, -4 and 0: at weights w of the second, (1 - w) 50 / 7 = 4 w.
    shift = shifting_weights(weights, Found([30.0, 6.0, 7.0]), Found([20.0, 10.0, 7.0]))  # type: ignore[arg-type]
    assert np.isnan(shift[[0, 2]]).all()
    w = float(shift[1])
    assert (1.0 - w) * 50.0 / 7.0 == pytest.approx(4.0 * w)
    assert np.isnan(shifting_weights(weights, Found([1.0, 1.0, 1.0]), None)).all()  # type: ignore[arg-type]


def test_something_must_be_left_to_wait_for() -> None:
    rng = np.random.default_rng([1, 83])
    shape = Shape(sites=1, sizes=1, markets=2, products=1, periods=2)
    outlook = face_futures(random_futures(rng, random_instance(rng, shape, "choice"), 2), effort=EFFORT)
    for n_decided in (0, 2, 5):
        with pytest.raises(UsageError, match="give 1 to 1"):
            value_waiting(outlook, n_decided=n_decided, effort=EFFORT)
