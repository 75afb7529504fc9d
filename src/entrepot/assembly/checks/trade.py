"""Origins, lanes, dates and rate cards."""

from collections.abc import Callable, Iterator

import polars as pl

from entrepot.assembly.checks.findings import at_rows, at_table, listed
from entrepot.errors import Finding
from entrepot.tables.study import ROW, Study


def supply_shares_sum_to_one(study: Study) -> Iterator[Finding]:
    """The mix over origins is complete."""
    total = float(study.tables["origins"]["supply_share"].sum())
    if study.tables["origins"].height and abs(total - 1.0) > 1e-6:
        text = (f"supply_share sums to {total:g}.", "Make it sum to 1.")
        yield at_table(study, "origins", "supply_share", text)


def every_origin_has_a_lane(study: Study) -> Iterator[Finding]:
    """Goods can leave every origin that supplies."""
    served = study.tables["lanes"]["origin"].unique().to_list()
    yield from at_rows(
        study,
        "origins",
        (pl.col("supply_share") > 0) & ~pl.col("origin").is_in(served),
        "origin",
        ("Origin {origin} supplies goods but has no lane.", "Add its lanes, or set its supply_share to 0."),
    )


def lanes_end_at_gateways_of_their_mode(study: Study) -> Iterator[Finding]:
    """A ship does not end at an airport."""
    mode_of = study.tables["gateways"].select("gateway", pl.col("mode").alias("gateway_mode"))
    joined = study.tables["lanes"].join(mode_of, on="gateway", how="left")
    wrong = joined.filter(pl.col("mode") != pl.col("gateway_mode"))[ROW].to_list()
    yield from at_rows(
        study,
        "lanes",
        pl.col(ROW).is_in(wrong),
        "mode",
        ("Lane {origin} to {gateway} goes by {mode}, but the gateway is for another mode.",
         "Correct the lane's or the gateway's mode."),
    )  # fmt: skip


def dates_are_in_order(study: Study) -> Iterator[Finding]:
    """Nothing ends before it starts."""
    for table, start, end in (
        ("customs", "start", "end"),
        ("import_vat", "start", "end"),
        ("lanes", "open_from", "open_to"),
        ("rival_centres", "open_from", "open_to"),
    ):
        text = (
            f"{end} is not after {start}.",
            "Correct one of the two; the end day itself no longer counts.",
        )
        yield from at_rows(study, table, pl.col(end) <= pl.col(start), end, text)
    for table, low, high in (
        ("customs", "value_from", "value_to"),
        ("import_vat", "value_from", "value_to"),
        ("rates", "km_from", "km_to"),
        ("rates", "weight_from", "weight_to"),
    ):
        text = (f"{high} is not above {low}.", "Correct one of the two.")
        yield from at_rows(study, table, pl.col(high) <= pl.col(low), high, text)


def territories_are_entered_by_rule(study: Study) -> Iterator[Finding]:
    """A territory without any rule is free of duty: probably an omission."""
    entered = study.tables["customs"]["to_territory"].unique().to_list()
    missing = [
        name
        for name in study.tables["countries"]["territory"].unique(maintain_order=True).to_list()
        if name not in entered
    ]
    if missing:
        text = (
            f"No rule for goods that enter {listed(missing)}: they enter free.",
            "Add rules if they do not.",
        )
        yield at_table(study, "customs", "to_territory", text, "warning")


def rates_do_not_overlap(study: Study) -> Iterator[Finding]:
    """For one parcel and pair of countries a service has one rate."""
    rates = study.tables["rates"].with_columns(
        pl.col("km_to").fill_null(float("inf")), pl.col("weight_to").fill_null(float("inf"))
    )
    key = ["carrier", "service", "from_country", "to_country"]
    crowded = rates.filter(pl.len().over(key) > 1)
    pairs = crowded.join(crowded, on=key, how="inner", nulls_equal=True, suffix="_b").filter(
        (pl.col(ROW) < pl.col(f"{ROW}_b"))
        & (pl.col("km_from") < pl.col("km_to_b"))
        & (pl.col("km_from_b") < pl.col("km_to"))
        & (pl.col("weight_from") < pl.col("weight_to_b"))
        & (pl.col("weight_from_b") < pl.col("weight_to"))
    )
    for first, second in pairs.select(ROW, f"{ROW}_b").iter_rows():
        text = (
            f"The rate covers parcels that row {first} covers too.",
            "Make zones and weight bands meet, not overlap.",
        )
        yield from at_rows(study, "rates", pl.col(ROW) == second, "km_from", text)


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    supply_shares_sum_to_one,
    every_origin_has_a_lane,
    lanes_end_at_gateways_of_their_mode,
    dates_are_in_order,
    territories_are_entered_by_rule,
    rates_do_not_overlap,
)
