import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.geography.distances import (
    air_km,
    great_circle_km,
    great_circle_matrix_km,
    rail_km,
    road_km,
)
from entrepot.units import EARTH_RADIUS_KM

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
points = st.tuples(latitudes, longitudes)

# Rail km of China-Europe services on OpenStreetMap's railways, x 1.05 for gauge changes and routing.
RAIL_PLACES = {
    "Xi'an": (34.27, 108.95),
    "Chongqing": (29.56, 106.55),
    "Chengdu": (30.66, 104.07),
    "Yiwu": (29.30, 120.07),
    "Zhengzhou": (34.75, 113.65),
    "Duisburg": (51.43, 6.75),
    "Liege": (50.64, 5.57),
    "Hamburg": (53.55, 10.00),
    "Budapest": (47.50, 19.05),
    "Lodz": (51.77, 19.46),
    "Madrid": (40.42, -3.70),
}
RAIL_KM = [
    ("Xi'an", "Duisburg", 9876),
    ("Xi'an", "Liege", 10044),
    ("Xi'an", "Hamburg", 9618),
    ("Xi'an", "Budapest", 9676),
    ("Xi'an", "Lodz", 8996),
    ("Xi'an", "Madrid", 11832),
    ("Chongqing", "Duisburg", 10173),
    ("Chengdu", "Lodz", 9237),
    ("Yiwu", "Madrid", 13355),
    ("Yiwu", "Duisburg", 11399),
    ("Zhengzhou", "Hamburg", 10092),
]


def test_the_great_circle_of_a_quarter_turn_is_a_quarter_of_the_circumference():
    assert great_circle_km(0, 0, 90, 0) == pytest.approx(np.pi / 2 * EARTH_RADIUS_KM)
    assert great_circle_km(0, 0, 0, 180) == pytest.approx(np.pi * EARTH_RADIUS_KM)


def test_the_great_circle_agrees_with_the_worked_example_of_nashville_and_los_angeles():
    """The haversine example of Rosetta Code: 2887.26 km with a radius of 6372.8 km."""
    km = great_circle_km(36.12, -86.67, 33.94, -118.40)
    assert km == pytest.approx(2887.25995 * EARTH_RADIUS_KM / 6372.8, rel=1e-7)


def test_the_great_circle_stays_within_half_a_percent_of_the_geodesic_of_flinders_peak_and_buninyon():
    """54,972.271 m on the GRS80 ellipsoid: Geoscience Australia's test line for Vincenty's formula."""
    km = great_circle_km(-37.951033417, 144.424867889, -37.652821139, 143.926495528)
    assert km == pytest.approx(54.972271, rel=0.005)


@given(points, points)
def test_the_great_circle_is_the_same_in_both_directions(first, second):
    assert great_circle_km(*first, *second) == pytest.approx(
        float(great_circle_km(*second, *first)), abs=1e-9
    )


@given(points)
def test_a_point_is_at_no_distance_from_itself(point):
    assert great_circle_km(*point, *point) == 0


@given(points, points, points)
def test_a_detour_over_a_third_point_is_never_shorter(first, second, third):
    detour = great_circle_km(*first, *third) + great_circle_km(*third, *second)
    # Near antipodes the arc's sine is flat: rounding of 1e-16 in it is about 1e-4 km.
    assert great_circle_km(*first, *second) <= detour + 1e-3


def test_matrices_have_a_row_per_first_and_a_column_per_second_point():
    km = great_circle_matrix_km([0, 10], [0, 0], [0, 0, 0], [0, 1, 2])
    assert km.shape == (2, 3)
    assert km[1, 2] == great_circle_km(10, 0, 0, 2)


def test_road_kilometres_take_the_mean_of_both_circuities():
    km = road_km([48.86], [2.35], [1.2], [50.85, 45.46], [4.35, 9.19], [1.4, 1.2])
    straight = great_circle_matrix_km([48.86], [2.35], [50.85, 45.46], [4.35, 9.19])
    assert km == pytest.approx(straight * [[1.3, 1.2]])


def test_one_circuity_may_serve_all_points():
    assert road_km([0], [0], 1.2, [0, 0], [1, 2], 1.2).shape == (1, 2)


def test_air_kilometres_are_five_percent_above_the_great_circle():
    assert air_km([0], [0], [0], [90])[0, 0] == pytest.approx(1.05 * np.pi / 2 * EARTH_RADIUS_KM)


def test_rail_kilometres_from_china_are_within_5_percent_of_the_railway_network():
    for start, end, known in RAIL_KM:
        km = rail_km([RAIL_PLACES[start][0]], [RAIL_PLACES[start][1]], *([a] for a in RAIL_PLACES[end]))
        assert km[0, 0] == pytest.approx(known, rel=0.05), (start, end)
