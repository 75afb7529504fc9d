"""The plan on screen: where, with whom, when, against whom, what it brings, and how sure that is."""

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from entrepot.instance import Instance
from entrepot.plans.plan import Plan, open_sites
from entrepot.plans.result import Measures, Proof, Result, Stage, Verdict
from entrepot.report.customers import carriers_frame, products_frame, within_three_days
from entrepot.report.deliveries import Deliveries, deliveries_of
from entrepot.report.figures import MILLION, plain, plan_and_verdict, running_cost, why_it_stopped
from entrepot.report.hauls_summary import commitments_table, gateways_table
from entrepot.report.network import events_of
from entrepot.report.partners import main_operator
from entrepot.report.screen_table import empty_table
from entrepot.report.split import split_frame
from entrepot.report.stages import stage_amount, stage_label
from entrepot.report.stock import stock_frame, stock_totals

WIDTH = 100
SHOWN_CARRIERS = 8
SHOWN_COUNTRIES = 8
SHOWN_PRODUCTS = 4
SMALL_LINE = 5e-4
"""Lines of the ledger below this fraction of the largest are left out on screen."""


def print_summary(console: Console, instance: Instance, result: Result) -> None:
    """Print the result in a few aligned tables of at most 100 columns.

    Parameters
    ----------
    console : of rich. instance : the problem. result : of a run on it.

    Raises
    ------
    UsageError : the result holds no plan.
    """
    plan, verdict = plan_and_verdict(result)
    deliveries = deliveries_of(instance, plan)
    measures = verdict.measures
    tables = [
        _where(instance, plan, measures),
        _with_whom(instance, plan, deliveries),
        _when(instance, plan, measures),
        _against_whom(instance, measures),
        _service(instance, verdict),
        _direct(instance, deliveries),
        _direct_by_country(instance, deliveries),
        _stock(instance, plan, deliveries),
        gateways_table(instance, measures),
        commitments_table(instance, deliveries),
        _money(instance, verdict),
        _in_order(instance, result.stages),
    ]
    console.print(f"[bold]{instance.name}[/bold]", highlight=False)
    for table in tables:
        if table is not None:
            console.print(table, highlight=False)
            console.print()
    for sentence in proof_sentences(result.proof, instance.money.currency):
        console.print(sentence, highlight=False, soft_wrap=True)


def _in_order(instance: Instance, stages: tuple[Stage, ...]) -> Table | None:
    """Objectives in order: what each stage found and proved, and what the plan keeps of it."""
    if not stages:
        return None
    table = empty_table(
        "In order: objectives, one after the other",
        "Objective", "Best found", "Bound", "Gap", "May cost", "In this plan",
    )  # fmt: skip
    for number, stage in enumerate(stages, start=1):
        amounts = (stage.found, stage.claimed_bound)
        table.add_row(
            f"{number} {stage_label(instance, stage)}",
            *(stage_amount(instance, stage, amount) for amount in amounts),
            f"{stage.gap:.2%}" if np.isfinite(stage.gap) else "not known",
            stage_amount(instance, stage, stage.tolerance) if number < len(stages) else "-",
            stage_amount(instance, stage, stage.final),
        )
    return table


def proof_sentences(proof: Proof, currency: str) -> list[str]:
    """Value, bound, gap and why it stopped, in plain words."""
    value, bound = proof.value / MILLION, proof.claimed_bound / MILLION
    sentences = [f"Net present value: {currency} {value:,.1f} m."]
    if np.isfinite(bound):
        sentences[0] += f" No plan is worth more than {currency} {bound:,.1f} m"
        sentences[0] += f" (gap {100 * proof.gap:.2f} % of the controllable cost)."
        if np.isfinite(proof.certified_gap) and proof.certified_gap > proof.gap:
            sentences.append(f"By the bound recomputed without a solver: {100 * proof.certified_gap:.2f} %.")
    if proof.approximation > 0.0:
        part = proof.approximation / MILLION
        how = "how the bound values pooled stock and the ways in"
        sentences.append(f"Of the gap, {currency} {part:,.3f} m is {how}.")
    sentences.append(f"Stopped after {proof.seconds:.0f} s because {why_it_stopped(proof)}.")
    return sentences


