"""Policies of the instance: sourcing, relations between sites, floors on share, objectives in order."""

import numpy as np

from entrepot.assembly.lookup import Lookup
from entrepot.instance import (
    Countries,
    IntArray,
    Markets,
    Objective,
    Periods,
    Policies,
    ShareFloor,
    SiteRelation,
)
from entrepot.tables.declarations.policies import SINGLE_SOURCE


def policies_of(lookup: Lookup, countries: Countries, periods: Periods, markets: Markets) -> Policies:
    """All rules that the planner sets besides limits of amounts."""
    n_periods = len(periods.labels)
    total = lookup.setting("limits.carbon_total")
    return Policies(
        sourcing=_sourcing(lookup, markets),
        max_changes=lookup.per_period("limits.max_changes", n_periods, np.inf),
        carbon_total=float("inf") if np.isnan(total) else total,
        relations=_relations(lookup, periods),
        share_floors=_share_floors(lookup, periods),
        objectives=_objectives(lookup, countries),
        reference_size=_reference_size(lookup, periods),
    )


def _sourcing(lookup: Lookup, markets: Markets) -> IntArray:
    """Level of each market and product: the stricter of what its country and product say, or the study's."""
    rank = {word: level for level, word in enumerate(SINGLE_SOURCE)}

    def stated(table: str) -> IntArray:
        words = lookup.text(table, "single_source")
        return np.array([rank.get(word, -1) for word in words], dtype=np.int64)

    own = np.maximum(stated("countries")[markets.country_index][:, None], stated("products")[None, :])
    return np.where(own >= 0, own, rank[lookup.word("sourcing.single")])


def _relations(lookup: Lookup, periods: Periods) -> tuple[SiteRelation, ...]:
    position = lookup.positions("sites", "site")
    members = zip(lookup.text("site_sets", "set"), lookup.lists("site_sets", "sites"), strict=True)
    sites = {name: tuple(sorted({position[site] for site in listed})) for name, listed in members}
    rows = lookup.table("site_relations").iter_rows(named=True)
    return tuple(
        SiteRelation(
            label=row["relation"],
            if_sites=sites[row["if_set"]] if row["if_set"] else (),
            if_least=int(row["if_least"]) if row["if_set"] else 0,
            then_sites=sites[row["then_set"]],
            then_least=0.0 if row["then_least"] is None else float(row["then_least"]),
            then_most=float("inf") if row["then_most"] is None else float(row["then_most"]),
            period=_period(periods, row["period"]),
        )
        for row in rows
    )


def _share_floors(lookup: Lookup, periods: Periods) -> tuple[ShareFloor, ...]:
    country = lookup.index("share_floors", "country", "countries", "country")
    rows = lookup.table("share_floors").iter_rows(named=True)
    return tuple(
        ShareFloor(float(row["share"]), int(place), _period(periods, row["period"]))
        for row, place in zip(rows, country, strict=True)
    )


def _objectives(lookup: Lookup, countries: Countries) -> tuple[Objective, ...]:
    """Objectives by rank."""
    rows = lookup.table("objectives").sort("order").iter_rows(named=True)
    return tuple(
        Objective(
            kind=row["objective"],
            tolerance=float(row["tolerance"]),
            allowance=float(row["allowance"]),
            hours=float("nan") if row["hours"] is None else float(row["hours"]),
            country_index=-1 if row["country"] is None else countries.ids.index(row["country"]),
        )
        for row in rows
    )


def _reference_size(lookup: Lookup, periods: Periods) -> IntArray:
    """(n_sites, n_periods); rows of one period win over rows of every period."""
    size = np.zeros((lookup.table("sites").height, len(periods.labels)), dtype=np.int64)
    site = lookup.index("reference_plan", "site", "sites", "site")
    level = lookup.index("reference_plan", "size", "sizes", "size") + 1
    period = [_period(periods, label) for label in lookup.table("reference_plan")["period"].to_list()]
    for row in sorted(range(len(period)), key=lambda number: period[number]):
        if period[row] < 0:
            size[site[row], :] = level[row]
        else:
            size[site[row], period[row]] = level[row]
    return size


def _period(periods: Periods, label: str | None) -> int:
    return -1 if label is None else periods.labels.index(label)
