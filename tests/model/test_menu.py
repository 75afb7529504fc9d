import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.model.menu import best_per_class, worth_showing

N_CLASSES = 4


def test_the_lowest_index_wins_a_tie_within_a_class() -> None:
    value = np.array([[3.0], [5.0], [5.0]])
    service_class = np.array([[1], [1], [1]], dtype=np.int8)
    best, index = best_per_class(value, service_class, np.ones((3, 1), dtype=bool), N_CLASSES)
    assert best[1, 0] == 5.0
    assert index[1, 0] == 1
    assert np.isneginf(best[[0, 2, 3], 0]).all()


def test_offers_that_are_not_available_are_never_shown() -> None:
    value = np.array([[9.0], [5.0]])
    service_class = np.zeros((2, 1), dtype=np.int8)
    best, index = best_per_class(value, service_class, np.array([[False], [True]]), N_CLASSES)
    assert (best[0, 0], index[0, 0]) == (5.0, 1)


def test_a_slower_class_is_shown_only_if_it_is_worth_more_than_all_faster_ones() -> None:
    best = np.array([-np.inf, 4.0, 4.0, 6.0])[:, None]
    assert worth_showing(best)[:, 0].tolist() == [False, True, False, True]


@given(st.integers(0, 10_000))
def test_the_menu_equals_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    value = rng.integers(-3, 4, (5, 6)).astype(float)
    service_class = rng.integers(0, N_CLASSES, (5, 6)).astype(np.int8)
    is_available = rng.random((5, 6)) < 0.7
    best, index = best_per_class(value, service_class, is_available, N_CLASSES)
    for m in range(6):
        for level in range(N_CLASSES):
            alternatives = [a for a in range(5) if is_available[a, m] and service_class[a, m] == level]
            top = max((value[a, m] for a in alternatives), default=-np.inf)
            assert best[level, m] == pytest.approx(top)
            if alternatives:
                assert index[level, m] == min(a for a in alternatives if value[a, m] == top)