def _where(instance: Instance, plan: Plan, measures: Measures) -> Table:
    sites, last = instance.sites, instance.n_periods - 1
    table = empty_table(
        f"Where: centres, parcels per year in {instance.periods.labels[last]}",
        "Centre", "Country", "Size", "Operator", "Parcels, m", "Peak use",
        text_columns=4,
    )  # fmt: skip
    for j in open_sites(instance, plan):
        level = int(plan.size[j, last])
        table.add_row(
            Text(sites.labels[j], overflow="ellipsis"),
            instance.countries.ids[sites.country_index[j]],
            instance.sizes.labels[level - 1] if level else "closed by then",
            main_operator(instance, plan, j),
            f"{measures.site_parcels[j, last] / instance.periods.years[last] / MILLION:,.2f}",
            f"{measures.utilisation[j, last]:.0%}" if level else "-",
        )
    if not table.row_count:
        table.add_row("no centre in any period", "", "", "", "", "")
    return table


def _with_whom(instance: Instance, plan: Plan, deliveries: Deliveries) -> Table:
    last = instance.periods.labels[-1]
    table = empty_table(
        f"With whom: last mile in {last}",
        "Carrier",
        "Service",
        "Countries",
        "Share",
        f"{instance.money.currency}/parcel",
        text_columns=3,
    )
    rows = carriers_frame(instance, plan, deliveries).filter(pl.col("period") == last)
    rows = rows.sort("parcels", descending=True)
    for row in rows.head(SHOWN_CARRIERS).iter_rows(named=True):
        codes = row["countries"].split()
        where = " ".join(codes[:6]) + (f" and {len(codes) - 6} more" if len(codes) > 6 else "")
        share, price = f"{row['share_of_parcels']:.1%}", f"{row['after_discount_eur'] / row['parcels']:.2f}"
        table.add_row(row["carrier"], row["service"], where, share, price)
    return table


def _when(instance: Instance, plan: Plan, measures: Measures) -> Table:
    million = f"{instance.money.currency} m"
    table = empty_table(
        "When: centres and capital",
        "Period",
        "What happens",
        "Open",
        f"Capital, {million}",
        f"Budget, {million}",
        text_columns=2,
    )
    events = events_of(instance, plan)
    for t, label in enumerate(instance.periods.labels):
        happens = [
            f"{instance.sites.labels[event.site]} {event.name}" for event in events if event.period == t
        ]
        budget = instance.limits.budget[t]
        table.add_row(
            label,
            "; ".join(happens) or "-",
            str(int((plan.size[:, t] > 0).sum())),
            f"{measures.capital[t] / MILLION:,.1f}",
            f"{budget / MILLION:,.1f}" if np.isfinite(budget) else "no limit",
        )
    return table


def _against_whom(instance: Instance, measures: Measures) -> Table | None:
    if instance.choice.assortment == "fixed" or not instance.rivals.ids:
        return None
    table = empty_table("Against whom: share of all purchases", "Firm", *instance.periods.labels)
    potential = np.zeros(measures.share.shape)
    np.add.at(potential, instance.markets.country_index, instance.demand.sum(axis=1))
    total = np.maximum(potential.sum(axis=0), 1e-9)
    ours = (measures.share * potential).sum(axis=0) / total
    theirs = (measures.rival_share * potential).sum(axis=1) / total
    rest = np.maximum(1.0 - ours - theirs.sum(axis=0), 0.0)
    names = ("ours", *instance.rivals.labels, "nobody listed")
    for name, shares in zip(names, (ours, *theirs, rest), strict=True):
        table.add_row(name, *(f"{share:.1%}" for share in shares))
    return table


def _service(instance: Instance, verdict: Verdict) -> Table:
    measures = verdict.measures
    table = empty_table("Service and volume", "", *instance.periods.labels)
    sold = np.maximum(measures.sold, 1e-9)
    cost = running_cost(instance, verdict) / sold
    rows = {
        "parcels sold, m": [f"{parcels / MILLION:,.2f}" for parcels in measures.sold],
        "share of the potential": [f"{s:.1%}" for s in measures.sold / np.maximum(measures.potential, 1e-9)],
        "promised within 3 days": [f"{share:.1%}" for share in within_three_days(instance, measures)],
        "from stock": [f"{share:.1%}" for share in measures.stocked / sold],
        "sent direct": [f"{share:.1%}" for share in measures.direct / sold],
        f"running cost, {instance.money.currency}/parcel": [f"{amount:,.2f}" for amount in cost],
        "kg CO2e/parcel": [f"{kilograms:,.2f}" for kilograms in measures.carbon / sold],
    }
    for name, values in rows.items():
        table.add_row(name, *values)
    return table


