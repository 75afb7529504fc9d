"""A narrow search: only the columns that the relaxation or the best plan uses may leave their lower bounds.

The integer master of a large problem has thousands of columns. The relaxation mixes some hundreds, and a good
plan mostly uses a few of these: over them alone a search takes seconds, over all columns a minute. What it
finds is a plan like any other; that nothing better is left only a search of all columns can tell.
"""

import numpy as np

from entrepot.location.problem import BoolArray, FloatArray, LocationProblem
from entrepot.solvers.bounds import Box
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.root import Relaxation

WIDE = 3_000
"""Integer columns that can move, from which on searches begin narrow; smaller masters are searched whole."""
USED = 1e-6
CORE = 0.02
"""Part of a column in the core point, the running mean of the relaxation's optima, that counts as used."""


def is_wide(problem: LocationProblem) -> bool:
    """Whether searches of the integer master begin narrow."""
    strategic = problem.strategic
    return int(np.sum(strategic.is_integer & (strategic.upper > strategic.lower))) >= WIDE


def narrowed(prepared: Prepared, relaxation: Relaxation, box: Box, best: FloatArray | None = None) -> Box:
    """The part of a box of strategic columns in which only columns in use move.

    Parameters
    ----------
    box : within which to stay. best : columns of the best plan, where there is one.

    References
    ----------
    Danna, Rothberg, Le Pape (2005), Exploring relaxation induced neighborhoods to improve MIP solutions.
    """
    lower, upper = box
    moves = prepared.problem.strategic.is_integer & (upper > lower)
    used = _above(relaxation.core, lower, CORE)
    if relaxation.vertex is not None:
        used |= _above(relaxation.vertex.columns[: prepared.problem.n_columns], lower, USED)
    if best is not None:
        used |= _above(best, lower, USED)
    return lower, np.where(used | ~moves, upper, lower)


def _above(columns: FloatArray, lower: FloatArray, amount: float) -> BoolArray:
    found: BoolArray = columns > lower + amount
    return found
