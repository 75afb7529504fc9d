"""Single sourcing: cells that are served whole, and centres that stay the source of a market.

A centre is the source of a market and product in all periods: one column, which every stocked way from there
needs. Where carriers work under contract, a way's partner is the contract of its carrier, and the source is
a row over flows; everywhere else the source is the way's partner.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from entrepot.instance import BoolArray, Instance, IntArray
from entrepot.instance.policies import SPLIT
from entrepot.location import Enablers
from entrepot.model.cell_keys import CellKeys
from entrepot.model.facilities import Facilities
from entrepot.model.layout import NONE
from entrepot.model.policies import Marks
from entrepot.model.resource_row import ResourceRow
from entrepot.model.ways import WayTable

Partners = NDArray[np.int32]


def single_cells(instance: Instance, cells: CellKeys) -> BoolArray | None:
    """Which cells one offer serves whole, or nobody, (n_cells,); None where no cell asks for it."""
    is_single: BoolArray = instance.policies.sourcing[cells.market, cells.product] != SPLIT
    return is_single if is_single.any() else None


def stable_sources(
    instance: Instance, places: Facilities, marks: Marks, cells: CellKeys, ways: WayTable
) -> tuple[Enablers, Partners | None]:
    """Enablers with one more per stable cell and centre, on where that centre is the market's source.

    A stocked way of a stable cell needs the source of its cell and centre as its partner: in all periods the
    same column, so the centre that serves the market is the same one in all of them. Direct parcels come
    from no centre and need none.

    Returns
    -------
    The enablers, and the partner facility of each way, -1 = none; (enablers, None) where nothing is stable,
    or a way's partner is the contract of its carrier (then see `rows_of_sources`).
    """
    if not marks.source or instance.carriage.is_chosen.any():
        return places.enablers, None
    found = _needs(instance, places, marks, cells, ways)
    partner = np.full(len(ways.cell), NONE, dtype=np.int32)
    partner[found.way] = len(places.enablers.facility_group) + found.need
    return _with(places.enablers, cells.period[found.cell], found.mark, found.names), partner


def rows_of_sources(
    instance: Instance, places: Facilities, marks: Marks, cells: CellKeys, ways: WayTable
) -> Iterator[ResourceRow]:
    """A cell gets nothing from a centre that is not its source, where carriers work under contract."""
    if not marks.source or not instance.carriage.is_chosen.any():
        return
    found = _needs(instance, places, marks, cells, ways)
    weight = instance.demand[cells.market, cells.product, cells.period]
    order = np.argsort(found.need, kind="stable")
    parts = np.split(found.way[order], np.searchsorted(found.need[order], np.arange(1, len(found.cell))))
    for name, cell, mark, way in zip(found.names, found.cell, found.mark, parts, strict=True):
        each = np.full(len(way), 1.0 / weight[cell])
        yield ResourceRow(name, way, each, np.array([mark]), np.ones(1), 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Needs:
    """Which ways need a source, and which.

    Attributes
    ----------
    way : (n_ways,) that need one. need : (n_ways,) index of the need.
    cell, mark : (n_needs,) cell and column of the source. names : (n_needs,).
    """

    way: IntArray
    need: IntArray
    cell: IntArray
    mark: IntArray
    names: tuple[str, ...]


def _needs(instance: Instance, places: Facilities, marks: Marks, cells: CellKeys, ways: WayTable) -> _Needs:
    column = np.full((*instance.policies.sourcing.shape, instance.n_sites), NONE)
    for key, number in marks.source.items():
        column[key] = number
    stocked = np.flatnonzero(ways.facility != NONE)
    cell, site = ways.cell[stocked], places.site[ways.facility[stocked]]
    needs = column[cells.market[cell], cells.product[cell], site] != NONE
    keys, position = np.unique(
        cell[needs].astype(np.int64) * instance.n_sites + site[needs], return_inverse=True
    )
    of_cell, of_site = np.divmod(keys, instance.n_sites)
    names = tuple(
        f"{instance.sites.labels[j]} for {instance.markets.labels[cells.market[c]]} "
        f"{instance.products.labels[cells.product[c]]} {instance.periods.labels[cells.period[c]]}"
        for c, j in zip(of_cell, of_site, strict=True)
    )
    mark = column[cells.market[of_cell], cells.product[of_cell], of_site]
    return _Needs(stocked[needs], position, of_cell, mark, names)


def _with(
    enablers: Enablers, group: NDArray[np.int64], column: NDArray[np.int64], names: tuple[str, ...]
) -> Enablers:
    """More facilities with one configuration each, of the weight of a column and without a capacity."""
    n, old = len(column), len(enablers.constant)
    weight = csr_array((np.ones(n), (np.arange(n), column)), shape=(n, enablers.matrix.shape[1]))
    return replace(
        enablers,
        facility_pointer=np.concatenate([enablers.facility_pointer, old + 1 + np.arange(n)]),
        facility_group=np.concatenate([enablers.facility_group, group]),
        matrix=csr_array(vstack([enablers.matrix, weight], format="csr")),
        constant=np.concatenate([enablers.constant, np.zeros(n)]),
        capacity=np.concatenate([enablers.capacity, np.full(n, np.inf)]),
        shift=np.vstack([enablers.shift, np.zeros((n, enablers.shift.shape[1]))]),
        names=enablers.names + names,
    )
