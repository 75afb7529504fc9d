"""Road kilometres against known ones. docs/geography.md repeats these figures."""

import numpy as np

from entrepot.geography.distances import road_km
from geography.known_roads import (
    ASIAN_PLACES,
    asian_pairs,
    published_pairs,
    relative_errors,
    remembered_pairs,
)


def by_circuity(lat, lon, circuity):
    return road_km(lat, lon, circuity, lat, lon, circuity)


def test_the_printed_table_keeps_132_pairs_once_its_four_misprints_are_out():
    assert len(published_pairs()) == 132


def test_circuity_is_within_7_percent_of_132_published_distances_on_average_and_within_28_percent_always():
    """Mean absolute error; the worst run round water: Calais - Hook of Holland, Barcelona - Rome."""
    errors = np.abs(relative_errors(published_pairs(), by_circuity))
    assert errors.mean() < 0.07
    assert np.quantile(errors, 0.9) < 0.15
    assert errors.max() < 0.28


def test_circuity_is_within_7_percent_of_36_remembered_distances_on_average_and_within_30_percent_always():
    """Of 28 countries; the worst is Copenhagen - Aarhus, which is 157 km over water and 310 km by road."""
    errors = np.abs(relative_errors(remembered_pairs(), by_circuity))
    assert len(errors) == 36
    assert errors.mean() < 0.07
    assert errors.max() < 0.30


def test_circuity_is_within_8_percent_of_14_remembered_distances_in_southeast_asia_and_17_percent_always():
    """The worst is Kuala Lumpur - Singapore: the island's mean is of short trips."""
    errors = np.abs(relative_errors(asian_pairs(), by_circuity, ASIAN_PLACES))
    assert len(errors) == 14
    assert errors.mean() < 0.08
    assert errors.max() < 0.17
