"""Time within a run."""

import numpy as np
import pytest

from entrepot.location import Options
from entrepot.solvers.clock import Clock, Grace, clock_after
from solvers.problems import Quiet


def begun(clock: Clock, seconds_ago: float) -> Grace:
    return Grace(clock, most=20.0, least=2.0, begin=clock.begin - seconds_ago)


def test_a_clock_later_in_a_run_has_what_is_left() -> None:
    left = clock_after(Options(seconds=50.0), 30.0, Quiet()).left()
    assert 0.0 < left <= 20.0
    assert left == pytest.approx(20.0, abs=5.0)


@pytest.mark.parametrize("clock", [Clock(Options(seconds=0.0), Quiet()), Clock(Options(), Quiet(0))])
def test_a_grace_leaves_a_little_time_where_the_run_is_over(clock: Clock) -> None:
    assert clock.is_over()
    assert not begun(clock, -1e4).is_over()
    assert begun(clock, 1e4).is_over()


@pytest.mark.parametrize(("seconds", "most"), [(10.0, 10.0), (1e4, 20.0)])
def test_a_grace_takes_no_more_than_the_run_and_its_own_limit(seconds: float, most: float) -> None:
    clock = Clock(Options(seconds=seconds), Quiet())
    assert begun(clock, 0.0).left() <= most
    assert begun(clock, 1e5).is_over()
    assert np.isclose(begun(Clock(Options(seconds=0.0), Quiet()), -1e4).left(), 1e4 + 2.0, rtol=1e-2)
