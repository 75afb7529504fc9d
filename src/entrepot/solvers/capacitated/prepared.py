"""The capacitated problem made ready: costs at hand and sorted, capacities clipped, counts tightened."""

import math
from dataclasses import dataclass, replace

import numpy as np

from entrepot.kernels.knapsacks import Arcs
from entrepot.location import FacilityLocation
from entrepot.location.problem import BoolArray, FloatArray, IntArray

ROUNDING = 1e-12
"""Share of the total demand by which capacity may fall short through rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What every step reads.

    Attributes
    ----------
    cost : (n_customers, n_sites) of the whole demand.
    arcs : the same for sites that may still open, sorted by customer and cost; as many for each customer.
    demand : (n_customers,). fixed_cost : (n_sites,). capacity : (n_sites,) clipped at the total demand.
    total : demand. n_open : given number of open sites or None.
    """

    cost: FloatArray
    arcs: Arcs
    demand: FloatArray
    fixed_cost: FloatArray
    capacity: FloatArray
    total: float
    n_open: int | None

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.fixed_cost)

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return len(self.demand)

    def holds(self, capacity: float) -> bool:
        """Whether so much capacity holds the demand."""
        return capacity >= self.total * (1.0 - ROUNDING)


def prepare(problem: FacilityLocation) -> Prepared:
    """Sort the costs once; a site never needs more capacity than there is demand."""
    customers = np.arange(problem.n_customers)
    cost = np.ascontiguousarray(
        problem.costs.between(customers[:, None], np.arange(problem.n_sites)[None, :]), dtype=np.float64
    )
    order = np.argsort(cost, axis=1, kind="stable")
    total = math.fsum(problem.demand)
    arcs = Arcs(
        np.arange(problem.n_customers + 1, dtype=np.int64) * problem.n_sites,
        order.astype(np.int32).ravel(),
        np.take_along_axis(cost, order, axis=1).ravel(),
    )
    capacity = np.minimum(problem.capacity, total)
    return Prepared(
        cost=cost,
        arcs=arcs,
        demand=np.ascontiguousarray(problem.demand, dtype=np.float64),
        fixed_cost=np.ascontiguousarray(problem.fixed_cost, dtype=np.float64),
        capacity=capacity,
        total=total,
        n_open=problem.n_open,
    )


def without_closed(prepared: Prepared, may_open: BoolArray) -> Prepared:
    """The same problem with arcs to the given sites only."""
    on = may_open[prepared.arcs.site]
    number = int(np.count_nonzero(on)) // max(prepared.n_customers, 1)
    arcs = Arcs(
        np.arange(prepared.n_customers + 1, dtype=np.int64) * number,
        prepared.arcs.site[on],
        prepared.arcs.cost[on],
    )
    return replace(prepared, arcs=arcs)


def count_range(prepared: Prepared, may_open: BoolArray, is_open: BoolArray) -> tuple[int, int]:
    """Fewest and most sites that can be open; the first exceeds the second where no plan exists."""
    most = int(np.count_nonzero(may_open))
    biggest = np.sort(prepared.capacity[may_open & ~is_open])[::-1]
    held = float(prepared.capacity[is_open].sum()) + np.concatenate([[0.0], np.cumsum(biggest)])
    enough = np.flatnonzero(held >= prepared.total * (1.0 - ROUNDING))
    if len(enough) == 0:
        return most + 1, most
    least = int(np.count_nonzero(is_open) + enough[0])
    least = max(least, 1 if prepared.n_customers else 0)
    if prepared.n_open is None:
        return least, most
    if least > prepared.n_open or most < prepared.n_open or np.count_nonzero(is_open) > prepared.n_open:
        return most + 1, most
    return prepared.n_open, prepared.n_open


def indices(mask: BoolArray) -> IntArray:
    """Indices of a mask."""
    found: IntArray = np.flatnonzero(mask)
    return found
