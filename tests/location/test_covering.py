import numpy as np
import pytest

from entrepot.errors import UsageError
from entrepot.location import covering
from entrepot.location.covering import Covering, covered_in_the_plane, merged


def as_table(pointer, site, weight):
    return {tuple(site[pointer[i] : pointer[i + 1]]): w for i, w in enumerate(weight)}


@pytest.mark.parametrize("seed", range(60))
def test_customers_of_the_plane_are_merged_by_their_covering_sets(seed, monkeypatch):
    monkeypatch.setattr(covering, "CUSTOMERS_AT_ONCE", 64)
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 300), rng.integers(1, 90)
    draw = (
        (lambda k: rng.integers(0, 9, (k, 2)).astype(float))
        if seed % 2
        else lambda k: rng.uniform(0, 9, (k, 2))
    )
    customers, sites = draw(n), draw(m)
    weight = rng.integers(0, 9, n).astype(float)
    radius = rng.uniform(0.0, 5.0, m) if seed % 3 else float(rng.integers(0, 5))
    problem = covered_in_the_plane(customers, sites, weight, radius, 1)
    covers = np.sum((customers[:, None] - sites) ** 2, axis=2) <= np.broadcast_to(radius, m) ** 2
    expected = {}
    for row, mass in zip(covers, weight, strict=True):
        if np.any(row):
            key = tuple(np.flatnonzero(row))
            expected[key] = expected.get(key, 0.0) + mass
    assert as_table(problem.pointer, problem.site, problem.weight) == expected
    assert problem.n_groups == len(expected)


def test_the_number_of_threads_changes_no_bit(monkeypatch):
    monkeypatch.setattr(covering, "CUSTOMERS_AT_ONCE", 100)
    rng = np.random.default_rng(3)
    customers, sites, weight = rng.random((2000, 2)), rng.random((30, 2)), rng.random(2000)
    one = covered_in_the_plane(customers, sites, weight, 0.2, 3)
    two = covered_in_the_plane(customers, sites, weight, 0.2, 3, threads=2)
    for name in ("pointer", "site", "weight"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


def test_equal_lists_are_added_up_and_empty_ones_left_out():
    pointer, site = np.array([0, 2, 2, 3, 5]), np.array([0, 1, 1, 0, 1])
    pointer, site, weight = merged(pointer, site, np.array([1.0, 2.0, 4.0, 8.0]))
    assert as_table(pointer, site, weight) == {(0, 1): 9.0, (1,): 4.0}


def test_customers_without_a_site_leave_nothing():
    problem = covered_in_the_plane(np.zeros((5, 2)), np.full((1, 2), 9.0), np.ones(5), 1.0, 1)
    assert problem.n_groups == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_open": 0}, "between 1 and 3"),
        ({"n_open": None}, "how many sites may open"),
        ({"budget": 3.0}, "go together"),
        ({"site": np.array([0, 3])}, "between 0 and 2"),
        ({"site": np.array([1, 0])}, "ascend, each named once"),
        ({"pointer": np.array([0, 3])}, "ascend to the number"),
        ({"pointer": np.array([0, 1, 2])}, "do not go with"),
        ({"weight": np.array([-1.0])}, "not negative"),
        ({"site_cost": np.ones(2), "budget": 1.0}, "2 site costs"),
        ({"site_cost": -np.ones(3), "budget": 1.0}, "costs must be finite"),
        ({"site_cost": np.ones(3), "budget": np.inf}, "budget must be finite"),
    ],
)
def test_what_is_wrong_is_said(change, message):
    given = {
        "pointer": np.array([0, 2]),
        "site": np.array([0, 1]),
        "weight": np.ones(1),
        "n_open": 1,
    } | change
    with pytest.raises(UsageError, match=message):
        Covering("wrong", 3, **given)


@pytest.mark.parametrize(
    ("customers", "sites", "weight", "radius", "message"),
    [
        (np.zeros((2, 2)), np.zeros((1, 2)), np.ones(1), 1.0, "do not go with"),
        (np.zeros((0, 2)), np.zeros((1, 2)), np.ones(0), 1.0, "no customers"),
        (np.full((1, 2), np.nan), np.zeros((1, 2)), np.ones(1), 1.0, "customers must be finite"),
        (np.zeros((1, 2)), np.zeros((1, 2)), np.ones(1), -1.0, "radii not negative"),
    ],
)
def test_wrong_points_are_refused(customers, sites, weight, radius, message):
    with pytest.raises(UsageError, match=message):
        covered_in_the_plane(customers, sites, weight, radius, 1)
