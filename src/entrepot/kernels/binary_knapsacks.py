"""0-1 knapsacks: the best whole items for a capacity, exact for sizes of any kind."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray


class Packing(NamedTuple):
    """Working memory of a knapsack, and its answer.

    Attributes
    ----------
    gain, size : (room,) of the items; ratio : gain per size. order : (room,) items by descending ratio.
    is_in : (room,) the best set. load, worth : (2, n_states) of partial sets, ascending. node : where they
    came from. parent, item : (n_nodes,) last change of a partial set.
    """

    gain: FloatArray
    size: FloatArray
    ratio: FloatArray
    order: IntArray
    is_in: NDArray[np.bool_]
    load: FloatArray
    worth: FloatArray
    node: IntArray
    parent: IntArray
    item: IntArray


@kernel
def new_packing(room: int, n_nodes: int) -> Packing:
    """Room for so many items, and for so many partial sets in all."""
    return Packing(
        np.zeros(room),
        np.zeros(room),
        np.zeros(room + 1),
        np.zeros(room, np.int64),
        np.zeros(room, np.bool_),
        np.zeros((2, n_nodes)),
        np.zeros((2, n_nodes)),
        np.zeros((2, n_nodes), np.int64),
        np.zeros(n_nodes, np.int64),
        np.zeros(n_nodes, np.int64),
    )


@kernel
def _sort(packing: Packing, count: int) -> None:
    """Order the items by descending gain per size; those without size first."""
    ratio, order = packing.ratio, packing.order
    for k in range(count):
        size = packing.size[k]
        ratio[k] = packing.gain[k] / size if size > 0.0 else np.inf
    if count > 40:
        order[:count] = np.argsort(-ratio[:count], kind="mergesort")
        return
    for k in range(count):
        value, at = ratio[k], k
        while at > 0 and ratio[order[at - 1]] < value:
            order[at] = order[at - 1]
            at -= 1
        order[at] = k


@kernel
def _fill(packing: Packing, count: int, capacity: float) -> tuple[int, float, float]:
    """Take items in order until one does not fit; its position, the load and the worth before it."""
    load, worth = 0.0, 0.0
    packing.is_in[:count] = False
    for place in range(count):
        k = packing.order[place]
        if load + packing.size[k] > capacity:
            return place, load, worth
        load += packing.size[k]
        worth += packing.gain[k]
        packing.is_in[k] = True
    return count, load, worth


@kernel
def _merge(
    packing: Packing, side: int, count: int, change: tuple[int, float, float], nodes: int
) -> tuple[int, int]:
    """Add to the partial sets those with an item toggled; drop the dominated; return both numbers."""
    item, size, gain = change
    load, worth, node = packing.load, packing.worth, packing.node
    other = 1 - side
    a, b, n = 0, 0, 0
    while a < count or b < count:
        take_old = b >= count
        if a < count and b < count:
            take_old = load[side, a] <= load[side, b] + size
        if take_old:
            new_load, new_worth = load[side, a], worth[side, a]
        else:
            new_load, new_worth = load[side, b] + size, worth[side, b] + gain
        if n == 0 or new_worth > worth[other, n - 1]:
            if n > 0 and load[other, n - 1] >= new_load:
                n -= 1
            load[other, n], worth[other, n] = new_load, new_worth
            if take_old:
                node[other, n] = node[side, a]
            else:
                packing.parent[nodes], packing.item[nodes] = node[side, b], item
                node[other, n] = nodes
                nodes += 1
            n += 1
        if take_old:
            a += 1
        else:
            b += 1
    return n, nodes


@kernel
def _prune(
    packing: Packing,
    part: tuple[int, int],
    capacity: float,
    best: tuple[float, int],
    ratios: tuple[float, float],
) -> tuple[int, float, int]:
    """Keep the partial sets that can still beat the best; return their number and the best."""
    load, worth, node = packing.load, packing.worth, packing.node
    side, count = part
    value, leaf = best
    for k in range(count):
        if load[side, k] <= capacity and worth[side, k] > value:
            value, leaf = worth[side, k], node[side, k]
    n = 0
    for k in range(count):
        spare = capacity - load[side, k]
        ratio = ratios[1] if spare >= 0.0 else ratios[0]
        if ratio == np.inf or worth[side, k] + spare * ratio <= value:
            continue
        load[side, n], worth[side, n], node[side, n] = load[side, k], worth[side, k], node[side, k]
        n += 1
    return n, value, leaf


@kernel
def pack(packing: Packing, count: int, capacity: float) -> tuple[float, float, bool]:
    """Best set among the first `count` items, in `packing.is_in`.

    Returns
    -------
    (worth, bound, is_exact) : of the set; no set is worth more than `bound`, equal where exact. It is not
    exact where partial sets outgrow the memory.

    Notes
    -----
    Partial sets differ from the greedy one around the first item that does not fit; the core grows to both
    sides until no partial set can win.

    References
    ----------
    Pisinger (1997), A minimal algorithm for the 0-1 knapsack problem, Operations Research 45, section 2.
    """
    _sort(packing, count)
    right, load, worth = _fill(packing, count, capacity)
    if right == count:
        return worth, worth, True
    order, ratio = packing.order, packing.ratio
    continuous = worth + (capacity - load) * ratio[order[right]]
    packing.load[0, 0], packing.worth[0, 0], packing.node[0, 0] = load, worth, 0
    packing.parent[0], packing.item[0] = -1, -1
    left, side, n, nodes, leaf, best = right - 1, 0, 1, 1, 0, worth
    room = len(packing.parent)
    is_exact = True
    while n > 0 and (left >= 0 or right < count):
        for is_right in (True, False):
            if (is_right and right >= count) or (not is_right and left < 0):
                continue
            if nodes + n > room or 2 * n > room:
                is_exact = False
                n = 0
                break
            k = order[right] if is_right else order[left]
            sign = 1.0 if is_right else -1.0  # what lies to the left is in already: it can be taken out
            change = (k, sign * packing.size[k], sign * packing.gain[k])
            n, nodes = _merge(packing, side, n, change, nodes)
            if is_right:
                right += 1
            else:
                left -= 1
            side = 1 - side
            above = ratio[order[left]] if left >= 0 else np.inf
            below = ratio[order[right]] if right < count else 0.0
            n, best, leaf = _prune(packing, (side, n), capacity, (best, leaf), (above, below))
            if n == 0:
                break
    while packing.parent[leaf] >= 0:
        packing.is_in[packing.item[leaf]] = not packing.is_in[packing.item[leaf]]
        leaf = packing.parent[leaf]
    return best, best if is_exact else continuous, is_exact


@kernel
def best_worths(gain: FloatArray, size: IntArray, capacity: int) -> FloatArray:
    """Largest worth for every whole capacity 0 ... `capacity`, by dynamic programming."""
    worth = np.zeros(capacity + 1)
    for k in range(len(gain)):
        for room in range(capacity, size[k] - 1, -1):
            worth[room] = max(worth[room], worth[room - size[k]] + gain[k])
    return worth
