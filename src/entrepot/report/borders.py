"""What goods pay at the borders, whether or not the plan sends any: the rules as they add up, by country."""

import numpy as np
import polars as pl

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.report.customers import label_series
from entrepot.terms.customs import customs_charges, direct_rule_days
from entrepot.terms.import_vat import vat_terms


def borders_frame(instance: Instance) -> pl.DataFrame:
    """One row per country, product and period.

    Returns
    -------
    polars.DataFrame
        Duty and fees of goods imported in bulk into the country's territory and of direct parcels into the
        country, days that import VAT is paid ahead, and the rules that make up the charge on direct parcels
        with the days for which each holds.
    """
    customs, vat = customs_charges(instance), vat_terms(instance)
    shape = (len(instance.countries.ids), instance.n_products, instance.n_periods)
    i, k, t = np.nonzero(np.ones(shape, dtype=np.bool_))
    territory = instance.countries.territory_index
    columns: dict[str, FloatArray] = {
        "bulk_duty_eur": customs.bulk_duty[territory],
        "bulk_fees_eur": customs.bulk_fee[territory] + vat.stock_fee,
        "direct_duty_eur": customs.direct_duty,
        "direct_fees_eur": customs.direct_fee + vat.parcel_fee,
        "stock_vat_days": vat.stock_days,
        "parcel_vat_days": vat.parcel_days,
    }
    return pl.DataFrame(
        {
            "country": label_series(instance.countries.ids, i),
            "territory": label_series(instance.territories, territory[i]),
            "product": label_series(instance.products.labels, k),
            "period": label_series(instance.periods.labels, t),
            **{name: values[i, k, t] for name, values in columns.items()},
            "direct_rules": pl.Series(_rules(instance, (i, k, t)), dtype=pl.String),
        }
    )


def _rules(instance: Instance, cell: tuple[IntArray, IntArray, IntArray]) -> list[str]:
    """Rules for direct parcels, e.g. "interim 181 d, handling": no days where a rule holds on all of them."""
    days = direct_rule_days(instance)[:, cell[0], cell[1], cell[2]]
    length = (instance.periods.end_day - instance.periods.start_day)[cell[2]]
    names = instance.customs.ids
    return [
        ", ".join(
            names[rule] if days[rule, row] >= length[row] else f"{names[rule]} {days[rule, row]:.0f} d"
            for rule in np.flatnonzero(days[:, row] > 0.5)
        )
        for row in range(days.shape[1])
    ]
