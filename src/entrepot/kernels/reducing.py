"""Ways that another way, or doing nothing, dominates at any prices."""

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, Network


@kernel
def uses_no_less(network: Network, way: int, other: int) -> bool:
    """Whether a way uses at least as much of every resource as another, or as nothing (-1)."""
    if len(network.use_pointer) == 1:
        return True
    mine, end = network.use_pointer[way], network.use_pointer[way + 1]
    theirs, stop = (0, 0) if other < 0 else (network.use_pointer[other], network.use_pointer[other + 1])
    while mine < end or theirs < stop:
        resource = np.int64(2**31)
        if mine < end:
            resource = np.int64(network.use_resource[mine])
        if theirs < stop:
            resource = min(resource, np.int64(network.use_resource[theirs]))
        amount = 0.0
        if mine < end and network.use_resource[mine] == resource:
            amount += network.use_amount[mine]
            mine += 1
        if theirs < stop and network.use_resource[theirs] == resource:
            amount -= network.use_amount[theirs]
            theirs += 1
        if amount < 0.0:
            return False
    return True


@kernel
def dominated_ways(network: Network, top: FloatArray) -> NDArray[np.bool_]:
    """Ways with a facility that the cell's best always-enabled way, or doing nothing, dominates.

    Parameters
    ----------
    network : its use entries sorted by resource within a way.
    top : (n_facilities, n_kinds) largest shift of a facility's configurations, EUR per unit of volume.

    Returns
    -------
    (n_ways,) bool.
    """
    dominated = np.zeros(len(network.facility), np.bool_)
    for cell in range(len(network.weight)):
        low, high = network.way_pointer[cell], network.way_pointer[cell + 1]
        free = -1
        for way in range(low, high):
            if network.facility[way] < 0 and (free < 0 or network.value[way] > network.value[free]):
                free = way
        for way in range(low, high):
            place = network.facility[way]
            if place < 0:
                continue
            best = network.value[way] + network.volume[way] * top[place, network.kind[cell]]
            beats_nothing = best > 0.0 or network.is_mandatory[cell] or not uses_no_less(network, way, -1)
            beats_free = free < 0 or best > network.value[free] or not uses_no_less(network, way, free)
            dominated[way] = not (beats_nothing and beats_free)
    return dominated
