"""Weights of the customers of the plane by the set of discs that cover them."""

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BitArray = NDArray[np.uint64]

SAFE = 1e-9
"""Relative distance from a disc's edge below which each customer of a box is tested for itself."""


@kernel
def boxes_of_discs(
    sites: FloatArray, radius: FloatArray, corner: FloatArray, side: FloatArray, shape: IntArray
) -> tuple[IntArray, IntArray, NDArray[np.bool_]]:
    """Boxes of a grid that each disc covers or crosses.

    Parameters
    ----------
    sites : (n_sites, 2). radius : (n_sites,). corner, side : (2,) of the grid's first box.
    shape : (2,) boxes in each direction; box = column * shape[1] + row.

    Returns
    -------
    site, box : (n,) pairs, by site. is_inside : (n,) whether the whole box lies in the disc.
    """
    count = 0
    site, box = np.empty(0, np.int64), np.empty(0, np.int64)
    inside = np.empty(0, np.bool_)
    for is_writing in (False, True):
        if is_writing:
            site, box, inside = (
                np.empty(count, np.int64),
                np.empty(count, np.int64),
                np.empty(count, np.bool_),
            )
        count = 0
        for j in range(len(sites)):
            near, far = radius[j] * (1.0 + SAFE), radius[j] * (1.0 - SAFE)
            first, last = np.empty(2, np.int64), np.empty(2, np.int64)
            for axis in range(2):
                low = (sites[j, axis] - near - corner[axis]) / side[axis]
                high = (sites[j, axis] + near - corner[axis]) / side[axis]
                first[axis] = max(0, int(min(max(np.floor(low) - 1.0, -1.0), float(shape[axis]))))
                last[axis] = min(
                    shape[axis] - 1, int(min(max(np.floor(high) + 1.0, -1.0), float(shape[axis])))
                )
            for column in range(first[0], last[0] + 1):
                left = corner[0] + column * side[0] - SAFE * side[0] - sites[j, 0]
                right = corner[0] + (column + 1) * side[0] + SAFE * side[0] - sites[j, 0]
                for row in range(first[1], last[1] + 1):
                    below = corner[1] + row * side[1] - SAFE * side[1] - sites[j, 1]
                    above = corner[1] + (row + 1) * side[1] + SAFE * side[1] - sites[j, 1]
                    x_near, y_near = max(left, -right, 0.0), max(below, -above, 0.0)
                    if x_near * x_near + y_near * y_near > near * near:
                        continue
                    if is_writing:
                        x_far, y_far = max(-left, right), max(-below, above)
                        site[count], box[count] = j, column * shape[1] + row
                        inside[count] = x_far * x_far + y_far * y_far < far * far
                    count += 1
    return site, box, inside


@kernel
def tally(
    customers: FloatArray,
    weight: FloatArray,
    grid: tuple[FloatArray, FloatArray, IntArray],
    discs: tuple[FloatArray, FloatArray],
    edge: tuple[IntArray, IntArray, int],
) -> tuple[IntArray, BitArray, FloatArray]:
    """Total weight of the customers by box and by the discs that cross the box and cover them.

    Parameters
    ----------
    customers : (n, 2). weight : (n,). grid : corner, side, shape as in `boxes_of_discs`.
    discs : centres (n_sites, 2) and radii (n_sites,).
    edge : pointer and sites, the discs that cross each box, of which the k-th is bit k of the pattern;
        and the number of words of 64 bits per pattern.

    Returns
    -------
    box : (n_keys,). bits : (n_keys, n_words). total : (n_keys,). In order of first appearance.
    """
    corner, side, shape = grid
    sites, radius = discs
    edge_pointer, edge_site, n_words = edge
    size = 1024
    slots = np.full(size, -1, np.int64)
    box_of, bits_of = np.empty(size, np.int64), np.empty((size, n_words), np.uint64)
    total = np.zeros(size)
    count = 0
    pattern = np.zeros(n_words, np.uint64)
    for i in range(len(customers)):
        x, y = customers[i, 0], customers[i, 1]
        column = min(shape[0] - 1, max(0, int((x - corner[0]) / side[0])))
        row = min(shape[1] - 1, max(0, int((y - corner[1]) / side[1])))
        box = column * shape[1] + row
        pattern[:] = np.uint64(0)
        start = edge_pointer[box]
        for k in range(edge_pointer[box + 1] - start):
            j = edge_site[start + k]
            dx, dy = x - sites[j, 0], y - sites[j, 1]
            if dx * dx + dy * dy <= radius[j] * radius[j]:
                pattern[k >> 6] |= np.uint64(1) << np.uint64(k & 63)
        slot = slot_of(slots, box_of, bits_of, box, pattern)
        key = slots[slot]
        if key < 0:
            key = count
            slots[slot] = key
            box_of[key], total[key] = box, 0.0
            bits_of[key] = pattern
            count += 1
        total[key] += weight[i]
        if 2 * count > size:
            size *= 2
            slots = np.full(2 * size, -1, np.int64)
            wider_box, wider_bits = np.empty(size, np.int64), np.empty((size, n_words), np.uint64)
            wider_total = np.zeros(size)
            wider_box[:count], wider_bits[:count] = box_of[:count], bits_of[:count]
            wider_total[:count] = total[:count]
            box_of, bits_of, total = wider_box, wider_bits, wider_total
            for old in range(count):
                slots[slot_of(slots, box_of, bits_of, box_of[old], bits_of[old])] = old
    return box_of[:count].copy(), bits_of[:count].copy(), total[:count].copy()


@kernel
def slot_of(slots: IntArray, box_of: IntArray, bits_of: BitArray, box: int, pattern: BitArray) -> int:
    """Slot of the key (box, pattern) in an open-addressed table: its own, or the free one for it."""
    mask = np.uint64(len(slots) - 1)
    mix = np.uint64(box) * np.uint64(0x9E3779B97F4A7C15)
    for word in range(len(pattern)):
        mix = (mix ^ pattern[word]) * np.uint64(0xBF58476D1CE4E5B9)
        mix ^= mix >> np.uint64(29)
    slot = np.int64(mix & mask)
    while slots[slot] >= 0:
        key = slots[slot]
        if box_of[key] == box:
            is_same = True
            for word in range(len(pattern)):
                is_same = is_same and bits_of[key, word] == pattern[word]
            if is_same:
                break
        slot = np.int64(np.uint64(slot + 1) & mask)
    return int(slot)


@kernel
def equals_previous(pointer: IntArray, item: IntArray, order: IntArray) -> NDArray[np.bool_]:
    """Whether each list, in the order given, has the items of the one before it."""
    same = np.zeros(len(order), np.bool_)
    for position in range(1, len(order)):
        one, other = order[position - 1], order[position]
        length = pointer[one + 1] - pointer[one]
        if pointer[other + 1] - pointer[other] != length:
            continue
        is_same = True
        for k in range(length):
            if item[pointer[one] + k] != item[pointer[other] + k]:
                is_same = False
                break
        same[position] = is_same
    return same
