"""Cut rings to a rectangle, so that a map carries only the land that it can show."""

import numpy as np

from entrepot.instance import FloatArray

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom; the second is the smaller y."""


def clip_ring(x: FloatArray, y: FloatArray, rectangle: Rectangle) -> FloatArray:
    """Part of a ring inside a rectangle.

    Parameters
    ----------
    x, y : (n,) corners of a ring, the last one joined to the first. rectangle : in the same unit.

    Returns
    -------
    (m, 2) float64, m = 0 where nothing is inside. A concave ring that leaves and comes back stays one ring,
    joined along the rectangle's edge.

    References
    ----------
    Sutherland, I. E., Hodgman, G. W. (1974). Reentrant polygon clipping. Communications of the ACM 17(1),
    32-42.
    """
    ring = np.stack([x, y], axis=1)
    left, top, right, bottom = rectangle
    for axis, limit, sign in ((0, left, 1.0), (1, top, 1.0), (0, right, -1.0), (1, bottom, -1.0)):
        ring = _clip_edge(ring, axis, limit, sign)
    return ring


def _clip_edge(ring: FloatArray, axis: int, limit: float, sign: float) -> FloatArray:
    """Keep the part with sign x coordinate >= sign x limit."""
    inside_by = sign * (ring[:, axis] - limit)
    is_inside = inside_by >= 0
    if is_inside.all():
        return ring
    following, next_by = np.roll(ring, -1, axis=0), np.roll(inside_by, -1)
    is_crossing = is_inside != np.roll(is_inside, -1)
    span = np.where(is_crossing, inside_by - next_by, 1.0)
    crossing = ring + (inside_by / span)[:, None] * (following - ring)
    # Each corner is followed by the point where its side crosses the edge.
    both = np.stack([ring, crossing], axis=1).reshape(-1, 2)
    kept: FloatArray = both[np.stack([is_inside, is_crossing], axis=1).ravel()]
    return kept
