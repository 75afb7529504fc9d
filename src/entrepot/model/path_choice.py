"""Which paths of stock need columns: those that a limit, a fee or a commitment touches, less what none needs.

A lane is *plain* if nothing but its price per kg counts: it and its gateway have room for all that could
ever be sold, no fee, no commitment. With T tonnes that no plan exceeds in a period, a path p of a key (site,
product, period, origin) is left out where paths that are no dearer (and, where emissions count, no dirtier),
through gateways without a fee or through p's own, have room for more than T together: then one of them always
has room left, and what goes by p goes by that one, at no more cost and within all limits. Paths on lanes
with a commitment stay, for using them pays off the shortfall. Where one plain path is left, it is folded into
the ways beforehand; everything else gets columns.
"""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.model.largest_sales import most_sold
from entrepot.model.rooms import Rooms
from entrepot.terms.inbound import inbound_paths, path_cost, path_terms
from entrepot.terms.linehaul import gateway_fee, lane_commitment, tonnes
from entrepot.terms.share import rival_attraction

Shape = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class PathChoice:
    """The paths that get columns, all (n_paths,), sorted by (site, product, period, origin, lane).

    Attributes
    ----------
    site, product, period, origin, lane : indices. cost : EUR/parcel of this origin, not discounted, beyond
        what the ways of the key still contain. weight : kg/parcel. carbon : kg CO2e/parcel.
    moved : (n_sites, n_products, n_periods) EUR/parcel, not discounted, that the ways of a key leave to its
        columns. moved_carbon : same shape, kg CO2e/parcel.
    asked : same shape, keys with columns. tonnes : (n_periods,) that no plan exceeds. rooms : that are rows.
    """

    site: IntArray
    product: IntArray
    period: IntArray
    origin: IntArray
    lane: IntArray
    cost: FloatArray
    weight: FloatArray
    carbon: FloatArray
    moved: FloatArray
    moved_carbon: FloatArray
    asked: BoolArray
    tonnes: FloatArray
    rooms: Rooms

    def __len__(self) -> int:
        return len(self.lane)


def path_choice(instance: Instance, can_open: BoolArray, rooms: Rooms) -> PathChoice:
    """Find the paths that need columns.

    Parameters
    ----------
    can_open : (n_sites, n_periods), whether some plan has the centre open. rooms : that are stated as rows.
    """
    shape = (instance.n_sites, instance.n_products, instance.n_periods)
    limit = largest_tonnes(instance)
    if not instance.inbound.is_chosen:
        return _no_choice(shape, limit, rooms)
    has_demand = np.any(instance.demand > 0.0, axis=0, keepdims=True)
    usable = np.array(inbound_paths(instance).is_open & can_open[:, None, :] & has_demand, dtype=np.bool_)
    found: list[tuple[IntArray, IntArray, IntArray, IntArray, IntArray]] = []
    for t in range(instance.n_periods):
        for o in np.flatnonzero(instance.origins.supply_share > 0.0).tolist():
            found.append(_paths_of(instance, (t, o), (float(limit[t]), rooms), usable[:, :, t]))
    site, product, period, origin, lane = (
        np.concatenate([part[i] for part in found]).astype(np.int64) for i in range(5)
    )
    order = np.lexsort((lane, origin, period, product, site))
    paths = (site[order], product[order], period[order], origin[order], lane[order])
    return _stated(instance, paths, limit, rooms)


def largest_tonnes(instance: Instance) -> FloatArray:
    """Tonnes of all parcels of a period if every customer saw our quickest offer, (n_periods,)."""
    sold = most_sold(instance, rival_attraction(instance).sum(axis=0))
    return tonnes(instance.products.weight @ sold)


def emissions_count(instance: Instance) -> bool:
    """Whether anything but the carbon price looks at emissions."""
    policies = instance.policies
    caps = np.append(instance.limits.carbon_cap, policies.carbon_total)
    return bool(np.isfinite(caps).any()) or any(each.kind == "carbon" for each in policies.objectives)


@dataclass(frozen=True, slots=True, eq=False)
class _Lanes:
    """The open lanes for stock of one origin and period, all (n,); rooms in tonnes, inf = any amount."""

    index: IntArray
    gateway: IntArray
    lane_room: FloatArray
    gateway_room: FloatArray
    has_fee: BoolArray
    is_committed: BoolArray

    @property
    def is_plain(self) -> BoolArray:
        """Lanes by which goods can always go at their price alone."""
        is_free = np.isinf(self.lane_room) & np.isinf(self.gateway_room)
        plain: BoolArray = is_free & ~self.has_fee & ~self.is_committed
        return plain


