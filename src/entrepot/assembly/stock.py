"""What pooled stock of the instance depends on."""

import numpy as np

from entrepot.assembly.lookup import Lookup
from entrepot.instance import FloatArray, Periods, StockTerms, fixed_stock_days
from entrepot.units import DAYS_PER_YEAR

PART_OF_POTENTIAL = 0.1
"""A product's reference demand, where none is stated, in its whole potential."""


def stock_of(lookup: Lookup, periods: Periods, demand: FloatArray) -> StockTerms:
    """Terms of pooled stock; `fixed_stock_days` where the study does not ask for it.

    Parameters
    ----------
    demand : (n_markets, n_products, n_periods) parcels.
    """
    if not lookup.study.settings["stock.pooled"]:
        return fixed_stock_days()
    number = lookup.number
    fill_rate, reference = number("products", "fill_rate"), number("products", "reference_demand")
    a_day = demand.sum(axis=(0, 2)) / (DAYS_PER_YEAR * periods.years.sum())
    return StockTerms(
        is_pooled=True,
        review_days=lookup.setting("stock.review_days"),
        items=number("products", "items"),
        variability=number("products", "variability"),
        cycle_service=number("products", "cycle_service"),
        fill_rate=np.where(np.isnan(fill_rate), lookup.setting("stock.fill_rate"), fill_rate),
        reference_demand=np.where(np.isnan(reference), PART_OF_POTENTIAL * a_day, reference),
        transit_sd=number("lanes", "transit_sd"),
        storage=number("sizes", "storage", empty=np.inf),
    )