def _direct(instance: Instance, deliveries: Deliveries) -> Table:
    table = empty_table("Direct parcels by product, share of ours", "Product", *instance.periods.labels)
    frame = products_frame(instance, deliveries)
    for label in instance.products.labels:
        shares = frame.filter(pl.col("product") == label)["direct_share"]
        table.add_row(label, *(f"{share:.1%}" for share in shares))
    return table


def _stock(instance: Instance, plan: Plan, deliveries: Deliveries) -> Table | None:
    """Pooled stock by product in the last period: days, value, fill rate, and what pooling saves."""
    if not instance.stock.is_pooled:
        return None
    last = instance.periods.labels[-1]
    frame = stock_totals(stock_frame(instance, plan, deliveries), instance.periods.labels)
    table = empty_table(
        f"Stock in {last}",
        "Product",
        "Days of stock",
        "From shelf",
        "Value, m",
        "Holding, m",
        "Saved by pooling",
    )  # fmt: skip
    for row in frame.filter(pl.col("period") == last).iter_rows(named=True):
        alone = row["unpooled_safety_parcels"]
        table.add_row(
            row["product"],
            f"{row['days_of_stock']:.0f}",
            f"{row['fill_rate']:.1%}",
            f"{row['stock_value_eur'] / MILLION:,.1f}",
            f"{row['holding_eur'] / MILLION:,.1f}",
            f"{1.0 - row['safety_parcels'] / alone:.0%}" if alone > 0 else "-",
        )
    return table


def _direct_by_country(instance: Instance, deliveries: Deliveries) -> Table:
    """The largest countries in the last period: share of direct parcels by product."""
    last, products = instance.periods.labels[-1], instance.products.labels[:SHOWN_PRODUCTS]
    rows = split_frame(instance, deliveries).filter(pl.col("period") == last)
    parcels = pl.col("stocked_parcels") + pl.col("direct_parcels")
    sums = rows.group_by("name", maintain_order=True).agg(
        parcels.sum().alias("parcels"), pl.col("direct_parcels").sum().alias("direct")
    )
    largest = sums.filter(pl.col("parcels") > 0.5).sort("parcels", descending=True).head(SHOWN_COUNTRIES)
    names = [shortened(label, 14) for label in products]
    table = empty_table(f"Direct parcels by country in {last}, share of ours", "Country", *names, "All")
    for row in largest.iter_rows(named=True):
        here = rows.filter(pl.col("name") == row["name"])
        of_product = dict(here.select("product", "direct_share").iter_rows())
        shares = [of_product.get(label) for label in products]
        told = ["-" if share is None else f"{share:.1%}" for share in shares]
        table.add_row(row["name"], *told, f"{row['direct'] / row['parcels']:.1%}")
    return table


def shortened(label: str, most: int) -> str:
    """A label of at most so many letters."""
    return label if len(label) <= most else label[: most - 1] + "…"


def _money(instance: Instance, verdict: Verdict) -> Table:
    ledger = verdict.ledger
    periods = (*instance.periods.labels, "at end") if instance.n_periods <= 6 else ()
    table = empty_table(f"Money, {instance.money.currency} m", "Line", *periods, "Present value")
    least = SMALL_LINE * float(np.abs(ledger.discounted).max(initial=0.0))
    smaller = np.zeros(instance.n_periods + 2)
    for line, amounts, value in zip(ledger.lines, ledger.amount, ledger.discounted, strict=True):
        if abs(value) < least:
            smaller += np.append(amounts, value)
            continue
        table.add_row(plain(line), *(_million(a) for a in amounts[: len(periods)]), _million(value))
    if np.any(smaller != 0.0):
        table.add_row("Smaller lines", *(_million(a) for a in smaller[: len(periods)]), _million(smaller[-1]))
    table.add_section()
    totals = ledger.amount.sum(axis=0)[: len(periods)]
    table.add_row("Net, all lines", *map(_million, totals), _million(ledger.value))
    return table


def _million(amount: float) -> str:
    return f"{amount / MILLION + 0.0:,.1f}"
