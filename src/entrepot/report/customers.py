"""Figures of the customers' side: who carries, who buys, how fast, against whom."""

import numpy as np
import polars as pl

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.plans.plan import Plan
from entrepot.plans.result import Measures
from entrepot.report.carriers import scorecard
from entrepot.report.deliveries import Deliveries, summed

THREE_DAYS = 72.0
"""Hours of the service promise that the headline counts."""


def label_series(labels: tuple[str, ...], index: IntArray) -> pl.Series:
    """Labels by index as a text column."""
    return pl.Series([labels[i] for i in index.tolist()], dtype=pl.String)


def carriers_frame(instance: Instance, plan: Plan, deliveries: Deliveries) -> pl.DataFrame:
    """One row per carrier service and period: parcels, share of ours, cost of the last mile, countries.

    The cost is that of the rates; after discounts it is as of the whole carrier, like its commitment and what
    is missing to it.
    """
    cards, flows = instance.rate_cards, deliveries.flows
    shape = (instance.n_services, instance.n_periods)
    parcels = summed((flows.service, flows.period), deliveries.parcels, shape)
    cost = summed((flows.service, flows.period), deliveries.last_mile, shape)
    country = instance.markets.country_index[flows.market]
    by_country = summed(
        (flows.service, flows.period, country), deliveries.parcels, (*shape, len(instance.countries.ids))
    )
    total = np.maximum(parcels.sum(axis=0), 1e-9)
    service, period = np.nonzero(parcels > 0.5)
    score = scorecard(instance, plan, deliveries)
    who = (cards.service_carrier[service], period)
    where = [_codes(instance, by_country[s, t]) for s, t in zip(service, period, strict=True)]
    return pl.DataFrame(
        {
            "carrier": label_series(instance.carriers.labels, cards.service_carrier[service]),
            "service": label_series(cards.service_names, service),
            "period": label_series(instance.periods.labels, period),
            "parcels": parcels[service, period],
            "share_of_parcels": (parcels / total)[service, period],
            "last_mile_eur": cost[service, period],
            "eur_per_parcel": cost[service, period] / parcels[service, period],
            "countries": pl.Series(where, dtype=pl.String),
            "after_discount_eur": (cost[service, period] * (1.0 - score["discount"][who])),
            "commitment_eur": score["commitment"][who],
            "shortfall_eur": score["shortfall"][who],
            "on_time": score["on_time"][who],
            "out_of_home": score["out_of_home"][who],
        }
    )


def _codes(instance: Instance, parcels: np.ndarray) -> str:
    order = [i for i in np.argsort(-parcels, kind="stable") if parcels[i] > 0.5]
    return " ".join(instance.countries.ids[i] for i in order)


def countries_frame(instance: Instance, measures: Measures, deliveries: Deliveries) -> pl.DataFrame:
    """One row per country and period: potential, our parcels by way and promise, our share."""
    flows, n_countries = deliveries.flows, len(instance.countries.ids)
    country = instance.markets.country_index[flows.market]
    shape = (n_countries, instance.n_periods)
    where = (country, flows.period)
    potential = np.zeros(shape)
    np.add.at(potential, instance.markets.country_index, instance.demand.sum(axis=1))
    sold = summed(where, deliveries.parcels, shape)
    stocked = summed(where, np.where(flows.site >= 0, deliveries.parcels, 0.0), shape)
    fast = summed(where, np.where(_is_fast(instance, deliveries), deliveries.parcels, 0.0), shape)
    i, t = np.nonzero(potential > 0)
    return pl.DataFrame(
        {
            "country": label_series(instance.countries.ids, i),
            "name": label_series(instance.countries.labels, i),
            "period": label_series(instance.periods.labels, t),
            "potential_parcels": potential[i, t],
            "parcels": sold[i, t],
            "share": measures.share[i, t],
            "stocked_parcels": stocked[i, t],
            "direct_parcels": sold[i, t] - stocked[i, t],
            "within_3_days": fast[i, t] / np.maximum(sold[i, t], 1e-9),
        }
    )


def _is_fast(instance: Instance, deliveries: Deliveries) -> np.ndarray:
    return instance.choice.class_hours[deliveries.class_index] <= THREE_DAYS


def within_three_days(instance: Instance, measures: Measures) -> np.ndarray:
    """Fraction of our parcels that are promised within three days, (n_periods,)."""
    fast = measures.class_parcels[instance.choice.class_hours <= THREE_DAYS].sum(axis=0)
    share: np.ndarray = fast / np.maximum(measures.sold, 1e-9)
    return share


def rivals_frame(instance: Instance, measures: Measures, lost: FloatArray) -> pl.DataFrame:
    """One row per firm, country and period: what it takes of the potential, and what we lose to it.

    Parameters
    ----------
    lost : (n_rivals, n_countries, n_periods) from `analysis.lost_to`: what we would sell more were the firm
        not there, fraction of the potential. Empty for ours and for "nobody listed".
    """
    nothing = np.full(measures.share.shape, np.nan)
    shares = [("our offer", measures.share, nothing)]
    shares += list(zip(instance.rivals.labels, measures.rival_share, lost, strict=True))
    rest = 1.0 - measures.share - measures.rival_share.sum(axis=0)
    shares.append(("nobody listed", np.maximum(rest, 0.0), nothing))
    potential = np.zeros(measures.share.shape)
    np.add.at(potential, instance.markets.country_index, instance.demand.sum(axis=1))
    i, t = np.nonzero(potential > 0)
    return pl.concat(
        pl.DataFrame(
            {
                "firm": pl.Series([firm] * len(i), dtype=pl.String),
                "country": label_series(instance.countries.ids, i),
                "period": label_series(instance.periods.labels, t),
                "share": share[i, t],
                "parcels": share[i, t] * potential[i, t],
                "lost_share": pl.Series(taken[i, t]).fill_nan(None),
                "lost_parcels": pl.Series(taken[i, t] * potential[i, t]).fill_nan(None),
            }
        )
        for firm, share, taken in shares
    )


