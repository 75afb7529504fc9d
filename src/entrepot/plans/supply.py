"""The inbound side of a plan: are its rows possible, and what do they cost per parcel."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.plans.breaches import broken
from entrepot.plans.plan import Inbound, Plan
from entrepot.plans.result import Breach
from entrepot.plans.sums import cube, is_repeated
from entrepot.terms.inbound import InboundPaths, path_terms


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """What the plan's own inbound rows say.

    Attributes
    ----------
    paths : the mix over origins of the paths that the plan names, not the ones a rule would choose;
        `paths.is_open` is True where every origin with a share of the supply has a row.
    breaches : rows that are impossible.
    """

    paths: InboundPaths
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

    def place(row: int) -> str:
        return (
            f"site {instance.sites.ids[site[row]]}, product {instance.products.ids[product[row]]}, "
            f"origin {instance.origins.ids[origin[row]]}, {instance.periods.labels[period[row]]}"
        )

    shape = (instance.n_sites, instance.n_products, instance.n_periods, instance.n_origins)
    repeated = is_repeated(np.ravel_multi_index((site, product, period, origin), shape))
    lanes = instance.lanes
    breaches += (
        *broken("inbound row given once", repeated, place),
        *broken("inbound row of an open centre", plan.size[site, period] == 0, place),
        *broken("inbound lane starts at the origin", lanes.origin_index[lane] != origin, place),
        *broken("inbound lane ends at the gateway", lanes.gateway_index[lane] != gateway, place),
        *broken("inbound lane is open", ~lanes.is_open[lane, period], place),
        *broken("inbound lane carries stock", ~lanes.carries_stock[lane], place),
    )
    chosen = np.full(shape, -1, dtype=np.int64)
    first = ~repeated
    chosen[site[first], product[first], period[first], origin[first]] = lane[first]
    return Supply(_mix(instance, chosen), breaches)


def _mix(instance: Instance, chosen: IntArray) -> InboundPaths:
    """EUR/parcel of the stated paths, each origin's goods weighted by its share of the supply."""
    site, product, period, origin = np.nonzero(chosen >= 0)
    terms = path_terms(instance, chosen[site, product, period, origin], site, product, period)
    share = instance.origins.supply_share
    weight = share[origin]
    shape = chosen.shape[:3]

    def mixed(term: FloatArray) -> FloatArray:
        return cube((site, product, period), weight * term, shape)

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
    return rows, broken("inbound row names things that exist", ~rows, lambda row: f"inbound row {row}")
