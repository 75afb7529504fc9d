"""The decisions, as plain values with indices into the instance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.instance.arrays import seal

NOT_OPEN = 0


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """Who serves whom by which way. All arrays (n_flows,); one row per used way, sorted by period.

    Attributes
    ----------
    period, market, product : indices of the cell.
    site : index of the centre, -1 for a direct parcel.
    gateway : index of the gateway of a direct parcel, -1 for stock.
    service : index of the carrier service of the last mile.
    fraction : part of the cell's customers that see this offer, (0, 1].
    """

    period: IntArray
    market: IntArray
    product: IntArray
    site: IntArray
    gateway: IntArray
    service: IntArray
    fraction: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.fraction))


@dataclass(frozen=True, slots=True, eq=False)
class Inbound:
    """By which lanes stock comes to the centres. All arrays (n_inbound,).

    Attributes
    ----------
    period, site, product, origin : indices. gateway : index of the gateway used for that origin's goods.
    lane : index of the linehaul lane used.
    fraction : part of that origin's goods of the product that comes by this lane, (0, 1].
    """

    period: IntArray
    site: IntArray
    product: IntArray
    origin: IntArray
    gateway: IntArray
    lane: IntArray
    fraction: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.lane))


def inbound_rows(
    instance: Instance, key: Sequence[IntArray], lane: IntArray, fraction: FloatArray
) -> Inbound:
    """Inbound rows in order; `key` is period, site, product, origin, all (n,) like `lane` and `fraction`."""
    order = np.lexsort((lane, *key[::-1]))
    period, site, product, origin = (each[order] for each in key)
    return Inbound(
        period=period,
        site=site,
        product=product,
        origin=origin,
        gateway=instance.lanes.gateway_index[lane[order]],
        lane=lane[order],
        fraction=fraction[order],
    )


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What is open, how big, run by whom, from when; who serves whom by which way.

    Attributes
    ----------
    size : (n_sites, n_periods) size level of each site, 0 = not open, 1 ... n_sizes.
    operator : (n_sites, n_periods) offer under which each site is run, index into `Operators`, -1 = not open.
    carrier : (n_carriers, n_countries, n_periods) bool, where each carrier is contracted; means nothing for
        carriers that need no contract.
    flows : the customers' side. inbound : the supply side, rows per open centre, product and origin.
    """

    size: IntArray
    operator: IntArray
    carrier: BoolArray
    flows: Flows
    inbound: Inbound

    def __post_init__(self) -> None:
        self.size.setflags(write=False)
        self.operator.setflags(write=False)
        self.carrier.setflags(write=False)


def opening_period(size: IntArray, initial: int) -> int | None:
    """First period in which a site that was closed before is open, or None.

    Parameters
    ----------
    size : (n_periods,) size level. initial : size level before the horizon.
    """
    opened = [t for t, level in enumerate(size) if level > 0]
    return opened[0] if opened and initial == 0 else None


def open_sites(instance: Instance, plan: Plan) -> list[int]:
    """Sites that are open in some period, by first period and then by name."""
    used = [j for j in range(instance.n_sites) if plan.size[j].any()]
    return sorted(used, key=lambda j: (int((plan.size[j] > 0).argmax()), instance.sites.labels[j]))
