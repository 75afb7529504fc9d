"""The planner's policies, read off a plan: sources, relations of sites, changes, shares, total carbon."""

from collections.abc import Iterator

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray, SiteRelation
from entrepot.instance.policies import SPLIT, STABLE
from entrepot.plans.breaches import TOLERANCE, broken, cell_place, over
from entrepot.plans.result import Breach, Measures
from entrepot.plans.sales import Sales
from entrepot.plans.sums import cube


def broken_policies(
    instance: Instance, size: IntArray, sales: Sales, measures: Measures
) -> tuple[Breach, ...]:
    """Every policy that a plan does not keep."""
    return (
        *_whole_cells(instance, sales),
        *_stable_sources(instance, sales),
        *_relations(instance, size),
        *_changes(instance, size),
        *_shares(instance, sales),
        *over(
            "carbon cap",
            "all periods together",
            float(measures.carbon.sum()),
            instance.policies.carbon_total,
        ),
    )


def _whole_cells(instance: Instance, sales: Sales) -> tuple[Breach, ...]:
    """Where one source is asked for, one offer reaches every customer of the cell, or none does."""
    shape = instance.demand.shape
    counted = instance.policies.sourcing[sales.market, sales.product] != SPLIT
    index = tuple(each[counted] for each in (sales.market, sales.product, sales.period))
    fraction = sales.fraction[counted]
    largest = np.zeros(shape)
    np.maximum.at(largest, index, fraction)
    served = cube(index, fraction, shape)
    missing: FloatArray = np.maximum(1.0 - largest, served - largest).ravel()
    is_bad: BoolArray = (served.ravel() > TOLERANCE) & (missing > TOLERANCE)

    def place(cell: int) -> str:
        market, product, period = np.unravel_index(cell, shape)
        return cell_place(instance, int(market), int(product), int(period))

    return broken("one offer serves the whole cell", is_bad, place, missing)


def _stable_sources(instance: Instance, sales: Sales) -> tuple[Breach, ...]:
    """Where the source is to be stable, the centres that ever serve a market and product are one."""
    shape = instance.policies.sourcing.shape
    counted = instance.policies.sourcing[sales.market, sales.product] == STABLE
    counted &= (sales.site >= 0) & (sales.fraction > TOLERANCE)
    serves = np.zeros((*shape, instance.n_sites), dtype=np.bool_)
    serves[sales.market[counted], sales.product[counted], sales.site[counted]] = True
    extra: FloatArray = serves.sum(axis=2).ravel() - 1.0

    def place(row: int) -> str:
        market, product = divmod(row, shape[1])
        names = [instance.sites.ids[site] for site in np.flatnonzero(serves[market, product])]
        return (
            f"market {instance.markets.ids[market]}, product {instance.products.ids[product]}: "
            f"{', '.join(names)}"
        )

    return broken("one centre serves the market in all periods", extra > 0.0, place, extra)


def _relations(instance: Instance, size: IntArray) -> Iterator[Breach]:
    for relation in instance.policies.relations:
        for period, label in enumerate(instance.periods.labels):
            if relation.period in (-1, period) and _is_in_force(relation, size[:, period]):
                n_open = float(np.count_nonzero(size[list(relation.then_sites), period]))
                place = f"{relation.label}, {label}"
                yield from over("most sites of a relation", place, n_open, relation.then_most)
                yield from over("fewest sites of a relation", place, -n_open, -relation.then_least)


def _is_in_force(relation: SiteRelation, size: IntArray) -> bool:
    return int(np.count_nonzero(size[list(relation.if_sites)])) >= relation.if_least


def _changes(instance: Instance, size: IntArray) -> Iterator[Breach]:
    """A site changes in a period when its size is not that of the period before."""
    before = np.column_stack([instance.sites.initial_size, size[:, :-1]])
    changed = np.count_nonzero(size != before, axis=0)
    for period, label in enumerate(instance.periods.labels):
        most = float(instance.policies.max_changes[period])
        yield from over("most changes", label, float(changed[period]), most)


def _shares(instance: Instance, sales: Sales) -> Iterator[Breach]:
    """Parcels sold against the least part of what all customers there buy from anybody."""
    home = instance.markets.country_index
    for floor in instance.policies.share_floors:
        is_all = floor.country_index < 0
        inside = np.ones(len(home), dtype=np.bool_) if is_all else home == floor.country_index
        where = "all countries" if is_all else instance.countries.ids[floor.country_index]
        for period, label in enumerate(instance.periods.labels):
            if floor.period in (-1, period):
                potential = float(instance.demand[inside, :, period].sum())
                sold = float(sales.sold[inside[sales.market] & (sales.period == period)].sum())
                place = f"{where}, {label}"
                yield from over("share floor", place, -sold, -floor.share * potential, potential)
