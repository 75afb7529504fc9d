"""What the page's map draws, as small integers: kilometres of the projection, parcels, indices."""

from typing import Any

import numpy as np

from entrepot.geography.outlines import country_outlines
from entrepot.instance import FloatArray, Instance
from entrepot.plans.plan import Plan
from entrepot.plans.result import Measures
from entrepot.report.clipping import clip_ring
from entrepot.report.customers import main_sources
from entrepot.report.deliveries import Deliveries, summed
from entrepot.report.projection import middle_longitude, project

MARGIN_KM = 900.0
"""Land is drawn this far beyond the outermost market."""
TAIL = 0.004
"""Fraction of the demand that may lie outside the first view on each side."""


def map_data(instance: Instance, plan: Plan, measures: Measures, deliveries: Deliveries) -> dict[str, Any]:
    """Land, markets, sites, rivals and gateways for the map; the sources of the markets by period."""
    centre = _centre(instance)
    markets, sites, gateways = instance.markets, instance.sites, instance.gateways
    x, y = project(markets.latitude, markets.longitude, centre)
    site_x, site_y = project(sites.latitude, sites.longitude, centre)
    gate_x, gate_y = project(gateways.latitude, gateways.longitude, centre)
    all_x, all_y = np.concatenate([x, site_x]), np.concatenate([y, site_y])
    weight = np.concatenate([instance.demand.sum(axis=(1, 2)), np.zeros(instance.n_sites)])
    return {
        "extent": _extent((all_x, all_y), weight),
        "land": _land(instance, centre, (all_x, all_y)),
        "markets": {
            "x": _wholes(x),
            "y": _wholes(y),
            "country": markets.country_index.tolist(),
            "label": list(markets.labels),
        },
        "sites": {
            "x": _wholes(site_x),
            "y": _wholes(site_y),
            "label": list(sites.labels),
            "country": sites.country_index.tolist(),
            "status": list(sites.status),
            "size": plan.size.tolist(),
            "parcels": [_wholes(row) for row in measures.site_parcels],
        },
        "gateways": {
            "x": _wholes(gate_x),
            "y": _wholes(gate_y),
            "label": list(gateways.labels),
            "mode": list(gateways.mode),
            "parcels": [_wholes(row) for row in measures.gateway_parcels],
        },
        "rivals": _rivals(instance, centre),
        "served": _served(instance, deliveries),
    }


def _centre(instance: Instance) -> tuple[float, float]:
    latitude = np.concatenate([instance.markets.latitude, instance.sites.latitude])
    longitude = np.concatenate([instance.markets.longitude, instance.sites.longitude])
    return float(latitude.min() + latitude.max()) / 2, middle_longitude(longitude)


def _land(
    instance: Instance, centre: tuple[float, float], places: tuple[FloatArray, FloatArray]
) -> list[dict[str, Any]]:
    """Rings of the countries near the places, flat lists of x and y in km."""
    low, high = ([float(edge(axis)) for axis in places] for edge in (np.min, np.max))
    view = (low[0] - MARGIN_KM, low[1] - MARGIN_KM, high[0] + MARGIN_KM, high[1] + MARGIN_KM)
    land = []
    for code, rings in country_outlines().items():
        drawn = []
        for ring in rings:
            x, y = project(ring[:, 1], ring[:, 0], centre)
            is_near = np.isfinite(x)
            seen = clip_ring(x[is_near], y[is_near], view)
            if len(seen) > 2:
                drawn.append(_wholes(seen.ravel()))
        if drawn:
            land.append({"in": code in instance.countries.ids, "rings": drawn})
    return land


def _rivals(instance: Instance, centre: tuple[float, float]) -> dict[str, Any]:
    centres = instance.rival_centres
    x, y = project(centres.latitude, centres.longitude, centre)
    return {
        "x": _wholes(x),
        "y": _wholes(y),
        "firm": centres.rival_index.tolist(),
        "label": list(centres.labels),
        "open": centres.is_open.astype(int).tolist(),
    }


def _served(instance: Instance, deliveries: Deliveries) -> list[dict[str, Any]]:
    """Per period and market: main source (-1 = direct, -2 = nothing sold), parcels, share, days."""
    flows = deliveries.flows
    shape = (instance.n_markets, instance.n_periods)
    source, parcels = main_sources(instance, deliveries)
    site = np.where(source >= instance.n_gateways, source - instance.n_gateways, -1)
    site[parcels <= 0] = -2
    hours = summed((flows.market, flows.period), deliveries.hours * deliveries.parcels, shape)
    days = hours / np.maximum(parcels, 1e-9) / 24.0
    share = 100.0 * parcels / np.maximum(instance.demand.sum(axis=1), 1e-9)
    return [
        {
            "site": site[:, t].tolist(),
            "parcels": _wholes(parcels[:, t]),
            "share": _wholes(share[:, t] * 10),
            "days": _wholes(days[:, t] * 10),
        }
        for t in range(instance.n_periods)
    ]


def _wholes(values: FloatArray) -> list[int]:
    whole: list[int] = np.rint(np.nan_to_num(values)).astype(np.int64).tolist()
    return whole


def _extent(places: tuple[FloatArray, FloatArray], weight: FloatArray) -> list[int]:
    """Left, top, right, bottom of what is shown first: far corners with next to no demand stay outside."""
    edges = []
    for tail in (TAIL, 1.0 - TAIL):
        for coordinate in places:
            order = np.argsort(coordinate)
            reached = np.searchsorted(np.cumsum(weight[order]), tail * weight.sum())
            edges.append(round(float(coordinate[order][min(reached, len(order) - 1)])))
    return edges
