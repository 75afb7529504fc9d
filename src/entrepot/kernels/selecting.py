"""The part of a network that a strategic point leaves: what many trials of prices at one point look at."""

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray, Network
from entrepot.kernels.pairing import count_slots, slots_of


@kernel
def facilities_on(network: Network, weight: FloatArray) -> IntArray:
    """1 for each facility with an enabler of some weight, else 0."""
    on = np.zeros(len(network.facility_pointer) - 1, np.int64)
    for place in range(len(on)):
        for enabler in range(network.facility_pointer[place], network.facility_pointer[place + 1]):
            if weight[enabler] > 0.0:
                on[place] = 1
    return on


@kernel
def ways_on(network: Network, weight: FloatArray, cells: IntArray) -> tuple[IntArray, IntArray]:
    """Ways of the cells whose enablers have weight, and where those of each cell begin, (n + 1,)."""
    on, most = facilities_on(network, weight), 0
    for cell in cells:
        most += network.way_pointer[cell + 1] - network.way_pointer[cell]
    kept, pointer = np.empty(most, np.int64), np.zeros(len(cells) + 1, np.int64)
    count = 0
    for position in range(len(cells)):
        cell = cells[position]
        for way in range(network.way_pointer[cell], network.way_pointer[cell + 1]):
            place = network.facility[way]
            is_on = place < 0 or on[place] > 0
            if is_on and len(network.partner) > 0 and network.partner[way] >= 0:
                partner = network.slot_enabler[network.slot_pointer[cell] + network.partner[way]]
                is_on = weight[partner] > 0.0
            if is_on:
                kept[count] = way
                count += 1
        pointer[position + 1] = count
    return kept[:count], pointer


@kernel
def slots_in(network: Network, cells: IntArray) -> tuple[IntArray, IntArray]:
    """Partners of the cells, and where those of each cell begin, (n + 1,); or (1,) where no way needs any."""
    pointer = np.zeros(len(cells) + 1 if len(network.partner) > 0 else 1, np.int64)
    enabler = np.empty(count_slots(network, cells)[0], np.int64)
    for position in range(len(pointer) - 1):
        width = slots_of(network, cells[position])
        pointer[position + 1] = pointer[position] + width
        for slot in range(width):
            enabler[pointer[position] + slot] = network.slot_enabler[
                network.slot_pointer[cells[position]] + slot
            ]
    return enabler, pointer


@kernel
def uses_of(network: Network, ways: IntArray) -> tuple[IntArray, IntArray]:
    """Entries of what the ways use, and where those of each begin, (n + 1,); or (1,) without resources."""
    pointer = np.zeros(len(ways) + 1 if len(network.use_pointer) > 1 else 1, np.int64)
    for index in range(len(pointer) - 1):
        width = network.use_pointer[ways[index] + 1] - network.use_pointer[ways[index]]
        pointer[index + 1] = pointer[index] + width
    entry = np.empty(pointer[-1], np.int64)
    for index in range(len(pointer) - 1):
        first = network.use_pointer[ways[index]]
        for use in range(pointer[index], pointer[index + 1]):
            entry[use] = first + use - pointer[index]
    return entry, pointer


@kernel
def usable(network: Network, weight: FloatArray, cells: IntArray) -> Network:
    """The cells of a group, numbered anew, with the ways whose enablers have weight.

    Parameters
    ----------
    weight : (n_enablers,) w >= 0. cells : (n,).

    Returns
    -------
    Network
        At rates of these weights cell i is worth what `cells[i]` is. The cells keep all their partners.
    """
    ways, way_pointer = ways_on(network, weight, cells)
    slot_enabler, slot_pointer = slots_in(network, cells)
    entry, use_pointer = uses_of(network, ways)
    return Network(
        network.weight[cells],
        network.kind[cells],
        network.is_mandatory[cells],
        way_pointer,
        network.facility[ways],
        network.value[ways],
        network.volume[ways],
        network.facility_pointer,
        network.kind_load,
        use_pointer,
        network.use_resource[entry],
        network.use_amount[entry],
        network.partner[ways] if len(network.partner) > 0 else network.partner,
        slot_pointer,
        slot_enabler,
    )
