"""The stock of a plan: what every centre keeps of each product, what that costs, and whether it finds room.

Everything follows from the parcels that the plan sends; nothing here knows how the plan was valued when it
was found.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.plans.breaches import over, site_place
from entrepot.plans.plan import Flows, Plan
from entrepot.plans.result import Breach
from entrepot.plans.sales import Sales
from entrepot.terms.centre_life import Cash
from entrepot.terms.offers import Context
from entrepot.terms.stock import space_per_parcel, stock_cost, stock_rule


@dataclass(frozen=True, slots=True, eq=False)
class Stocks:
    """Every product that an open centre sends in a period, one entry each.

    Attributes
    ----------
    site, product, period : (n,) indices. parcels : (n,) sent in the period. daily : (n,) parcels a day.
    daily_by_country : (n, n_countries) the same by the country that they go to.
    cycle, safety : (n,) parcels in stock on average, and against variable demand and late goods.
    cycle_cost, safety_cost, storage_cost, duty_cost : (n,) EUR of the period, not discounted, positive:
        holding of both, space, and capital in duty paid ahead. space : (n,) m3 that counts for the room.
    """

    site: IntArray
    product: IntArray
    period: IntArray
    parcels: FloatArray
    daily: FloatArray
    daily_by_country: FloatArray
    cycle: FloatArray
    safety: FloatArray
    cycle_cost: FloatArray
    safety_cost: FloatArray
    storage_cost: FloatArray
    duty_cost: FloatArray
    space: FloatArray

    @property
    def cost(self) -> FloatArray:
        """Everything that the stock costs, EUR of the period: (n,)."""
        total: FloatArray = self.cycle_cost + self.safety_cost + self.storage_cost + self.duty_cost
        return total


def stocks_of(
    instance: Instance, plan: Plan, flows: Flows | Sales, sold: FloatArray, context: Context
) -> Stocks:
    """Stock of every centre, product and period in which something is sent.

    Parameters
    ----------
    plan : with sound sizes and operators. flows : what it sends where. sold : (n_flows,) parcels.
    context : of the instance: lead times are those of the cheapest open lanes, as the rule says, whatever
        lanes the plan's inbound rows name.
    """
    rows = np.flatnonzero(flows.site >= 0)
    country = instance.markets.country_index[flows.market[rows]]
    n_countries = len(instance.countries.ids)
    by_country = np.zeros((instance.n_sites, instance.n_products, instance.n_periods, n_countries))
    np.add.at(by_country, (flows.site[rows], flows.product[rows], flows.period[rows], country), sold[rows])
    sent = by_country.sum(axis=-1)
    site, product, period = np.nonzero(sent > 0.0)
    parcels = sent[site, product, period]
    days = instance.periods.end_day[period] - instance.periods.start_day[period]
    daily = parcels / days
    every = stock_rule(instance, context.inbound.lane)
    mine = every.at(site, product, period)
    operator = np.maximum(plan.operator[site, period], 0)
    price = stock_cost(instance, context.customs, site, product, period, operator)
    cycle, safety = mine.cycle_stock(daily), mine.safety_stock(daily)
    return Stocks(
        site=site,
        product=product,
        period=period,
        parcels=parcels,
        daily=daily,
        daily_by_country=by_country[site, product, period] / days[:, None],
        cycle=cycle,
        safety=safety,
        cycle_cost=price.holding * cycle,
        safety_cost=price.holding * safety,
        storage_cost=price.storage * (cycle + safety),
        duty_cost=price.duty * price.with_duty(cycle + safety, daily),
        space=space_per_parcel(instance, every)[site, product, period] * daily,
    )


def stock_payments(instance: Instance, stocks: Stocks) -> Iterator[Cash]:
    """What stock costs, in the middle of each period."""
    amounts = {
        "cycle_stock": stocks.cycle_cost,
        "safety_stock": stocks.safety_cost,
        "storage": stocks.storage_cost,
        "duty_cash": stocks.duty_cost,
    }
    for period in np.unique(stocks.period).tolist():
        middle = float(instance.periods.start_day[period] + instance.periods.end_day[period]) / 2.0
        for line, cost in amounts.items():
            paid = float(cost[stocks.period == period].sum())
            if paid != 0.0:
                yield Cash(line, middle, period, -paid)


def broken_space(instance: Instance, plan: Plan, stocks: Stocks) -> Iterator[Breach]:
    """Room of the size against m3 of stock at the days of stock that the rule counts."""
    room = np.append(np.inf, instance.stock.storage)
    for j, t in np.unique(np.stack([stocks.site, stocks.period], axis=1), axis=0).tolist():
        used = float(stocks.space[(stocks.site == j) & (stocks.period == t)].sum())
        yield from over("room for stock", site_place(instance, j, t), used, float(room[plan.size[j, t]]))
