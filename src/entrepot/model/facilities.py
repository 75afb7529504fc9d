"""Facilities (a site in a period) and their configurations (its size and who runs it)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.location import Enablers
from entrepot.model.columns import Columns, tenures_of
from entrepot.model.stock import StockChords, Where, stock_chords
from entrepot.model.strategy import Strategy
from entrepot.terms.centre import capacity, handling_cost, storage_cost
from entrepot.terms.contracts import volume_terms
from entrepot.terms.offers import Context
from entrepot.terms.time import discount, middle_day

ANY_AMOUNT = 1e9
"""EUR per parcel that no offer is worth: stands for a value without a limit in comparisons of ways."""


@dataclass(frozen=True, slots=True, eq=False)
class Facilities:
    """The enablers, and what they stand for.

    Attributes
    ----------
    enablers : canonical. site, period : (n_facilities,). size, operator : (n_enablers,) size level, offer.
    index : (n_sites, n_periods) facility, -1 = the site can never serve in that period.
    best_shift, worst_shift : (n_facilities, n_products) the most and the least that a configuration can add,
        EUR/parcel; the most counts what a parcel may save in commitments and earn in discounts.
    top_shift : (n_facilities, n_products) best shift of its largest size, nan = nobody handles the product.
    stock : what the configurations charge for pooled stock, None where stock is a number of days.
    """

    enablers: Enablers
    site: IntArray
    period: IntArray
    size: IntArray
    operator: IntArray
    index: IntArray
    best_shift: FloatArray
    worst_shift: FloatArray
    top_shift: FloatArray
    stock: StockChords | None = None


def facilities(instance: Instance, strategy: Strategy, around: Context) -> Facilities:
    """Facilities that some column can open and some product can reach, by period and site.

    Parameters
    ----------
    around : what all offers share; a centre is fed where all origins have a path to it, and nothing leaves
        one that is shut.
    """
    is_fed: BoolArray = np.asarray(around.inbound.is_open.any(axis=1))
    if instance.is_shut.size:
        is_fed = is_fed & ~instance.is_shut
    found = _configurations(instance, strategy, is_fed)
    owner = [(configuration.period, configuration.site) for configuration in found]
    keys = sorted(set(owner))
    site = np.array([j for _, j in keys], dtype=np.int64)
    period = np.array([t for t, _ in keys], dtype=np.int64)
    position = {key: g for g, key in enumerate(keys)}
    facility = np.array([position[key] for key in owner], dtype=np.int64)
    pointer = np.concatenate([[0], np.cumsum(np.bincount(facility, minlength=len(keys)))]).astype(np.int64)
    level = np.array([configuration.size for configuration in found], dtype=np.int64)
    operator = np.array([configuration.operator for configuration in found], dtype=np.int64)
    where = (site[facility], level, period[facility], operator)
    stock = stock_chords(instance, around, where) if instance.stock.is_pooled else None
    shift = _shift(instance, where)
    if stock is not None:
        shift = shift - stock.slope
    index = np.full((instance.n_sites, instance.n_periods), -1, dtype=np.int64)
    index[site, period] = np.arange(len(keys))
    best, worst, top = _extremes(instance, facility, where, shift)
    enablers = Enablers(
        facility_pointer=pointer,
        facility_group=period,
        matrix=_weight_matrix(found, len(strategy.columns)),
        constant=np.zeros(len(level)),
        capacity=_capacity(instance, where),
        shift=shift,
        names=tuple(_name(instance, configuration) for configuration in found),
    )
    return Facilities(enablers, site, period, level, operator, index, best, worst, top, stock)


@dataclass(frozen=True, slots=True, eq=False)
class _Configuration:
    """A size of a site under an offer in a period, and its weight as a sum of columns."""

    period: int
    site: int
    size: int
    operator: int
    column: IntArray
    sign: FloatArray


def _configurations(instance: Instance, strategy: Strategy, has_stock: BoolArray) -> list[_Configuration]:
    """Every configuration that can be on, by period, site, tenure, size and offer.

    Its weight is y[c] - y[c + 1] where the tenure has one offer, and a column of its own elsewhere.
    """
    lives, pairings = strategy.lives, strategy.contracts.pairings
    found: list[_Configuration] = []
    by_site = [np.flatnonzero(lives.site == j) for j in range(instance.n_sites)]
    for t in range(instance.n_periods):
        is_open = lives.is_open_in(t)
        for j in np.flatnonzero(has_stock[:, t]).tolist():
            for offers in tenures_of(instance, j).values():
                chosen = by_site[j][is_open[by_site[j]]]
                chosen = chosen[lives.operator[chosen] == offers[0]]
                if len(offers) == 1:
                    found += _sizes(instance, lives, chosen, (t, j, offers[0]))
                    continue
                mine = np.isin(pairings.operator, offers) & (pairings.site == j) & (pairings.period == t)
                found += [
                    _Configuration(
                        t,
                        j,
                        int(pairings.size[i]),
                        int(pairings.operator[i]),
                        pairings.column[i : i + 1],
                        np.ones(1),
                    )
                    for i in np.flatnonzero(mine)
                ]
    return found


def _sizes(
    instance: Instance, lives: Columns, chosen: IntArray, who: tuple[int, int, int]
) -> Iterator[_Configuration]:
    """Configurations of a site that one offer runs."""
    period, site, operator = who
    module = lives.module[chosen]
    least = max(1, int(instance.sites.initial_size[site]))
    for level in range(least, int(module.max(initial=0)) + 1):
        plus, minus = chosen[module == level], chosen[module == level + 1]
        signs = np.concatenate([np.ones(len(plus)), -np.ones(len(minus))])
        yield _Configuration(period, site, level, operator, np.concatenate([plus, minus]), signs)


def _weight_matrix(found: list[_Configuration], n_columns: int) -> csr_array:
    pointer = np.concatenate([[0], np.cumsum([len(each.column) for each in found])]).astype(np.int64)
    index = np.concatenate([np.zeros(0, dtype=np.int64), *(each.column for each in found)])
    data = np.concatenate([np.zeros(0), *(each.sign for each in found)])
    return csr_array((data, index, pointer), shape=(len(found), n_columns))


def _shift(instance: Instance, where: Where) -> FloatArray:
    """Pick and pack and storage per parcel as a (negative) value, (n_enablers, n_products) EUR discounted.

    -inf where the operator cannot handle the product.
    """
    site, size, period, operator = (each[:, None] for each in where)
    product = np.arange(instance.n_products)[None, :]
    cost = handling_cost(instance, site, size, product, period, operator)
    cost = cost + storage_cost(instance, site, product, period, operator)
    factor = discount(instance, middle_day(instance)[period])
    return np.where(instance.contracts.serves[operator, product], -cost * factor, -np.inf)


def _extremes(
    instance: Instance, facility: IntArray, where: Where, shift: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Best and worst shift of every facility, and the best one of its largest size."""
    shape = (int(facility.max(initial=-1)) + 1, instance.n_products)
    best, worst, top = np.full(shape, -np.inf), np.full(shape, np.inf), np.full(shape, -np.inf)
    np.maximum.at(best, facility, shift + _worth_of_volume(instance, where))
    np.minimum.at(worst, facility, np.where(np.isneginf(shift), np.inf, shift))
    largest = np.zeros(shape[0], dtype=np.int64)
    np.maximum.at(largest, facility, where[1])
    at_top = where[1] == largest[facility]
    np.maximum.at(top, facility[at_top], shift[at_top])
    return best, worst, np.where(np.isneginf(top), np.nan, top)


