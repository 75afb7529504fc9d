"""Pooled stock: targets, and data that only counts where stock is pooled."""

from collections.abc import Callable, Iterator

import polars as pl

from entrepot.assembly.checks.findings import at_rows
from entrepot.errors import Finding
from entrepot.tables.study import Study


def a_product_has_one_target(study: Study) -> Iterator[Finding]:
    """Fill rate or cycle service, not both."""
    text = (
        "The product states a fill_rate and a cycle_service ({cycle_service}).",
        "Keep one of the two; the cycle service would hold.",
    )
    both = pl.col("fill_rate").is_not_null() & pl.col("cycle_service").is_not_null()
    yield from at_rows(study, "products", both, "fill_rate", text)


def stock_data_is_used(study: Study) -> Iterator[Finding]:
    """Targets, variability and room say nothing while stock is a number of days."""
    if study.settings["stock.pooled"]:
        return
    text = ("{column} counts only with stock.pooled = true.", "Switch it on, or leave the column empty.")
    stated = {
        "products": ("fill_rate", "cycle_service", "reference_demand"),
        "sizes": ("storage",),
    }
    for table, columns in stated.items():
        for column in columns:
            told = (text[0].replace("{column}", column), text[1])
            yield from at_rows(study, table, pl.col(column).is_not_null(), column, told, severity="warning")


def safety_stock_has_a_reason(study: Study) -> Iterator[Finding]:
    """Items of many kinds that never vary need no safety stock: probably an omission."""
    if not study.settings["stock.pooled"]:
        return
    text = (
        "variability is 0: no safety stock is kept against demand.",
        "Give the variance of an item's daily demand over its mean; 1 where customers come at random.",
    )
    yield from at_rows(
        study, "products", pl.col("variability") == 0.0, "variability", text, severity="warning"
    )


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    a_product_has_one_target,
    stock_data_is_used,
    safety_stock_has_a_reason,
)
