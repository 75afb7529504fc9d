"""Rivals and distances against places."""

from collections.abc import Callable, Iterator

import polars as pl

from entrepot.assembly.checks.findings import at_rows
from entrepot.errors import Finding
from entrepot.tables.study import Study


def rivals_have_an_offer(study: Study) -> Iterator[Finding]:
    """A rival delivers from centres, may open one, or sends direct."""
    tables = study.tables
    with_centres = {*tables["rival_centres"]["rival"], *tables["rival_candidates"]["rival"]}
    yield from at_rows(
        study,
        "rivals",
        pl.col("direct_time").is_null() & ~pl.col("rival").is_in(list(with_centres)),
        "direct_time",
        (
            "Rival {rival} has neither centres nor a direct_time.",
            "Add its centres, or the hours of a direct parcel.",
        ),
    )


def candidates_are_not_centres_already(study: Study) -> Iterator[Finding]:
    """A candidate of a rival has a key of its own, which its centre bears once it is built."""
    standing = study.tables["rival_centres"]["centre"].to_list()
    yield from at_rows(
        study,
        "rival_candidates",
        pl.col("candidate").is_in(standing),
        "candidate",
        ("Candidate {candidate} is a centre in rival_centres already.",
         "Remove it from one of the tables, or give it a key of its own."),
    )  # fmt: skip


def rivals_who_seek_profit_pay_for_centres(study: Study) -> Iterator[Finding]:
    """Where a rival's margin is stated, its candidates should state what they cost."""
    seeking = study.tables["rivals"].filter(pl.col("margin").is_not_null())["rival"].to_list()
    is_free = (pl.col("opening_cost") == 0.0) & (pl.col("fixed_cost") == 0.0)
    yield from at_rows(
        study,
        "rival_candidates",
        pl.col("rival").is_in(seeking) & is_free,
        "opening_cost",
        ("Rival {rival} has a margin, but its candidate {candidate} costs nothing: any gain will pay for it.",
         "State opening_cost or fixed_cost."),
        severity="warning",
    )  # fmt: skip


def distances_name_known_places(study: Study) -> Iterator[Finding]:
    """Overrides of distances name places of the study."""
    tables = study.tables
    starts = [
        *tables["sites"]["site"].to_list(),
        *tables["gateways"]["gateway"].to_list(),
        *tables["rival_centres"]["centre"].to_list(),
        *tables["rival_candidates"]["candidate"].to_list(),
    ]
    ends = [*tables["markets"]["market"].to_list(), *tables["sites"]["site"].to_list()]
    for column, known in (("from", starts), ("to", ends)):
        text = (f"{column} is no known place.", "Use the key of a site, gateway, rival centre or market.")
        yield from at_rows(study, "distances", ~pl.col(column).is_in(known), column, text)


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    rivals_have_an_offer,
    candidates_are_not_centres_already,
    rivals_who_seek_profit_pay_for_centres,
    distances_name_known_places,
)
