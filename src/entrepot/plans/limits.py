"""The limits of the study: capacity, budget, counts, service, carbon."""

from collections.abc import Iterator

import numpy as np

from entrepot.instance import Instance, IntArray
from entrepot.plans.breaches import over, site_place
from entrepot.plans.measuring import daily_capacity
from entrepot.plans.plan import Plan
from entrepot.plans.result import Breach, Measures
from entrepot.plans.sales import Sales


def broken_limits(instance: Instance, plan: Plan, sales: Sales, measures: Measures) -> tuple[Breach, ...]:
    """Every limit that the sums exceed by more than the tolerance."""
    size = plan.size
    return (
        *_capacity(instance, plan, measures),
        *_capabilities(instance, plan, sales),
        *_budget(instance, measures),
        *_counts(instance, size),
        *_service(instance, sales),
        *_carbon(instance, measures),
    )


def _capacity(instance: Instance, plan: Plan, measures: Measures) -> Iterator[Breach]:
    """Standard parcels of the busiest day against the capacity of the size and of the operator."""
    room = daily_capacity(instance, plan)
    with np.errstate(invalid="ignore"):
        peak = np.where(room > 0, measures.utilisation * room, 0.0)
    for site, period in np.argwhere(measures.utilisation > 1.0):
        place = site_place(instance, int(site), int(period))
        yield from over(
            "capacity on the busiest day", place, float(peak[site, period]), float(room[site, period])
        )


def _capabilities(instance: Instance, plan: Plan, sales: Sales) -> Iterator[Breach]:
    """Whoever runs a centre can handle what it sends."""
    stocked = np.flatnonzero(sales.site >= 0)
    site, period, product = sales.site[stocked], sales.period[stocked], sales.product[stocked]
    operator = plan.operator[site, period]
    wrong = (operator >= 0) & ~instance.contracts.serves[operator, product]
    found = np.unique(np.stack([site[wrong], period[wrong], product[wrong]]), axis=1)
    for j, t, k in found.T.tolist():
        place = f"{site_place(instance, j, t)}, product {instance.products.ids[k]}"
        yield Breach("operator can handle the product", place, 1.0, 0.0)


def _budget(instance: Instance, measures: Measures) -> Iterator[Breach]:
    """Capital net of grants by payment period; cumulated where unused budget carries over."""
    limits = instance.limits
    carries = limits.carries_over
    spent = np.cumsum(measures.capital) if carries else measures.capital
    room = np.cumsum(limits.budget) if carries else limits.budget
    for period, label in enumerate(instance.periods.labels):
        yield from over("budget", label, float(spent[period]), float(room[period]))


def _counts(instance: Instance, size: IntArray) -> Iterator[Breach]:
    limits, initial = instance.limits, instance.sites.initial_size
    n_open = (size > 0).sum(axis=0)
    before = np.concatenate([initial[:, None], size[:, :-1]], axis=1)
    n_opened = ((size > 0) & (before == 0)).sum(axis=0)
    for period, label in enumerate(instance.periods.labels):
        yield from over("most centres", label, float(n_open[period]), float(limits.max_centres[period]))
        yield from over("fewest centres", label, -float(n_open[period]), -float(limits.min_centres[period]))
        yield from over("most openings", label, float(n_opened[period]), float(limits.max_openings[period]))


def _service(instance: Instance, sales: Sales) -> Iterator[Breach]:
    """Parcels sold within the hours of each floor, against its part of all parcels sold there."""
    country = instance.markets.country_index[sales.market]
    for floor in instance.limits.service:
        counts = (country == floor.country_index) | (floor.country_index < 0)
        where = "all countries" if floor.country_index < 0 else instance.countries.ids[floor.country_index]
        for period, label in enumerate(instance.periods.labels):
            here = counts & (sales.period == period)
            sold = float(sales.sold[here].sum())
            late = float(sales.sold[here & (sales.hours > floor.hours)].sum())
            place = f"{floor.hours:g} h, {where}, {label}"
            yield from over("service level", place, late, (1.0 - floor.share) * sold, sold)


def _carbon(instance: Instance, measures: Measures) -> Iterator[Breach]:
    for period, label in enumerate(instance.periods.labels):
        cap = float(instance.limits.carbon_cap[period])
        yield from over("carbon cap", label, float(measures.carbon[period]), cap)
