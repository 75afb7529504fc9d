"""What a parcel costs inside a centre, and how many parcels a centre can handle."""

import numpy as np

from entrepot.instance import FloatArray, Instance
from entrepot.terms.arrays import Index
from entrepot.terms.time import growth
from entrepot.units import DAYS_PER_YEAR, MONTHS_PER_YEAR


def handling_cost(  # noqa: PLR0917 - the indices of a parcel in a centre
    instance: Instance,
    site: Index,
    size_level: Index,
    product: Index,
    period: Index,
    operator: Index | None = None,
) -> FloatArray:
    """Pick and pack, EUR/parcel.

    Parameters
    ----------
    site, product, period : indices. size_level : 1 ... n_sizes. operator : who runs the centre; None = the
        first that may. All broadcast.

    Notes
    -----
    Own operation: hours per standard parcel x handling factor x wage, growing with the country's wages.
    Third party: its rate per standard parcel x handling factor, growing with operators' rates.
    """
    operator = instance.sites.operator_index[site] if operator is None else operator
    rate = np.where(
        instance.operators.is_own[operator],
        instance.sizes.handling_hours[np.asarray(size_level) - 1] * hourly_wage(instance, site, period),
        instance.operators.pick_and_pack[operator] * growth(instance, instance.money.operator_growth, period),
    )
    cost: FloatArray = rate * instance.products.handling_factor[product]
    return cost


def hourly_wage(instance: Instance, site: Index, period: Index) -> FloatArray:
    """Wage at a site in a period, EUR/h, grown with the wages of its country."""
    rate = instance.countries.wage_growth[instance.sites.country_index[site]]
    wage: FloatArray = instance.sites.wage[site] * growth(instance, rate, period)
    return wage


def storage_cost(
    instance: Instance, site: Index, product: Index, period: Index, operator: Index | None = None
) -> FloatArray:
    """Third party's charge for the stock behind a parcel, EUR/parcel; 0 for own operation.

    Notes
    -----
    volume x stock days / (365/12) x rate per m3 and month, growing with operators' rates.
    """
    operators, products = instance.operators, instance.products
    operator = instance.sites.operator_index[site] if operator is None else operator
    rate = np.where(operators.is_own[operator], 0.0, operators.storage[operator])
    months = stock_days(instance, product) / (DAYS_PER_YEAR / MONTHS_PER_YEAR)
    rate = rate * growth(instance, instance.money.operator_growth, period)
    cost: FloatArray = products.volume[product] * months * rate
    return cost


def stock_days(instance: Instance, product: Index) -> FloatArray:
    """Days of demand that stand behind every parcel; none where stock follows from throughput (`stock`)."""
    days: FloatArray = instance.products.stock_days[product]
    return np.zeros_like(days) if instance.stock.is_pooled else days


def stock_holding_cost(instance: Instance, product: Index) -> FloatArray:
    """Holding cost of the stock behind a parcel, EUR/parcel: value x holding rate x stock days / 365."""
    products = instance.products
    years = stock_days(instance, product) / DAYS_PER_YEAR
    cost: FloatArray = products.value[product] * instance.money.holding_rate * years
    return cost


def capacity(
    instance: Instance, site: Index, size_level: Index, period: Index, operator: Index | None = None
) -> FloatArray:
    """Standard parcels that a centre can handle in a period.

    Parameters
    ----------
    site, period : indices. size_level : 0 (closed, no capacity) ... n_sizes. operator : as above.
        All broadcast.

    Notes
    -----
    The smaller of the size's and the operator's daily capacity, x working days x years / peak factor: the
    busiest day must fit. Compare with parcels x handling factor.
    """
    level = np.asarray(size_level)
    daily = np.where(level > 0, instance.sizes.capacity[level - 1], 0.0)
    operator = instance.sites.operator_index[site] if operator is None else operator
    daily = np.minimum(daily, instance.operators.capacity[operator])
    operations = instance.operations
    days = operations.working_days * instance.periods.years[period]
    parcels: FloatArray = daily * days / operations.peak_factor
    return parcels
