"""The customers' side of a plan: which flows are possible, what they sell, bring in and cost."""

from dataclasses import dataclass, replace

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.plans.breaches import TOLERANCE, broken, cell_place
from entrepot.plans.plan import Flows, Plan
from entrepot.plans.result import Breach
from entrepot.plans.sums import cube, is_repeated, summed
from entrepot.plans.supply import Supply
from entrepot.terms.last_mile import rate_row
from entrepot.terms.ledger import LINES
from entrepot.terms.offers import Context, Offer, direct_offer, stocked_offer


@dataclass(frozen=True, slots=True, eq=False)
class Sales:
    """The flows that can be valued, one entry per flow; the others are in the breaches.

    Attributes
    ----------
    period, market, product, site, gateway, service : (n,) as in `Flows`.
    fraction : (n,) of the cell's customers. share : (n,) of them who buy from us.
    sold : (n,) parcels. hours : (n,) promise. class_index : (n,) service class.
    carbon : (n,) kg CO2e of all parcels of the flow. rates : (n,) EUR paid to the carrier, without discounts.
    amount : (n_lines, n_periods) EUR not discounted.
    """

    period: IntArray
    market: IntArray
    product: IntArray
    site: IntArray
    gateway: IntArray
    service: IntArray
    fraction: FloatArray
    share: FloatArray
    sold: FloatArray
    hours: FloatArray
    class_index: IntArray
    carbon: FloatArray
    rates: FloatArray
    amount: FloatArray


def sales_of(
    instance: Instance, plan: Plan, supply: Supply, context: Context
) -> tuple[Sales, tuple[Breach, ...]]:
    """Value every flow that can be valued, and name the rules that flows break.

    Parameters
    ----------
    plan : with sound sizes. supply : what its inbound rows say.
    context : of the instance; the plan's own inbound paths take the place of the rule's.
    """
    flows, readable = _readable(instance, plan.flows)
    is_valued, breaches = _possible(instance, plan, flows, supply, context)
    valued = _rows(flows, is_valued)
    level = plan.size[np.maximum(valued.site, 0), valued.period]
    operator = np.maximum(plan.operator[np.maximum(valued.site, 0), valued.period], 0)
    own = replace(context, inbound=supply.paths)
    parts = []
    for is_stocked in (True, False):
        chosen = (valued.site >= 0) == is_stocked
        part = _rows(valued, chosen)
        if is_stocked:
            way = (part.period, part.market, part.product, part.site, part.service)
            offer = stocked_offer(instance, own, *way, level[chosen], operator[chosen])
        else:
            offer = direct_offer(
                instance, own, part.period, part.market, part.product, part.gateway, part.service
            )
        parts.append(_sold(instance, part, offer))
    return _joined(*parts), (*readable, *breaches)


def _sold(instance: Instance, flows: Flows, offer: Offer) -> Sales:
    n = len(flows.fraction)
    share = np.broadcast_to(np.asarray(offer.share, dtype=np.float64), n)
    sold = instance.demand[flows.market, flows.product, flows.period] * flows.fraction * share
    amount = np.zeros((len(LINES), instance.n_periods))
    for line, each in offer.lines.items():
        per_parcel = np.broadcast_to(each, n)
        amount[LINES.index(line)] = summed(flows.period, sold * per_parcel, instance.n_periods)
    return Sales(
        period=flows.period,
        market=flows.market,
        product=flows.product,
        site=flows.site,
        gateway=flows.gateway,
        service=flows.service,
        fraction=flows.fraction,
        share=share,
        sold=sold,
        hours=np.broadcast_to(offer.hours, n),
        class_index=np.broadcast_to(offer.class_index, n),
        carbon=sold * offer.carbon,
        rates=np.broadcast_to(-sold * offer.lines["last_mile"], n),
        amount=amount,
    )


def _joined(first: Sales, second: Sales) -> Sales:
    columns = [name for name in Sales.__dataclass_fields__ if name != "amount"]
    joined = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in columns}
    return Sales(**joined, amount=first.amount + second.amount)


def _rows(flows: Flows, rows: BoolArray) -> Flows:
    kinds = {name: np.float64 if name == "fraction" else np.int64 for name in Flows.__dataclass_fields__}
    return Flows(
        **{name: getattr(flows, name)[rows].astype(kind, copy=False).ravel() for name, kind in kinds.items()}
    )


