"""Facilities (a site in a period) and their configurations (its size)."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.location import Enablers
from entrepot.model.columns import Columns
from entrepot.model.strategy import Strategy
from entrepot.terms.centre import capacity, handling_cost
from entrepot.terms.time import discount, middle_day


@dataclass(frozen=True, slots=True, eq=False)
class Facilities:
    """The enablers, and what they stand for.

    Attributes
    ----------
    enablers : canonical. site, period : (n_facilities,). size : (n_enablers,) size level.
    index : (n_sites, n_periods) facility, -1 = the site can never serve in that period.
    best_shift, worst_shift, top_shift : (n_facilities, n_products) largest and smallest shift of the
        facility's configurations, and the shift of its largest size, EUR/parcel.
    """

    enablers: Enablers
    site: IntArray
    period: IntArray
    size: IntArray
    index: IntArray
    best_shift: FloatArray
    worst_shift: FloatArray
    top_shift: FloatArray


def facilities(instance: Instance, strategy: Strategy, has_stock: BoolArray) -> Facilities:
    """Facilities that some column can open and some product can reach, by period and site.

    Parameters
    ----------
    has_stock : (n_sites, n_products, n_periods), whether all origins have a path to the centre.
    """
    is_fed: BoolArray = np.asarray(has_stock.any(axis=1))
    owner, size, rows = _configurations(instance, strategy.lives, is_fed)
    keys = sorted(set(owner))
    site = np.array([j for _, j in keys], dtype=np.int64)
    period = np.array([t for t, _ in keys], dtype=np.int64)
    position = {key: g for g, key in enumerate(keys)}
    facility = np.array([position[key] for key in owner], dtype=np.int64)
    pointer = np.concatenate([[0], np.cumsum(np.bincount(facility, minlength=len(keys)))]).astype(np.int64)
    level = np.array(size, dtype=np.int64)
    shift = _shift(instance, site[facility], level, period[facility])
    index = np.full((instance.n_sites, instance.n_periods), -1, dtype=np.int64)
    index[site, period] = np.arange(len(keys))
    best = np.full((len(keys), instance.n_products), -np.inf)
    np.maximum.at(best, facility, shift)
    worst = np.full(best.shape, np.inf)
    np.minimum.at(worst, facility, shift)
    enablers = Enablers(
        facility_pointer=pointer,
        facility_group=period,
        matrix=_weight_matrix(rows, len(strategy.columns)),
        constant=np.zeros(len(level)),
        capacity=_capacity(instance, site[facility], level, period[facility]),
        shift=shift,
        names=tuple(_name(instance, j, c, t) for (t, j), c in zip(owner, size, strict=True)),
    )
    return Facilities(enablers, site, period, level, index, best, worst, shift[pointer[1:] - 1])


WeightRow = tuple[IntArray, FloatArray]


def _configurations(
    instance: Instance, columns: Columns, has_stock: BoolArray
) -> tuple[list[tuple[int, int]], list[int], list[WeightRow]]:
    """(period, site), size level and weight row w = y[c] - y[c + 1] of every configuration that can be on."""
    owner, size, rows = [], [], []
    by_site = [np.flatnonzero(columns.site == j) for j in range(instance.n_sites)]
    for t in range(instance.n_periods):
        is_open = columns.is_open_in(t)
        for j in np.flatnonzero(has_stock[:, t]):
            chosen = by_site[j][is_open[by_site[j]]]
            module = columns.module[chosen]
            least = max(1, int(instance.sites.initial_size[j]))
            for level in range(least, int(module.max(initial=0)) + 1):
                plus, minus = chosen[module == level], chosen[module == level + 1]
                signs = np.concatenate([np.ones(len(plus)), -np.ones(len(minus))])
                owner.append((t, int(j)))
                size.append(level)
                rows.append((np.concatenate([plus, minus]), signs))
    return owner, size, rows


def _weight_matrix(rows: list[WeightRow], n_columns: int) -> csr_array:
    pointer = np.concatenate([[0], np.cumsum([len(index) for index, _ in rows])]).astype(np.int64)
    index = np.concatenate([np.zeros(0, dtype=np.int64), *(row for row, _ in rows)])
    data = np.concatenate([np.zeros(0), *(signs for _, signs in rows)])
    return csr_array((data, index, pointer), shape=(len(rows), n_columns))


def _shift(instance: Instance, site: IntArray, size: IntArray, period: IntArray) -> FloatArray:
    """Pick and pack per parcel as a (negative) value, (n_enablers, n_products) EUR discounted."""
    product = np.arange(instance.n_products)[None, :]
    cost = handling_cost(instance, site[:, None], size[:, None], product, period[:, None])
    factor = discount(instance, middle_day(instance)[period])
    return np.broadcast_to(-cost * factor[:, None], (len(site), instance.n_products)).copy()


def _capacity(instance: Instance, site: IntArray, size: IntArray, period: IntArray) -> FloatArray:
    room = np.asarray(capacity(instance, site, size, period), dtype=float)
    return np.broadcast_to(room, size.shape).copy()


def _name(instance: Instance, site: int, size: int, period: int) -> str:
    place, level = instance.sites.labels[site], instance.sizes.labels[size - 1]
    return f"{place} size {level} {instance.periods.labels[period]}"
