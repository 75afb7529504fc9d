"""Plans for maximal covering: greedy and interchange, every move valued in one pass over the groups."""

import numpy as np

from entrepot.kernels.covering import swap_terms
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.covering.reduced import Reduced

IMPROVEMENT = 1e-9
"""Relative improvement below which a move is not made."""


def improved(problem: Reduced, start: IntArray) -> tuple[float, IntArray]:
    """Covered weight and sites (ascending) after opening and exchanging sites while that pays.

    Parameters
    ----------
    start : sites within the count and the budget, each named once.
    """
    plan = list(start)
    least = IMPROVEMENT * max(1.0, float(problem.weight.sum()))
    while True:
        position = np.full(problem.n_sites, -1, dtype=np.int64)
        position[plan] = np.arange(len(plan))
        covered, gain, loss, saved = swap_terms(
            problem.pointer, problem.site, problem.weight, position, len(plan)
        )
        room = problem.budget - float(problem.cost[plan].sum())
        opened = _best_opening(problem, gain, position, room) if len(plan) < problem.n_open else -1
        if opened >= 0 and gain[opened] > least:
            plan.append(opened)
            continue
        if not plan:
            break
        worth = gain[None, :] - loss[:, None] + saved
        is_barred = problem.cost[None, :] > room + problem.cost[plan][:, None]
        worth[is_barred | (position >= 0)[None, :]] = -np.inf
        out, into = np.unravel_index(int(np.argmax(worth)), worth.shape)
        if worth[out, into] <= least:
            break
        plan[int(out)] = int(into)
    return covered, np.sort(np.array(plan, dtype=np.int64))


def _best_opening(problem: Reduced, gain: FloatArray, position: IntArray, room: float) -> int:
    """Closed site within the room that gains most, per unit of cost where costs bind; -1 where none."""
    allowed = (position < 0) & (problem.cost <= room)
    if not np.any(allowed):
        return -1
    rate = (
        gain if np.isinf(problem.budget) else gain / np.maximum(problem.cost, 1e-9 * problem.budget + 1e-300)
    )
    return int(np.argmax(np.where(allowed, rate, -np.inf)))


def rounded(problem: Reduced, point: FloatArray) -> IntArray:
    """Sites in descending order of y, as many as the count and the budget allow."""
    plan: list[int] = []
    spent = 0.0
    for site in np.argsort(-point, kind="stable"):
        if len(plan) == problem.n_open or point[site] <= 0.0:
            break
        if spent + problem.cost[site] <= problem.budget:
            plan.append(int(site))
            spent = float(problem.cost[plan].sum())
    return np.array(plan, dtype=np.int64)


def shaken(problem: Reduced, plan: IntArray, rng: np.random.Generator) -> IntArray:
    """A plan of which a third, but one site at least, is replaced at random within the limits."""
    out = max(1, len(plan) // 3)
    stays = rng.permutation(plan)[out:]
    point = rng.random(problem.n_sites)
    point[stays] = 2.0
    return rounded(problem, point)
