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