def _worth_of_volume(instance: Instance, where: Where) -> FloatArray:
    """The most that a parcel can be worth by its volume alone, (n_enablers, n_products) EUR discounted.

    A standard parcel saves the rate at most where it counts against a commitment, and earns the largest
    discount where discounts are incremental; in a tier for all units one parcel may be worth any amount.
    """
    _, _, period, operator = where
    factor = discount(instance, middle_day(instance))
    worth = np.zeros((len(period), instance.n_products))
    for t, q in set(zip(period.tolist(), operator.tolist(), strict=True)):
        terms = volume_terms(instance, q, t)
        if terms.are_plain:
            continue
        saved = terms.rate * (float(terms.commitment > 0.0) + float(terms.discount.max(initial=0.0)))
        if terms.is_all_units and np.any(terms.discount > 0.0):
            saved = ANY_AMOUNT
        mine = (period == t) & (operator == q)
        worth[mine] = saved * float(factor[t]) * instance.products.handling_factor
    return worth


def _capacity(instance: Instance, where: Where) -> FloatArray:
    site, size, period, operator = where
    room = np.asarray(capacity(instance, site, size, period, operator), dtype=float)
    return np.broadcast_to(room, size.shape).copy()


def _name(instance: Instance, configuration: _Configuration) -> str:
    place, period = instance.sites.labels[configuration.site], instance.periods.labels[configuration.period]
    level = instance.sizes.labels[configuration.size - 1]
    who = ""
    if np.count_nonzero(instance.sites.may_run[configuration.site]) > 1:
        who = f" by {instance.operators.labels[configuration.operator]}"
    return f"{place} size {level}{who} {period}"
