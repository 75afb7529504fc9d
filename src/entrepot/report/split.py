"""Direct or from stock: which way each product class goes to each country, and when."""

import numpy as np
import polars as pl

from entrepot.instance import BoolArray, FloatArray, Instance
from entrepot.report.customers import label_series
from entrepot.report.deliveries import Deliveries, summed


def split_frame(instance: Instance, deliveries: Deliveries) -> pl.DataFrame:
    """One row per product, country and period with demand.

    Returns
    -------
    polars.DataFrame
        Parcels from stock and direct; of those from stock, the ones that were cleared again into another
        customs territory and the ones out of bonded centres; controllable cost per parcel of both ways,
        without capital, rent and the centres' fixed cost; `direct_share` of our parcels. Empty where nothing
        is sold that way.
    """
    flows = deliveries.flows
    country = instance.markets.country_index[flows.market]
    shape = (instance.n_products, len(instance.countries.ids), instance.n_periods)
    is_stocked = flows.site >= 0
    again, bonded = _borders(instance, deliveries)

    def total(amount: FloatArray, counts: BoolArray) -> FloatArray:
        return summed((flows.product, country, flows.period), np.where(counts, amount, 0.0), shape)

    parcels, cost = deliveries.parcels, deliveries.cost
    stocked, direct = total(parcels, is_stocked), total(parcels, ~is_stocked)
    potential = np.zeros(shape)
    np.add.at(potential.transpose(1, 0, 2), instance.markets.country_index, instance.demand)
    k, i, t = np.nonzero(potential > 0)
    columns = {
        "potential_parcels": potential,
        "stocked_parcels": stocked,
        "direct_parcels": direct,
        "direct_share": _ratio(direct, stocked + direct),
        "cleared_again_parcels": total(parcels, again),
        "bonded_parcels": total(parcels, bonded),
        "stocked_eur_per_parcel": _ratio(total(cost, is_stocked), stocked),
        "direct_eur_per_parcel": _ratio(total(cost, ~is_stocked), direct),
    }
    return pl.DataFrame(
        {
            "product": label_series(instance.products.labels, k),
            "country": label_series(instance.countries.ids, i),
            "name": label_series(instance.countries.labels, i),
            "period": label_series(instance.periods.labels, t),
            **{
                name: pl.Series(values[k, i, t], dtype=pl.Float64).fill_nan(None)
                for name, values in columns.items()
            },
        }
    )


def _borders(instance: Instance, deliveries: Deliveries) -> tuple[BoolArray, BoolArray]:
    """Which flows leave the customs territory of their centre, and which come out of bond: (n_flows,)."""
    flows, sites = deliveries.flows, instance.sites
    is_stocked = flows.site >= 0
    if not instance.n_sites:
        return np.zeros_like(is_stocked), np.zeros_like(is_stocked)
    site, territory_of = np.maximum(flows.site, 0), instance.countries.territory_index
    home = territory_of[sites.country_index[site]]
    away = territory_of[instance.markets.country_index[flows.market]]
    return is_stocked & (home != away), is_stocked & (sites.is_bonded[site] > 0)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """part / whole, not a number where the whole is (nearly) nothing."""
    ratio: FloatArray = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 1e-9)
    return ratio
