"""Coordinates against the boxes of their countries."""

from collections.abc import Callable, Iterator

import polars as pl

from entrepot.assembly.checks.findings import at_rows
from entrepot.errors import Finding, Severity
from entrepot.geography.outlines import country_boxes
from entrepot.tables.study import Study

_FAR = 2.0
"""Degrees outside the box from which the place is taken to be wrong rather than off the coast."""


def places_lie_in_their_countries(study: Study) -> Iterator[Finding]:
    """Every place lies in the box around its country."""
    boxes = pl.DataFrame(
        [(code, *map(float, box)) for code, box in country_boxes().items()],
        schema=["country", "south", "north", "west", "east"],
        orient="row",
    )
    for table in ("markets", "sites", "gateways", "rival_centres", "rival_candidates"):
        boxed = study.tables[table].join(boxes, on="country", how="left", maintain_order="left")
        outside = pl.max_horizontal(
            pl.col("south") - pl.col("latitude"),
            pl.col("latitude") - pl.col("north"),
            pl.col("west") - pl.col("longitude"),
            pl.col("longitude") - pl.col("east"),
        )
        distance = boxed.select(outside.alias("outside"))["outside"].fill_null(0.0)
        yield from _report(study, table, distance > _FAR, "error")
        yield from _report(study, table, (distance > 0) & (distance <= _FAR), "warning")


def _report(study: Study, table: str, rows: pl.Series, severity: Severity) -> Iterator[Finding]:
    text = (
        "The place (latitude {latitude}, longitude {longitude}) lies outside its country {country}.",
        "Correct the coordinates (are they swapped?) or the country.",
    )
    yield from at_rows(study, table, pl.lit(rows), "latitude", text, severity=severity)


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (places_lie_in_their_countries,)
