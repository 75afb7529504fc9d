"""Pooled stock by plain loops, one key at a time: what the arrays of terms, model and referee are held to."""

from dataclasses import dataclass
from math import isinf, isnan, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from entrepot.instance import Instance
from entrepot.terms.inbound import path_terms
from entrepot.terms.offers import Context


@dataclass(frozen=True)
class Key:
    """The constants of a site, product and period."""

    interval: float
    protection: float
    lead_sd: float
    spread: float
    factor: float

    def deviation(self, daily: float) -> float:
        return sqrt(self.spread * daily * self.protection + (daily * self.lead_sd) ** 2)

    def stock(self, daily: float) -> float:
        return daily * self.interval / 2.0 + self.factor * self.deviation(daily)


def loss(factor: float) -> float:
    return float(norm.pdf(factor) - factor * norm.sf(factor))


def key_of(instance: Instance, around: Context, site: int, product: int, period: int) -> Key:
    stock, interval, lead, lead_sd = instance.stock, 0.0, 0.0, 0.0
    for origin, share in enumerate(instance.origins.supply_share):
        lane = int(around.inbound.lane[site, product, period, origin])
        if lane >= 0:
            sailings = float(instance.lanes.sailings[lane])
            interval += share * (7.0 / sailings if sailings > 0 else stock.review_days)
            lead += share * float(path_terms(instance, lane, site, product, period).days)
            lead_sd += share * float(stock.transit_sd[lane])
    spread = float(stock.items[product] * stock.variability[product])
    plain = Key(interval, lead + interval, lead_sd, spread, 0.0)
    target = float(stock.cycle_service[product])
    if not isnan(target):
        factor = float(norm.ppf(target))
    else:
        reference = float(stock.reference_demand[product])
        allowed = (1.0 - float(stock.fill_rate[product])) * reference * interval
        ratio = allowed / plain.deviation(reference) if plain.deviation(reference) > 0 else np.inf
        factor = 0.0 if ratio >= loss(0.0) else brentq(lambda k: loss(k) - ratio, 0.0, 8.0, xtol=1e-14)
    return Key(interval, lead + interval, lead_sd, spread, factor)


def cost_of(
    instance: Instance, around: Context, site: int, product: int, period: int, operator: int, parcels: float
) -> float:
    """EUR of the period, not discounted."""
    key = key_of(instance, around, site, product, period)
    days = 365.0 * float(instance.periods.years[period])
    daily = parcels / days
    held = key.stock(daily)
    goods, years = instance.products, days / 365.0
    cost = held * float(goods.value[product]) * instance.money.holding_rate * years
    if not instance.operators.is_own[operator]:
        middle = (instance.periods.start_day[period] + instance.periods.end_day[period]) / 2.0
        age = (middle - instance.money.base_day) / 365.0
        rate = float(instance.operators.storage[operator]) * (1.0 + instance.money.operator_growth) ** age
        cost += held * float(goods.volume[product]) * rate * 12.0 * years
    free = instance.operations.duty_deferral
    if not instance.sites.is_bonded[site] and not isinf(free):
        territory = instance.countries.territory_index[instance.sites.country_index[site]]
        duty = float(around.customs.bulk_duty[territory, product, period])
        cost += max(0.0, held - free * daily) * duty * instance.money.capital_rate * years
    return float(cost)


def most_of(instance: Instance, around: Context, product: int, period: int, room: float) -> float:
    """Parcels that a centre with `room` for standard parcels can sell at most."""
    choice, sold = instance.choice, 0.0
    for i in range(instance.n_markets):
        share = 1.0
        if choice.assortment == "choice":
            if choice.model == "huff":
                own = choice.huff_size**choice.huff_size_power
            else:
                fee = float(instance.products.delivery_fee[product])
                own = np.exp(choice.attraction + choice.per_fee * fee) * max(
                    np.exp(choice.per_day * days) for days in choice.class_days
                )
            share = own / (own + around.rivals_total[i, period] + np.exp(choice.none))
        sold += float(instance.demand[i, product, period]) * float(share)
    return min(sold, room / float(instance.products.handling_factor[product]))


def space_of(instance: Instance, around: Context, site: int, product: int, period: int) -> float:
    """m3 that count for a parcel of the period."""
    reference = float(instance.stock.reference_demand[product])
    held = key_of(instance, around, site, product, period).stock(reference)
    days = 365.0 * float(instance.periods.years[period])
    return held / reference / days * float(instance.products.volume[product])
