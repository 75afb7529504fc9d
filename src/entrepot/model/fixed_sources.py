"""Stable sources in two steps: a relaxation that bounds, and plans in which every market has its centre.

Which centre serves a market in all periods is a yes-or-no column for every market, product and site, which
is exact but too many for a large study. So the sources are first left free in each period: no stable plan is
worth more than that. Then every market keeps one of the centres that serve it there, and the ways from all
others are left out: what is planned then is stable.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from entrepot.instance import FloatArray, Instance
from entrepot.instance.policies import SINGLE, STABLE
from entrepot.location import Assignment, LocationProblem, cell_of_way
from entrepot.model.build import Built
from entrepot.model.layout import NONE

Ways = NDArray[np.int64]


def needs_stable_sources(instance: Instance) -> bool:
    """Whether some market and product asks for a stable source, and could have another in another period."""
    several = (instance.demand > 0.0).sum(axis=2) > 1
    return bool((several & (instance.policies.sourcing == STABLE)).any())


def n_source_columns(instance: Instance) -> int:
    """Yes-or-no columns of the exact formulation."""
    several = (instance.demand > 0.0).sum(axis=2) > 1
    stable = int((several & (instance.policies.sourcing == STABLE)).sum())
    return stable * sum(status != "forbidden" for status in instance.sites.status)


def without_stability(instance: Instance) -> Instance:
    """The instance in which a stable source is a single one in each period."""
    sourcing = np.minimum(instance.policies.sourcing, SINGLE)
    return replace(instance, policies=replace(instance.policies, sourcing=sourcing))


def ways_of_sources(instance: Instance, built: Built, columns: FloatArray, flows: Assignment) -> Ways:
    """Ways that stay when every stable market and product keeps one centre.

    Parameters
    ----------
    built : of the instance without stability. columns, flows : a plan of it.

    Notes
    -----
    Of the centres that serve the market in some period of the plan, the one whose best offers gain most over
    direct parcels (or serving nobody), summed over the periods in which it is open.
    """
    problem, layout = built.problem, built.layout
    n_products = instance.n_products
    pair = layout.cell_market.astype(np.int64) * n_products + layout.cell_product
    is_stable = instance.policies.sourcing[layout.cell_market, layout.cell_product] == STABLE
    cell = np.repeat(np.arange(problem.n_cells), np.diff(layout.way_pointer))
    facility = layout.way_facility
    site = np.where(facility == NONE, NONE, layout.facility_site[np.maximum(facility, 0)])
    used_cell = cell_of_way(problem, flows.way)
    worth = _worth_by_pair_and_site(instance, problem, columns, (pair, cell, site))
    is_used = np.zeros(worth.shape, dtype=np.bool_)
    stocked = site[flows.way] != NONE
    is_used[pair[used_cell[stocked]], site[flows.way[stocked]]] = True
    source = np.argmax(np.where(is_used, worth, -np.inf), axis=1)
    source[~is_used.any(axis=1)] = np.argmax(worth, axis=1)[~is_used.any(axis=1)]
    stays = (site == NONE) | ~is_stable[cell] | (site == source[pair[cell]])
    return np.flatnonzero(stays)


def _worth_by_pair_and_site(
    instance: Instance,
    problem: LocationProblem,
    columns: FloatArray,
    of_way: tuple[Ways, Ways, Ways],
) -> FloatArray:
    """Gain over direct parcels by the best offer of each site while it is open, (n_pairs, n_sites) EUR."""
    pair, cell, site = of_way
    weights = problem.enablers.matrix @ columns + problem.enablers.constant
    pointer = problem.enablers.facility_pointer
    is_on = np.zeros(max(problem.n_facilities, 1), dtype=np.bool_)
    if problem.n_facilities:
        is_on = np.add.reduceat(weights, pointer[:-1]) > 0.5
    serves = (site != NONE) & is_on[np.maximum(problem.ways.facility, 0)]
    direct = np.zeros(problem.n_cells)
    np.maximum.at(direct, cell[site == NONE], problem.ways.value[site == NONE])
    gain = np.maximum(problem.ways.value - direct[cell], 0.0) * problem.cells.weight[cell]
    best = np.zeros((problem.n_cells, instance.n_sites))
    np.maximum.at(best, (cell[serves], site[serves]), gain[serves])
    worth = np.zeros((instance.n_markets * instance.n_products, instance.n_sites))
    np.add.at(worth, pair, best)
    return worth


def with_ways(problem: LocationProblem, kept: Ways) -> LocationProblem:
    """The problem with some of its ways only; way a of it is way kept[a] of the problem."""
    ways, cells = problem.ways, problem.cells
    cell = np.repeat(np.arange(problem.n_cells), np.diff(cells.way_pointer))[kept]
    count = np.bincount(cell, minlength=problem.n_cells)
    usage = csr_array(csr_array(problem.resources.usage.T)[kept].T)
    return replace(
        problem,
        cells=replace(cells, way_pointer=np.concatenate([[0], np.cumsum(count)]).astype(np.int64)),
        ways=replace(
            ways,
            facility=ways.facility[kept],
            value=ways.value[kept],
            volume=ways.volume[kept],
            charge=ways.charge[kept],
            partner=None if ways.partner is None else ways.partner[kept],
        ),
        resources=replace(problem.resources, usage=usage),
    )
