"""The classic problems of location science from arrays: a few lines in, a plan and its proof out."""

from entrepot.classics.answer import Answer
from entrepot.classics.arrays import Points
from entrepot.classics.asking import (
    Limits,
    solve_cflp,
    solve_max_capture,
    solve_max_covering,
    solve_p_centre,
    solve_p_median,
    solve_sscflp,
    solve_ufl,
)

__all__ = [
    "Answer", "Limits", "Points", "solve_cflp", "solve_max_capture", "solve_max_covering", "solve_p_centre",
    "solve_p_median", "solve_sscflp", "solve_ufl",
]  # fmt: skip