def products_frame(instance: Instance, deliveries: Deliveries) -> pl.DataFrame:
    """Direct against stocked: one row per product and period."""
    flows, shape = deliveries.flows, (instance.n_products, instance.n_periods)
    where = (flows.product, flows.period)
    sold = summed(where, deliveries.parcels, shape)
    stocked = summed(where, np.where(flows.site >= 0, deliveries.parcels, 0.0), shape)
    potential = instance.demand.sum(axis=0)
    k, t = np.nonzero(np.ones(shape, dtype=np.bool_))
    return pl.DataFrame(
        {
            "product": label_series(instance.products.labels, k),
            "period": label_series(instance.periods.labels, t),
            "potential_parcels": potential[k, t],
            "stocked_parcels": stocked[k, t],
            "direct_parcels": (sold - stocked)[k, t],
            "direct_share": ((sold - stocked) / np.maximum(sold, 1e-9))[k, t],
        }
    )


def service_frame(instance: Instance, measures: Measures) -> pl.DataFrame:
    """The service curve: parcels by promised class and period, and their cumulative share."""
    cumulative = measures.class_parcels.cumsum(axis=0) / np.maximum(measures.sold, 1e-9)
    hours = instance.choice.class_hours
    names = tuple(f"within {h:g} h" if np.isfinite(h) else "slower" for h in hours)
    t, c = np.nonzero(np.ones((instance.n_periods, instance.n_classes), dtype=np.bool_))
    return pl.DataFrame(
        {
            "period": label_series(instance.periods.labels, t),
            "promise": label_series(names, c),
            "parcels": measures.class_parcels[c, t],
            "cumulative_share": cumulative[c, t],
        }
    )


def flows_frame(instance: Instance, deliveries: Deliveries) -> pl.DataFrame:
    """Flows by source, country, product and period: parcels, controllable cost per parcel, mean promise."""
    flows = deliveries.flows
    centre = instance.n_gateways + flows.site
    source = np.where(flows.site >= 0, centre, flows.gateway)
    country = instance.markets.country_index[flows.market]
    shape = (
        instance.n_gateways + instance.n_sites,
        len(instance.countries.ids),
        instance.n_products,
        instance.n_periods,
    )
    where = (source, country, flows.product, flows.period)
    parcels = summed(where, deliveries.parcels, shape)
    cost = summed(where, deliveries.cost, shape)
    hours = summed(where, deliveries.hours * deliveries.parcels, shape)
    s, i, k, t = np.nonzero(parcels > 0.5)
    ways = tuple(["direct"] * instance.n_gateways + ["stocked"] * instance.n_sites)
    some = parcels[s, i, k, t]
    return pl.DataFrame(
        {
            "way": label_series(ways, s),
            "source": label_series(instance.gateways.labels + instance.sites.labels, s),
            "country": label_series(instance.countries.ids, i),
            "product": label_series(instance.products.labels, k),
            "period": label_series(instance.periods.labels, t),
            "parcels": some,
            "cost_eur_per_parcel": cost[s, i, k, t] / some,
            "promise_h": hours[s, i, k, t] / some,
        }
    )


def markets_frame(instance: Instance, deliveries: Deliveries) -> pl.DataFrame:
    """One row per market and period that buys: its main source, our parcels, share, mean promise."""
    flows, n = deliveries.flows, instance.n_gateways
    source, parcels = main_sources(instance, deliveries)
    hours = summed(
        (flows.market, flows.period),
        deliveries.hours * deliveries.parcels,
        (instance.n_markets, instance.n_periods),
    )
    i, t = np.nonzero(parcels > 0)
    labels = instance.gateways.labels + instance.sites.labels
    potential = instance.demand.sum(axis=1)
    return pl.DataFrame(
        {
            "market": label_series(instance.markets.ids, i),
            "name": label_series(instance.markets.labels, i),
            "country": label_series(instance.countries.ids, instance.markets.country_index[i]),
            "period": label_series(instance.periods.labels, t),
            "main_way": pl.Series(np.where(source[i, t] >= n, "stocked", "direct"), dtype=pl.String),
            "main_source": label_series(labels, source[i, t]),
            "parcels": parcels[i, t],
            "share": parcels[i, t] / potential[i, t],
            "promise_h": hours[i, t] / parcels[i, t],
        }
    )


def main_sources(instance: Instance, deliveries: Deliveries) -> tuple[IntArray, np.ndarray]:
    """Where most of a market's parcels come from.

    Returns
    -------
    source : (n_markets, n_periods) gateway index, or n_gateways + site index; 0 where nothing is sold.
    parcels : (n_markets, n_periods) ours, from all sources.
    """
    flows, n_sources = deliveries.flows, instance.n_gateways + instance.n_sites
    source = np.where(flows.site >= 0, instance.n_gateways + flows.site, flows.gateway)
    shape = (instance.n_markets, instance.n_periods, n_sources)
    by_source = summed((flows.market, flows.period, source), deliveries.parcels, shape)
    return by_source.argmax(axis=2).astype(np.int64), by_source.sum(axis=2)
