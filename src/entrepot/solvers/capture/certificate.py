"""Bounds of the tree's leaves, recomputed in NumPy from stored tangent points and multipliers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.location.problem import BoolArray, FloatArray, IntArray
from entrepot.solvers.capture.scaled import Scaled

MARGIN = 1e-12  # of the sum of absolute terms
BLOCK = 1 << 20  # entries of the attraction matrix at once


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """What makes a cut: (n_customers,) float32 tangent points, and the sites taken as open."""

    tangent: NDArray[np.float32]
    opened: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Multipliers of lifted tangents: (n,) cut, (n,) group, (n,) weight >= 0 that sum to 1 in each group."""

    cut: IntArray
    group: IntArray
    weight: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A box of plans that was set aside.

    Attributes
    ----------
    is_open, is_closed : (n_sites,) sites that are open or closed in all plans of the box.
    weights : multipliers that bound it; None where the bound is the sum of the largest gains of opening
        one more site on top of those that are open, which is valid as gains diminish.
    """

    is_open: BoolArray
    is_closed: BoolArray
    weights: Weights | None


def box_bound(slope: FloatArray, is_open: BoolArray, is_closed: BoolArray, n_open: int | None) -> float:
    """Largest slope.y over the box and the count; -inf where the box holds no plan."""
    free = slope[~is_open & ~is_closed]
    if n_open is None:
        best = float(np.maximum(free, 0.0).sum())
    else:
        count = n_open - int(is_open.sum())
        if not 0 <= count <= len(free):
            return -np.inf
        best = float(np.partition(free, len(free) - count)[len(free) - count :].sum()) if count else 0.0
    return float(slope[is_open].sum()) + best


def gains_bound(scaled: Scaled, leaf: Leaf, values: FloatArray, base: float) -> float:
    """Bound from the value `base` of the open sites and the `values` with one more."""
    gain = np.where(leaf.is_open, 0.0, values - base)
    return base + box_bound(gain, leaf.is_open, leaf.is_closed, scaled.n_open)


def certified_bound(scaled: Scaled, points: list[Points], leaves: list[Leaf]) -> float:
    """Upper bound over all leaves, recomputed; valid where the leaves cover all plans.

    Parameters
    ----------
    points : behind each cut. leaves : boxes that cover every plan.
    """
    used = sorted({int(cut) for leaf in leaves if leaf.weights for cut in np.unique(leaf.weights.cut)})
    rows = {cut: plain_tangents(scaled, points[cut]) for cut in used}
    lines: dict[int, tuple[float, FloatArray]] = {}
    worst = -np.inf
    for leaf in leaves:
        if leaf.weights is None:
            worst = max(worst, _plain_gains(scaled, leaf))
            continue
        key = id(leaf.weights)
        if key not in lines:
            lines[key] = _line(scaled, rows, leaf.weights)
        constant, slope = lines[key]
        worst = max(worst, constant + box_bound(slope, leaf.is_open, leaf.is_closed, scaled.n_open))
    return worst + MARGIN * size_of(scaled)


def plain_tangents(scaled: Scaled, points: Points) -> tuple[FloatArray, FloatArray]:
    """(n_groups,) constants and (n_groups, n_sites) coefficients of `kernels.capturing.lifted_tangents`."""
    n_groups = len(scaled.pointer) - 1
    constant, slope = np.zeros(n_groups), np.zeros((n_groups, scaled.n_sites))
    step = max(1, BLOCK // scaled.n_sites)
    for h in range(n_groups):
        for first in range(int(scaled.pointer[h]), int(scaled.pointer[h + 1]), step):
            part = slice(first, min(first + step, int(scaled.pointer[h + 1])))
            t, a = points.tangent[part].astype(np.float64), scaled.attraction[part]
            base = a[:, points.opened].sum(axis=1)
            s = (1.0 + base + t) ** -2.0
            c = (base + t) / (1.0 + base + t) - s * t
            x = base[:, None] + a
            w = np.where(a <= t[:, None], s[:, None] * a, x / (1.0 + x) - c[:, None])
            constant[h] += float(scaled.demand[part] @ c)
            slope[h] += scaled.demand[part] @ w
    slope[:, points.opened] = 0.0
    return constant, slope


def _line(
    scaled: Scaled, rows: dict[int, tuple[FloatArray, FloatArray]], weights: Weights
) -> tuple[float, FloatArray]:
    """Convex combination of the cuts; weights are normalised per group, whatever was stored."""
    total = np.bincount(weights.group, weights=weights.weight, minlength=len(scaled.pointer) - 1)
    constant, slope = 0.0, -scaled.cost
    for cut, h, weight in zip(weights.cut, weights.group, weights.weight, strict=True):
        part = max(float(weight), 0.0) / total[h]
        constant += part * float(rows[int(cut)][0][h])
        slope = slope + part * rows[int(cut)][1][h]
    return constant, slope


def _plain_gains(scaled: Scaled, leaf: Leaf) -> float:
    chosen = np.flatnonzero(leaf.is_open)
    values = -scaled.cost - float(scaled.cost[chosen].sum())
    step = max(1, BLOCK // scaled.n_sites)
    for first in range(0, len(scaled.demand), step):
        a = scaled.attraction[first : first + step]
        x = a[:, chosen].sum(axis=1)[:, None] + a
        values = values + scaled.demand[first : first + step] @ (x / (1.0 + x))
    return gains_bound(scaled, leaf, values, scaled.value(chosen))


def size_of(scaled: Scaled) -> float:
    """All demand and cost: what rounding is relative to."""
    return float(scaled.demand.sum()) + float(np.abs(scaled.cost).sum())
