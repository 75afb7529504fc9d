"""Members in the order of their groups."""

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import IntArray


@kernel
def grouped(group: NDArray[np.int32], n_groups: int) -> tuple[IntArray, IntArray]:
    """Members sorted by group, those of one group in the order that they had: a counting sort.

    Parameters
    ----------
    group : (n,) of each member, negative = in none.

    Returns
    -------
    tuple
        order : (n_grouped,) members. pointer : (n_groups + 1,) into it.
    """
    pointer = np.zeros(n_groups + 1, np.int64)
    for each in group:
        if each >= 0:
            pointer[each + 1] += 1
    for each in range(n_groups):
        pointer[each + 1] += pointer[each]
    order, following = np.empty(pointer[n_groups], np.int64), pointer[:n_groups].copy()
    for member in range(len(group)):
        each = group[member]
        if each >= 0:
            order[following[each]] = member
            following[each] += 1
    return order, pointer


@kernel
def numbered(pointer: IntArray, label: NDArray[np.int32]) -> tuple[IntArray, IntArray, IntArray]:
    """Number of each member's label among the labels of its group, which are numbered in ascending order.

    Parameters
    ----------
    pointer : (n_groups + 1,) into the members. label : (n,) of each member, negative = none.

    Returns
    -------
    tuple
        number : (n,), -1 = no label. label_pointer : (n_groups + 1,). labels : (n_labels,) of each group.
    """
    number = np.full(len(label), -1, np.int64)
    label_pointer, labels = np.zeros(len(pointer), np.int64), np.empty(len(label), np.int64)
    end = 0
    for group in range(len(pointer) - 1):
        start = end
        for member in range(pointer[group], pointer[group + 1]):
            place = end
            while place > start and labels[place - 1] >= label[member]:
                place -= 1
            is_known = place < end and labels[place] == label[member]
            if label[member] >= 0 and not is_known:
                for later in range(end, place, -1):
                    labels[later] = labels[later - 1]
                labels[place] = label[member]
                end += 1
        for member in range(pointer[group], pointer[group + 1]):
            if label[member] >= 0:
                number[member] = np.searchsorted(labels[start:end], label[member])
        label_pointer[group + 1] = end
    return number, label_pointer, labels[:end].copy()
