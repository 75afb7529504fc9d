"""Sites, sizes and demand against each other and against the periods."""

from collections.abc import Callable, Iterator

import polars as pl

from entrepot.assembly.checks.findings import at_rows, at_table, listed
from entrepot.assembly.lookup import Lookup
from entrepot.assembly.rules import periods_of
from entrepot.errors import Finding
from entrepot.tables.study import Study

_NEEDED = ("countries", "markets", "products", "sites", "sizes", "operators", "carriers", "rates", "origins",
           "gateways", "lanes")  # fmt: skip


def needed_tables_have_rows(study: Study) -> Iterator[Finding]:
    """A network needs at least one of each."""
    for table in _NEEDED:
        if study.tables[table].height == 0:
            yield at_table(study, table, "", ("The table has no rows.", "Add at least one row."))


def sizes_grow(study: Study) -> Iterator[Finding]:
    """A larger size contains the smaller ones."""
    for column in ("area", "capacity", "equipment", "fixed_hours"):
        yield from at_rows(
            study,
            "sizes",
            pl.col(column) < pl.col(column).shift(1),
            column,
            (f"{column} of size {{size}} is smaller than that of the size above it.",
             "List sizes from the smallest to the largest; each must contain the one before."),
        )  # fmt: skip


def existing_sites_state_their_size(study: Study) -> Iterator[Finding]:
    """An existing or fixed centre has a size."""
    stands = pl.col("status").is_in(["existing", "fixed"])
    yield from at_rows(
        study,
        "sites",
        stands & pl.col("existing_size").is_null(),
        "existing_size",
        ("Site {site} is {status} but has no size.", "Name one of the sizes of the table sizes."),
    )


def periods_are_known(study: Study) -> Iterator[Finding]:
    """Sites and demand name periods by their labels."""
    labels = list(periods_of(Lookup(study)).labels)
    remedy = f"Use one of: {listed(labels, 12)}."
    for table, column in (("sites", "earliest_period"), ("sites", "latest_period"), ("demand", "period")):
        unknown = pl.col(column).is_not_null() & ~pl.col(column).is_in(labels)
        yield from at_rows(study, table, unknown, column, (f"Unknown period in {column}.", remedy))
    order = {label: number for number, label in enumerate(labels)}
    late = [
        site
        for site, first, last in study.tables["sites"]
        .select("site", "earliest_period", "latest_period")
        .iter_rows()
        if first in order and last in order and order[first] > order[last]
    ]
    yield from at_rows(
        study,
        "sites",
        pl.col("site").is_in(late),
        "earliest_period",
        ("Site {site} may open from {earliest_period} but only until {latest_period}.", "Swap the two."),
    )


def every_market_has_demand(study: Study) -> Iterator[Finding]:
    """Countries with markets need the numbers of the demand model, unless demand is given."""
    given = study.tables["demand"]["market"].unique().to_list()
    modelled = study.tables["markets"].filter(~pl.col("market").is_in(given))["country"].unique().to_list()
    for column in ("online_share", "parcels_per_head"):
        yield from at_rows(
            study,
            "countries",
            pl.col("country").is_in(modelled) & pl.col(column).is_null(),
            column,
            (f"{column} is empty, but markets of {{country}} take their demand from the model.",
             "Fill it in, or list the markets in the table demand."),
        )  # fmt: skip
    share = float(study.tables["products"]["demand_share"].fill_null(0.0).sum())
    if modelled and abs(share - 1.0) > 1e-6:
        text = (f"demand_share sums to {share:g} over the products.", "Make it sum to 1.")
        yield at_table(study, "products", "demand_share", text)


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    needed_tables_have_rows,
    sizes_grow,
    existing_sites_state_their_size,
    periods_are_known,
    every_market_has_demand,
)
