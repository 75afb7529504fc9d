"""The cheapest sites of each customer: lists that grow where they turn out to be too short."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.location.problem import FloatArray, IntArray
from entrepot.location.service_costs import ServiceCosts
from entrepot.solvers.crew import ALONE, Crew

ENTRIES_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Lists of sites per customer, ascending by cost.

    Attributes
    ----------
    site : (n_customers, k) int32 listed sites, -1 behind the end of a shorter list.
    cost : (n_customers, k) float64 their costs, inf behind the end.
    count : (n_customers,) length of each list. n_sites : of the problem.
    """

    site: NDArray[np.int32]
    cost: FloatArray
    count: IntArray
    n_sites: int

    @property
    def next_cost(self) -> FloatArray:
        """(n_customers,) what every site that is not listed costs at least; inf where all are listed."""
        last = self.cost[np.arange(len(self.count)), self.count - 1]
        return np.where(self.count >= self.n_sites, np.inf, last)

    def grown(self, costs: ServiceCosts, customers: IntArray, count: int, crew: Crew = ALONE) -> "Neighbours":
        """The same lists, but those of the given customers hold `count` sites at least, until it is over."""
        count = min(count, self.n_sites)
        short = customers[self.count[customers] < count]
        if len(short) == 0:
            return self
        width = max(count, self.site.shape[1])
        site = np.full((len(self.count), width), -1, dtype=np.int32)
        cost = np.full((len(self.count), width), np.inf)
        site[:, : self.site.shape[1]], cost[:, : self.cost.shape[1]] = self.site, self.cost
        done = _fill(costs, short, count, (site, cost), crew)
        lengths = self.count.copy()
        lengths[short[:done]] = count
        return Neighbours(site, cost, lengths, self.n_sites)


def nearest_sites(costs: ServiceCosts, count: int, crew: Crew = ALONE) -> Neighbours:
    """Lists of the `count` cheapest sites of every customer (all sites, if there are fewer).

    Customers whose list was not made before it was over have one of one site.
    """
    count, n = min(count, costs.n_sites), costs.n_customers
    site, cost = np.empty((n, count), dtype=np.int32), np.empty((n, count))
    length = np.full(n, count)
    done = _fill(costs, np.arange(n), count, (site, cost), crew)
    if done < n:
        site[done:], cost[done:], length[done:] = -1, np.inf, 1
        _fill(costs, np.arange(done, n), 1, (site, cost), ALONE)
    return Neighbours(site, cost, length, costs.n_sites)


def _fill(
    costs: ServiceCosts,
    customers: IntArray,
    count: int,
    lists: tuple[NDArray[np.int32], FloatArray],
    crew: Crew,
) -> int:
    """Write the lists of customers; how many of them were written before it was over."""
    at_once = max(1, ENTRIES_AT_ONCE // costs.n_sites) if count * 4 > costs.n_sites else 4096
    at_once = max(1, min(at_once, ENTRIES_AT_ONCE // count))

    def fill_block(first: int, last: int) -> int:
        block = customers[first:last]
        lists[0][block, :count], lists[1][block, :count] = costs.nearest(block, count)
        return len(block)

    return sum(crew.work(fill_block, len(customers), at_once))
