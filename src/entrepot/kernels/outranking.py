"""Members of groups that others of their group beat."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray


class Offers(NamedTuple):
    """Members of groups (t, f, m), all (T, A, F, M) with A members each, contiguous.

    Attributes
    ----------
    weight, amount : float64. is_there : bool. rank : int8, 0 ... n_ranks - 1 of those that are there.
    """

    weight: FloatArray
    amount: FloatArray
    is_there: NDArray[np.bool_]
    rank: NDArray[np.int8]


class Positions(NamedTuple):
    """Where some members stand, (n,) int64 each: indices, and `flat` into the arrays made flat."""

    t: IntArray
    a: IntArray
    f: IntArray
    m: IntArray
    flat: IntArray


@kernel
def rising_bests(offers: Offers, factor: FloatArray, adder: FloatArray, n_ranks: int) -> Positions:
    """Best member of each rank in every group, where it is worth more than those of all lower ranks.

    A member is worth weight x (amount x factor + adder).

    Parameters
    ----------
    factor : (T,). adder : (T, F), nan = no member is there.

    Returns
    -------
    Positions, sorted by t, m, f and rank; the lowest a on ties.
    """
    n_t, n_a, n_f, n_m = offers.weight.shape
    room = n_t * n_f * n_m * min(n_a, n_ranks)
    found = Positions(
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
    )
    best, member = np.empty(n_ranks), np.empty(n_ranks, np.int64)
    n = 0
    for t in range(n_t):
        for m in range(n_m):
            for f in range(n_f):
                if np.isnan(adder[t, f]):
                    continue
                best[:] = -np.inf
                for a in range(n_a):
                    if not offers.is_there[t, a, f, m]:
                        continue
                    rank = offers.rank[t, a, f, m]
                    amount = offers.amount[t, a, f, m] * factor[t] + adder[t, f]
                    worth = offers.weight[t, a, f, m] * amount
                    if worth > best[rank]:
                        best[rank] = worth
                        member[rank] = a
                highest = -np.inf
                for rank in range(n_ranks):
                    if best[rank] > highest:
                        highest = best[rank]
                        a = member[rank]
                        found.t[n], found.a[n], found.f[n], found.m[n] = t, a, f, m
                        found.flat[n] = ((t * n_a + a) * n_f + f) * n_m + m
                        n += 1
    return Positions(found.t[:n], found.a[:n], found.f[:n], found.m[:n], found.flat[:n])


@kernel
def _is_as_good(score: FloatArray, member: int, others: FloatArray, other: int) -> bool:
    index = 0
    while index < len(score) and others[index, other] >= score[index, member]:
        index += 1
    return index == len(score)


@kernel
def outranked_by_later(group: IntArray, score: FloatArray) -> NDArray[np.bool_]:
    """Members that a later one of their group equals or exceeds in every score.

    Parameters
    ----------
    group : (n,) ascending. score : (n_scores, n).

    Returns
    -------
    (n,) bool.
    """
    n = len(group)
    outranked = np.zeros(n, np.bool_)
    for member in range(n):
        later = member + 1
        while later < n and group[later] == group[member] and not outranked[member]:
            outranked[member] = _is_as_good(score, member, score, later)
            later += 1
    return outranked


@kernel
def outranked_by_others(
    group: IntArray, score: FloatArray, other_group: IntArray, other_score: FloatArray
) -> NDArray[np.bool_]:
    """Members that one of another list, of the same group, equals or exceeds in every score.

    Parameters
    ----------
    group : (n,) ascending. score : (n_scores, n). other_group, other_score : the same of the other list.

    Returns
    -------
    (n,) bool.
    """
    outranked = np.zeros(len(group), np.bool_)
    first = 0
    for member in range(len(group)):
        while first < len(other_group) and other_group[first] < group[member]:
            first += 1
        other = first
        while other < len(other_group) and other_group[other] == group[member] and not outranked[member]:
            outranked[member] = _is_as_good(score, member, other_score, other)
            other += 1
    return outranked
