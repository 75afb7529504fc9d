"""The ways in on screen: how full gateways are, and what lanes with a commitment carry."""

import polars as pl
from rich.table import Table

from entrepot.instance import Instance
from entrepot.plans.result import Measures
from entrepot.report.deliveries import Deliveries
from entrepot.report.hauls import gateways_frame, lanes_frame
from entrepot.report.screen_table import empty_table

THOUSAND = 1e3


def gateways_table(instance: Instance, measures: Measures) -> Table | None:
    """Gateways in the last period, where limits and fees count: how full they are and what they cost."""
    if not instance.inbound.is_chosen:
        return None
    last, currency = instance.periods.labels[-1], instance.money.currency
    table = empty_table(
        f"Ways in: gateways in {last}",
        "Gateway", "Mode", "t/working day", "Capacity", "Used", f"Fee, {currency} k",
        text_columns=2,
    )  # fmt: skip
    rows = gateways_frame(instance, measures).filter(pl.col("period") == last)
    for row in rows.sort("tonnes_per_day", descending=True).iter_rows(named=True):
        capacity, used = row["capacity_tonnes_per_day"], row["used_share"]
        table.add_row(
            row["gateway"],
            row["mode"],
            f"{row['tonnes_per_day']:,.1f}",
            "no limit" if capacity is None else f"{capacity:,.0f}",
            "-" if used is None else f"{used:.0%}",
            f"{row['fees_eur'] / THOUSAND:,.0f}",
        )
    return table


def commitments_table(instance: Instance, deliveries: Deliveries) -> Table | None:
    """Lanes with a commitment, by period."""
    rows = lanes_frame(instance, deliveries).filter(pl.col("committed_tonnes") > 0.0)
    if not rows.height:
        return None
    currency = instance.money.currency
    table = empty_table(
        "Ways in: lanes with a commitment, tonnes",
        "Lane", "Period", "Departures", "Moved", "Committed", "Missing", f"Paid, {currency} k",
        text_columns=2,
    )  # fmt: skip
    for row in rows.sort("origin", "gateway", "mode", "route", maintain_order=True).iter_rows(named=True):
        amounts = (row["moved_tonnes"], row["committed_tonnes"], row["missing_tonnes"])
        table.add_row(
            f"{row['origin']} > {row['gateway']}, {row['mode']} {row['route']}",
            row["period"],
            f"{row['sailings']:,.0f}",
            *(f"{amount:,.0f}" for amount in amounts),
            f"{row['shortfall_eur'] / THOUSAND:,.0f}",
        )
    return table
