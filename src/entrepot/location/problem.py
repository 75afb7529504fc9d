"""The canonical problem that the engine solves.

::

    max  -f.y + sum_j d_j sum_{a in A(j)} sum_{e in E(a)} (p_a + v_a s_{e,k(j)}) x_ae
    s.t. lower <= A y <= upper,  y within its bounds, some y integer          strategic rows
         sum_a sum_e x_ae <= 1   (= 1 where the cell is mandatory)            each cell j
         sum_{a at the facility of e} x_ae <= w_e(y) = (W y + w0)_e           each cell j and enabler e
         sum_{a with partner g} sum_e x_ae <= w_e(g)(y)                       each cell j and partner g
         sum_j d_j sum_a v_a q_k(j) x_ae <= cap_e w_e(y)                      each enabler e
         sum_j d_j sum_a u_ra x_a + sum_e g_re l_e <= c_r(y) = (C y + c0)_r   each resource r
         x >= 0                                                               x binary where single

with l_e = sum_j d_j sum_a v_a q_k(j) x_ae the load on configuration e.

A facility is a place in one group (a site in a period); its enablers E are its alternative configurations
(sizes), of which at most one is on. Ways are never expanded over configurations: a way states its facility,
and a configuration adds its shift and brings its capacity. A way without a facility is always enabled.
A way may need a second facility, its partner (a carrier under contract), that has one configuration e(g).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Strategic:
    """Strategic columns and rows; money in EUR, discounted.

    Attributes
    ----------
    cost : (n_columns,) f, EUR per unit of the column (negative = income).
    charge : (n_columns,) the part of `cost` that counts as controllable cost, EUR, >= 0.
    lower, upper : (n_columns,) bounds. is_integer : (n_columns,).
    matrix : (n_rows, n_columns) csr. row_lower, row_upper : (n_rows,), +-inf where open.
    column_names : (n_columns,). row_names : (n_rows,); rows that state a planner's limit begin
        with "limit:", all others are structure that a relaxation never touches.
    """

    cost: FloatArray
    charge: FloatArray
    lower: FloatArray
    upper: FloatArray
    is_integer: BoolArray
    matrix: csr_array
    row_lower: FloatArray
    row_upper: FloatArray
    column_names: tuple[str, ...]
    row_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Enablers:
    """Configurations of facilities, sorted by facility.

    Attributes
    ----------
    facility_pointer : (n_facilities + 1,); facility g owns enablers pointer[g] ... pointer[g+1] - 1.
    facility_group : (n_facilities,) group (period) of the facility.
    matrix : (n_enablers, n_columns) csr W. constant : (n_enablers,) w0.
    capacity : (n_enablers,) load that the configuration can take; inf = no limit.
    shift : (n_enablers, n_kinds) value that the configuration adds per unit of way volume, EUR; -inf = it
        cannot serve the kind.
    names : (n_enablers,).
    """

    facility_pointer: IntArray
    facility_group: IntArray
    matrix: csr_array
    constant: FloatArray
    capacity: FloatArray
    shift: FloatArray
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Demand cells.

    Attributes
    ----------
    weight : (n_cells,) d_j > 0. group : (n_cells,) value column (period). kind : (n_cells,) product.
    is_mandatory : (n_cells,) the fractions must sum to 1.
    way_pointer : (n_cells + 1,); cell j owns ways pointer[j] ... pointer[j+1] - 1.
    kind_load : (n_kinds,) q, load on the capacity per unit of way volume.
    n_groups : number of groups.
    is_single : (n_cells,) single sourcing: one way through one configuration serves the whole cell, or
        nothing does; None where no cell asks for it.
    """

    weight: FloatArray
    group: IntArray
    kind: IntArray
    is_mandatory: BoolArray
    way_pointer: IntArray
    kind_load: FloatArray
    n_groups: int
    is_single: BoolArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Ways to serve the cells. All per unit of cell weight.

    Attributes
    ----------
    facility : (n_ways,) int32, -1 = always enabled.
    value : (n_ways,) p, EUR discounted. volume : (n_ways,) v >= 0, parcels.
    charge : (n_ways,) controllable cost within `value`, EUR discounted, >= 0, without the shift.
    partner : (n_ways,) int32, facility that must be on as well, -1 = none; None where no way needs one.
        It has one configuration, which no load of these ways counts against; a way with a partner has a
        facility.
    """

    facility: NDArray[np.int32]
    value: FloatArray
    volume: FloatArray
    charge: FloatArray
    partner: NDArray[np.int32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Resources:
    """Rows over flows other than capacities: service floors, carbon caps, volumes behind contracts.

    Attributes
    ----------
    usage : (n_resources, n_ways) csr u, per unit of cell weight.
    matrix : (n_resources, n_columns) csr C. constant : (n_resources,) c0.
    names : (n_resources,); planner's limits begin with "limit:".
    load : (n_resources, n_enablers) csr g, per unit of the load on a configuration; None where no row counts
        loads.
    price : (n_resources,) EUR per unit, >= 0, that a search may start its prices from; None = 0. No part of
        the problem.
    """

    usage: csr_array
    matrix: csr_array
    constant: FloatArray
    names: tuple[str, ...]
    load: csr_array | None = None
    price: FloatArray | None = None

    def price_of_load(self, price: FloatArray) -> FloatArray:
        """What resource prices (n_resources,) add to the price of load: (n_enablers,), or one zero."""
        return np.zeros(1) if self.load is None else np.asarray(self.load.T @ price)

    def used_by_load(self, load: FloatArray) -> FloatArray:
        """Use of every resource by the loads (n_enablers,) on the configurations, (n_resources,)."""
        return np.zeros(len(self.constant)) if self.load is None else np.asarray(self.load @ load)


@dataclass(frozen=True, slots=True, eq=False)
class LocationProblem:
    """The canonical problem; see the module's text for the mathematics."""

    name: str
    strategic: Strategic
    enablers: Enablers
    cells: Cells
    ways: Ways
    resources: Resources

    @property
    def n_columns(self) -> int:
        """Number of strategic columns."""
        return len(self.strategic.cost)

    @property
    def n_enablers(self) -> int:
        """Number of configurations over all facilities."""
        return len(self.enablers.constant)

    @property
    def n_facilities(self) -> int:
        """Number of facilities."""
        return len(self.enablers.facility_group)

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.cells.weight)

    @property
    def n_ways(self) -> int:
        """Number of ways."""
        return len(self.ways.value)

    @property
    def n_resources(self) -> int:
        """Number of resource rows."""
        return len(self.resources.constant)
