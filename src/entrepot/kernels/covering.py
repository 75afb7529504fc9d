"""Cuts and moves of maximal covering, one pass over the lists of covering sites each."""

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@kernel
def closed_form_cuts(
    lists: tuple[IntArray, IntArray, FloatArray],
    part: IntArray,
    n_parts: int,
    point: FloatArray,
    level: float,
) -> tuple[FloatArray, FloatArray]:
    """Supergradients of sum_i d_i min(1, sum_{j in S_i} y_j) over the groups of each part, at a point.

    Parameters
    ----------
    lists : pointer, site, weight as in `Covering`. part : (n_groups,) 0 ... n_parts - 1.
    point : (n_sites,) y.
    level : cover from which a group counts as covered: 1 - small, or 1 + small to leave ties linear.

    Returns
    -------
    constant (n_parts,), slope (n_parts, n_sites): the covered weight of a part is at most
    constant + slope.y for every y >= 0 (Cordeau, Furini, Ljubic 2019, closed-form Benders cuts).
    """
    pointer, site, weight = lists
    constant = np.zeros(n_parts)
    slope = np.zeros((n_parts, len(point)))
    for i in range(len(weight)):
        cover = 0.0
        for k in range(pointer[i], pointer[i + 1]):
            cover += point[site[k]]
        if cover >= level:
            constant[part[i]] += weight[i]
        else:
            for k in range(pointer[i], pointer[i + 1]):
                slope[part[i], site[k]] += weight[i]
    return constant, slope


@kernel
def swap_terms(
    pointer: IntArray, site: IntArray, weight: FloatArray, position: IntArray, n_open: int
) -> tuple[float, FloatArray, FloatArray, FloatArray]:
    """What opening, closing and exchanging sites changes.

    Parameters
    ----------
    pointer, site, weight : as in `Covering`.
    position : (n_sites,) rank of an open site among the open ones, -1 where closed. n_open : how many.

    Returns
    -------
    covered weight; gain (n_sites,) of opening; loss (n_open,) of closing;
    saved (n_open, n_sites) of the loss by opening the other: a swap is worth gain - loss + saved.
    """
    covered = 0.0
    gain, loss, saved = np.zeros(len(position)), np.zeros(n_open), np.zeros((n_open, len(position)))
    for i in range(len(weight)):
        count, last = 0, -1
        for k in range(pointer[i], pointer[i + 1]):
            if position[site[k]] >= 0:
                count += 1
                last = position[site[k]]
        if count > 0:
            covered += weight[i]
        if count == 0:
            for k in range(pointer[i], pointer[i + 1]):
                gain[site[k]] += weight[i]
        elif count == 1:
            loss[last] += weight[i]
            for k in range(pointer[i], pointer[i + 1]):
                saved[last, site[k]] += weight[i]
    return covered, gain, loss, saved
