"""Stock that follows from throughput: cycle stock, and safety stock pooled over all that a centre sends.

References
----------
G. D. Eppen, 1979, Effects of centralization on expected costs in a multi-location newsboy problem,
Management Science 25(5): safety stock grows with the square root of what is pooled.
E. A. Silver, D. F. Pyke, D. J. Thomas, 2017, Inventory and Production Management in Supply Chains, 4th ed.,
chapter 6: safety stock under periodic review, and the unit normal loss function.
G. Hadley, T. M. Whitin, 1963, Analysis of Inventory Systems, section 3: variance of lead-time demand.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.terms.arrays import Index
from entrepot.terms.customs import CustomsCharges
from entrepot.terms.inbound import NO_LANE, path_terms
from entrepot.terms.time import growth
from entrepot.units import DAYS_PER_WEEK, DAYS_PER_YEAR, MONTHS_PER_YEAR

MOST_FACTOR = 8.0
"""Largest safety factor: no target asks for more than eight standard deviations."""


@dataclass(frozen=True, slots=True, eq=False)
class StockRule:
    """What the stock of a product at a site in a period depends on besides its throughput.

    Attributes
    ----------
    interval : (n_sites, n_products, n_periods) days between replenishments.
    lead_time : same shape, days from the origin to the centre. lead_sd : its standard deviation, days.
    demand_variance : same shape, variance of demand in lead time and interval, parcels2 per parcel a day.
    factor : same shape, safety factor k: standard deviations of safety stock.
    """

    interval: FloatArray
    lead_time: FloatArray
    lead_sd: FloatArray
    demand_variance: FloatArray
    factor: FloatArray

    def at(self, site: Index, product: Index, period: Index) -> "StockRule":
        """The rule of some keys; indices broadcast."""
        key = site, product, period
        return StockRule(
            self.interval[key],
            self.lead_time[key],
            self.lead_sd[key],
            self.demand_variance[key],
            self.factor[key],
        )

    def deviation(self, daily: FloatArray) -> FloatArray:
        """Standard deviation of demand in lead time and interval, parcels; `daily` parcels a day.

        sqrt(items x variability x V x (lead time + interval) + V^2 x lead_sd^2): concave in V, 0 at 0.
        """
        spread: FloatArray = np.sqrt(self.demand_variance * daily + (self.lead_sd * daily) ** 2)
        return spread

    def cycle_stock(self, daily: FloatArray) -> FloatArray:
        """Mean stock between two replenishments, parcels: half of what is sold in an interval."""
        half: FloatArray = daily * self.interval / 2.0
        return half

    def safety_stock(self, daily: FloatArray) -> FloatArray:
        """Stock against variable demand and late goods, parcels."""
        stock: FloatArray = self.factor * self.deviation(daily)
        return stock

    def stock(self, daily: FloatArray) -> FloatArray:
        """Cycle and safety stock, parcels; concave in the throughput, 0 at 0."""
        return self.cycle_stock(daily) + self.safety_stock(daily)

    def fill_rate(self, daily: FloatArray) -> FloatArray:
        """Part of demand that is met from the shelf; nan where nothing is sold.

        1 - deviation x G(k) / (V x interval), with G the unit normal loss function.
        """
        sold = np.asarray(daily * self.interval)
        short = self.deviation(daily) * normal_loss(self.factor)
        part = np.divide(short, sold, out=np.full(np.shape(short), np.nan), where=sold > 0)
        met: FloatArray = np.maximum(0.0, 1.0 - part)
        return met


@dataclass(frozen=True, slots=True, eq=False)
class StockCost:
    """What stock costs, EUR per parcel of stock over the whole period, not discounted; shapes broadcast.

    Attributes
    ----------
    holding : of the goods. storage : a third party's charge for their space.
    duty : capital cost of duty paid on import, for stock beyond the `free_days` of deferral.
    free_days : days of demand for which no duty is tied up; inf = none ever is.
    """

    holding: FloatArray
    storage: FloatArray
    duty: FloatArray
    free_days: float

    def of(self, rule: StockRule, daily: FloatArray) -> FloatArray:
        """Whole cost of the stock behind a throughput, EUR."""
        stock = rule.stock(daily)
        cost: FloatArray = (self.holding + self.storage) * stock + self.duty * self.with_duty(stock, daily)
        return cost

    def with_duty(self, stock: FloatArray, daily: FloatArray) -> FloatArray:
        """Part of the stock on which duty is tied up, parcels."""
        if np.isinf(self.free_days):
            return np.zeros(np.shape(stock))
        beyond: FloatArray = np.maximum(0.0, stock - self.free_days * daily)
        return beyond


def stock_rule(instance: Instance, lane: IntArray) -> StockRule:
    """The rule of every site, product and period.

    Parameters
    ----------
    lane : (n_sites, n_products, n_periods, n_origins), the cheapest open lane of each origin's goods
        (`InboundPaths.lane`): lead time and interval are their means by supply share, whatever the
        throughput. Where an origin has no lane the numbers mean nothing.

    Notes
    -----
    interval = 7 / sailings per week, or `review_days` where a lane states none. k is the normal quantile of
    the cycle service, or the k for which G(k) = (1 - fill rate) x V x interval / deviation(V) at the
    product's reference demand V. As k does not depend on the throughput, stock stays concave in it.
    """
    stock, lanes = instance.stock, instance.lanes
    share = instance.origins.supply_share
    chosen = np.maximum(lane, 0)
    site = np.arange(instance.n_sites)[:, None, None, None]
    product, period = np.arange(instance.n_products)[:, None, None], np.arange(instance.n_periods)[:, None]
    known = np.where(lane == NO_LANE, 0.0, share)

    def mean(days: FloatArray) -> FloatArray:
        total: FloatArray = (known * days).sum(axis=-1)
        return total

    sailings = lanes.sailings[chosen]
    interval = mean(
        np.where(sailings > 0, DAYS_PER_WEEK / np.where(sailings > 0, sailings, 1.0), stock.review_days)
    )
    lead_time = mean(np.broadcast_to(path_terms(instance, chosen, site, product, period).days, lane.shape))
    lead_sd = mean(stock.transit_sd[chosen])
    spread = (stock.items * stock.variability)[None, :, None] * (lead_time + interval)
    rule = StockRule(interval, lead_time, lead_sd, spread, np.zeros(interval.shape))
    return StockRule(interval, lead_time, lead_sd, spread, _factor(instance, rule))


def stock_cost(  # noqa: PLR0917 - the indices of a stock
    instance: Instance, customs: CustomsCharges, site: Index, product: Index, period: Index, operator: Index
) -> StockCost:
    """What a parcel of stock costs; all indices broadcast.

    Notes
    -----
    holding = value x holding rate x years; storage = volume x rate per m3 and month x 12 x years, growing
    with operators' rates, of third parties; duty = bulk duty x cost of capital x years, not in bond.
    """
    operators, products, sites = instance.operators, instance.products, instance.sites
    years = instance.periods.years[period]
    rate = np.where(operators.is_own[operator], 0.0, operators.storage[operator])
    rate = rate * growth(instance, instance.money.operator_growth, period)
    territory = instance.countries.territory_index[sites.country_index[site]]
    duty = customs.bulk_duty[territory, product, period] * instance.money.capital_rate * years
    return StockCost(
        holding=products.value[product] * instance.money.holding_rate * years,
        storage=products.volume[product] * rate * MONTHS_PER_YEAR * years,
        duty=np.where(sites.is_bonded[site] > 0, 0.0, duty),
        free_days=instance.operations.duty_deferral,
    )


def space_per_parcel(instance: Instance, rule: StockRule) -> FloatArray:
    """Room that counts for a parcel a day, m3: (n_sites, n_products, n_periods).

    Volume x days of stock at the product's reference demand: the rule that plans keep, for centres of any
    throughput. Larger ones need less, smaller ones more.
    """
    reference = instance.stock.reference_demand[None, :, None]
    days = np.divide(rule.stock(reference), reference, out=np.zeros(rule.interval.shape), where=reference > 0)
    room: FloatArray = instance.products.volume[None, :, None] * days
    return room


def per_day(instance: Instance, parcels: FloatArray, period: Index) -> FloatArray:
    """Parcels of a period as parcels a calendar day."""
    daily: FloatArray = parcels / (instance.periods.years[period] * DAYS_PER_YEAR)
    return daily


def normal_loss(factor: FloatArray) -> FloatArray:
    """G(k) = density(k) - k (1 - distribution(k)): expected shortage in standard deviations."""
    density = np.exp(-0.5 * np.square(factor)) / np.sqrt(2.0 * np.pi)
    loss: FloatArray = density - factor * ndtr(-np.asarray(factor, dtype=np.float64))
    return loss


def factor_of_loss(loss: FloatArray) -> FloatArray:
    """The k >= 0 with G(k) = loss, by bisection; 0 where even no safety stock loses less."""
    low, high = np.zeros(np.shape(loss)), np.full(np.shape(loss), MOST_FACTOR)
    for _ in range(60):
        middle = 0.5 * (low + high)
        is_low = normal_loss(middle) > loss
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    return np.where(normal_loss(np.zeros(())) <= loss, 0.0, 0.5 * (low + high))


def _factor(instance: Instance, rule: StockRule) -> FloatArray:
    """Safety factor of every key."""
    stock = instance.stock
    reference = np.broadcast_to(stock.reference_demand[None, :, None], rule.interval.shape)
    allowed = (1.0 - stock.fill_rate)[None, :, None] * reference * rule.interval
    spread = rule.deviation(reference)
    loss = np.divide(allowed, spread, out=np.full(spread.shape, np.inf), where=spread > 0)
    by_cycle = np.clip(ndtri(stock.cycle_service), 0.0, MOST_FACTOR)[None, :, None]
    return np.where(np.isnan(by_cycle), factor_of_loss(loss), by_cycle)
