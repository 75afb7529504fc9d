import numpy as np
import pytest

from entrepot.kernels.grouping import grouped


@pytest.mark.parametrize("function", [grouped, grouped.py_func])
@pytest.mark.parametrize("seed", range(6))
def test_members_are_sorted_by_group_and_stay_in_order_within_it(function, seed: int) -> None:
    group = np.random.default_rng(seed).integers(-2, 7, 40 * (seed > 0)).astype(np.int32)
    order, pointer = function(group, 8)
    sorted_all = np.argsort(group, kind="stable")
    np.testing.assert_array_equal(order, sorted_all[group[sorted_all] >= 0])
    np.testing.assert_array_equal(pointer, np.searchsorted(group[order], np.arange(9)))
