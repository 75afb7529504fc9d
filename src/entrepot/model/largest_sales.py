"""What all markets together can buy from us at most: no plan sends more."""

import numpy as np

from entrepot.instance import FloatArray, Instance
from entrepot.terms.share import attraction_in_class, market_share


def most_sold(instance: Instance, rivals_total: FloatArray) -> FloatArray:
    """Parcels of each product in each period, (n_products, n_periods): potential x share at the best promise.

    Parameters
    ----------
    rivals_total : (n_markets, n_periods) attraction of all rivals together.
    """
    sold = np.zeros((instance.n_products, instance.n_periods))
    for product in range(instance.n_products):
        fee = instance.products.delivery_fee[product]
        best = max(
            float(np.max(attraction_in_class(instance, np.array(level), np.zeros(()), fee)))
            for level in range(instance.n_classes)
        )
        share = market_share(instance, np.asarray(best), rivals_total)
        sold[product] = (instance.demand[:, product] * share).sum(axis=0)
    return sold
