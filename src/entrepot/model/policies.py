"""Rules between decisions: relations between sites, changes in a period, stable sources; one function each.

Some of them need a yes-or-no column of their own: "the relation is in force", "the site expands", "this
centre is the source of that market". These columns cost nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entrepot.instance import Instance, IntArray, SiteRelation
from entrepot.instance.policies import STABLE
from entrepot.model.columns import BEFORE, Columns
from entrepot.model.row import Row, sum_row


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Columns that mark what is true of a plan.

    Attributes
    ----------
    in_force : column of each (relation, period). expands : column of each (site, period).
    source : column of each (market, product, site). names : of all of them, in the order of the columns.
    """

    in_force: dict[tuple[int, int], int]
    expands: dict[tuple[int, int], int]
    source: dict[tuple[int, int, int], int]
    names: tuple[str, ...]


def marks_of(instance: Instance, lives: Columns, first: int) -> Marks:
    """All marks that the policies need; their columns begin at `first`."""
    relations, labels, sites = (
        instance.policies.relations,
        instance.periods.labels,
        instance.sites.labels,
    )
    in_force = [
        (number, t)
        for number, relation in enumerate(relations)
        for t in _periods(instance, relation.period)
        if relation.if_least > 0
    ]
    expands = list(_expanding(instance, lives))
    source = list(_sources(instance, lives))
    names = (
        *(f"{relations[number].label} in force in {labels[t]}" for number, t in in_force),
        *(f"{sites[j]} expands in {labels[t]}" for j, t in expands),
        *(
            f"{instance.markets.labels[i]} {instance.products.labels[k]} from {sites[j]}"
            for i, k, j in source
        ),
    )
    second, third = first + len(in_force), first + len(in_force) + len(expands)
    return Marks(
        in_force={key: first + place for place, key in enumerate(in_force)},
        expands={key: second + place for place, key in enumerate(expands)},
        source={key: third + place for place, key in enumerate(source)},
        names=names,
    )


def site_relations(instance: Instance, lives: Columns, marks: Marks) -> list[Row]:
    """If at least k sites of A are open in a period, at least l and at most u sites of B are.

    With b = 1 where the rule is in force: open(A) <= k - 1 + (|A| - k + 1) b (for k = 1 site by site),
    open(B) >= l b, open(B) <= u + (|B| - u) (1 - b).
    """
    rows: list[Row] = []
    for number, relation in enumerate(instance.policies.relations):
        for t in _periods(instance, relation.period):
            label = f"{relation.label} in {instance.periods.labels[t]}"
            mark = marks.in_force.get((number, t))
            if mark is not None:
                rows += _brought_into_force(instance, lives, relation, (t, mark))
            rows += _consequence(relation, _open(lives, relation.then_sites, t), label, mark)
    return rows


def _brought_into_force(
    instance: Instance, lives: Columns, relation: SiteRelation, at: tuple[int, int]
) -> Iterator[Row]:
    period, mark = at
    least, name = relation.if_least, f"{relation.label} is in force in {instance.periods.labels[period]}"
    if least == 1:
        for site in relation.if_sites:
            column = _open(lives, (site,), period)
            if len(column):
                yield _linked(f"{name}, {instance.sites.labels[site]}", column, mark, -1.0, (-np.inf, 0.0))
    else:
        column = _open(lives, relation.if_sites, period)
        most = float(len(relation.if_sites) - least + 1)
        if most > 0.0:
            yield _linked(name, column, mark, -most, (-np.inf, least - 1.0))


def _consequence(relation: SiteRelation, column: IntArray, label: str, mark: int | None) -> Iterator[Row]:
    n, least, most = float(len(relation.then_sites)), relation.then_least, relation.then_most
    if least > 0.0:
        name = f"limit: {label}, at least {least:g} open"
        if mark is None:
            yield sum_row(name, least, np.inf, column)
        else:
            yield _linked(name, column, mark, -least, (0.0, np.inf))
    if most < n:
        name = f"limit: {label}, at most {most:g} open"
        if mark is None:
            yield sum_row(name, -np.inf, most, column)
        else:
            yield _linked(name, column, mark, n - most, (-np.inf, n))


