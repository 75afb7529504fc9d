"""Fewer points for many: neighbours merged, so that a plan and prices are found for all of them at once."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from entrepot.location.facility_location import FacilityLocation
from entrepot.location.problem import FloatArray, IntArray
from entrepot.location.service_costs import PlaneCosts

AROUND = 4
"""Merged customers from whose prices the price of a customer is blended."""


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """A problem with merged points.

    Attributes
    ----------
    problem : the smaller one. site : (its n_sites,) the site of the larger problem that stands for each.
    """

    problem: FacilityLocation
    costs: PlaneCosts
    site: IntArray


def merged(problem: FacilityLocation, costs: PlaneCosts, customers: int, sites: int) -> Coarse:
    """About so many customers and sites: customers at their centres of gravity, sites one of each group.

    Distances are not rounded. Nothing proved about the smaller problem holds for the larger one.
    """
    group = groups_of(costs.customers, customers)
    n = int(group.max()) + 1
    weight: FloatArray = np.bincount(group, costs.weight, n).astype(np.float64)
    centre = np.column_stack(
        [np.bincount(group, costs.weight * costs.customers[:, axis], n) / weight for axis in (0, 1)]
    )
    site = _middles(costs.sites, groups_of(costs.sites, sites))
    fewer = PlaneCosts(centre, costs.sites[site], weight)
    return Coarse(
        FacilityLocation(
            name=problem.name,
            costs=fewer,
            fixed_cost=problem.fixed_cost[site],
            demand=np.bincount(group, problem.demand, n).astype(np.float64),
            capacity=problem.capacity[site],
            n_open=problem.n_open,
        ),
        fewer,
        site,
    )


def groups_of(points: FloatArray, count: int) -> IntArray:
    """Number of the group of each of (n, 2) points: halved at the median of the wider side, again and again.

    References
    ----------
    Bentley (1975), Multidimensional binary search trees used for associative searching, CACM 18.
    """
    group = np.empty(len(points), dtype=np.int64)
    waiting = [(np.arange(len(points)), max(1, min(count, len(points))))]
    done = 0
    while waiting:
        inside, parts = waiting.pop()
        if parts == 1:
            group[inside] = done
            done += 1
            continue
        place = points[inside]
        axis = int(np.argmax(np.ptp(place, axis=0)))
        low = parts // 2
        middle = min(max(low, len(inside) * low // parts), len(inside) - (parts - low))
        order = np.argpartition(place[:, axis], middle)
        waiting.append((inside[order[middle:]], parts - low))
        waiting.append((inside[order[:middle]], low))
    return group


def _middles(points: FloatArray, group: IntArray) -> IntArray:
    """Of each group the point nearest its centre, ascending."""
    n = int(group.max()) + 1
    size = np.bincount(group, minlength=n)
    centre = np.column_stack([np.bincount(group, points[:, axis], n) / size for axis in (0, 1)])
    apart = np.sum((points - centre[group]) ** 2, axis=1)
    order = np.lexsort((apart, group))
    first = np.searchsorted(group[order], np.arange(n))
    return np.sort(order[first])


def spread(coarse: PlaneCosts, price: FloatArray, costs: PlaneCosts) -> FloatArray:
    """Prices of the customers of the larger problem, blended from the (n,) ones of the merged ones nearby.

    A price per unit of weight is as smooth a function of the place as a distance is: the blend weighs each of
    the nearest merged customers by one over its distance.
    """
    n_around = min(AROUND, coarse.n_customers)
    apart, near = cKDTree(coarse.customers).query(costs.customers, k=np.arange(1, n_around + 1))
    share = 1.0 / (apart + 1e-9 * (1.0 + float(np.max(apart))))
    share /= np.sum(share, axis=1, keepdims=True)
    blended: FloatArray = costs.weight * np.sum(share * (price / coarse.weight)[near], axis=1)
    return blended
