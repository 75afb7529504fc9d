"""What comes through gateways and on lanes: tonnes, fees, commitments, and what exceeds their room."""

from collections.abc import Iterator

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance
from entrepot.plans.breaches import over
from entrepot.plans.plan import Flows, Plan
from entrepot.plans.result import Breach
from entrepot.plans.sales import Sales, sales_of
from entrepot.plans.sums import cube, table
from entrepot.plans.supply import Supply, supply_of
from entrepot.terms.centre_life import Cash
from entrepot.terms.inbound import DirectPaths
from entrepot.terms.linehaul import (
    LEAST_USE,
    gateway_fee,
    gateway_room,
    lane_commitment,
    lane_room,
    shortfall_price,
    tonnes,
)
from entrepot.terms.offers import context


def kilograms_by_lane(
    instance: Instance, flows: Flows | Sales, sold: FloatArray, supply: Supply, direct: DirectPaths
) -> FloatArray:
    """Stock and direct parcels that come by each lane, (n_lanes, n_periods) kg.

    Parameters
    ----------
    flows : of the plan. sold : parcels of each flow, (n_flows,). supply : the plan's inbound rows.
    direct : by which lanes direct parcels come.
    """
    shape = (len(instance.lanes.mode), instance.n_periods)
    weight = sold * instance.products.weight[flows.product]
    stocked = flows.site >= 0
    stock = cube(
        (flows.site[stocked], flows.product[stocked], flows.period[stocked]),
        weight[stocked],
        (instance.n_sites, instance.n_products, instance.n_periods),
    )
    parts = supply.parts
    carried = table(
        parts.lane, parts.period, parts.part * stock[parts.site, parts.product, parts.period], shape
    )
    gateway, product, period = (each[~stocked] for each in (flows.gateway, flows.product, flows.period))
    for origin, share in enumerate(instance.origins.supply_share):
        if share > 0.0:
            lane = direct.lane[gateway, product, period, origin]
            carried += table(lane, period, share * weight[~stocked], shape)
    return carried


def plan_tonnes(instance: Instance, plan: Plan) -> tuple[FloatArray, FloatArray]:
    """Tonnes of a plan by gateway and by lane, (n_gateways, n_periods) and (n_lanes, n_periods)."""
    around, supply = context(instance), supply_of(instance, plan)
    sales, _ = sales_of(instance, plan, supply, around)
    kilograms = kilograms_by_lane(instance, sales, sales.sold, supply, around.direct)
    return tonnes_by_gateway(instance, kilograms), tonnes(kilograms)


def tonnes_by_gateway(instance: Instance, kilograms: FloatArray) -> FloatArray:
    """Tonnes through each gateway, (n_gateways, n_periods), from kg by lane, (n_lanes, n_periods)."""
    through = np.zeros((instance.n_gateways, instance.n_periods))
    np.add.at(through, instance.lanes.gateway_index, tonnes(kilograms))
    return through


def used_gateways(through: FloatArray) -> BoolArray:
    """Gateways that more than rounding goes through, (n_gateways, n_periods), from their tonnes."""
    used: BoolArray = through > LEAST_USE * np.maximum(through.sum(axis=0), 1.0)
    return used


def haul_payments(instance: Instance, kilograms: FloatArray) -> tuple[Cash, ...]:
    """Fees of the gateways that are used, and committed tonnes that did not come; in the middle of a period.

    Parameters
    ----------
    kilograms : (n_lanes, n_periods), as `kilograms_by_lane` returns it.
    """
    if not instance.inbound.is_chosen:
        return ()
    return (*_gateway_fees(instance, kilograms), *_shortfalls(instance, kilograms))


def _gateway_fees(instance: Instance, kilograms: FloatArray) -> Iterator[Cash]:
    used = used_gateways(tonnes_by_gateway(instance, kilograms))
    for gateway, period in np.argwhere(used).tolist():
        fee = float(gateway_fee(instance, gateway, period))
        if fee > 0.0:
            yield Cash("gateway_fees", _middle(instance, period), period, -fee)


def _shortfalls(instance: Instance, kilograms: FloatArray) -> Iterator[Cash]:
    for lane, period in np.ndindex(kilograms.shape):
        missing = shortfall(instance, kilograms, lane, period)
        price = float(shortfall_price(instance, lane, period))
        if missing > 0.0 and price > 0.0:
            yield Cash("commitment", _middle(instance, period), period, -missing * price)


def shortfall(instance: Instance, kilograms: FloatArray, lane: int, period: int) -> float:
    """Committed tonnes of a lane that did not come in a period."""
    due = float(lane_commitment(instance, lane, period))
    return max(0.0, due - float(tonnes(kilograms[lane, period])))


def broken_hauls(instance: Instance, kilograms: FloatArray) -> Iterator[Breach]:
    """Gateways and lanes that must carry more than they can."""
    if not instance.inbound.is_chosen:
        return
    through, carried = tonnes_by_gateway(instance, kilograms), tonnes(kilograms)
    for t, label in enumerate(instance.periods.labels):
        for g, name in enumerate(instance.gateways.ids):
            room = float(gateway_room(instance, g, t))
            yield from over("capacity of the gateway", f"gateway {name}, {label}", float(through[g, t]), room)
        for lane in range(len(carried)):
            room = float(lane_room(instance, lane, t))
            place = f"{lane_name(instance, lane)}, {label}"
            yield from over("capacity of the lane", place, float(carried[lane, t]), room)


def lane_name(instance: Instance, lane: int) -> str:
    """Origin, gateway, mode and route of a lane."""
    lanes = instance.lanes
    start = instance.origins.ids[lanes.origin_index[lane]]
    end = instance.gateways.ids[lanes.gateway_index[lane]]
    return f"lane {start} > {end}, {lanes.mode[lane]} {lanes.route[lane]}".rstrip()


def _middle(instance: Instance, period: int) -> float:
    return float(instance.periods.start_day[period] + instance.periods.end_day[period]) / 2.0
