import numpy as np
import pytest

from entrepot.kernels.patterns import boxes_of_discs, equals_previous, tally


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_boxes_inside_and_across_a_disc_are_told_apart(seed, compiled):
    rng = np.random.default_rng(seed)
    sites, radius = rng.uniform(-1.0, 5.0, (6, 2)), rng.uniform(0.0, 3.0, 6)
    corner, side, shape = np.zeros(2), np.array([0.5, 0.8]), np.array([8, 5])
    function = boxes_of_discs if compiled else boxes_of_discs.py_func
    site, box, inside = function(sites, radius, corner, side, shape)
    state = np.zeros((6, 40), int)
    state[site, box] = 1 + inside
    points = rng.uniform(0.0, 1.0, (4000, 2)) * side * shape
    cell = (points // side).astype(int)
    covered = np.sum((points[:, None] - sites) ** 2, axis=2) <= radius**2
    here = state[:, cell[:, 0] * shape[1] + cell[:, 1]].T
    assert np.all(covered[here == 2])
    assert not np.any(covered[here == 0])


@pytest.mark.parametrize("compiled", [True, False])
def test_tally_adds_the_weight_of_each_box_and_pattern(compiled):
    rng = np.random.default_rng(5)
    sites, radius = rng.uniform(0.0, 4.0, (70, 2)), rng.uniform(0.5, 2.0, 70)
    points, weight = rng.uniform(0.0, 4.0, (3000, 2)), rng.integers(0, 9, 3000).astype(float)
    grid = (np.zeros(2), np.full(2, 2.0), np.array([2, 2]))
    pointer, edge = np.arange(5) * 70, np.tile(np.arange(70), 4)
    function = tally if compiled else tally.py_func
    with np.errstate(over="ignore"):
        box, bits, total = function(points, weight, grid, (sites, radius), (pointer, edge, 2))
    expected = {}
    covered = np.sum((points[:, None] - sites) ** 2, axis=2) <= radius**2
    for cell, row, mass in zip((points // 2.0).astype(int), covered, weight, strict=True):
        key = (cell[0] * 2 + cell[1], row.tobytes())
        expected[key] = expected.get(key, 0.0) + mass
    found = {}
    for cell, words, mass in zip(box, bits, total, strict=True):
        row = np.array([bool(int(words[k // 64]) >> (k % 64) & 1) for k in range(70)])
        found[(cell, row.tobytes())] = mass
    assert found == expected


@pytest.mark.parametrize("compiled", [True, False])
def test_equal_lists_are_found_in_the_order_given(compiled):
    pointer, item = np.array([0, 2, 3, 5, 5]), np.array([1, 4, 1, 1, 4])
    function = equals_previous if compiled else equals_previous.py_func
    assert function(pointer, item, np.array([0, 2, 1, 3])).tolist() == [False, True, False, False]
