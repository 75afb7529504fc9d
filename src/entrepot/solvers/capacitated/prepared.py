"""The capacitated problem made ready: costs at hand and sorted, capacities clipped, counts tightened."""

import math
from dataclasses import dataclass

import numpy as np

from entrepot.errors import UsageError
from entrepot.kernels.knapsacks import Lists
from entrepot.location import FacilityLocation, MatrixCosts
from entrepot.location.problem import BoolArray, FloatArray, IntArray

MOST_PAIRS = 4_000_000
ROUNDING = 1e-12
"""Share of the total demand by which capacity may fall short through rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What every step reads.

    Attributes
    ----------
    cost : (n_customers, n_sites) of the whole demand. lists : the same by site and unit cost.
    largest : (n_customers,) absolute cost. demand : (n_customers,). fixed_cost : (n_sites,).
    capacity : (n_sites,) clipped at the total demand.
    total : demand. n_open : given number of open sites or None.
    """

    cost: FloatArray
    lists: Lists
    largest: FloatArray
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
    """Sort the costs once; a site never needs more capacity than there is demand.

    Raises
    ------
    UsageError
        If costs that are computed on demand would fill a matrix beyond `MOST_PAIRS`.
    """
    pairs = problem.n_customers * problem.n_sites
    if pairs > MOST_PAIRS and not isinstance(problem.costs, MatrixCosts):
        raise UsageError(
            f"A capacitated problem keeps a cost for every customer and site: {pairs:,} pairs exceed the "
            f"{MOST_PAIRS:,} that are computed from coordinates. Give a matrix of costs, or fewer sites."
        )
    customers = np.arange(problem.n_customers)
    cost = np.ascontiguousarray(
        problem.costs.between(customers[:, None], np.arange(problem.n_sites)[None, :]), dtype=np.float64
    )
    demand = np.ascontiguousarray(problem.demand, dtype=np.float64)
    total = math.fsum(demand)
    capacity = np.minimum(problem.capacity, total)
    return Prepared(
        cost=cost,
        lists=sorted_lists(cost, demand),
        largest=np.abs(cost).max(axis=1),
        demand=demand,
        fixed_cost=np.ascontiguousarray(problem.fixed_cost, dtype=np.float64),
        capacity=capacity,
        total=total,
        n_open=problem.n_open,
    )


def sorted_lists(cost: FloatArray, demand: FloatArray) -> Lists:
    """Customers of every site by unit cost, those without demand first."""
    has = demand > 0.0
    unit = np.ascontiguousarray((cost / np.where(has, demand, 1.0)[:, None]).T)
    key = unit if np.all(has) else np.where(has, unit, -np.inf)
    order = np.argsort(key, axis=1, kind="stable").astype(np.int32)
    return Lists(order, np.take_along_axis(unit, order, axis=1), int(np.count_nonzero(~has)))


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
