"""What all markets together can buy from us at most: no plan sends more."""

import numpy as np

from entrepot.instance import FloatArray, Instance
from entrepot.terms.share import attraction_in_class, market_share


def most_sold_by_market(instance: Instance, rivals_total: FloatArray) -> FloatArray:
    """Potential x largest share, parcels, (n_markets, n_products, n_periods).

    Parameters
    ----------
    rivals_total : (n_markets, n_periods) attraction of all rivals together.
    """
    sold = np.zeros(instance.demand.shape)
    for product in range(instance.n_products):
        fee = instance.products.delivery_fee[product]
        best = max(
            float(np.max(attraction_in_class(instance, np.array(level), np.zeros(()), fee)))
            for level in range(instance.n_classes)
        )
        sold[:, product] = instance.demand[:, product] * market_share(
            instance, np.asarray(best), rivals_total
        )
    return sold


def most_sold(instance: Instance, rivals_total: FloatArray) -> FloatArray:
    """Parcels of each product in each period over all markets, (n_products, n_periods)."""
    total: FloatArray = most_sold_by_market(instance, rivals_total).sum(axis=0)
    return total