def _lanes_of(instance: Instance, who: tuple[int, int], limit: float, rooms: Rooms) -> _Lanes:
    (period, origin), lanes = who, instance.lanes
    mine = (lanes.origin_index == origin) & lanes.carries_stock & lanes.is_open[:, period]
    index = np.flatnonzero(mine)
    gateway = lanes.gateway_index[index]
    by_lane = rooms.room_of_lanes(instance, period)[index]
    by_gateway = rooms.room_of_gateways(instance, period)[gateway]
    from_here = limit * float(instance.origins.supply_share[origin])
    return _Lanes(
        index=index,
        gateway=gateway,
        lane_room=np.where(by_lane > from_here, np.inf, by_lane),
        gateway_room=np.where(by_gateway > limit, np.inf, by_gateway),
        has_fee=np.asarray(gateway_fee(instance, gateway, period) > 0.0),
        is_committed=lane_commitment(instance, index, period) > 0.0,
    )


def _paths_of(
    instance: Instance, who: tuple[int, int], limits: tuple[float, Rooms], usable: BoolArray
) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    """Site, product, period, origin and lane of the paths of an origin and period that need columns."""
    (period, origin), (limit, rooms) = who, limits
    lanes = _lanes_of(instance, who, limit, rooms)
    site = np.arange(instance.n_sites)[:, None, None]
    product = np.arange(instance.n_products)[None, :, None]
    terms = path_terms(instance, lanes.index, site, product, period)
    full = (instance.n_sites, instance.n_products, len(lanes.index))
    cost = np.broadcast_to(path_cost(instance, terms), full)
    carbon = np.broadcast_to(terms.carbon_weight, full) if emissions_count(instance) else np.zeros(full)
    kept = _needed(lanes, cost, carbon, limit) & usable[:, :, None]
    is_folded = (kept.sum(axis=2) == 1) & (kept & lanes.is_plain).any(axis=2)
    j, k, at = np.nonzero(kept & ~is_folded[:, :, None])
    return j, k, np.full(len(j), period), np.full(len(j), origin), lanes.index[at]


def _needed(lanes: _Lanes, cost: FloatArray, carbon: FloatArray, limit: float) -> BoolArray:
    """Paths that no exchange makes superfluous, (n_sites, n_products, n_lanes)."""
    kept = np.ones(cost.shape, dtype=np.bool_)
    number = np.arange(len(lanes.index))
    for p in np.flatnonzero(~lanes.is_committed).tolist():
        is_own = lanes.gateway == lanes.gateway[p]
        is_better = (cost < cost[..., [p]]) | ((cost == cost[..., [p]]) & (number < p))
        is_better &= (carbon <= carbon[..., [p]]) & (~lanes.has_fee | is_own)
        room = np.where(is_own, lanes.lane_room, np.minimum(lanes.lane_room, lanes.gateway_room))
        total = np.zeros(cost.shape[:2])
        for gateway in np.unique(lanes.gateway):
            through = np.where(is_better & (lanes.gateway == gateway), room, 0.0)
            total += through.max(axis=2, initial=0.0)
        kept[..., p] = total <= limit
    return kept


def _stated(
    instance: Instance,
    paths: tuple[IntArray, IntArray, IntArray, IntArray, IntArray],
    limit: FloatArray,
    rooms: Rooms,
) -> PathChoice:
    """Costs of the paths: beyond the cheapest one, which stays in the ways, unless a commitment is near.

    Where a lane of the key has a commitment, the whole cost is the columns': shipping for nobody must cost
    what it costs.
    """
    site, product, period, origin, lane = paths
    shape = (instance.n_sites, instance.n_products, instance.n_periods)
    terms = path_terms(instance, lane, site, product, period)
    cheapest = inbound_paths(instance).lane[site, product, period, origin]
    base = path_terms(instance, cheapest, site, product, period)
    near = np.zeros((*shape, instance.n_origins), dtype=np.bool_)
    committed = lane_commitment(instance, lane, period) > 0.0
    near[site[committed], product[committed], period[committed], origin[committed]] = True
    stays = ~near[site, product, period, origin]
    base_cost = path_cost(instance, base)
    moved, moved_carbon = np.zeros(shape), np.zeros(shape)
    key = np.ravel_multi_index((site, product, period, origin), near.shape)
    _, first = np.unique(key, return_index=True)
    share = instance.origins.supply_share[origin]
    at = (site[first], product[first], period[first])
    np.add.at(moved, at, np.where(stays, 0.0, base_cost * share)[first])
    np.add.at(moved_carbon, at, (base.carbon_weight * share)[first])
    asked = np.zeros(shape, dtype=np.bool_)
    asked[site, product, period] = True
    return PathChoice(
        site=site,
        product=product,
        period=period,
        origin=origin,
        lane=lane,
        cost=path_cost(instance, terms) - np.where(stays, base_cost, 0.0),
        weight=instance.products.weight[product],
        carbon=np.asarray(terms.carbon_weight, dtype=float),
        moved=moved,
        moved_carbon=moved_carbon,
        asked=asked,
        tonnes=limit,
        rooms=rooms,
    )


def _no_choice(shape: Shape, limit: FloatArray, rooms: Rooms) -> PathChoice:
    nothing, none = np.zeros(0), np.zeros(0, dtype=np.int64)
    zero = np.zeros(shape)
    is_asked = np.zeros(shape, dtype=np.bool_)
    return PathChoice(
        none, none, none, none, none, nothing, nothing, nothing, zero, zero.copy(), is_asked, limit, rooms
    )
