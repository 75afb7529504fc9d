"""Figures of the network: what is open where and when, and what is paid for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from entrepot.instance import Instance
from entrepot.plans.plan import Plan, open_sites
from entrepot.plans.result import Measures
from entrepot.report.partners import operator_names
from entrepot.terms.centre_life import BEFORE_HORIZON, budget_use


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to a centre.

    Attributes
    ----------
    site, period : indices. name : "already open", "opens", "expands", "closes".
    size : size level afterwards. capital : EUR net of grants, not discounted, whenever paid.
    """

    site: int
    period: int
    name: str
    size: int
    capital: float


def events_of(instance: Instance, plan: Plan) -> tuple[Event, ...]:
    """Openings, expansions and closings, by period and then by name."""
    found = [event for site in range(instance.n_sites) for event in _events_of_site(instance, plan, site)]
    labels = instance.sites.labels
    return tuple(sorted(found, key=lambda event: (event.period, labels[event.site])))


def _events_of_site(instance: Instance, plan: Plan, site: int) -> Iterator[Event]:
    before = int(instance.sites.initial_size[site])
    if before:
        yield Event(site, BEFORE_HORIZON, "already open", before, 0.0)
    for period, level in enumerate(plan.size[site].tolist()):
        if level > before:
            capital = sum(
                float(budget_use(instance, site, module, period, int(plan.operator[site, period])).sum())
                for module in range(before + 1, level + 1)
            )
            yield Event(site, period, "expands" if before else "opens", level, capital)
        elif before and not level:
            yield Event(site, period, "closes", 0, 0.0)
        before = level


def centres_frame(instance: Instance, plan: Plan, measures: Measures) -> pl.DataFrame:
    """One row per open centre and period: size, operator, parcels, utilisation."""
    sites, sizes = instance.sites, instance.sizes
    rows = [
        {
            "site": sites.ids[j],
            "centre": sites.labels[j],
            "country": instance.countries.ids[sites.country_index[j]],
            "operator": operator_names(instance, plan, j)[t],
            "period": instance.periods.labels[t],
            "size": sizes.labels[plan.size[j, t] - 1],
            "area_m2": float(sizes.area[plan.size[j, t] - 1]),
            "parcels": float(measures.site_parcels[j, t]),
            "utilisation": float(measures.utilisation[j, t]),
        }
        for j in open_sites(instance, plan)
        for t in np.flatnonzero(plan.size[j])
    ]
    text, number = pl.String, pl.Float64
    schema = {
        "site": text, "centre": text, "country": text, "operator": text, "period": text, "size": text,
        "area_m2": number, "parcels": number, "utilisation": number,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def timeline_frame(instance: Instance, plan: Plan) -> pl.DataFrame:
    """One row per opening, expansion and closing, with its date and capital."""
    sites, sizes, periods = instance.sites, instance.sizes, instance.periods
    rows = [
        {
            "date": date.fromordinal(_day_of(instance, event)),
            "period": periods.labels[event.period] if event.period >= 0 else "before",
            "event": event.name,
            "site": sites.ids[event.site],
            "centre": sites.labels[event.site],
            "country": instance.countries.ids[sites.country_index[event.site]],
            "size": sizes.labels[event.size - 1] if event.size else "",
            "capital_eur": event.capital,
        }
        for event in events_of(instance, plan)
    ]
    text = pl.String
    schema = {
        "date": pl.Date, "period": text, "event": text, "site": text, "centre": text, "country": text,
        "size": text, "capital_eur": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _day_of(instance: Instance, event: Event) -> int:
    if event.period >= 0:
        return int(instance.periods.start_day[event.period])
    return int(instance.sites.opened_day[event.site]) or int(instance.periods.start_day[0])


def capital_frame(instance: Instance, measures: Measures) -> pl.DataFrame:
    """Capital net of grants against the budget, by period; no budget = null."""
    budget = instance.limits.budget
    return pl.DataFrame(
        {
            "period": instance.periods.labels,
            "capital_eur": measures.capital,
            "budget_eur": pl.Series([float(b) if np.isfinite(b) else None for b in budget], dtype=pl.Float64),
        }
    )
