"""Rows over tonnes that count direct parcels beside the paths of stock."""

from collections.abc import Iterator

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.model.cell_keys import CellKeys
from entrepot.model.layout import NONE
from entrepot.model.path_choice import PathChoice
from entrepot.model.paths import ABSENT, Haul, Paths, counted_paths, hauls
from entrepot.model.resource_row import ResourceRow
from entrepot.model.ways import WayTable
from entrepot.terms.inbound import DirectPaths
from entrepot.terms.linehaul import tonnes


def haul_rows(
    instance: Instance, paths: Paths, direct: DirectPaths, cells: CellKeys, ways: WayTable
) -> Iterator[ResourceRow]:
    """Capacities, use of gateways, sailings and commitments as rows over paths and direct parcels."""
    sent = np.flatnonzero(ways.gateway != NONE)
    period = cells.period[ways.cell[sent]]
    for haul in hauls(instance, paths):
        mine = sent[period == haul.period]
        way, usage = _direct_tonnes(instance, direct, haul, mine, cells, ways)
        path = counted_paths(instance, paths, haul)
        yield ResourceRow(
            haul.name,
            way,
            haul.sign * usage,
            np.append(paths.column[path], haul.column),
            np.append(-haul.sign * paths.tonnes[path], haul.coefficient),
            haul.constant,
        )


def _direct_tonnes(  # noqa: PLR0917 - what a row counts, and where it looks it up
    instance: Instance, direct: DirectPaths, haul: Haul, way: IntArray, cells: CellKeys, ways: WayTable
) -> tuple[IntArray, FloatArray]:
    """Direct ways that a row counts, and their tonnes per unit of cell weight."""
    product, gateway = cells.product[ways.cell[way]], ways.gateway[way].astype(np.int64)
    part = np.zeros(len(way))
    if haul.lane == ABSENT:
        part[gateway == haul.gateway] = 1.0
    else:
        by_lane = direct.lane[gateway, product, haul.period] == haul.lane
        part = by_lane @ instance.origins.supply_share
    used = part > 0.0
    weight = instance.products.weight[product[used]]
    return way[used], tonnes(part[used] * weight * ways.volume[way[used]])


def carbon_of_paths(paths: Paths, period: int | None = None) -> tuple[IntArray, FloatArray]:
    """Columns of the paths of a period (or of all), and kg CO2e per unit of each."""
    choice: PathChoice = paths.choice
    mine = np.flatnonzero((choice.carbon > 0.0) & ((choice.period == period) | (period is None)))
    return paths.column[mine], choice.carbon[mine] * paths.unit[mine]
