"""When import VAT is paid: the rules in force, day by day, averaged over each period."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.terms.time import spans

EVERY_COUNTRY = -1
DEFAULT, OF_TERRITORY, OF_COUNTRY = 1, 2, 3
"""Rank of a rule: the highest that applies holds."""


@dataclass(frozen=True, slots=True, eq=False)
class VatTerms:
    """Days that import VAT is paid ahead and fees on it, all (n_countries, n_products, n_periods).

    Attributes
    ----------
    stock_days, stock_fee : goods released in bulk for a centre in the country, days and EUR/parcel.
    parcel_days, parcel_fee : single parcels that cross the border to a customer in the country.
    """

    stock_days: FloatArray
    stock_fee: FloatArray
    parcel_days: FloatArray
    parcel_fee: FloatArray


def vat_terms(instance: Instance) -> VatTerms:
    """Days and fees in all periods.

    Notes
    -----
    On a day the rule that names the country holds before that of its territory, and this before the default
    (`Operations.vat_days` for stock, 0 for single parcels). A period's days are the mean over its calendar
    days.
    """
    stock_days, stock_fee = _mean_terms(instance, "stock", instance.operations.vat_days)
    parcel_days, parcel_fee = _mean_terms(instance, "parcel", 0.0)
    return VatTerms(stock_days, stock_fee, parcel_days, parcel_fee)


def _mean_terms(instance: Instance, flow: str, default_days: float) -> tuple[FloatArray, FloatArray]:
    """Days and fee, (n_countries, n_products, n_periods) each."""
    rules = instance.import_vat
    shape = (len(instance.countries.ids), instance.n_products, instance.n_periods)
    rank = _rank(instance, flow)
    days = np.append(default_days, rules.days)
    fee = np.append(0.0, rules.parcel_fee)
    start, end = np.append(0, rules.start_day), np.append(np.iinfo(np.int64).max, rules.end_day)
    mean_days, mean_fee = np.zeros(shape), np.zeros(shape)
    for period in range(instance.n_periods):
        for day, weight in spans(instance, np.concatenate([rules.start_day, rules.end_day]), period):
            is_in_force = (start <= day) & (day < end)
            holds = (rank * is_in_force[:, None, None]).argmax(axis=0)
            mean_days[..., period] += weight * days[holds]
            mean_fee[..., period] += weight * fee[holds]
    return mean_days, mean_fee


def _rank(instance: Instance, flow: str) -> IntArray:
    """Rank of each rule where it applies, the default first: (1 + n_rules, n_countries, n_products)."""
    rules, value = instance.import_vat, instance.products.value
    country = np.arange(len(instance.countries.ids))
    is_flow = np.array([rule_flow == flow for rule_flow in rules.flow], dtype=np.bool_)
    is_here = rules.territory_index[:, None] == instance.countries.territory_index
    is_here &= (rules.country_index[:, None] == EVERY_COUNTRY) | (rules.country_index[:, None] == country)
    in_band = (rules.value_from[:, None] <= value) & (value < rules.value_to[:, None])
    applies = is_flow[:, None, None] & is_here[:, :, None] & in_band[:, None, :]
    level = np.where(rules.country_index == EVERY_COUNTRY, OF_TERRITORY, OF_COUNTRY)[:, None, None]
    default = np.full((1, len(country), len(value)), DEFAULT, dtype=np.int64)
    return np.concatenate([default, np.where(applies, level, 0)])
