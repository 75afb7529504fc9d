"""The plan's flows with what they bring: parcels, promise, cost. Every figure about customers starts here."""

from dataclasses import dataclass, replace

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.plans.hauls import kilograms_by_lane
from entrepot.plans.plan import Flows, Plan
from entrepot.plans.stock import stocks_of
from entrepot.plans.supply import supply_of
from entrepot.terms.ledger import KINDS, LINES
from entrepot.terms.offers import Context, Offer, context, direct_offer, stocked_offer

_COST_LINES = frozenset(line for line, kind in zip(LINES, KINDS, strict=True) if kind == "cost")


@dataclass(frozen=True, slots=True, eq=False)
class Deliveries:
    """The flows of a plan, valued. All arrays (n_flows,), in the order of `Plan.flows`, unless said.

    Attributes
    ----------
    flows : indices of period, market, product, site, gateway, service.
    parcels : parcels sold. hours : promise. class_index : service class.
    cost : EUR of controllable cost, positive, not discounted. last_mile : EUR, its part paid to carriers.
    kilograms : (n_lanes, n_periods) kg of stock and direct parcels that come by each lane.
    """

    flows: Flows
    parcels: FloatArray
    hours: FloatArray
    class_index: IntArray
    cost: FloatArray
    last_mile: FloatArray
    kilograms: FloatArray


def deliveries_of(instance: Instance, plan: Plan) -> Deliveries:
    """Value the flows of a plan with the formulas of `terms`.

    Parameters
    ----------
    instance : the problem. plan : a plan that the referee passed, with its inbound rows.
    """
    flows = plan.flows
    supply = supply_of(instance, plan)
    shared = replace(context(instance), inbound=supply.paths)
    n = len(flows.fraction)
    share, hours, cost, last_mile = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    class_index = np.zeros(n, dtype=np.int64)
    for is_stocked in (True, False):
        rows = np.flatnonzero((flows.site >= 0) == is_stocked)
        if not len(rows):
            continue
        period, market, product = flows.period[rows], flows.market[rows], flows.product[rows]
        service, site = flows.service[rows], flows.site[rows]
        if is_stocked:
            centre = plan.size[site, period], plan.operator[site, period]
            offer = stocked_offer(instance, shared, period, market, product, site, service, *centre)
        else:
            offer = direct_offer(instance, shared, period, market, product, flows.gateway[rows], service)
        share[rows], hours[rows] = offer.share, offer.hours
        class_index[rows] = offer.class_index
        cost[rows], last_mile[rows] = _cost(offer), -offer.lines["last_mile"]
    demand = instance.demand[flows.market, flows.product, flows.period]
    parcels = demand * flows.fraction * share
    euros = cost * parcels
    if instance.stock.is_pooled:
        euros += _stock(instance, plan, parcels, shared)
    kilograms = kilograms_by_lane(instance, flows, parcels, supply, shared.direct)
    return Deliveries(flows, parcels, hours, class_index, euros, last_mile * parcels, kilograms)


def _stock(instance: Instance, plan: Plan, parcels: FloatArray, shared: Context) -> FloatArray:
    """Cost of pooled stock that falls to each flow, EUR: that of its centre and product, by parcels."""
    flows = plan.flows
    stocks = stocks_of(instance, plan, flows, parcels, shared)
    each = np.zeros((instance.n_sites, instance.n_products, instance.n_periods))
    each[stocks.site, stocks.product, stocks.period] = stocks.cost / stocks.parcels
    mine = each[np.maximum(flows.site, 0), flows.product, flows.period] if instance.n_sites else 0.0
    return np.where(flows.site >= 0, parcels * mine, 0.0)


def _cost(offer: Offer) -> FloatArray:
    """Controllable cost of a parcel, EUR, positive."""
    return np.asarray(-sum(amount for line, amount in offer.lines.items() if line in _COST_LINES))


def summed(index: tuple[IntArray, ...], amount: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Sum amounts into an array of the given shape by their indices."""
    flat = np.ravel_multi_index(index, shape)
    total = np.bincount(flat, weights=amount, minlength=int(np.prod(shape))).reshape(shape)
    return np.asarray(total, dtype=np.float64)
