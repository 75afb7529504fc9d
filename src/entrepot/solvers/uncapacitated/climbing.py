"""Climbing a few steps at a time, and with several threads where there are very many arcs."""

import numpy as np

from entrepot.kernels.ascending import (
    Arcs,
    Pace,
    Sites,
    Track,
    advance,
    ascend,
    begin_climb,
    judge,
    reduced_costs,
    uncovered,
)
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.crew import Crew

ARCS_BETWEEN_LOOKS = 20_000_000
"""Arcs times steps between two questions whether to end."""
ARCS_TO_SHARE, ARCS_AT_ONCE = 4_000_000, 1_000_000
"""Arcs from which a step is worth sharing among threads, and arcs of a block."""


def climb(arcs: Arcs, sites: Sites, track: Track, pace: Pace, crew: Crew) -> tuple[float, int]:
    """Climb as `kernels.ascending.ascend` does, until it is over; the number of threads changes no bit.

    Returns
    -------
    Step at the end, iterations done.
    """
    if len(arcs.cost) >= ARCS_TO_SHARE:
        return _climb_together(arcs, sites, track, pace, crew)
    at_once = max(1, ARCS_BETWEEN_LOOKS // max(1, len(arcs.cost)))
    step, left = pace.step, pace.iterations
    while left > 0:
        some = min(at_once, left)
        step, done = ascend(arcs, sites, track, pace._replace(iterations=some, step=step))
        left -= done
        if done < some or step <= pace.least_step or crew.is_over():
            break
    return step, pace.iterations - left


def _climb_together(arcs: Arcs, sites: Sites, track: Track, pace: Pace, crew: Crew) -> tuple[float, int]:
    """The same steps; blocks of customers are worked on at a time and their sums added in order."""
    edges = blocks_of(arcs.pointer, ARCS_AT_ONCE)
    team = Crew(crew.threads)
    shortage, is_on = np.empty(len(track.price)), np.zeros(len(track.share), np.int8)
    nothing = np.zeros(len(track.share))

    def part_of(block: int) -> tuple[Arcs, slice]:
        rows = slice(edges[block], edges[block + 1])
        pointer = arcs.pointer[rows.start : rows.stop + 1]
        return Arcs(pointer, arcs.site, arcs.cost, arcs.ceiling[rows]), rows

    def price_block(block: int, _: int) -> FloatArray:
        part, rows = part_of(block)
        rho = np.empty(len(nothing))
        reduced_costs(part, nothing, track.price[rows], rho)
        return rho

    def cover_block(block: int, _: int) -> None:
        part, rows = part_of(block)
        uncovered(part, track.price[rows], is_on, shortage[rows])

    now, iteration, goes_on = begin_climb(arcs, track, pace), 0, True
    while goes_on and iteration < pace.iterations and now.step > pace.least_step:
        if iteration and crew.is_over():
            break
        iteration += 1
        rho = sites.fixed.astype(np.float64)
        for sums in team.work(price_block, len(edges) - 1, 1):
            rho += sums
        bound = judge(sites, track, rho, is_on)
        if track.bound[0] >= pace.goal:
            break
        team.work(cover_block, len(edges) - 1, 1)
        step, goes_on = advance(arcs, track, now, bound, (is_on, shortage))
        now = pace._replace(step=step)
    return now.step, iteration


def blocks_of(pointer: IntArray, at_once: int) -> IntArray:
    """Edges of blocks of customers with about as many arcs each; every block has a customer."""
    inner = np.searchsorted(pointer, np.arange(at_once, pointer[-1], at_once))
    edges: IntArray = np.unique(np.concatenate([[0], inner, [len(pointer) - 1]]))
    return edges
