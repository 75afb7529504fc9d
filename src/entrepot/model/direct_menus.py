"""Which gateways of direct parcels stand in rows over tonnes: each of them has a menu of its own.

A parcel through such a gateway uses room that another may need, so no offer through it makes one elsewhere
superfluous (nor where the row is left out for now, see `model.rooms`); and on a lane with a commitment it can
be worth the shortfall that it pays off.
"""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance
from entrepot.model.paths import ABSENT, Paths, hauls
from entrepot.model.rooms import all_rooms
from entrepot.terms.inbound import DirectPaths
from entrepot.terms.linehaul import shortfall_price, tonnes


@dataclass(frozen=True, slots=True, eq=False)
class DirectRows:
    """What rows over tonnes mean for direct parcels, both (n_gateways, n_products, n_periods).

    Attributes
    ----------
    is_counted : whether some row counts them. bonus : EUR/parcel, not discounted, that one can save at most.
    """

    is_counted: BoolArray
    bonus: FloatArray


def direct_rows(instance: Instance, paths: Paths, direct: DirectPaths) -> DirectRows:
    """Find the gateways, products and periods whose direct parcels stand in some row."""
    shape = (instance.n_gateways, instance.n_products, instance.n_periods)
    is_counted, bonus = np.zeros(shape, dtype=np.bool_), np.zeros(shape)
    share, weight = instance.origins.supply_share, tonnes(instance.products.weight)
    for haul in hauls(instance, paths, all_rooms(instance)):
        t = haul.period
        if haul.lane == ABSENT:
            is_counted[haul.gateway, :, t] = True
            continue
        part = (direct.lane[:, :, t, :] == haul.lane) @ share
        is_counted[:, :, t] |= part > 0.0
        if haul.sign < 0.0:
            bonus[:, :, t] += part * weight * float(shortfall_price(instance, haul.lane, t))
    return DirectRows(is_counted, bonus)
