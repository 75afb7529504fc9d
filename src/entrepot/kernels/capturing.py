"""Capture against rivals: tangents of x / (1 + x), lifted, and gains of opening a site.

With attractions a_ij relative to the rivals, customer i is captured by g(A_i(y)), g(x) = x / (1 + x).
For every t >= 0 and binary y, with s = g'(t) and c = g(t) - s t,

    g(A_i(y)) <= c + sum_j w_j y_j,   w_j = s a_ij where a_ij <= t, else g(a_ij) - c.

Proof. If no open site exceeds t, this is the tangent at t. Otherwise let B be the open sites that do, each
with a > t. Slopes beyond t are at most s, so the others add at most s times their sum; and for X, a >= t
g(X) + g(a) - g(X + a) >= 2 g(t) - g(2 t) >= g(t) - t g'(t) = c as g is concave, hence by induction
g(sum of B) <= sum of (g(a) - c) over B, + c. Since g(a) - c <= s a the inequality dominates the tangent cut
of Ljubic and Moreno (2018) and Mai and Lodi (2020); t = 0 is the submodular cut at the empty set.
With sites S taken as open the same holds for g(A_i(S) + x), concave too; and as the share grows with every
site, g(A_i(y)) <= g(A_i(y or S)): the inequality, with no term for the sites of S, is valid for every y.
At fractional y the tightest t solves t = sum_j min(a_ij, t) y_j.
"""

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@kernel
def tangent_points(attraction: FloatArray, site: IntArray, level: FloatArray) -> FloatArray:
    """Tightest t of each customer at y.

    Parameters
    ----------
    attraction : (n_customers, n_sites) relative to the rivals.
    site, level : (n,) the sites with y > 0, and y.

    Returns
    -------
    (n_customers,) float64 >= 0, representable in float32. Newton steps from the right; finite, as the
    equation is piecewise linear and convex.
    """
    n_customers = attraction.shape[0]
    points = np.zeros(n_customers)
    for i in range(n_customers):
        t = 0.0
        for k in range(len(site)):
            t += attraction[i, site[k]] * level[k]
        for _ in range(len(site) + 2):
            below = 0.0
            room = 1.0
            for k in range(len(site)):
                a = attraction[i, site[k]]
                if a < t:
                    below += a * level[k]
                else:
                    room -= level[k]
            if room <= 1e-12:
                break
            new = below / room
            if new >= t * (1.0 - 1e-12):
                break
            t = new
        points[i] = np.float64(np.float32(t))
    return points


@kernel
def lifted_tangents(
    attraction: FloatArray, demand: FloatArray, pointer: IntArray, points: FloatArray, mass: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sums of the lifted tangents over groups of customers.

    Parameters
    ----------
    attraction : (n_customers, n_sites). demand : (n_customers,). points : (n_customers,) t >= 0.
    mass : (n_customers,) attraction of sites that are taken as open: their coefficients are to be set to 0.
    pointer : (n_groups + 1,) customers of group h are pointer[h] ... pointer[h + 1] - 1.

    Returns
    -------
    (n_groups,) constants and (n_groups, n_sites) coefficients.
    """
    n_groups, n_sites = len(pointer) - 1, attraction.shape[1]
    constant = np.zeros(n_groups)
    slope = np.zeros((n_groups, n_sites))
    for h in range(n_groups):
        row = slope[h]
        for i in range(pointer[h], pointer[h + 1]):
            t, d, base = points[i], demand[i], mass[i]
            s = 1.0 / ((1.0 + base + t) * (1.0 + base + t))
            c = (base + t) / (1.0 + base + t) - s * t
            constant[h] += d * c
            for j in range(n_sites):
                a = attraction[i, j]
                row[j] += d * (s * a if a <= t else (base + a) / (1.0 + base + a) - c)
    return constant, slope


@kernel
def values_with(attraction: FloatArray, demand: FloatArray, mass: FloatArray) -> FloatArray:
    """Captured demand if one more site is open.

    Parameters
    ----------
    attraction : (n_customers, n_sites). demand : (n_customers,). mass : (n_customers,) of the open sites.

    Returns
    -------
    (n_sites,) float64, sum_i d_i g(mass_i + a_ij).
    """
    n_customers, n_sites = attraction.shape
    value = np.zeros(n_sites)
    for i in range(n_customers):
        d, base = demand[i], mass[i]
        for j in range(n_sites):
            x = base + attraction[i, j]
            value[j] += d * (x / (1.0 + x))
    return value