def changes(instance: Instance, lives: Columns, marks: Marks) -> list[Row]:
    """Openings, closings and expansions of a period; several sizes added at once are one expansion."""
    rows = [
        row for (j, t), mark in marks.expands.items() for row in _expansion(instance, lives, (j, t), mark)
    ]
    for t, label in enumerate(instance.periods.labels):
        most = float(instance.policies.max_changes[t])
        if np.isfinite(most):
            base = lives.module == 1
            changed = np.flatnonzero(base & ((lives.first == t) | (lives.last == t - 1)))
            grown = np.array([mark for (_, when), mark in marks.expands.items() if when == t], dtype=np.int64)
            name = f"limit: changes in {label}, at most {most:g}"
            rows.append(sum_row(name, -np.inf, most, np.concatenate([changed, grown])))
    return rows


def _expansion(instance: Instance, lives: Columns, at: tuple[int, int], mark: int) -> Iterator[Row]:
    """A module that starts when the centre does not makes an expansion."""
    site, period = at
    starts = (lives.site == site) & (lives.first == period)
    opening = np.flatnonzero(starts & (lives.module == 1))
    for module in np.unique(lives.module[starts & (lives.module > 1)]):
        added = np.flatnonzero(starts & (lives.module == module))
        column = np.concatenate([added, opening, [mark]])
        sign = np.concatenate([np.ones(len(added)), -np.ones(len(opening) + 1)])
        label = f"{instance.sites.labels[site]} size {instance.sizes.labels[module - 1]}"
        name = f"{label} makes an expansion in {instance.periods.labels[period]}"
        yield Row(name, -np.inf, 0.0, column, sign)


def one_source(instance: Instance, marks: Marks) -> list[Row]:
    """A market and product with a stable source has one centre at most."""
    columns: dict[tuple[int, int], list[int]] = {}
    for (i, k, _), mark in marks.source.items():
        columns.setdefault((i, k), []).append(mark)
    markets, products = instance.markets.labels, instance.products.labels
    return [
        sum_row(f"{markets[i]} {products[k]} has one source", -np.inf, 1.0, np.array(column))
        for (i, k), column in columns.items()
    ]


def _expanding(instance: Instance, lives: Columns) -> Iterator[tuple[int, int]]:
    """Sites and periods of a limit on changes in which a standing centre may grow."""
    for t in np.flatnonzero(np.isfinite(instance.policies.max_changes)):
        grows = np.unique(lives.site[(lives.module > 1) & (lives.first == t)])
        stands = np.unique(lives.site[(lives.module == 1) & (lives.first < t)])
        stands = np.union1d(stands, lives.site[(lives.module == 1) & (lives.first == BEFORE)])
        for j in np.intersect1d(grows, stands):
            yield int(j), int(t)


def _sources(instance: Instance, lives: Columns) -> Iterator[tuple[int, int, int]]:
    """Markets and products with a stable source and demand in several periods, and their sites."""
    several = (instance.demand > 0.0).sum(axis=2) > 1
    sites = [int(j) for j in np.unique(lives.site)]
    if len(sites) > 1:
        for i, k in np.argwhere((instance.policies.sourcing == STABLE) & several):
            for j in sites:
                yield int(i), int(k), j


def _open(lives: Columns, sites: tuple[int, ...], period: int) -> IntArray:
    """Columns of which one is chosen for each of the sites that is open in the period."""
    chosen: IntArray = np.flatnonzero(
        (lives.module == 1) & lives.is_open_in(period) & np.isin(lives.site, sites)
    )
    return chosen


def _linked(name: str, column: IntArray, mark: int, coefficient: float, sides: tuple[float, float]) -> Row:
    """The sum of columns and a multiple of a mark between two sides."""
    return Row(
        name, *sides, np.concatenate([column, [mark]]), np.concatenate([np.ones(len(column)), [coefficient]])
    )


def _periods(instance: Instance, period: int) -> range:
    return range(instance.n_periods) if period < 0 else range(period, period + 1)
