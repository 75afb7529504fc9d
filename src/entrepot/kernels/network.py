"""The arrays that every kernel reads."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Network(NamedTuple):
    """Cells, their ways and the configurations of facilities, as contiguous arrays.

    Attributes
    ----------
    weight : (n_cells,) float64. kind : (n_cells,) int64. is_mandatory : (n_cells,) bool.
    way_pointer : (n_cells + 1,) int64; ways of a cell are contiguous.
    facility : (n_ways,) int32, -1 = always enabled. value, volume : (n_ways,) float64, per unit of weight.
    facility_pointer : (n_facilities + 1,) int64 into the enablers.
    kind_load : (n_kinds,) float64, load per unit of volume.
    use_pointer : (n_ways + 1,) int64, or (1,) where there is no resource.
    use_resource, use_amount : resource entries of the ways, per unit of weight.
    partner : (n_ways,) int64 position among the partners of the way's cell, -1 = none; (0,) where no way
        needs one. slot_pointer : (n_cells + 1,) int64 into slot_enabler, the partners' enablers; or (1,).
    """

    weight: FloatArray
    kind: IntArray
    is_mandatory: NDArray[np.bool_]
    way_pointer: IntArray
    facility: NDArray[np.int32]
    value: FloatArray
    volume: FloatArray
    facility_pointer: IntArray
    kind_load: FloatArray
    use_pointer: IntArray
    use_resource: NDArray[np.int32]
    use_amount: FloatArray
    partner: IntArray
    slot_pointer: IntArray
    slot_enabler: IntArray


class Rates(NamedTuple):
    """What a way is worth at given prices: scale * value + volume * adder - prices of its resources.

    Attributes
    ----------
    scale : 1 = the true values, 0 = feasibility only.
    adder : (n_enablers, n_kinds) scale * shift - capacity price * kind load.
    top_adder : (n_facilities, n_kinds) largest adder of the facility's enablers that count.
    resource_price : (n_resources,). weight : (n_enablers,) w >= 0; enablers of weight 0 do not count.
    """

    scale: float
    adder: FloatArray
    top_adder: FloatArray
    resource_price: FloatArray
    weight: FloatArray


class Scratch(NamedTuple):
    """Working memory of one cell at a time.

    Attributes
    ----------
    best : (n_enablers,) worth of the enabler for the cell, -inf between cells.
    way : (n_enablers,) int64, the way that has it. touched : (n_enablers,) int64, enablers with a worth.
    """

    best: FloatArray
    way: IntArray
    touched: IntArray


class Picks(NamedTuple):
    """Room for the choices of cells: way and enabler (-1 = none), one after the other."""

    way: IntArray
    enabler: IntArray


class Booked(NamedTuple):
    """What flows use: load of the enablers (n_enablers,), usage of the resources (n_resources,)."""

    load: FloatArray
    usage: FloatArray
