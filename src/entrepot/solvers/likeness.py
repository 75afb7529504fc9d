"""An order of cells in which neighbours are alike, so that one of them can stand for the others.

Cells are alike where their best ways to every facility are worth nearly the same. They are halved again and
again by the facility for which that differs most, as a k-d tree halves points.

References
----------
Friedman, Bentley, Finkel (1977), An algorithm for finding best matches in logarithmic expected time.
"""

import numpy as np

from entrepot.kernels.likeness import best_by_facility
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.prepared import Prepared

MOST = 50_000_000
"""Cells x facilities beyond which the order stays as it is, for the table's memory."""


def by_likeness(prepared: Prepared, cells: IntArray, n_parts: int) -> IntArray:
    """The cells, (n,) int64, in an order in which each of `n_parts` parts of equal weight holds like ones."""
    network = prepared.network
    if len(cells) * len(network.facility_pointer) > MOST:
        return cells
    return cells[_halved(_worth(prepared, cells), network.weight[cells], n_parts)]


def _worth(prepared: Prepared, cells: IntArray) -> FloatArray:
    """Value of the best way of each cell to each facility, EUR discounted per unit of weight, (n, n_used).

    Where a cell has none, the least of all cells; facilities to which no cell has a way are left out.
    """
    best = best_by_facility(prepared.network, cells)
    is_known = np.isfinite(best)
    least = np.min(best, axis=0, where=is_known, initial=np.inf)
    used = np.isfinite(least)
    worth: FloatArray = np.where(is_known, best, least)[:, used]
    return worth


def _halved(worth: FloatArray, weight: FloatArray, n_parts: int) -> IntArray:
    """Order, (n,), of points (n, n_used): halves of equal weight by the coordinate that varies most."""
    smallest = weight.sum() / n_parts
    order: list[IntArray] = []
    left = [np.arange(len(weight))]
    while left:
        members = left.pop()
        mine = weight[members]
        total = mine.sum()
        if len(members) <= 1 or total <= smallest:
            order.append(members)
            continue
        points = worth[members]
        variance = mine @ (points - mine @ points / total) ** 2
        sorted_by = np.argsort(points[:, np.argmax(variance)], kind="stable")
        members = members[sorted_by]
        middle = int(np.searchsorted(np.cumsum(mine[sorted_by]), 0.5 * total))
        cut = min(max(middle, 1), len(members) - 1)
        left += [members[cut:], members[:cut]]
    return np.concatenate(order)
