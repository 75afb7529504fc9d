"""The inbound side of a plan: are its rows possible, and what do they cost per parcel."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.plans.breaches import TOLERANCE, broken
from entrepot.plans.plan import Inbound, Plan
from entrepot.plans.result import Breach
from entrepot.plans.sums import cube, is_repeated, summed
from entrepot.terms.inbound import InboundPaths, path_terms


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Which part of an origin's goods comes to a centre by which lane, all (n,).

    Attributes
    ----------
    site, product, period, origin, lane : indices. part : fraction of the product's parcels of the centre,
        the origin's share of the supply included.
    """

    site: IntArray
    product: IntArray
    period: IntArray
    origin: IntArray
    lane: IntArray
    part: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """What the plan's own inbound rows say.

    Attributes
    ----------
    paths : the mix over origins of the paths that the plan names, not the ones a rule would choose;
        `paths.is_open` is True where every origin with a share of the supply has a row; `paths.lane` is
        the lane that brings most of an origin's goods.
    parts : the possible rows.
    breaches : rows that are impossible.
    """

    paths: InboundPaths
    parts: Parts
    breaches: tuple[Breach, ...]


def supply_of(instance: Instance, plan: Plan) -> Supply:
    """Read the inbound rows of a plan; its sizes must be sound."""
    rows, breaches = _readable(instance, plan.inbound)
    period, site, product = (
        getattr(plan.inbound, name)[rows].astype(np.int64).ravel() for name in ("period", "site", "product")
    )
    origin, gateway, lane = (
        getattr(plan.inbound, name)[rows].astype(np.int64).ravel() for name in ("origin", "gateway", "lane")
    )
    fraction = np.asarray(plan.inbound.fraction, dtype=np.float64)[rows].ravel()

    def place(row: int) -> str:
        return (
            f"site {instance.sites.ids[site[row]]}, product {instance.products.ids[product[row]]}, "
            f"origin {instance.origins.ids[origin[row]]}, {instance.periods.labels[period[row]]}"
        )

    shape = (instance.n_sites, instance.n_products, instance.n_periods, instance.n_origins)
    lanes = instance.lanes
    repeated = is_repeated(
        np.ravel_multi_index((site, product, period, origin, lane), (*shape, len(lanes.mode)))
    )
    key = np.ravel_multi_index((site, product, period, origin), shape)
    whole = summed(np.asarray(key, dtype=np.int64), fraction, int(np.prod(shape)))[key]
    breaches += (
        *broken("inbound row given once", repeated, place),
        *broken("inbound row of an open centre", plan.size[site, period] == 0, place),
        *broken("inbound lane starts at the origin", lanes.origin_index[lane] != origin, place),
        *broken("inbound lane ends at the gateway", lanes.gateway_index[lane] != gateway, place),
        *broken("inbound lane is open", ~lanes.is_open[lane, period], place),
        *broken("inbound lane carries stock", ~lanes.carries_stock[lane], place),
        *broken("inbound fraction is above 0", fraction <= 0.0, place, -fraction),
        *broken(
            "inbound fractions of an origin add up to 1",
            ~repeated & (np.abs(whole - 1.0) > TOLERANCE),
            place,
            np.abs(whole - 1.0),
        ),
    )
    first = ~repeated
    part = instance.origins.supply_share[origin] * fraction
    parts = Parts(*(each[first] for each in (site, product, period, origin, lane, part)))
    return Supply(_mix(instance, parts, shape), parts, breaches)


def _mix(instance: Instance, parts: Parts, full: tuple[int, ...]) -> InboundPaths:
    """EUR/parcel of the stated paths, each origin's goods weighted by its share of the supply."""
    site, product, period, origin = parts.site, parts.product, parts.period, parts.origin
    terms = path_terms(instance, parts.lane, site, product, period)
    share, shape = instance.origins.supply_share, full[:3]
    chosen = np.full(full, -1, dtype=np.int64)
    order = np.argsort(parts.part, kind="stable")
    chosen[site[order], product[order], period[order], origin[order]] = parts.lane[order]

    def mixed(term: FloatArray) -> FloatArray:
        return cube((site, product, period), parts.part * term, shape)

    is_open = np.all((chosen >= 0) | (share <= 0.0), axis=3)
    return InboundPaths(
        lane=chosen,
        is_open=is_open,
        linehaul=mixed(terms.linehaul),
        gateway_handling=mixed(terms.gateway_handling),
        drayage=mixed(terms.drayage),
        pipeline_stock=mixed(terms.pipeline_stock),
        carbon_weight=mixed(terms.carbon_weight),
    )


def _readable(instance: Instance, inbound: Inbound) -> tuple[BoolArray, tuple[Breach, ...]]:
    ranges = {
        "period": instance.n_periods,
        "site": instance.n_sites,
        "product": instance.n_products,
        "origin": instance.n_origins,
        "gateway": instance.n_gateways,
        "lane": len(instance.lanes.mode),
    }
    rows = np.ones(len(inbound.lane), dtype=np.bool_)
    for name, length in ranges.items():
        column = np.asarray(getattr(inbound, name))
        if column.ndim != 1 or column.dtype.kind not in "iu":
            rows[:] = False
            break
        rows &= (column >= 0) & (column < length)
    fraction = np.asarray(inbound.fraction)
    is_number = fraction.ndim == 1 and fraction.dtype.kind in "iuf"
    rows &= np.isfinite(fraction) if is_number else False
    return rows, broken("inbound row names things that exist", ~rows, lambda row: f"inbound row {row}")
