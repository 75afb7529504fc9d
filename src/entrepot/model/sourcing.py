"""Single sourcing: cells that are served whole, and centres that stay the source of a market."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from entrepot.instance import BoolArray, Instance
from entrepot.instance.policies import SPLIT
from entrepot.location import Enablers
from entrepot.model.cell_keys import CellKeys
from entrepot.model.facilities import Facilities
from entrepot.model.layout import NONE
from entrepot.model.policies import Marks
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
    The enablers, and the partner facility of each way, -1 = none; (enablers, None) where nothing is stable.
    """
    if not marks.source:
        return places.enablers, None
    column = np.full((*instance.policies.sourcing.shape, instance.n_sites), NONE)
    for key, number in marks.source.items():
        column[key] = number
    stocked = np.flatnonzero(ways.facility != NONE)
    cell, site = ways.cell[stocked], places.site[ways.facility[stocked]]
    source = column[cells.market[cell], cells.product[cell], site]
    needs = source != NONE
    keys, position = np.unique(
        cell[needs].astype(np.int64) * instance.n_sites + site[needs], return_inverse=True
    )
    partner = np.full(len(ways.cell), NONE, dtype=np.int32)
    partner[stocked[needs]] = len(places.enablers.facility_group) + position
    of_cell, of_site = np.divmod(keys, instance.n_sites)
    mark = column[cells.market[of_cell], cells.product[of_cell], of_site]
    names = tuple(
        f"{instance.sites.labels[j]} for {instance.markets.labels[cells.market[c]]} "
        f"{instance.products.labels[cells.product[c]]} {instance.periods.labels[cells.period[c]]}"
        for c, j in zip(of_cell, of_site, strict=True)
    )
    return _with(places.enablers, cells.period[of_cell], mark, names), partner


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
