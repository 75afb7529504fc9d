"""What pooled stock depends on: variability of demand and lead times, targets, room."""

from dataclasses import dataclass, fields

import numpy as np

from entrepot.instance.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class StockTerms:
    """How much stock a centre needs for what it sends. Without `is_pooled` nothing here counts.

    Attributes
    ----------
    is_pooled : stock follows from throughput; False = `Products.stock_days` of demand.
    review_days : days between replenishments over lanes without sailings per week.
    items : (n_products,) different items of the class that a centre keeps.
    variability : (n_products,) variance of an item's daily demand over its mean, parcels.
    cycle_service : (n_products,) probability of no stock-out in a replenishment cycle; nan = the fill rate
        is the target. fill_rate : (n_products,) part of demand that is met from the shelf.
    reference_demand : (n_products,) parcels a day of a centre for which the fill rate is met exactly, and
        by whose days of stock space is counted.
    transit_sd : (n_lanes,) standard deviation of the lead time, days.
    storage : (n_sizes,) m3 of stock that a size has room for; inf = no limit.
    """

    is_pooled: bool
    review_days: float
    items: FloatArray
    variability: FloatArray
    cycle_service: FloatArray
    fill_rate: FloatArray
    reference_demand: FloatArray
    transit_sd: FloatArray
    storage: FloatArray

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)


def fixed_stock_days() -> StockTerms:
    """Stock as a given number of days of demand."""
    none = np.zeros(0)
    return StockTerms(False, 7.0, *(none.copy() for _ in range(7)))
