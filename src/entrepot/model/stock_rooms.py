"""Rows over flows: stock finds room in the centre."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array

from entrepot.instance import Instance
from entrepot.model.cell_keys import CellKeys
from entrepot.model.facilities import Facilities
from entrepot.model.layout import NONE
from entrepot.model.resource_row import ResourceRow
from entrepot.model.ways import WayTable
from entrepot.terms.stock import per_day, space_per_parcel


def stock_rooms(
    instance: Instance, places: Facilities, cells: CellKeys, ways: WayTable
) -> Iterator[ResourceRow]:
    """m3 of what a centre sends, at the days of stock that the rule counts, stay within the room of its size.

    Sizes whose room no throughput can fill have just the room that is needed at most.
    """
    if places.stock is None or not np.isfinite(instance.stock.storage).any():
        return
    space = space_per_parcel(instance, places.stock.rule)
    site, level, period, _ = places.stock.where
    product = np.arange(instance.n_products)[None, :]
    daily = per_day(instance, places.stock.most, period[:, None])
    needed = (space[site[:, None], product, period[:, None]] * daily).sum(axis=1)
    room = np.minimum(instance.stock.storage[level - 1], needed)
    pointer = places.enablers.facility_pointer
    stocked = np.flatnonzero(ways.facility != NONE)
    order = stocked[np.argsort(ways.facility[stocked], kind="stable")]
    bounds = np.searchsorted(ways.facility[order], np.arange(len(places.site) + 1))
    for g in range(len(places.site)):
        mine = slice(int(pointer[g]), int(pointer[g + 1]))
        if np.all(room[mine] >= needed[mine]):
            continue
        j, t, way = int(places.site[g]), int(places.period[g]), order[bounds[g] : bounds[g + 1]]
        goods = cells.product[ways.cell[way]]
        used = ways.volume[way] * per_day(instance, space[j, goods, t], t)
        lent = csr_array(room[None, mine] @ places.enablers.matrix[mine])
        name = f"room for stock at {instance.sites.labels[j]} in {instance.periods.labels[t]}"
        yield ResourceRow(name, way, used, lent.indices.astype(np.int64), lent.data, 0.0)
