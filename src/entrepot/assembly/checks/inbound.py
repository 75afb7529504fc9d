"""Limits, fees and commitments of the ways in, where the plan chooses paths."""

from collections.abc import Callable, Iterator

import polars as pl

from entrepot.assembly.checks.findings import at_rows
from entrepot.errors import Finding
from entrepot.tables.study import Study
from entrepot.units import KG_PER_TONNE

CHOOSE = "inbound.choose_paths"


def missing_tonnes_cost_no_more_than_shipped_ones(study: Study) -> Iterator[Finding]:
    """Otherwise it would pay to ship goods that nobody ordered."""
    if not study.settings[CHOOSE]:
        return
    yield from at_rows(
        study,
        "lanes",
        pl.col("shortfall_fee") > pl.col("cost") * KG_PER_TONNE * (1.0 + 1e-9),
        "shortfall_fee",
        ("A missing tonne costs more than a shipped one ({cost:g} EUR/kg): it would pay to ship for nobody.",
         "Lower it to 1000 x cost at most, or leave it empty for just that."),
    )  # fmt: skip


def gateways_and_lanes_have_some_room(study: Study) -> Iterator[Finding]:
    """A room of nothing closes a gateway or lane: it should say so."""
    if not study.settings[CHOOSE]:
        return
    text = (
        "Nothing can pass gateway {gateway}.",
        "State what it can handle, or leave it empty for no limit.",
    )
    yield from at_rows(study, "gateways", pl.col("capacity") <= 0.0, "capacity", text, severity="warning")
    is_nothing = pl.col("sailing_capacity").is_not_null() & (
        pl.col("sailing_capacity") * pl.col("sailings") <= 0.0
    )
    text = ("Nothing can come by this lane.", "Correct sailings or sailing_capacity, or set status = closed.")
    yield from at_rows(study, "lanes", is_nothing, "sailing_capacity", text, severity="warning")


def commitments_can_be_shipped(study: Study) -> Iterator[Finding]:
    """A lane whose sailings carry less than its commitment always falls short."""
    if not study.settings[CHOOSE]:
        return
    a_year = pl.col("sailing_capacity") * pl.col("sailings") * (365.0 / 7.0)
    text = ("The sailings of a year carry less than the commitment of {commitment:g} t.",
            "Lower the commitment, or raise sailings or sailing_capacity.")  # fmt: skip
    yield from at_rows(study, "lanes", pl.col("commitment") > a_year, "commitment", text, severity="warning")


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    missing_tonnes_cost_no_more_than_shipped_ones,
    gateways_and_lanes_have_some_room,
    commitments_can_be_shipped,
)
