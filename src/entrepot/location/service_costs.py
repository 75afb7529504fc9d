"""Costs of serving customers from sites: a matrix that is given, or distances that are computed on demand."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from entrepot.errors import UsageError
from entrepot.location.problem import FloatArray, IntArray

Rounding = Literal["none", "down", "nearest"]


class ServiceCosts(Protocol):
    """Cost of serving the whole demand of a customer from a site; never needed as one dense matrix."""

    @property
    def n_customers(self) -> int:
        """Number of customers."""

    @property
    def n_sites(self) -> int:
        """Number of sites."""

    def nearest(self, customers: IntArray, count: int) -> tuple[NDArray[np.int32], FloatArray]:
        """The `count` cheapest sites of each customer.

        Parameters
        ----------
        customers : (n,) indices. count : 1 ... n_sites.

        Returns
        -------
        (n, count) int32 sites and (n, count) float64 costs, ascending by cost, equal costs by site index;
        of the sites that share the last cost any may be the ones kept.
        """

    def between(self, customers: IntArray, sites: IntArray) -> FloatArray:
        """Cost of each pair; the two arrays are broadcast against each other."""


@dataclass(frozen=True, slots=True, eq=False)
class MatrixCosts:
    """Costs given as a matrix.

    Attributes
    ----------
    matrix : (n_customers, n_sites) float64, cost of the customer's whole demand, finite.

    Raises
    ------
    UsageError
        If there is no customer, no site, or a cost is not finite.
    """

    matrix: FloatArray

    def __post_init__(self) -> None:
        if self.matrix.ndim != 2 or 0 in self.matrix.shape:
            raise UsageError("Costs need a table of at least one customer and one site.")
        if not np.all(np.isfinite(self.matrix)):
            customer, site = np.argwhere(~np.isfinite(self.matrix))[0]
            raise UsageError(
                f"The cost of customer {customer} and site {site} is {self.matrix[customer, site]}; "
                "state a number, a high one where a pair must not be used."
            )

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return int(self.matrix.shape[0])

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return int(self.matrix.shape[1])

    def nearest(self, customers: IntArray, count: int) -> tuple[NDArray[np.int32], FloatArray]:
        """The `count` cheapest sites of each customer; see `ServiceCosts`."""
        block = self.matrix[customers]
        if count < self.n_sites:
            chosen = np.sort(np.argpartition(block, count - 1, axis=1)[:, :count], axis=1)
        else:
            chosen = np.broadcast_to(np.arange(self.n_sites), block.shape)
        costs = np.take_along_axis(block, chosen, axis=1)
        order = np.argsort(costs, axis=1, kind="stable")
        return (
            np.take_along_axis(chosen, order, axis=1).astype(np.int32),
            np.take_along_axis(costs, order, axis=1),
        )

    def between(self, customers: IntArray, sites: IntArray) -> FloatArray:
        """Cost of each pair."""
        pairs: FloatArray = self.matrix[customers, sites]
        return pairs


@dataclass(frozen=True, slots=True, eq=False)
class PlaneCosts:
    """Costs proportional to Euclidean distance, computed on demand: memory grows with the points only.

    Attributes
    ----------
    customers : (n_customers, 2) coordinates. sites : (n_sites, 2) coordinates.
    weight : (n_customers,) > 0, cost per unit of distance.
    rounding : of the distance, before the weight: none, down, or to the nearest integer.

    Raises
    ------
    UsageError
        If there is no customer, no site, or a number is not finite.
    """

    customers: FloatArray
    sites: FloatArray
    weight: FloatArray
    rounding: Rounding = "none"
    tree: cKDTree = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.customers) == 0 or len(self.sites) == 0:
            raise UsageError("Costs need at least one customer and one site.")
        if not all(np.all(np.isfinite(part)) for part in (self.customers, self.sites, self.weight)):
            raise UsageError("Coordinates and weights must be finite numbers.")
        object.__setattr__(self, "tree", cKDTree(self.sites))

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return len(self.customers)

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.sites)

    def nearest(self, customers: IntArray, count: int) -> tuple[NDArray[np.int32], FloatArray]:
        """The `count` cheapest sites of each customer; see `ServiceCosts`."""
        _, near = self.tree.query(self.customers[customers], k=np.arange(1, count + 1))
        chosen = np.sort(near, axis=1)
        costs = self.between(customers[:, None], chosen)
        order = np.argsort(costs, axis=1, kind="stable")
        return (
            np.take_along_axis(chosen, order, axis=1).astype(np.int32),
            np.take_along_axis(costs, order, axis=1),
        )

    def between(self, customers: IntArray, sites: IntArray) -> FloatArray:
        """Cost of each pair."""
        across = self.customers[customers, 0] - self.sites[sites, 0]  # one axis at a time: long inner loops
        along = self.customers[customers, 1] - self.sites[sites, 1]
        distance = np.sqrt(across**2 + along**2)
        if self.rounding == "down":
            distance = np.floor(distance)
        elif self.rounding == "nearest":
            distance = np.floor(distance + 0.5)
        cost: FloatArray = self.weight[customers] * distance
        return cost
