"""0-1 knapsacks against enumeration."""

import numpy as np
import pytest

from entrepot.kernels.binary_knapsacks import best_worths, new_packing, pack


def enumerated(gain, size, capacity):
    sets = ((np.arange(2 ** len(gain))[:, None] >> np.arange(len(gain))) & 1).astype(bool)
    return float(np.max(np.where(sets @ size <= capacity + 1e-12, sets @ gain, 0.0)))


def random_items(rng):
    count = int(rng.integers(1, 13))
    is_whole = rng.random() < 0.5
    size = rng.integers(0, 10, count).astype(float) if is_whole else rng.random(count) * 10
    gain = rng.random(count) * 10 if rng.random() < 0.7 else size + rng.integers(0, 3, count)
    capacity = float(rng.integers(0, 40)) if is_whole else rng.random() * 30
    return gain, size, capacity, is_whole


@pytest.mark.parametrize("function", [pack, pack.py_func])
def test_the_best_set_is_that_of_enumeration(function) -> None:
    rng = np.random.default_rng(1)
    packing = new_packing(20, 5000)
    for _ in range(1500 if function is pack else 150):
        gain, size, capacity, _ = random_items(rng)
        packing.gain[: len(gain)], packing.size[: len(gain)] = gain, size
        worth, bound, is_exact = function(packing, len(gain), capacity)
        chosen = packing.is_in[: len(gain)]
        assert is_exact
        assert worth == pytest.approx(enumerated(gain, size, capacity), abs=1e-9)
        assert bound == worth
        assert gain[chosen].sum() == pytest.approx(worth, abs=1e-9)
        assert size[chosen].sum() <= capacity + 1e-9


def test_a_large_knapsack_agrees_with_dynamic_programming() -> None:
    rng = np.random.default_rng(2)
    packing = new_packing(300, 20_000)
    for _ in range(40):
        count, capacity = int(rng.integers(50, 300)), int(rng.integers(100, 900))
        size = rng.integers(1, 60, count)
        gain = size * (0.5 + rng.random(count))
        packing.gain[:count], packing.size[:count] = gain, size
        worth, _, is_exact = pack(packing, count, float(capacity))
        assert is_exact
        assert worth == pytest.approx(best_worths(gain, size, capacity)[-1], rel=1e-12)


def test_too_little_memory_gives_a_bound_that_is_not_below_the_best() -> None:
    rng = np.random.default_rng(3)
    small, n_inexact = new_packing(20, 4), 0
    for _ in range(500):
        gain, size, capacity, _ = random_items(rng)
        small.gain[: len(gain)], small.size[: len(gain)] = gain, size
        worth, bound, is_exact = pack(small, len(gain), capacity)
        best = enumerated(gain, size, capacity)
        assert worth <= best + 1e-9 <= bound + 2e-9
        n_inexact += not is_exact
    assert n_inexact > 20


@pytest.mark.parametrize("function", [best_worths, best_worths.py_func])
def test_the_table_holds_the_best_worth_of_every_capacity(function) -> None:
    rng = np.random.default_rng(4)
    for _ in range(60):
        count = int(rng.integers(0, 9))
        gain, size = rng.random(count) * 10, rng.integers(0, 8, count)
        table = function(gain, size, 20)
        for capacity in (0, 7, 20):
            expected = enumerated(gain, size, capacity) if count else 0.0
            assert table[capacity] == pytest.approx(expected, abs=1e-9)
