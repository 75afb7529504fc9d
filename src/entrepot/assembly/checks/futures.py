"""Futures and closures: weights, periods, and places that exist."""

from collections.abc import Callable, Iterator

import polars as pl

from entrepot.assembly.checks.findings import at_rows, at_table, listed
from entrepot.assembly.lookup import Lookup
from entrepot.assembly.rules import periods_of
from entrepot.errors import Finding
from entrepot.tables.study import ROW, Study


def some_future_has_a_weight(study: Study) -> Iterator[Finding]:
    """Weights can be scaled to sum to one."""
    weights = study.tables["futures"]["weight"]
    if len(weights) and not (weights > 0).any():
        text = ("All weights are 0.", "Give each future its probability; they are scaled to sum to 1.")
        yield at_table(study, "futures", "weight", text)


def futures_name_known_periods(study: Study) -> Iterator[Finding]:
    """Futures and closures name periods by their labels, the first before the last."""
    labels = list(periods_of(Lookup(study)).labels)
    remedy = f"Use one of: {listed(labels, 12)}; or leave it empty."
    for table, column in (("futures", "demand_from"), ("closures", "from_period"), ("closures", "to_period")):
        unknown = pl.col(column).is_not_null() & ~pl.col(column).is_in(labels)
        yield from at_rows(study, table, unknown, column, (f"Unknown period {{{column}}}.", remedy))
    position = {label: number for number, label in enumerate(labels)}
    for row in study.tables["closures"].iter_rows(named=True):
        first, last = position.get(row["from_period"]), position.get(row["to_period"])
        if first is not None and last is not None and first > last:
            text = ("It ends before it begins ({from_period}).", "Exchange from_period and to_period.")
            yield from at_rows(study, "closures", pl.col(ROW) == row[ROW], "to_period", text)


def closures_name_known_places(study: Study) -> Iterator[Finding]:
    """A closure names a site, a gateway or a route that the study has."""
    routes = study.tables["lanes"]["route"].drop_nulls().unique(maintain_order=True).to_list()
    known = {
        "site": study.tables["sites"]["site"].to_list(),
        "gateway": study.tables["gateways"]["gateway"].to_list(),
        "route": routes,
    }
    for kind, places in known.items():
        wrong = (pl.col("kind") == kind) & ~pl.col("place").is_in(places)
        text = (f"There is no {kind} {{place}}.", f"Use one of: {listed(map(str, places), 12)}.")
        yield from at_rows(study, "closures", wrong, "place", text)
    wrong = pl.col("instead").is_not_null() & (pl.col("kind") != "route")
    text = ("Only a route can be replaced by another one.", "Leave instead empty.")
    yield from at_rows(study, "closures", wrong, "instead", text)
    unknown = (pl.col("kind") == "route") & pl.col("instead").is_not_null()
    bad = unknown & (~pl.col("instead").is_in(routes) | (pl.col("instead") == pl.col("place")))
    text = ("{instead} is no other route.", f"Use one of: {listed(map(str, routes), 12)}.")
    yield from at_rows(study, "closures", bad, "instead", text)


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    some_future_has_a_weight,
    futures_name_known_periods,
    closures_name_known_places,
)
