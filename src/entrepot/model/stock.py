"""Pooled stock in the model: concave costs under-estimated by chords from below.

The stock of a product at a site in a period costs g(V), concave with g(0) = 0 (with duty paid on import:
g(V) / V never rises). On 0 ... M the line through (M, g(M)) lies nowhere above it, so charging every parcel
g(M) / M values no plan below its worth. M is the most that a configuration can send of the product.
"""

from dataclasses import dataclass, replace

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.location import Assignment, Solution, cell_of_way
from entrepot.location.problem import LocationProblem
from entrepot.model.largest_sales import most_sold
from entrepot.terms.centre import capacity
from entrepot.terms.offers import Context
from entrepot.terms.stock import StockRule, per_day, stock_cost, stock_rule
from entrepot.terms.time import discount, middle_day

BISECTIONS = 60
Where = tuple[IntArray, IntArray, IntArray, IntArray]
"""Site, size level, period and operator of every configuration, (n_enablers,) each."""


@dataclass(frozen=True, slots=True, eq=False)
class StockChords:
    """What the model charges for stock.

    Attributes
    ----------
    around : what all offers share. rule : of every key.
    where : what the configurations of the centres stand for.
    slope : (n_enablers, n_products) EUR per parcel, discounted: the chord up to the most that the
        configuration can send. most : (n_enablers, n_products) that amount, parcels.
    """

    around: Context
    rule: StockRule
    where: Where
    slope: FloatArray
    most: FloatArray


def stock_chords(instance: Instance, around: Context, where: Where) -> StockChords:
    """Chord of every configuration and product; no cost at all where stock is a number of days."""
    rule = stock_rule(instance, around.inbound.lane)
    most = _most_sent(instance, around, where)
    exact = exact_cost(instance, around, rule, where, most)
    slope = np.divide(exact, most, out=np.zeros(most.shape), where=most > 0)
    return StockChords(around, rule, where, slope, most)


def exact_cost(
    instance: Instance, around: Context, rule: StockRule, where: Where, parcels: FloatArray
) -> FloatArray:
    """Cost of the stock behind a throughput, EUR discounted.

    Parameters
    ----------
    parcels : (n_enablers, n_products) that a configuration sends in its period.
    """
    site, _, period, operator = (each[:, None] for each in where)
    product = np.arange(instance.n_products)[None, :]
    cost = stock_cost(instance, around.customs, site, product, period, operator)
    euros = cost.of(rule.at(site, product, period), per_day(instance, parcels, period))
    worth: FloatArray = euros * discount(instance, middle_day(instance)[period])
    return worth


def bend_of(instance: Instance, chords: StockChords, enabler: int, product: int) -> FloatArray:
    """Where the cost of a key is not concave: the throughput, parcels, up to which duty is paid ahead.

    Stock falls below the days of deferral there; (1,), or none where that is never so, or no duty is paid.
    """
    site, _, period, operator = (int(each[enabler]) for each in chords.where)
    cost = stock_cost(instance, chords.around.customs, site, product, period, operator)
    rule = chords.rule.at(site, product, period)

    def beyond(parcels: float) -> bool:
        daily = per_day(instance, np.array(parcels), period)
        return bool(rule.stock(daily) > cost.free_days * daily)

    low, high = 0.0, float(chords.most[enabler, product])
    if float(cost.duty) == 0.0 or np.isinf(cost.free_days) or beyond(high):
        return np.zeros(0)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if beyond(middle) else (low, middle)
    return np.array([high]) if low > 0.0 and high < chords.most[enabler, product] else np.zeros(0)


def stock_undercharge(
    instance: Instance, problem: LocationProblem, chords: StockChords | None, plan: Solution | Assignment
) -> float:
    """What stock costs beyond what the model charges a plan for it, EUR discounted: the approximation left.

    Computed from the flows of the plan; 0 where stock is a number of days.
    """
    flows = plan.assignment if isinstance(plan, Solution) else plan
    if chords is None or flows is None:
        return 0.0
    sent = sent_by_key(problem, flows, chords.slope.shape)
    exact = exact_cost(instance, chords.around, chords.rule, chords.where, sent)
    return float((exact - chords.slope * sent).sum())


def scaled_stock(
    instance: Instance, problem: LocationProblem, chords: StockChords, solution: Solution
) -> LocationProblem:
    """The problem with stock charged at what a parcel of a plan costs, in place of the chords.

    Where the plan sends nothing of a product, a parcel costs what it does at the mean throughput of the
    centres that do send it in the period, as far as the configuration can send that much. No relaxation: its
    bound says nothing about the exact problem.
    """
    if solution.assignment is None:
        return problem
    site, _, period, _ = chords.where
    sent = sent_by_key(problem, solution.assignment, chords.slope.shape)
    by_site = np.zeros((instance.n_sites, instance.n_periods, instance.n_products))
    np.add.at(by_site, (site, period), sent)
    n_used = np.maximum((by_site > 0.0).sum(axis=0), 1)
    typical = np.broadcast_to(by_site.sum(axis=0) / n_used, by_site.shape)
    like = np.minimum(np.where(by_site > 0.0, by_site, typical)[site, period], chords.most)
    cost = exact_cost(instance, chords.around, chords.rule, chords.where, like)
    rate = np.divide(cost, like, out=chords.slope.copy(), where=like > 0.0)
    shift = problem.enablers.shift.copy()
    shift[: len(site)] += chords.slope - rate
    return replace(problem, enablers=replace(problem.enablers, shift=shift))


def sent_by_key(problem: LocationProblem, flows: Assignment, shape: tuple[int, ...]) -> FloatArray:
    """Parcels that every configuration sends of each product, `shape` (n_enablers, n_products)."""
    cells, cell = problem.cells, cell_of_way(problem, flows.way)
    parcels = cells.weight[cell] * flows.fraction * problem.ways.volume[flows.way]
    on = (flows.enabler >= 0) & (flows.enabler < shape[0])
    sent = np.zeros(shape)
    np.add.at(sent, (flows.enabler[on], cells.kind[cell[on]]), parcels[on])
    return sent


def _most_sent(instance: Instance, around: Context, where: Where) -> FloatArray:
    """The most that each configuration can send of each product, (n_enablers, n_products) parcels."""
    site, level, period, operator = where
    room = np.broadcast_to(capacity(instance, site, level, period, operator), level.shape)[:, None]
    handling = instance.products.handling_factor[None, :]
    by_room = np.divide(
        np.broadcast_to(room, (len(level), instance.n_products)),
        handling,
        out=np.full((len(level), instance.n_products), np.inf),
        where=handling > 0,
    )
    most: FloatArray = np.minimum(by_room, most_sold(instance, around.rivals_total)[:, period].T)
    return most
