"""The rows over flows that tie what leaves a centre to its columns."""

from collections.abc import Iterator

import numpy as np

from entrepot.instance import Instance
from entrepot.model.cell_keys import CellKeys
from entrepot.model.facilities import Facilities
from entrepot.model.layout import NONE
from entrepot.model.resource_row import ResourceRow
from entrepot.model.throughput import Throughput, throughput_label
from entrepot.model.ways import WayTable


def throughput_rows(
    instance: Instance, found: Throughput, places: Facilities, cells: CellKeys, ways: WayTable
) -> Iterator[ResourceRow]:
    """What the stocked ways of a key sell is at most its column; a way stands in one such row at most."""
    if len(found) == 0:
        return
    stocked = np.flatnonzero(ways.facility != NONE)
    site = places.site[ways.facility[stocked]]
    cell = ways.cell[stocked]
    key = found.position[site, cells.product[cell], cells.period[cell]]
    order = np.argsort(key, kind="stable")
    bounds = np.searchsorted(key[order], np.arange(len(found) + 1))
    for at in range(len(found)):
        way = stocked[order[bounds[at] : bounds[at + 1]]]
        label = throughput_label(instance, int(found.site[at]), int(found.product[at]), int(found.period[at]))
        yield ResourceRow(
            f"throughput of {label}",
            way,
            ways.volume[way],
            found.column[at : at + 1],
            found.most[at : at + 1],
            0.0,
        )
