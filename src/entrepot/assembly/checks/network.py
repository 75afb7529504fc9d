"""Rivals and distances against places."""

from collections.abc import Callable, Iterator

import polars as pl

from entrepot.assembly.checks.findings import at_rows
from entrepot.errors import Finding
from entrepot.tables.study import Study


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
    rivals_have_an_offer,
    distances_name_known_places,
)
