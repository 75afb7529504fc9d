"""Road distances of the instance: computed, then overridden by the table `distances`."""

import numpy as np

from entrepot.assembly.lookup import Lookup
from entrepot.geography.distances import road_km
from entrepot.instance import (
    Countries,
    Distances,
    FloatArray,
    Gateways,
    Markets,
    RivalCandidates,
    RivalCentres,
    Sites,
)

Places = Sites | Gateways | Markets | RivalCentres | RivalCandidates


def distances_of(
    lookup: Lookup,
    countries: Countries,
    sites: Sites,
    gateways: Gateways,
    ends: tuple[Markets, RivalCentres, RivalCandidates],
) -> Distances:
    """All road distances, km, by the study's setting geography.roads."""
    markets, centres, candidates = ends
    by_graph = lookup.word("geography.roads") == "graph"

    def measure(start: Places, end: Places) -> FloatArray:
        if by_graph:
            return _graph_km((start, end), (markets, sites, gateways, centres))
        return _circuity_km(countries, start, end)

    def measure_rivals(start: RivalCentres | RivalCandidates) -> FloatArray:
        return measure(start, markets) if len(start.labels) else np.zeros((0, len(markets.ids)))

    rival_market, candidate_market = measure_rivals(centres), measure_rivals(candidates)
    site_market, gateway_site = measure(sites, markets), measure(gateways, sites)
    gateway_market = measure(gateways, markets)
    rival_keys = lookup.text("rival_centres", "centre")
    _override(lookup, site_market, sites.ids, markets.ids)
    _override(lookup, gateway_site, gateways.ids, sites.ids)
    _override(lookup, gateway_market, gateways.ids, markets.ids)
    _override(lookup, rival_market, rival_keys, markets.ids)
    _override(lookup, candidate_market, candidates.ids, markets.ids)
    return Distances(
        site_market=site_market,
        gateway_site=gateway_site,
        gateway_market=gateway_market,
        rival_market=rival_market,
        candidate_market=candidate_market,
    )


def _circuity_km(countries: Countries, start: Places, end: Places) -> FloatArray:
    circuity = countries.road_circuity
    return road_km(
        start.latitude,
        start.longitude,
        circuity[start.country_index],
        end.latitude,
        end.longitude,
        circuity[end.country_index],
    )


def _graph_km(ends: tuple[Places, Places], every: tuple[Places, ...]) -> FloatArray:
    """Over one graph for all distances of the study."""
    from entrepot.geography.roads import road_graph_km, window_of

    window = window_of(
        np.concatenate([places.latitude for places in every]),
        np.concatenate([places.longitude for places in every]),
    )
    start, end = ends
    return road_graph_km(start.latitude, start.longitude, end.latitude, end.longitude, window)


def _override(lookup: Lookup, matrix: FloatArray, starts: tuple[str, ...], ends: tuple[str, ...]) -> None:
    table = lookup.table("distances")
    if table.height == 0:
        return
    row_of = {name: row for row, name in enumerate(starts)}
    column_of = {name: column for column, name in enumerate(ends)}
    for start, end, km in table.select("from", "to", "road_km").iter_rows():
        if start in row_of and end in column_of:
            matrix[row_of[start], column_of[end]] = km
