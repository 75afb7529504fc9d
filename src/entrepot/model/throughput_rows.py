"""The rows over flows that tie what leaves a centre to its columns."""

from collections.abc import Iterator

import numpy as np

from entrepot.instance import FloatArray, Instance
from entrepot.kernels.grouping import grouped
from entrepot.model.cell_keys import CellKeys
from entrepot.model.facilities import Facilities
from entrepot.model.layout import NONE
from entrepot.model.resource_row import ResourceRow
from entrepot.model.throughput import Throughput, throughput_label
from entrepot.model.ways import WayTable
from entrepot.terms.time import discount, middle_day

NEARLY = 0.99
"""Part of the cost that is suggested as a price: at all of it, buying more than is sent would be as good."""


def throughput_rows(
    instance: Instance, found: Throughput, places: Facilities, cells: CellKeys, ways: WayTable
) -> Iterator[ResourceRow]:
    """What the stocked ways of a key sell is at most its column; a way stands in one such row at most."""
    if len(found) == 0:
        return
    nowhere = np.full((1, instance.n_products), NONE)
    key = np.concatenate([found.position[places.site, :, places.period], nowhere]).astype(np.int32)
    order, bounds = grouped(key[ways.facility, cells.product[ways.cell]], len(found))
    for at in range(len(found)):
        way = order[bounds[at] : bounds[at + 1]]
        yield ResourceRow(
            _name(instance, found, at),
            way,
            ways.volume[way],
            found.column[at : at + 1],
            found.most[at : at + 1],
            0.0,
        )


def suggested_prices(
    instance: Instance, found: Throughput, names: tuple[str, ...], moved: FloatArray
) -> FloatArray | None:
    """Nearly what a parcel costs that leaves, where ways leave its cheapest paths to columns; None = nowhere.

    There ways cost what they would at the cheapest paths, and a search begins as it would without columns.

    Parameters
    ----------
    names : of all resources. moved : (n_sites, n_products, n_periods) EUR/parcel, see `PathChoice`.

    Returns
    -------
    (n_resources,) EUR per parcel, discounted.
    """
    each = moved[found.site, found.product, found.period]
    if not each.any():
        return None
    worth = dict(
        zip(
            (_name(instance, found, at) for at in range(len(found))),
            NEARLY * each * discount(instance, middle_day(instance))[found.period],
            strict=True,
        )
    )
    return np.array([worth.get(name, 0.0) for name in names])


def _name(instance: Instance, found: Throughput, at: int) -> str:
    key = (int(found.site[at]), int(found.product[at]), int(found.period[at]))
    return f"throughput of {throughput_label(instance, *key)}"
