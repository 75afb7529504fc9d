"""What leaves a centre by product and period, as a column: what features of the supply side are stated over.

A feature (paths on the way in, stock) names the (site, product, period) that it needs. Each gets one
continuous column L, in units of the most that can leave, and one row over flows:

    sum over the stocked ways of the site, product and period of d v x <= most L

Every feature states its own costs and rows over L, all such that more L is never worth more than less: the
row then holds as an equation in some optimal plan. A key that nobody asks for has neither column nor row.
"""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.model.block import Block, amounts
from entrepot.model.layout import NONE
from entrepot.terms.centre import capacity
from entrepot.terms.contracts import operators_of_site


@dataclass(frozen=True, slots=True, eq=False)
class Throughput:
    """Columns "parcels of a product that leave a site in a period", all (n_keys,), sorted by key.

    Attributes
    ----------
    site, product, period : indices. most : parcels; no plan sends more. One unit of the column stands for it.
    column : strategic column.
    position : (n_sites, n_products, n_periods) index into the arrays above, -1 = nobody asked for it.
    """

    site: IntArray
    product: IntArray
    period: IntArray
    most: FloatArray
    column: IntArray
    position: IntArray

    def __len__(self) -> int:
        return len(self.column)

    def column_of(self, site: int, product: int, period: int) -> int:
        """Strategic column of a key, -1 where nobody asked for it."""
        at = int(self.position[site, product, period])
        return NONE if at == NONE else int(self.column[at])


def throughput_of(instance: Instance, asked: BoolArray, start: int) -> tuple[Throughput, Block]:
    """Columns of the keys that some feature asks for, numbered from `start`.

    Parameters
    ----------
    asked : (n_sites, n_products, n_periods).
    """
    most = largest_throughput(instance)
    site, product, period = np.nonzero(asked)
    n = len(site)
    position = np.full(asked.shape, NONE, dtype=np.int64)
    position[site, product, period] = np.arange(n)
    size = np.maximum(most[site, product, period], 1.0)
    names = tuple(
        f"parcels of {throughput_label(instance, *key)}"
        for key in zip(site.tolist(), product.tolist(), period.tolist(), strict=True)
    )
    free = np.zeros(n)
    found = Throughput(site, product, period, size, start + np.arange(n), position)
    return found, amounts(free, free, np.ones(n), names)


def largest_throughput(instance: Instance) -> FloatArray:
    """Parcels of a product that a site can send in a period: (n_sites, n_products, n_periods).

    The least of the potential of all markets and what the largest size can handle under any of its operators.
    """
    potential = instance.demand.sum(axis=0)[None]
    handling = instance.products.handling_factor[None, :, None]
    top = np.maximum(instance.sites.max_size, instance.sites.initial_size)
    room = np.zeros((instance.n_sites, 1, instance.n_periods))
    for j in range(instance.n_sites):
        for t in range(instance.n_periods):
            room[j, 0, t] = max(
                (float(capacity(instance, j, top[j], t, q)) for q in operators_of_site(instance, j)),
                default=0.0,
            )
    by_handling = np.divide(
        room,
        handling,
        out=np.full(np.broadcast_shapes(room.shape, handling.shape), np.inf),
        where=handling > 0,
    )
    most: FloatArray = np.minimum(potential, by_handling)
    return most


def throughput_label(instance: Instance, site: int, product: int, period: int) -> str:
    """Site, product and period of a key, for planners."""
    place, goods = instance.sites.labels[site], instance.products.labels[product]
    return f"{goods} from {place} {instance.periods.labels[period]}"
