"""The pool of cuts: which of them a search of the integer master needs, and what all say of a point."""

import numpy as np

from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.cuts import Cut
from entrepot.solvers.prepared import Prepared

MIXTURES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Points between the best plan (0) and the optimum of the relaxation (1), where the search takes place."""
KEPT = 2
"""Lowest cuts of each group that are kept at each mixture."""


def levels(prepared: Prepared, cuts: list[Cut], columns: list[FloatArray]) -> FloatArray:
    """Right-hand side of every cut at strategic points, (n_cuts, n_points) EUR."""
    rooms = [prepared.rooms(point) for point in columns]
    found = np.empty((len(cuts), len(columns)))
    weights = np.array([room[0] for room in rooms]).T
    room = np.array([room[1] for room in rooms]).T
    for row, cut in enumerate(cuts):
        found[row] = cut.constant + cut.slope @ weights[cut.group.enablers]
        if len(cut.resource_price):
            found[row] += cut.resource_price @ room[cut.group.resources]
    return found


def needed(prepared: Prepared, cuts: list[Cut], plan: FloatArray, vertex: FloatArray) -> IntArray:
    """Indices of the cuts that are lowest between a plan and the LP's optimum, and of all that forbid.

    The bound of a search over some of the cuts is valid; it is as good as over all of them where those left
    out do not bind. A search is faster by far with few of these dense rows.
    """
    height = levels(prepared, cuts, [(1.0 - part) * plan + part * vertex for part in MIXTURES])
    group = np.array([cut.group.index for cut in cuts])
    forbids = np.array([cut.scale == 0.0 for cut in cuts], dtype=np.bool_)
    keep = forbids.copy()
    for index in np.unique(group[~forbids]):
        mine = np.flatnonzero((group == index) & ~forbids)
        for column in range(len(MIXTURES)):
            keep[mine[np.argsort(height[mine, column], kind="stable")[:KEPT]]] = True
    return np.flatnonzero(keep)


def worth_at(prepared: Prepared, cuts: list[Cut], columns: FloatArray) -> tuple[float, IntArray]:
    """What the cuts allow a point to be worth, EUR, and the index of the lowest cut of each group."""
    height = levels(prepared, cuts, [columns])[:, 0]
    if any(cut.scale == 0.0 and level < 0.0 for cut, level in zip(cuts, height, strict=True)):
        return -np.inf, np.zeros(0, dtype=np.int64)
    lowest = np.full(len(prepared.groups), -1, dtype=np.int64)
    for row, cut in enumerate(cuts):
        index = cut.group.index
        if cut.scale > 0.0 and (lowest[index] < 0 or height[row] < height[lowest[index]]):
            lowest[index] = row
    total = float(np.sum(height[lowest])) - float(prepared.problem.strategic.cost @ columns)
    return total, lowest
