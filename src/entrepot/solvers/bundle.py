"""A trust-region cutting-plane method for few prices: slower per step than L-BFGS, but it converges."""

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_array

from entrepot.errors import SolverError
from entrepot.location.problem import FloatArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.status import Program, open_program, run, vertex_of

Measure = Callable[[FloatArray], tuple[float, FloatArray]]
FIRST_RADIUS = 0.25
ENOUGH = 0.1  # share of the predicted decrease that makes a step


def least_point(
    measure: Measure, start: FloatArray, steps: int, tolerance: float, clock: Clock
) -> FloatArray:
    """Minimise a convex piecewise linear function over x >= 0.

    Parameters
    ----------
    measure : value and subgradient. start : (n,) x, of a scale of about 1. steps : calls at most.
    tolerance : stop where the model promises no larger decrease.

    References
    ----------
    Marsten, Hogan, Blankenship (1975), The Boxstep method for large-scale optimization.
    """
    centre, radius = start, np.full(len(start), FIRST_RADIUS)
    value, slope = measure(centre)
    slopes, heights = [slope], [value - slope @ centre]
    top = 2.0 * start + 2.0  # without it the prices of infeasible points would run away
    for _ in range(steps):
        if clock.is_over():
            break
        point, promised = _model_least(
            np.array(slopes),
            np.array(heights),
            (np.maximum(centre - radius, 0.0), np.minimum(centre + radius, top)),
            clock,
        )
        if value - promised <= tolerance:
            is_inside = np.abs(point - centre) < 0.99 * radius
            if promised == np.inf or np.all(is_inside | (point >= top)):
                break
            radius = radius * 4.0
            if np.max(radius) > 1e3:
                break
            continue
        trial, slope = measure(point)
        slopes.append(slope)
        heights.append(trial - slope @ point)
        if value - trial >= ENOUGH * (value - promised):
            at_edge = np.abs(point - centre) >= 0.99 * radius
            radius = np.where(at_edge, 2.0 * radius, radius)
            centre, value = point, trial
        elif trial > value:
            radius = np.maximum(0.5 * radius, 1e-9)
    return centre


def _model_least(
    slopes: FloatArray, heights: FloatArray, box: tuple[FloatArray, FloatArray], clock: Clock
) -> tuple[FloatArray, float]:
    """Least point of the model max_i (height_i + slope_i x) in a box, and its value."""
    n = slopes.shape[1]
    program = Program(
        cost=np.concatenate([np.zeros(n), [1.0]]),
        lower=np.concatenate([box[0], [-np.inf]]),
        upper=np.concatenate([box[1], [np.inf]]),
        matrix=csr_array(np.hstack([slopes, -np.ones((len(slopes), 1))])),
        row_lower=np.full(len(heights), -np.inf),
        row_upper=-heights,
        is_integer=np.zeros(n + 1, dtype=np.bool_),
    )
    highs = open_program(program, presolve="off")
    try:
        outcome = run(highs, clock, grace=5.0)
    except SolverError:  # a step less: any prices are valid
        return box[0], np.inf
    if outcome != "optimal":
        return box[0], np.inf
    vertex = vertex_of(highs)
    return vertex.columns[:n], vertex.objective
