"""From the origins to a centre, or to the gateway where direct parcels are injected."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.terms.arrays import Index
from entrepot.terms.time import growth
from entrepot.units import DAYS_PER_YEAR, KG_PER_TONNE

NO_SITE = -1
NO_LANE = -1


@dataclass(frozen=True, slots=True, eq=False)
class PathTerms:
    """What a parcel's goods cost on their way in, positive; shapes broadcast against each other.

    Attributes
    ----------
    linehaul, gateway_handling, drayage, pipeline_stock : EUR/parcel.
    carbon_weight : kg CO2e/parcel.
    days : from the origin to the end of the path, calendar days.
    """

    linehaul: FloatArray
    gateway_handling: FloatArray
    drayage: FloatArray
    pipeline_stock: FloatArray
    carbon_weight: FloatArray
    days: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class InboundPaths:
    """The cheapest way in for stock: by site, product, period (and origin).

    Attributes
    ----------
    lane : (n_sites, n_products, n_periods, n_origins) int64, index into `Lanes`; -1 = no open lane.
    is_open : (n_sites, n_products, n_periods), every origin that supplies something has a lane.
    linehaul, gateway_handling, drayage, pipeline_stock : (n_sites, n_products, n_periods) EUR/parcel,
        weighted by the origins' supply shares; 0 where the path is not open.
    carbon_weight : same shape, kg CO2e/parcel.
    """

    lane: IntArray
    is_open: BoolArray
    linehaul: FloatArray
    gateway_handling: FloatArray
    drayage: FloatArray
    pipeline_stock: FloatArray
    carbon_weight: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class DirectPaths:
    """The cheapest linehaul for direct parcels: by gateway, product, period (and origin).

    Attributes
    ----------
    lane : (n_gateways, n_products, n_periods, n_origins) int64, index into `Lanes`; -1 = no open lane.
    is_open : (n_gateways, n_products, n_periods), every origin that supplies something has a lane.
    linehaul, gateway_handling, pipeline_stock : (n_gateways, n_products, n_periods) EUR/parcel, weighted
        by the origins' supply shares; 0 where the path is not open.
    carbon_weight : same shape, kg CO2e/parcel. days : same shape, linehaul and dwell, calendar days.
    """

    lane: IntArray
    is_open: BoolArray
    linehaul: FloatArray
    gateway_handling: FloatArray
    pipeline_stock: FloatArray
    carbon_weight: FloatArray
    days: FloatArray


def path_terms(instance: Instance, lane: Index, site: Index, product: Index, period: Index) -> PathTerms:
    """Cost of one origin's goods from the origin to a site, or to the gateway.

    Parameters
    ----------
    lane, site, product, period : indices that broadcast; site -1 ends the path at the gateway.

    Returns
    -------
    PathTerms
        Per parcel that comes from this origin, not yet weighted by its supply share.

    Notes
    -----
    linehaul = cost x max(weight, volume x volumetric) x growth; drayage = km x truck cost x the part of a
    truck that the parcel fills; pipeline stock = value x holding rate x days / 365.
    """
    lanes, products, operations = instance.lanes, instance.products, instance.operations
    gateway = lanes.gateway_index[lane]
    weight, volume = products.weight[product], products.volume[product]
    chargeable = np.maximum(weight, volume * lanes.volumetric[lane])
    km = _drayage_km(instance, gateway, site)
    load = np.maximum(weight / operations.truck_weight, volume / operations.truck_volume)
    days = lanes.transit[lane] + instance.gateways.dwell[gateway] + km / operations.truck_speed
    holding = products.value[product] * instance.money.holding_rate / DAYS_PER_YEAR
    return PathTerms(
        linehaul=lanes.cost[lane] * chargeable * growth(instance, instance.money.linehaul_growth, period),
        gateway_handling=instance.gateways.handling[gateway] * weight,
        drayage=km * operations.truck_cost * load,
        pipeline_stock=holding * days,
        carbon_weight=(lanes.carbon[lane] + km * instance.carbon.truck / KG_PER_TONNE) * weight,
        days=days,
    )


def path_cost(instance: Instance, terms: PathTerms) -> FloatArray:
    """All that a path costs by the parcel, the carbon price included, EUR/parcel."""
    carried: FloatArray = terms.linehaul + terms.gateway_handling + terms.drayage + terms.pipeline_stock
    return carried + instance.carbon.price * terms.carbon_weight


def inbound_paths(instance: Instance) -> InboundPaths:
    """The cheapest open lane for stock, by site, product, period and origin.

    Cheapest by linehaul + handling + drayage + pipeline stock + carbon price x kg CO2e; of equal ones the
    first in the table. Duty and VAT do not depend on the path.
    """
    site = np.arange(instance.n_sites)[:, None, None, None]
    usable = instance.lanes.is_open & instance.lanes.carries_stock[:, None]
    origin = np.arange(instance.n_origins)[None, :]
    lane = _cheapest(instance, site, usable, instance.lanes.origin_index == origin.T)
    chosen = _mix(instance, lane, site)
    return InboundPaths(
        lane=lane,
        is_open=_is_complete(instance, lane),
        linehaul=chosen.linehaul,
        gateway_handling=chosen.gateway_handling,
        drayage=chosen.drayage,
        pipeline_stock=chosen.pipeline_stock,
        carbon_weight=chosen.carbon_weight,
    )


def direct_paths(instance: Instance) -> DirectPaths:
    """The cheapest open lane for direct parcels, by gateway, product, period and origin.

    Cheapest by linehaul + pipeline stock + carbon price x kg CO2e (handling is the same for all lanes of
    a gateway); of equal ones the first in the table.
    """
    site = np.full((1, 1, 1, 1), NO_SITE)
    usable = instance.lanes.is_open & instance.lanes.carries_direct[:, None]
    from_origin = instance.lanes.origin_index == np.arange(instance.n_origins)[:, None]
    to_gateway = instance.lanes.gateway_index == np.arange(instance.n_gateways)[:, None]
    lane = np.concatenate(
        [_cheapest(instance, site, usable, from_origin & is_reached) for is_reached in to_gateway]
    )
    chosen = _mix(instance, lane, site)
    return DirectPaths(
        lane=lane,
        is_open=_is_complete(instance, lane),
        linehaul=chosen.linehaul,
        gateway_handling=chosen.gateway_handling,
        pipeline_stock=chosen.pipeline_stock,
        carbon_weight=chosen.carbon_weight,
        days=chosen.days,
    )


def _drayage_km(instance: Instance, gateway: IntArray, site: Index) -> FloatArray:
    """Road km from the gateway to the site, 0 where the path ends at the gateway."""
    if not instance.n_sites:
        return np.zeros(np.broadcast_shapes(np.shape(gateway), np.shape(site)))
    km = instance.distances.gateway_site[gateway, site]
    return np.where(np.asarray(site) == NO_SITE, 0.0, km)


def _axes(instance: Instance) -> tuple[IntArray, IntArray]:
    """Product and period as axes 1 and 2 of four."""
    product = np.arange(instance.n_products)[None, :, None, None]
    period = np.arange(instance.n_periods)[None, None, :, None]
    return product, period


def _cheapest(instance: Instance, site: IntArray, usable: BoolArray, groups: BoolArray) -> IntArray:
    """Cheapest usable lane of each group of lanes.

    Parameters
    ----------
    site : (n, 1, 1, 1). usable : (n_lanes, n_periods). groups : (n_origins, n_lanes).

    Returns
    -------
    (n, n_products, n_periods, n_origins) int64, -1 where none.
    """
    product, period = _axes(instance)
    lane = np.arange(len(instance.lanes.origin_index))
    terms = path_terms(instance, lane, site, product, period)
    cost = path_cost(instance, terms)
    best = np.full((*cost.shape[:3], len(groups)), NO_LANE)
    for origin, group in enumerate(groups):
        members = np.flatnonzero(group)
        if members.size:
            allowed = np.where(usable[members].T, cost[..., members], np.inf)
            first = allowed.argmin(axis=-1)
            least = np.take_along_axis(allowed, first[..., None], axis=-1)[..., 0]
            best[..., origin] = np.where(np.isfinite(least), members[first], NO_LANE)
    return best


def _is_complete(instance: Instance, lane: IntArray) -> BoolArray:
    """Whether every origin with a supply share has a lane: lane's shape without the last axis."""
    is_needed = instance.origins.supply_share > 0
    complete: BoolArray = ((lane != NO_LANE) | ~is_needed).all(axis=-1)
    return complete


def _mix(instance: Instance, lane: IntArray, site: IntArray) -> PathTerms:
    """Terms of the chosen lanes, weighted by supply share; zero where an origin's lane is missing."""
    product, period = _axes(instance)
    terms = path_terms(instance, np.maximum(lane, 0), site, product, period)
    share = np.where(_is_complete(instance, lane)[..., None], instance.origins.supply_share, 0.0)

    def total(term: FloatArray) -> FloatArray:
        weighted: FloatArray = (share * term).sum(axis=-1)
        return weighted

    return PathTerms(
        linehaul=total(terms.linehaul),
        gateway_handling=total(terms.gateway_handling),
        drayage=total(terms.drayage),
        pipeline_stock=total(terms.pipeline_stock),
        carbon_weight=total(terms.carbon_weight),
        days=total(terms.days),
    )