def _readable(instance: Instance, flows: Flows) -> tuple[Flows, tuple[Breach, ...]]:
    """Rows whose indices exist and whose fraction is a number."""
    ranges = {
        "period": (0, instance.n_periods),
        "market": (0, instance.n_markets),
        "product": (0, instance.n_products),
        "site": (-1, instance.n_sites),
        "gateway": (-1, instance.n_gateways),
        "service": (0, instance.n_services),
    }
    is_known = np.ones(len(flows.fraction), dtype=np.bool_)
    for name, (low, high) in ranges.items():
        column = np.asarray(getattr(flows, name))
        if column.ndim != 1 or column.dtype.kind not in "iu":
            is_known[:] = False
            break
        is_known &= (column >= low) & (column < high)
    fraction = np.asarray(flows.fraction)
    if fraction.ndim != 1 or fraction.dtype.kind not in "iuf":
        is_number = np.zeros(len(fraction), dtype=np.bool_)
    else:
        is_number = np.isfinite(fraction)
    has_one_way = np.zeros(len(is_known), dtype=np.bool_)
    if is_known.any():
        has_one_way = (np.asarray(flows.site) >= 0) != (np.asarray(flows.gateway) >= 0)

    def place(row: int) -> str:
        return f"flow row {row}"

    breaches = (
        *broken("flow names things that exist", ~is_known, place),
        *broken("flow comes from a centre or a gateway, not both", is_known & ~has_one_way, place),
        *broken("fraction is a number", ~is_number, place),
    )
    return _rows(flows, is_known & has_one_way & is_number), breaches


def _possible(
    instance: Instance, plan: Plan, flows: Flows, supply: Supply, context: Context
) -> tuple[BoolArray, tuple[Breach, ...]]:
    """Which of the readable rows can be valued, and what is wrong with the rows."""
    is_stocked = flows.site >= 0
    site, gateway = np.maximum(flows.site, 0), np.maximum(flows.gateway, 0)
    is_open = ~is_stocked | (plan.size[site, flows.period] > 0)
    is_shut = np.zeros(len(site), dtype=np.bool_)
    if instance.is_shut.size:
        is_shut = is_stocked & instance.is_shut[site, flows.period]
    has_path = np.where(
        is_stocked,
        supply.paths.is_open[site, flows.product, flows.period],
        context.direct.is_open[gateway, flows.product, flows.period],
    )
    distance, country = instance.distances, instance.markets.country_index[flows.market]
    km = np.where(
        is_stocked, distance.site_market[site, flows.market], distance.gateway_market[gateway, flows.market]
    )
    origin_country = np.where(
        is_stocked, instance.sites.country_index[site], instance.gateways.country_index[gateway]
    )
    weight = instance.products.weight[flows.product]
    has_rate = rate_row(instance, flows.service, origin_country, country, km, weight) >= 0

    def place(row: int) -> str:
        way = f"site {instance.sites.ids[site[row]]}"
        if not is_stocked[row]:
            way = f"gateway {instance.gateways.ids[gateway[row]]}"
        service = instance.rate_cards.service_names[flows.service[row]]
        cell = (int(flows.market[row]), int(flows.product[row]), int(flows.period[row]))
        return f"{cell_place(instance, *cell)}, {way}, service {service}"

    breaches = (
        *broken("fraction is above 0", flows.fraction <= 0.0, place, -flows.fraction),
        *broken("fraction is at most 1", flows.fraction > 1.0 + TOLERANCE, place, flows.fraction - 1.0),
        *broken("flow given once", is_repeated(_row_key(instance, flows)), place),
        *broken("flow comes from an open centre", ~is_open, place),
        *broken("no parcel leaves a centre that is shut", is_shut, place),
        *broken("centre has inbound rows for every origin", is_stocked & is_open & ~has_path, place),
        *broken("gateway has an open lane from every origin", ~is_stocked & ~has_path, place),
        *broken("service has a rate", ~has_rate, place),
        *_overfull(instance, flows),
    )
    return is_open & has_path & has_rate, breaches


def _row_key(instance: Instance, flows: Flows) -> IntArray:
    """One number per cell, way and service."""
    way = np.where(flows.site >= 0, flows.site, instance.n_sites + flows.gateway)
    n_ways = instance.n_sites + instance.n_gateways
    shape = (instance.n_periods, instance.n_markets, instance.n_products, n_ways, instance.n_services)
    key = np.ravel_multi_index((flows.period, flows.market, flows.product, way, flows.service), shape)
    return np.asarray(key, dtype=np.int64)


def _overfull(instance: Instance, flows: Flows) -> tuple[Breach, ...]:
    shape = instance.demand.shape
    total = cube((flows.market, flows.product, flows.period), flows.fraction, shape).ravel()

    def place(row: int) -> str:
        market, product, period = np.unravel_index(row, shape)
        return cell_place(instance, int(market), int(product), int(period))

    return broken("customers of a cell see one offer", total > 1.0 + TOLERANCE, place, total - 1.0)
