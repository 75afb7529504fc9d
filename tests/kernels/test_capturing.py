"""Kernels of capture against plain NumPy and enumeration."""

from itertools import product

import numpy as np
import pytest

from entrepot.kernels.capturing import lifted_tangents, tangent_points, values_with


def random_case(seed):
    rng = np.random.default_rng(seed)
    attraction = np.exp(rng.normal(0.0, rng.uniform(0.3, 4.0), (7, 6)))
    attraction[rng.random(attraction.shape) < 0.2] = 0.0
    return rng, attraction, rng.uniform(0.0, 3.0, 7)


def share(x):
    return x / (1.0 + x)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_no_lifted_tangent_cuts_off_a_plan(seed, compiled):
    rng, attraction, demand = random_case(seed)
    pointer = np.array([0, 3, 7])
    points = np.exp(rng.normal(0.0, 2.0, 7)) * rng.integers(0, 2, 7)
    function = lifted_tangents if compiled else lifted_tangents.py_func
    opened = np.flatnonzero(rng.random(6) < 0.3)
    constant, slope = function(attraction, demand, pointer, points, attraction[:, opened].sum(axis=1))
    slope[:, opened] = 0.0
    for marks in product([0.0, 1.0], repeat=6):
        captured = demand * share(attraction @ np.array(marks))
        for h in range(2):
            worth = captured[pointer[h] : pointer[h + 1]].sum()
            assert constant[h] + slope[h] @ np.array(marks) >= worth - 1e-9


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_the_lifted_tangent_at_a_plan_meets_its_value(seed, compiled):
    rng, attraction, demand = random_case(seed)
    chosen = np.flatnonzero(rng.random(6) < 0.5)
    function = tangent_points if compiled else tangent_points.py_func
    points = function(attraction, chosen, np.ones(len(chosen)))
    constant, slope = lifted_tangents(attraction, demand, np.array([0, 7]), points, np.zeros(7))
    expected = np.sum(demand * share(attraction[:, chosen].sum(axis=1)))
    assert constant[0] + slope[0][chosen].sum() == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_no_other_point_gives_a_tighter_tangent_at_fractional_levels(seed, compiled):
    rng, attraction, _ = random_case(seed)
    level = rng.random(6)
    function = tangent_points if compiled else tangent_points.py_func
    points = function(attraction, np.arange(6), level)
    for i in range(7):
        alone = attraction[i : i + 1], np.ones(1), np.array([0, 1])
        constant, slope = lifted_tangents(*alone, points[i : i + 1], np.zeros(1))
        tightest = constant[0] + slope[0] @ level
        assert tightest <= share(attraction[i] @ level) + 1e-9 or level.sum() < 1.0
        for other in np.concatenate([[0.0], attraction[i], np.exp(rng.normal(0.0, 3.0, 60))]):
            constant, slope = lifted_tangents(*alone, np.array([other]), np.zeros(1))
            assert tightest <= constant[0] + slope[0] @ level + 1e-7


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_values_with_one_more_site_are_those_of_the_larger_plan(seed, compiled):
    rng, attraction, demand = random_case(seed)
    mass = rng.uniform(0.0, 2.0, 7)
    values = (values_with if compiled else values_with.py_func)(attraction, demand, mass)
    np.testing.assert_allclose(values, demand @ share(mass[:, None] + attraction), rtol=1e-12)
