import itertools

import numpy as np
import pytest

from entrepot.kernels.bitsets import greedy_cover, maximal


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_the_sets_kept_are_those_that_no_other_contains(seed, compiled):
    rng = np.random.default_rng(seed)
    table = rng.random((12, 2, 3)) < 0.5
    bits = np.zeros((12, 2), np.uint64)
    for one, word, k in zip(*np.nonzero(table), strict=True):
        bits[one, word] |= np.uint64(1) << np.uint64((0, 5, 63)[k])
    sets = [frozenset(zip(*np.nonzero(row), strict=True)) for row in table]
    order = np.argsort([-len(s) for s in sets], kind="stable")
    kept = (maximal if compiled else maximal.py_func)(bits, order)
    expected = {s for s in sets if not any(s < other for other in sets)}
    assert {sets[k] for k in np.flatnonzero(kept)} == expected
    assert kept.sum() == len(expected)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_a_greedy_cover_covers_and_holds_nothing_redundant(seed, compiled):
    rng = np.random.default_rng(seed)
    covers = rng.random((7, 15)) < 0.3
    covers[rng.integers(0, 7, 15), np.arange(15)] = True
    pointer = np.concatenate([[0], np.cumsum(covers.sum(axis=1))])
    rank = rng.random(7)
    plan = (greedy_cover if compiled else greedy_cover.py_func)(pointer, np.nonzero(covers)[1], 15, rank)
    assert np.all(np.any(covers[plan], axis=0))
    for rest in itertools.combinations(plan, len(plan) - 1):
        assert not np.all(np.any(covers[list(rest)], axis=0))
    largest = np.flatnonzero(covers.sum(axis=1) == covers.sum(axis=1).max())
    assert len(plan) == 0 or plan[0] in largest or largest[np.argmax(rank[largest])] not in plan
