"""Best members of groups and what beats them, against plain NumPy over whole arrays."""

import numpy as np
import pytest

from entrepot.kernels.outranking import Offers, outranked_by_later, outranked_by_others, rising_bests

N_RANKS = 4


def random_offers(rng: np.random.Generator, shape: tuple[int, int, int, int]) -> Offers:
    return Offers(
        rng.integers(0, 3, shape) / 2.0,
        rng.integers(-3, 4, shape).astype(float),
        rng.random(shape) < 0.7,
        rng.integers(0, N_RANKS, shape).astype(np.int8),
    )


def rising_bests_in_numpy(offers: Offers, factor, adder):
    """Masks and argmax over the members, as (t, m, f, rank, a) sorted."""
    worth = offers.weight * (offers.amount * factor[:, None, None, None] + adder[:, None, :, None])
    ranked = offers.rank[None] == np.arange(N_RANKS)[:, None, None, None, None]
    is_there = offers.is_there & ~np.isnan(adder)[:, None, :, None]
    of_rank = np.where(is_there & ranked, worth, -np.inf)  # (rank, t, a, f, m)
    best, member = of_rank.max(axis=2), of_rank.argmax(axis=2)
    lower = np.full_like(best, -np.inf)
    np.maximum.accumulate(best[:-1], axis=0, out=lower[1:])
    rank, t, f, m = np.nonzero(best > lower)
    return sorted(zip(t, m, f, rank, member[rank, t, f, m], strict=True))


@pytest.mark.parametrize("function", [rising_bests, rising_bests.py_func])
@pytest.mark.parametrize("seed", range(12))
def test_rising_bests_are_those_of_masks_and_argmax(function, seed: int) -> None:
    rng = np.random.default_rng(seed)
    offers = random_offers(rng, (2, (5, 1, 2)[seed % 3], 3, 4))
    factor, adder = rng.random(2), np.where(rng.random((2, 3)) < 0.2, np.nan, rng.integers(-1, 2, (2, 3)))
    found = function(offers, factor, adder, N_RANKS)
    rank = offers.rank[found.t, found.a, found.f, found.m]
    np.testing.assert_array_equal(offers.rank.ravel()[found.flat], rank)
    keys = list(zip(found.t, found.m, found.f, rank, found.a, strict=True))
    assert keys == rising_bests_in_numpy(offers, factor, adder)


def random_groups(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.sort(rng.integers(0, 8, n)), rng.integers(0, 3, (3, n)).astype(float)


@pytest.mark.parametrize("function", [outranked_by_later, outranked_by_later.py_func])
@pytest.mark.parametrize("seed", range(8))
def test_members_outranked_by_later_ones_are_those_of_all_pairs(function, seed: int) -> None:
    group, score = random_groups(np.random.default_rng(seed), 25)
    beats = (group[:, None] == group) & (score[:, :, None] <= score[:, None, :]).all(axis=0)
    np.testing.assert_array_equal(function(group, score), np.triu(beats, 1).any(axis=1))


@pytest.mark.parametrize("function", [outranked_by_others, outranked_by_others.py_func])
@pytest.mark.parametrize("seed", range(8))
def test_members_outranked_by_others_are_those_of_all_pairs(function, seed: int) -> None:
    rng = np.random.default_rng(seed)
    (group, score), (other_group, other_score) = random_groups(rng, 25), random_groups(rng, 9)
    beats = (group[:, None] == other_group) & (score[:, :, None] <= other_score[:, None, :]).all(axis=0)
    np.testing.assert_array_equal(function(group, score, other_group, other_score), beats.any(axis=1))
