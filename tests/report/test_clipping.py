import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.report.clipping import clip_ring

VIEW = (0.0, 0.0, 10.0, 10.0)


def area(ring):
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2


def test_a_ring_inside_stays_as_it_is():
    ring = np.array([[1.0, 1.0], [4.0, 2.0], [3.0, 6.0]])
    assert np.array_equal(clip_ring(ring[:, 0], ring[:, 1], VIEW), ring)


def test_a_ring_beside_the_view_is_gone():
    assert len(clip_ring(np.array([11.0, 12.0, 12.0]), np.array([1.0, 1.0, 2.0]), VIEW)) == 0


def test_land_around_the_view_fills_it():
    """No corner of the ring lies in the view: the middle of a continent."""
    ring = clip_ring(np.array([-5.0, 20.0, 20.0, -5.0]), np.array([-5.0, -5.0, 20.0, 20.0]), VIEW)
    assert area(ring) == pytest.approx(100.0)


def test_a_ring_across_an_edge_keeps_the_part_inside():
    ring = clip_ring(np.array([5.0, 15.0, 15.0, 5.0]), np.array([2.0, 2.0, 4.0, 4.0]), VIEW)
    assert area(ring) == pytest.approx(10.0)


@given(
    st.lists(st.floats(0.5, 12.0), min_size=3, max_size=12),
    st.tuples(st.floats(-5, 15), st.floats(-5, 15)),
)
def test_what_is_kept_lies_in_the_view_and_is_no_bigger_than_the_ring(radii, centre):
    angle = np.linspace(0.0, 2 * np.pi, len(radii), endpoint=False)
    x, y = centre[0] + radii * np.cos(angle), centre[1] + radii * np.sin(angle)
    kept = clip_ring(x, y, VIEW)
    assert np.all((kept >= -1e-9) & (kept <= 10 + 1e-9))
    assert area(kept) <= min(100.0, area(np.stack([x, y], axis=1))) + 1e-6
