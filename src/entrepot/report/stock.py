"""What every centre keeps in stock: days, turns, money, achieved fill rate, and what pooling saves."""

import numpy as np
import polars as pl

from entrepot.instance import FloatArray, Instance
from entrepot.plans.plan import Plan
from entrepot.plans.stock import Stocks, stocks_of
from entrepot.report.customers import label_series
from entrepot.report.deliveries import Deliveries
from entrepot.terms.offers import context
from entrepot.terms.stock import StockRule, stock_rule
from entrepot.units import DAYS_PER_YEAR


def stock_frame(instance: Instance, plan: Plan, deliveries: Deliveries) -> pl.DataFrame:
    """One row per centre, product and period in which something is sent; no row without pooled stock.

    Returns
    -------
    polars.DataFrame
        Parcels sent; cycle and safety stock in parcels; days of demand and turns a year; value of the stock;
        holding, storage and capital in duty; achieved fill rate; m3; and safety stock had every country
        its own: `unpooled_safety_parcels`.
    """
    shared = context(instance)
    stocks = stocks_of(instance, plan, plan.flows, deliveries.parcels, shared)
    rule = stock_rule(instance, shared.inbound.lane).at(stocks.site, stocks.product, stocks.period)
    held = stocks.cycle + stocks.safety
    value = instance.products.value[stocks.product] * held
    columns: dict[str, FloatArray] = {
        "parcels": stocks.parcels,
        "cycle_parcels": stocks.cycle,
        "safety_parcels": stocks.safety,
        "unpooled_safety_parcels": unpooled_safety(stocks, rule),
        "days_of_stock": _ratio(held, stocks.daily),
        "turns_per_year": _ratio(DAYS_PER_YEAR * stocks.daily, held),
        "fill_rate": rule.fill_rate(stocks.daily),
        "lead_time_days": rule.lead_time,
        "interval_days": rule.interval,
        "stock_m3": instance.products.volume[stocks.product] * held,
        "stock_value_eur": value,
        "holding_eur": stocks.cycle_cost + stocks.safety_cost,
        "storage_eur": stocks.storage_cost,
        "duty_cash_eur": stocks.duty_cost,
    }
    return pl.DataFrame(
        {
            "site": label_series(instance.sites.ids, stocks.site),
            "centre": label_series(instance.sites.labels, stocks.site),
            "product": label_series(instance.products.labels, stocks.product),
            "period": label_series(instance.periods.labels, stocks.period),
            **{name: pl.Series(each, dtype=pl.Float64).fill_nan(None) for name, each in columns.items()},
        }
    )


def unpooled_safety(stocks: Stocks, rule: StockRule) -> FloatArray:
    """Safety stock if every centre kept it country by country, factor and lead times as they are: (n,)."""
    total = np.zeros(len(stocks.site))
    for daily in stocks.daily_by_country.T:
        total += rule.safety_stock(daily)
    return total


def stock_totals(frame: pl.DataFrame, periods: tuple[str, ...]) -> pl.DataFrame:
    """Stock of all centres by product and period, in the order of the periods."""
    order = {label: t for t, label in enumerate(periods)}
    names = ("parcels", "cycle_parcels", "safety_parcels", "unpooled_safety_parcels", "stock_value_eur",
             "holding_eur", "storage_eur", "duty_cash_eur")  # fmt: skip
    means = ("days_of_stock", "fill_rate")
    grouped = frame.group_by("product", "period", maintain_order=True).agg(
        *(pl.col(name).sum() for name in names),
        *((pl.col(name) * pl.col("parcels")).sum() / pl.col("parcels").sum() for name in means),
    )
    return grouped.sort(pl.col("period").replace_strict(order, default=0), maintain_order=True)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    ratio: FloatArray = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return ratio
