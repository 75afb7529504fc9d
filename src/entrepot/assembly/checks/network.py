"""Partners and rivals against places."""

from collections.abc import Callable, Iterator

import polars as pl

from entrepot.assembly.checks.findings import at_rows
from entrepot.errors import Finding
from entrepot.tables.study import ROW, Study


def operators_cover_their_sites(study: Study) -> Iterator[Finding]:
    """The operator of a site works in its country."""
    covered = dict(study.tables["operators"].select("operator", "countries").iter_rows())
    outside = [
        row
        for row, operator, country in study.tables["sites"].select(ROW, "operator", "country").iter_rows()
        if covered.get(operator) and country not in covered[operator]
    ]
    yield from at_rows(
        study,
        "sites",
        pl.col(ROW).is_in(outside),
        "operator",
        ("Operator {operator} does not work in {country}.",
         "Name another operator, or add the country to its row in operators."),
    )  # fmt: skip


def rivals_have_an_offer(study: Study) -> Iterator[Finding]:
    """A rival delivers from centres or sends direct."""
    with_centres = study.tables["rival_centres"]["rival"].unique().to_list()
    yield from at_rows(
        study,
        "rivals",
        pl.col("direct_time").is_null() & ~pl.col("rival").is_in(with_centres),
        "direct_time",
        (
            "Rival {rival} has neither centres nor a direct_time.",
            "Add its centres, or the hours of a direct parcel.",
        ),
    )


def distances_name_known_places(study: Study) -> Iterator[Finding]:
    """Overrides of distances name places of the study."""
    tables = study.tables
    starts = [
        *tables["sites"]["site"].to_list(),
        *tables["gateways"]["gateway"].to_list(),
        *tables["rival_centres"]["centre"].to_list(),
    ]
    ends = [*tables["markets"]["market"].to_list(), *tables["sites"]["site"].to_list()]
    for column, known in (("from", starts), ("to", ends)):
        text = (f"{column} is no known place.", "Use the key of a site, gateway, rival centre or market.")
        yield from at_rows(study, "distances", ~pl.col(column).is_in(known), column, text)


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    operators_cover_their_sites,
    rivals_have_an_offer,
    distances_name_known_places,
)
