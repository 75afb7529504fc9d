import numpy as np
import pytest

from entrepot.kernels.grouping import grouped, numbered


@pytest.mark.parametrize("function", [grouped, grouped.py_func])
@pytest.mark.parametrize("seed", range(6))
def test_members_are_sorted_by_group_and_stay_in_order_within_it(function, seed: int) -> None:
    group = np.random.default_rng(seed).integers(-2, 7, 40 * (seed > 0)).astype(np.int32)
    order, pointer = function(group, 8)
    sorted_all = np.argsort(group, kind="stable")
    np.testing.assert_array_equal(order, sorted_all[group[sorted_all] >= 0])
    np.testing.assert_array_equal(pointer, np.searchsorted(group[order], np.arange(9)))


@pytest.mark.parametrize("function", [numbered, numbered.py_func])
@pytest.mark.parametrize("seed", range(6))
def test_labels_are_numbered_within_each_group_as_unique_does(function, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pointer = np.concatenate([[0], np.cumsum(rng.integers(0, 9, 5))])
    label = rng.integers(-2, 6, pointer[-1]).astype(np.int32)
    number, label_pointer, labels = function(pointer, label)
    for group in range(5):
        mine = label[pointer[group] : pointer[group + 1]]
        known, place = np.unique(mine[mine >= 0], return_inverse=True)
        np.testing.assert_array_equal(labels[label_pointer[group] : label_pointer[group + 1]], known)
        expected = np.full(len(mine), -1)
        expected[mine >= 0] = place
        np.testing.assert_array_equal(number[pointer[group] : pointer[group + 1]], expected)
    assert label_pointer[-1] == len(labels)
